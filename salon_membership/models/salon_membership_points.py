from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.salon_crm.tools.frame import local_day

from .loyalty_card import BY_LEDGER

# What a settlement asks of a membership, which has much more.
SETTLED = ("partner_id", "company_id", "state", "tier_id", "card_id", "start_date", "points", "points_held",
           "points_debt")  # fmt: skip


class SalonMembership(models.Model):
    """What a member has, holds and owes in points. The ledger keeps these figures; nothing else writes them."""

    _inherit = "salon.membership"

    points = fields.Integer(readonly=True, copy=False, help="What is left of all points lots. The ledger keeps it.")
    points_held = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        help="Points that an order at a till is about to spend. No other order gets them.",
    )
    points_debt = fields.Integer(
        string="Points Owed",
        default=0,
        readonly=True,
        copy=False,
        help="Points that were spent before their sale was refunded, or that were not there when an order spent them."
        " The next points pay them.",
    )
    lot_ids = fields.One2many("salon.points.lot", "membership_id", string="Points Lots", readonly=True)
    debt_ids = fields.One2many("salon.points.debt", "membership_id", string="Points Debt", readonly=True)
    hold_ids = fields.One2many("salon.points.hold", "membership_id", string="Held Points", readonly=True)
    points_rate = fields.Float(
        compute="_compute_points_rate", compute_sudo=True, help="Points that one unit of currency gives in the salon."
    )
    points_factor = fields.Float(
        compute="_compute_points_rate", compute_sudo=True, help="So many times the usual points the member earns today."
    )

    _points_positive = models.Constraint(
        "CHECK (points >= 0)", "A member can't have less than 0 points. Take back fewer points."
    )
    _points_debt_positive = models.Constraint(
        "CHECK (points_debt >= 0)", "More points can't be paid back than are owed."
    )
    _points_held_positive = models.Constraint("CHECK (points_held >= 0)", "Less than 0 points can't be held.")

    def _compute_points_rate(self):
        now = fields.Datetime.now()
        programs = self.env["loyalty.program"]
        for membership in self:
            program = programs._get_salon_program(membership.company_id)
            membership.points_rate = program._salon_points_per_unit()
            membership.points_factor = membership._points_factor(now)

    def _points_factor(self, date_order):
        """Return how many times the usual points this member gets for an order of that time."""
        self.ensure_one()
        program = self.env["loyalty.program"]._get_salon_program(self.company_id)
        step = self.company_id._salon_ladder().get(self.tier_id.id, self.tier_id)  # an archived tier is not among them
        return step.points_factor * program._salon_day_factor(date_order) if program else 0.0

    def action_view_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_points_move_action")
        return {**action, "domain": [("lot_id.membership_id", "=", self.id)], "context": {}}

    def action_view_debts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_points_debt_action")
        return {**action, "domain": [("membership_id", "=", self.id)], "context": {}}

    # The ledger -------------------------------------------------------------------------------------

    def _lock(self, order=None):
        """Wait until no other till settles for these members, and read them: what is read now stays true.

        :return bool: whether the points of `order` are settled already
        """
        self.flush_recordset(SETTLED)
        query = SQL(
            """
            SELECT EXISTS (SELECT FROM salon_points_move WHERE pos_order_id = %(order)s)
                OR EXISTS (SELECT FROM salon_points_debt WHERE pos_order_id = %(order)s), id, %(columns)s
              FROM salon_membership WHERE id IN %(members)s ORDER BY id FOR UPDATE
            """,
            order=order.id if order else None,
            columns=SQL(", ").join(SQL.identifier(name) for name in SETTLED),
            members=tuple(self.ids),
        )
        is_settled = False
        for is_settled, member_id, *values in self.env.execute_query(query):  # noqa: B007 (the same in each row)
            for name, value in zip(SETTLED, values, strict=True):
                self.env.cache.set(self.browse(member_id), self._fields[name], value)
        return is_settled

    def _new_lot(self, earned_at):
        """Return a new lot, still empty, which ends by the settings of now."""
        program = self.env["loyalty.program"]._get_salon_program(self.company_id)
        earned_on = local_day(self.company_id._salon_timezone(), earned_at)
        values = {
            "membership_id": self.id,
            "company_id": self.company_id.id,
            "earned_at": earned_at,
            "expires_on": program._salon_expires_on(earned_on) if program else False,
        }
        return self.env["salon.points.lot"].sudo().create(values)

    def _earn(self, points, order):
        """Give this member a new lot of points for a paid order."""
        earned_at = min(order.date_order, fields.Datetime.now())  # a till's clock may be wrong
        return self._new_lot(earned_at)._book(points, "earn", order)

    def _points_free(self, day=None):
        """Return how many points an order can spend that holds none itself: not those that other orders hold.

        To be asked under the lock.

        :param date day: points that ended before it are no more; by default today
        """
        self.ensure_one()
        if self.points_held:
            self._clear_holds()
        free = max(self.points - self.points_held, 0)
        return max(free - self._points_over(day), 0) if free else 0

    def _points_over(self, day=None):
        """Return how many points have ended before `day`, and only wait for the nightly clearing."""
        self.ensure_one()
        day = day or self.company_id._salon_today()
        domain = [("membership_id", "=", self.id), ("remaining", ">", 0), ("expires_on", "<", day)]
        [[points]] = self.env["salon.points.lot"].sudo()._read_group(domain, aggregates=["remaining:sum"])
        return points or 0

    def _use(self, points, kind, order=None, note=None, day=None):
        """Take `points` from this member's lots, those first that end first; return the moves.

        :param int points: at most as many as `_points_free` says
        :param date day: on which the points are used, by default today: what ended before it is not used
        """
        self.ensure_one()
        lots = self.env["salon.points.lot"].sudo()
        vals_list = []
        day = day or self.company_id._salon_today()
        usable = ["|", ("expires_on", "=", False), ("expires_on", ">=", day)]
        domain = [("membership_id", "=", self.id), ("remaining", ">", 0), *usable]
        for lot in lots.search(domain, order=lots._used_first):
            amount = min(lot.remaining, points)
            if amount <= 0:
                break
            points -= amount
            vals_list.append(lot._prepare_move_values(-amount, kind, order, note))
        return self.env["salon.points.move"].sudo().create(vals_list)

    def _spend(self, points, order, day=None):
        """Take what an order spends, oldest lot first; return the moves.

        No sale is lost for points that are not there any more: they are owed, and the next earnings pay them.

        :param date day: on which the points were held, where that was before today
        """
        self.ensure_one()
        there = min(points, self._points_free(day))
        if points > there:
            self._owe(points - there, "shortfall", order)
        return self._use(there, "spend", order, day=day)

    def _take(self, points, order):
        """Take points back for what came back without its sale; return the moves. What is not there is owed."""
        self.ensure_one()
        there = min(points, self._points_free())
        if points > there:
            self._owe(points - there, "refund", order)
        return self._use(there, "reverse", order)

    def _owe(self, points, kind, order=None, note=None, origin=None):
        """Book what this member owes, or with `points` below 0 what they have paid of it."""
        return self.env["salon.points.debt"].sudo()._book(self, points, kind, order, note, origin)

    def _repay(self, order=None):
        """Pay what these members owe as far as they have points; return the moves.

        What another order holds stays held.
        """
        moves = self.env["salon.points.move"].sudo()
        for membership in self:
            points = membership.points_debt and min(membership.points_debt, membership._points_free())
            if points > 0:
                moves |= membership._use(points, "repay", order)
                membership._owe(-points, "repay", order)
        return moves

    def _show_on_card(self, moves):
        """Bring Odoo's card and its history up to what the ledger says after `moves`."""
        self.ensure_one()
        terms = self.env["loyalty.program"]._get_salon_terms(self.company_id)
        quiet = {"salon_by": BY_LEDGER, "tracking_disable": True, "loyalty_no_mail": not terms.has_milestones}
        card = self.card_id.with_context(**quiet)
        if not card:
            return
        card.points = self.points
        self.env["loyalty.history"].sudo().with_env(card.env).create(
            [move._prepare_history_values(card) for move in moves]
        )

    # Points that a till is about to spend -----------------------------------------------------------

    @api.model
    def hold_points(self, partner_id, config_id, order_uuid, points, paying=0, payable=0.0):
        """Keep points for one order until it is paid, so that no other order spends them (invariant 6).

        Asking again for the same order changes what is held for it; 0 points end it. A hold ends by itself after the
        minutes that the points program says, renewed each time it is asked for.

        :param int partner_id: the order's client
        :param int config_id: the till
        :param str order_uuid: the order, which the server need not know yet
        :param int points: what the order spends in all
        :param int paying: how many of them are part payment, where the salon's rules for it are to be asked
        :param float payable: what the goods come to that part payment is for
        :return dict: of the membership: `points`, `points_held` (by all orders), `held` (by this order)
        :raise UserError: the client is no member, has not that many points, the salon's rules do not allow so many in
            part payment, or the order is paid already
        """
        config = self.env["pos.config"]._salon_till(config_id)
        holds = self.env["salon.points.hold"].sudo()
        membership = self.sudo()._get_active(self.env["res.partner"].browse(partner_id), config.company_id)
        if not membership or points <= 0:
            holds._release([order_uuid], config.company_id)
            if points > 0:
                raise UserError(self.env._("Only members have points. Enrol the client first."))
            return {"points": membership.points, "points_held": membership.points_held, "held": 0}
        membership._lock()
        if self.env["pos.order"].sudo().search_count([("uuid", "=", order_uuid), ("state", "!=", "draft")], limit=1):
            raise UserError(self.env._("This order is paid already: its points are settled."))
        membership._clear_holds()
        program = self.env["loyalty.program"]._get_salon_program(config.company_id)
        if paying and (refusal := program._salon_part_payment_refusal(paying, payable)):
            raise UserError(refusal)
        hold = holds.search([("order_uuid", "=", order_uuid), ("membership_id.company_id", "=", config.company_id.id)])
        own = hold.points if hold.membership_id == membership else 0
        over = membership._points_over()
        free = membership.points - membership.points_held + own - over
        if points > free:
            raise UserError(
                self.env._(
                    "%(client)s can use %(free)s points now, not %(points)s.",
                    client=membership.partner_id.name,
                    free=max(free, 0),
                    points=points,
                )
            )
        values = {
            "membership_id": membership.id,
            "points": points,
            "expires_at": fields.Datetime.now() + timedelta(minutes=program.salon_hold_minutes or 1),
        }
        if hold:
            hold.write(values)
        else:
            holds.create({"order_uuid": order_uuid, **values})
        membership.invalidate_recordset(["points_held"])
        return {"points": membership.points - over, "points_held": membership.points_held, "held": points}

    @api.model
    def release_points(self, config_id, order_uuids):
        """Let go of what is held for orders that spend no points any more."""
        config = self.env["pos.config"]._salon_till(config_id)
        self.env["salon.points.hold"].sudo()._release(order_uuids, config.company_id)

    def _clear_holds(self):
        """End the holds whose time is over."""
        self.env["salon.points.hold"].sudo().search(
            [("membership_id", "in", self.ids), ("expires_at", "<=", fields.Datetime.now())]
        ).unlink()
        self.invalidate_recordset(["points_held"])

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_fields(self, config):
        own = ["points", "points_held", "points_debt", "points_rate", "points_factor"]
        return [*super()._load_pos_data_fields(config), *own]

    def _add_till_points(self, vals_list, config):
        """Complete what the till gets of these memberships by what depends on the till and on the day."""
        for vals in vals_list:
            if vals["points"]:
                vals["points"] -= self.browse(vals["id"])._points_over()
        if config.currency_id != config.company_id.currency_id:
            for vals in vals_list:  # points are for each unit of the company's currency, and are worth it
                vals.update(points_factor=0.0, points=0)
