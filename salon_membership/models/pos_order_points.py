import math

from odoo import api, fields, models

from odoo.addons.salon_crm.tools.frame import local_day


class PosOrder(models.Model):
    """The settlement of a paid order's points."""

    _inherit = "pos.order"

    def _salon_settle_points(self):
        """Book the points of this paid order, by the server's own figures and in the order's own transaction.

        What comes from a till is never taken for points: its figure is a preview. Settling again changes nothing.

        - What the refunded part of another order had earned is taken back from the lot that it gave, as far as that
          lot still has it. What is spent already is owed; what ended by itself is not.
        - What the refunded part had spent is given back to the lots that it came from, the last one first. A lot whose
          day is over gets it too, and it ends with the next clearing. What was owed for that order comes as a new lot.
        - What this order spends, by part payment or rewards, is taken from the lots that end first. Points that are
          not there any more are owed: no sale is lost.
        - What this order earns becomes a new lot. What comes back without the sale that it is from costs as many points
          as it would earn.
        - At last, what the member owes is paid by the points that are free.

        An order that is changed before it is paid, at the till or in the back office, settles as it is when it is
        paid, with who is its client then: what was held for it ends. What is changed after that changes no points; an
        invoice, made at the till or later, neither. A cancelled order was never paid, and lets go of what it held.
        """
        self.ensure_one()
        order = self.sudo()
        origins = order.lines.filtered(lambda line: line._salon_is_refund()).refunded_orderline_id.order_id
        spends = order._salon_spending_lines()
        membership = order._salon_membership()
        members = membership | origins._salon_settled_members()
        if spends and not membership:
            order.message_post(body=self.env._("Nobody's points were taken for this order: its client is no member."))
        if not members:
            self._salon_show_points(self.env["salon.points.move"])
            return
        if members._lock(order):
            return
        hold = self.env["salon.points.hold"].sudo()._take(order)
        held = hold.points if hold and hold.member_id == membership.id else 0
        day = order._salon_day_of(hold) if held else None
        moves = self.env["salon.points.move"].sudo()
        for origin in origins:
            moves |= order._salon_take_back(origin) | order._salon_give_back(origin)
        if membership and order.currency_id == order.company_id.currency_id:
            sold = order._salon_sold()
            moves |= order._salon_spend(membership, sold, held, day)
            if membership.state == "active":
                moves |= order._salon_earn(membership, sold)
        moves |= members._repay(order)
        for member, own in moves.grouped("membership_id").items():
            member._show_on_card(own)
        self._salon_show_points(moves)

    def _salon_membership(self):
        """Return the membership that this order settles with: its client's.

        Points that were taken off are spent, whoever is the client in the end: by who was a member here before, or
        by the member for whom the till held them.
        """
        memberships = self.env["salon.membership"].sudo()
        membership = memberships.browse(self._salon_known().member_id or ())
        if membership or not self._salon_spending_lines():
            return membership
        domain = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        ended = memberships.search(domain, order="id desc", limit=1) if self.partner_id else memberships
        return ended or self.env["salon.points.hold"].sudo().search([("order_uuid", "=", self.uuid)]).membership_id

    def _salon_day_of(self, hold):
        """Return the salon's date on which points were held, where that is over: what was there then is there still."""
        return min(local_day(self.company_id._salon_timezone(), hold.held_at), self.company_id._salon_today())

    def _salon_settled_members(self):
        """Return those whose points these orders moved."""
        if not self:
            return self.env["salon.membership"].sudo()
        domain = [("pos_order_id", "in", self.ids)]
        moves = self.env["salon.points.move"].sudo().search(domain)
        return moves.membership_id | self.env["salon.points.debt"].sudo().search(domain).membership_id

    def _salon_booked(self, model, kind):
        """Return the sum of what refunds of this order booked of one kind."""
        [[total]] = (
            self.env[model]
            .sudo()
            ._read_group([("origin_id", "=", self.id), ("kind", "=", kind)], aggregates=["amount:sum"])
        )
        return total or 0

    def _salon_take_back(self, origin):
        """Take back what the refunded part of `origin` had earned, and return the moves.

        All refunds of it together leave what the part that is kept would have earned.
        """
        earned = self.env["salon.points.move"].sudo().search([("pos_order_id", "=", origin.id), ("kind", "=", "earn")])
        if not earned:
            return earned
        kept = self._salon_floor(earned.amount * (1 - origin.lines._salon_refunded_share("salon_points_earned")))
        taken = origin._salon_booked("salon.points.debt", "refund")
        taken -= origin._salon_booked("salon.points.move", "reverse")
        points = earned.amount - kept - taken
        if points <= 0:
            return earned.browse()
        lot = earned.lot_id
        there = min(points, lot.remaining)
        # What ended by itself is gone, but nobody had anything for it.
        expired = -sum(lot.move_ids.filtered(lambda move: move.kind == "expire").mapped("amount"))
        if points > there + expired:
            lot.membership_id._owe(points - there - expired, "refund", self, origin=origin)
        return lot._book(-there, "reverse", self, origin=origin) if there else earned.browse()

    def _salon_give_back(self, origin):
        """Give back what the refunded part of `origin` had spent, and return the moves."""
        spent = (
            self.env["salon.points.move"]
            .sudo()
            .search([("pos_order_id", "=", origin.id), ("kind", "=", "spend")], order="id desc")
        )
        owed = (
            self.env["salon.points.debt"].sudo().search([("pos_order_id", "=", origin.id), ("kind", "=", "shortfall")])
        )
        moves = spent.browse()
        if not spent and not owed:
            return moves
        total = sum(owed.mapped("amount")) - sum(spent.mapped("amount"))
        given = origin._salon_booked("salon.points.move", "return")
        points = self._salon_floor(total * origin.lines._salon_refunded_share("salon_points_spent")) - given
        # What was spent last comes back first: what was owed, then the lot that was used last.
        for amount, lot in [*((debt.amount, None) for debt in owed), *((-move.amount, move.lot_id) for move in spent)]:
            skipped = min(given, amount)
            given -= skipped
            back = min(points, amount - skipped)
            if back > 0:
                points -= back
                lot = lot or (owed or spent).membership_id._new_lot(fields.Datetime.now())
                moves |= lot._book(back, "return", self, origin=origin)
        return moves

    def _salon_spend(self, membership, sold, held, day=None):
        """Book what this order spends, by the server's own worth of points; return the moves.

        :param sold: what `_salon_sold` returns
        :param int held: the points that were held for this order
        :param date day: on which they were held
        """
        costs = self._salon_spending_lines()._salon_points_costs(sold)
        points = math.ceil(sum(costs.values()) - 1e-6)
        if points <= 0:
            return self.env["salon.points.move"].sudo()
        # Taxes are rounded per line: a cent more or less is not another wish of the client's.
        terms = self.env["loyalty.program"]._get_salon_terms(self.company_id)
        if held and abs(points - held) <= terms.for_one * self.currency_id.rounding * len(costs):
            points = held
        self._salon_note_points("salon_points_spent", costs)
        self._salon_check_part_payment(sold, costs)
        return membership._spend(points, self, day)

    def _salon_check_part_payment(self, sold, costs):
        """Tell the managers where more was paid by points than the salon allows: the money is in the till already."""
        program = self.env["loyalty.program"]._get_salon_program(self.company_id)
        part = {line: cost for line, cost in costs.items() if line.product_id == program.salon_points_product_id}
        if not part:
            return
        goods = sum(amount for line, amount in sold.items() if line not in part)
        tolerance = program.salon_points_for_one * self.currency_id.rounding * len(part)
        refusal = program._salon_part_payment_refusal(math.ceil(sum(part.values()) - 1e-6), goods, tolerance)
        if refusal:
            self.message_post(body=refusal)
            self.partner_id._salon_ask_managers(
                self.company_id, lambda env: (env._("Too much of %s was paid by points", self.name), refusal)
            )

    def _salon_earn(self, membership, sold):
        """Book what a member earns by this order, and return the moves, if any.

        Each line is good for points by its amount, or by the rule of its product or category. Discounts on the order
        as a whole, and what is paid by points, lessen all lines alike. The sum is rounded down. Where more comes back
        than is sold, without the sale that it is from, so many points are taken back.
        """
        program = self.env["loyalty.program"]._get_salon_program(self.company_id)
        # A till's clock may be wrong.
        earned_at = min(self.date_order, fields.Datetime.now())
        factor = membership._points_factor(earned_at) if program._salon_terms().is_active else 0
        total = self.currency_id.round(sum(sold.values()))
        if total < 0:
            goods = {line: amount for line, amount in sold.items() if amount < 0 and line.qty < 0}
        else:
            goods = {line: amount for line, amount in sold.items() if amount > 0}
        factor *= min(total / sum(goods.values()), 1) if goods else 0
        earned = {line: line._salon_base_points(amount, program) * factor for line, amount in goods.items()}
        points = self._salon_floor(abs(sum(earned.values())))
        if points <= 0:
            return self.env["salon.points.move"].sudo()
        if total < 0:
            return membership._take(points, self)
        self._salon_note_points("salon_points_earned", earned)
        return membership._earn(points, self)

    def _salon_note_points(self, name, points):
        """Note each line's part of the points: {line: points}."""
        with self.env.protecting([self.lines._fields[name]], self.lines):  # as `_salon_show` does it
            for line in self.lines:
                if line in points:
                    line[name] = points[line]

    def _salon_sold(self):
        """Return what each line that this order sells came to, tax included: {line: amount}.

        Left out are refunds, and what points have nothing to do with: tips, what tops up prepaid money, and paying by
        it. What is below 0 is a discount on the rest of the order, part payment by points included, and also what is
        refunded beyond what was sold.
        """
        points_product = self.env["loyalty.program"]._get_salon_terms(self.company_id).product_id
        sold, eligible = {}, self.lines._salon_eligible()
        for line, amount in self._salon_amounts().items():
            if line._salon_is_refund():
                amount = min(amount, 0) * line._salon_over_refunded()
                if amount:
                    sold[line] = amount
            elif line in eligible and (amount <= 0 or line.product_id.id != points_product):
                sold[line] = amount
        return sold

    def _salon_amounts(self):
        """Return what each line comes to by the server's own figures, tax included: {line: amount}.

        Taxes are computed for the order as a whole, as the till does it: rounding may depend on it. Where there are
        none, a line comes to its price.
        """
        self.ensure_one()
        if not any(line.tax_ids_after_fiscal_position or line.extra_tax_data for line in self.lines):
            return {line: self.currency_id.round(line._salon_price()) for line in self.lines}
        return self._salon_amounts_with_taxes()

    def _salon_amounts_with_taxes(self):
        taxes = self.env["account.tax"]
        base_lines = self.lines._prepare_tax_base_line_values()
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        sign = -1 if self.amount_total < 0 else 1  # core turns the quantities of a refund around
        return {
            base_line["record"]: sign * base_line["tax_details"]["total_included_currency"] for base_line in base_lines
        }

    def _salon_spending_lines(self):
        """Return the lines of this order by which points are spent."""
        product_id = self.env["loyalty.program"]._get_salon_terms(self.company_id).product_id
        return self.lines.filtered(
            lambda line: (
                (line.product_id.id == product_id or line.reward_id.program_id.is_salon_program)
                and not line._salon_is_refund()
            )
        )

    @api.model
    def _salon_floor(self, points):
        """Round down to whole points; 114.99999999999999, as computers have it, is 115."""
        return math.floor(points + 1e-6)
