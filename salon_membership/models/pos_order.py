import math

from odoo import api, fields, models

from odoo.addons.salon_crm.tools.frame import local_day

from .loyalty_card import BY_LEDGER


class PosOrder(models.Model):
    _inherit = "pos.order"

    salon_points_move_ids = fields.One2many(
        "salon.points.move", "pos_order_id", groups="salon_crm.group_salon_reception"
    )
    salon_points = fields.Integer(
        string="Points",
        compute="_compute_salon_points",
        compute_sudo=True,
        help="Points that this order gave, or took back.",
    )
    salon_points_balance = fields.Integer(
        string="Points Balance",
        compute="_compute_salon_points",
        compute_sudo=True,
        help="The client's points after this order.",
    )

    salon_points_spent = fields.Integer(
        string="Points Spent",
        compute="_compute_salon_points",
        compute_sudo=True,
        help="Points that this order spent, below 0 those that it gave back.",
    )

    salon_settled = fields.Boolean(
        readonly=True, copy=False, help="What this order means for points and tier is booked: once, when it is paid."
    )

    @api.depends("salon_points_move_ids.amount")
    def _compute_salon_points(self):
        names = ["pos_order_id", "kind", "amount", "balance"]
        moves = self.env["salon.points.move"].search_fetch([("pos_order_id", "in", self.ids)], names, order="id")
        by_order = moves.grouped("pos_order_id")
        for order in self:
            own = by_order.get(order._origin, moves.browse())
            order.salon_points = sum(move.amount for move in own if move.kind in ("earn", "reverse"))
            order.salon_points_spent = -sum(move.amount for move in own if move.kind in ("spend", "return"))
            order.salon_points_balance = own[-1:].balance

    def action_pos_order_paid(self):
        settled = self.sudo().salon_settled
        self.sudo().with_context(salon_by=BY_LEDGER).salon_settled = True
        result = super().action_pos_order_paid()
        if not settled:
            self._salon_settle()
        return result

    def _salon_settle(self):
        """Book what this paid order means for what the client has here. Called once for each order."""
        self._salon_settle_points()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._salon_settlement_only(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._salon_settlement_only(vals)
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._salon_release()
        return result

    def _salon_settlement_only(self, vals):
        """Pass over what a till, which sends an order with all its fields, has in place of the server's own figures."""
        if self.env.context.get("salon_by") is not BY_LEDGER:
            vals.pop("salon_settled", None)
            vals.pop("salon_spend", None)

    def unlink(self):
        self._salon_release()
        return super().unlink()

    def _salon_release(self):
        """Let go of what is held for these orders: they are given up, or settled."""
        self.env["salon.points.hold"].sudo()._release(self.mapped("uuid"))

    # Settlement -------------------------------------------------------------------------------------

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
            return
        members._lock()
        if order._salon_is_settled():
            return
        hold = order._salon_hold() if spends or membership.points_held else self.env["salon.points.hold"].sudo()
        held = hold.points if hold.membership_id == membership else 0
        day = order._salon_day_of(hold) if held else None
        hold.unlink()
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
        self.invalidate_recordset(["salon_points", "salon_points_spent", "salon_points_balance"], flush=False)

    def _salon_membership(self):
        """Return the membership that this order settles with: its client's.

        Points that were taken off are spent, whoever is the client in the end: by who was a member here before, or
        by the member for whom the till held them.
        """
        memberships = self.env["salon.membership"].sudo()
        membership = memberships._get_active(self.partner_id, self.company_id)
        if membership or not self._salon_spending_lines():
            return membership
        domain = [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        ended = memberships.search(domain, order="id desc", limit=1) if self.partner_id else memberships
        return ended or self._salon_hold().membership_id

    def _salon_day_of(self, hold):
        """Return the salon's date on which points were held, where that is over: what was there then is there still."""
        return min(local_day(self.company_id._salon_timezone(), hold.write_date), self.company_id._salon_today())

    def _salon_hold(self):
        return self.env["salon.points.hold"].sudo().search([("order_uuid", "=", self.uuid)])

    def _salon_settled_members(self):
        """Return those whose points these orders moved."""
        if not self:
            return self.env["salon.membership"].sudo()
        domain = [("pos_order_id", "in", self.ids)]
        moves = self.env["salon.points.move"].sudo().search(domain)
        return moves.membership_id | self.env["salon.points.debt"].sudo().search(domain).membership_id

    def _salon_is_settled(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT EXISTS (SELECT FROM salon_points_move WHERE pos_order_id = %(order)s)
                OR EXISTS (SELECT FROM salon_points_debt WHERE pos_order_id = %(order)s)
            """,
            {"order": self.id},
        )
        return self.env.cr.fetchone()[0]

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
        program = self.env["loyalty.program"]._get_salon_program(self.company_id)
        if held and abs(points - held) <= program.salon_points_for_one * self.currency_id.rounding * len(costs):
            points = held
        for line, cost in costs.items():
            line.with_context(salon_by=BY_LEDGER).salon_points_spent = cost
        self._salon_check_part_payment(program, sold, costs)
        return membership._spend(points, self, day)

    def _salon_check_part_payment(self, program, sold, costs):
        """Tell the managers where more was paid by points than the salon allows: the money is in the till already."""
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
        factor = membership._points_factor(min(self.date_order, fields.Datetime.now())) if program.active else 0
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
        for line, part in earned.items():
            line.with_context(salon_by=BY_LEDGER).salon_points_earned = part
        return membership._earn(points, self)

    def _salon_sold(self):
        """Return what each line that this order sells came to, tax included: {line: amount}.

        Left out are refunds, and what points have nothing to do with: tips, what tops up prepaid money, and paying by
        it. What is below 0 is a discount on the rest of the order, part payment by points included, and also what is
        refunded beyond what was sold.
        """
        points_product = self.env["loyalty.program"]._get_salon_program(self.company_id).salon_points_product_id
        sold, eligible = {}, self.lines._salon_eligible()
        for line, amount in self._salon_amounts().items():
            if line._salon_is_refund():
                amount = min(amount, 0) * line._salon_over_refunded()
                if amount:
                    sold[line] = amount
            elif line in eligible and (amount <= 0 or line.product_id != points_product):
                sold[line] = amount
        return sold

    def _salon_amounts(self):
        """Return what each line comes to by the server's own figures, tax included: {line: amount}.

        Taxes are computed for the order as a whole, as the till does it: rounding may depend on it.
        """
        self.ensure_one()
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
        product = self.env["loyalty.program"]._get_salon_program(self.company_id).salon_points_product_id
        return self.lines.filtered(
            lambda line: (
                (line.product_id == product or line.reward_id.program_id.is_salon_program)
                and not line._salon_is_refund()
            )
        )

    @api.model
    def _salon_floor(self, points):
        """Round down to whole points; 114.99999999999999, as computers have it, is 115."""
        return math.floor(points + 1e-6)

    # What the till and the back office do -----------------------------------------------------------

    def _refund(self):
        """The points that a client gets back are those of what is still to be refunded."""
        refunds = super()._refund()
        for refund in refunds:
            refund._salon_refund_points()
        return refunds

    def _salon_refund_points(self):
        """Have this refund give back that part of the points which its goods are of the sale's, as the till does."""
        self.ensure_one()
        origin = self.lines.refunded_orderline_id.order_id
        paid = origin._salon_spending_lines().filtered(lambda line: line.reward_id.reward_type != "product")
        if paid:
            self._salon_refund_share(origin, paid)

    def _salon_refund_share(self, origin, paid):
        """Have this refund give back so much of the lines `paid` of `origin`, discounts, as its goods are of all."""
        self.lines.filtered(lambda line: line.refunded_orderline_id in paid).unlink()
        goods = (origin.lines - paid)._salon_eligible().filtered(lambda line: line.price_subtotal_incl > 0)
        total = sum(goods.mapped("price_subtotal_incl"))
        others = goods.refund_orderline_ids.filtered(lambda line: line.order_id.state != "cancel")
        part = min(-sum(others.mapped("price_subtotal_incl")) / total, 1) if total else 0
        for line in paid:
            given = line.refund_orderline_ids.filtered(lambda one: one.order_id.state != "cancel")
            price = self.currency_id.round(line.price_unit * part) + sum(one.price_unit * one.qty for one in given)
            if not price:
                continue
            values = line._prepare_refund_data(self, self.env["pos.pack.operation.lot"])
            taxes = line.extra_tax_data if price == line.price_unit else False  # rounded as they were, if it is all
            refund_line = line.copy({**values, "qty": -1, "price_unit": price, "extra_tax_data": taxes})
            refund_line._onchange_amount_line_all()
        self._compute_prices()

    def confirm_coupon_programs(self, coupon_data):
        """Let the till's figures change nothing of the salon's own program: answer with what the server settled."""
        self.ensure_one()
        programs = self.env["loyalty.program"].sudo()
        salon_data = {
            key: vals for key, vals in coupon_data.items() if programs.browse(vals["program_id"]).is_salon_program
        }
        result = super().confirm_coupon_programs(
            {key: vals for key, vals in coupon_data.items() if key not in salon_data}
        )
        for key, vals in salon_data.items():
            card = self._salon_card(programs.browse(vals["program_id"]))
            if card:
                result["coupon_updates"].append(
                    {
                        "old_id": int(key),
                        "id": card.id,
                        "points": card.points,
                        "code": card.code,
                        "program_id": card.program_id.id,
                        "partner_id": card.partner_id.id,
                    }
                )
        return result

    def _salon_card(self, program):
        """Return the card of this order's client for `program`, if they are a member."""
        membership = self.env["salon.membership"].sudo()._get_active(self.partner_id, self.company_id)
        return membership.card_id if membership.card_id.program_id == program else membership.card_id.browse()
