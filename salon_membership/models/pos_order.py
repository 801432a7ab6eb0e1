from odoo import api, fields, models
from odoo.tools import SQL

from .loyalty_card import BY_LEDGER

CARD = ("points", "code", "program_id", "partner_id")  # what a till shows of one


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
            order.salon_points, order.salon_points_spent = own._sum_up()
            order.salon_points_balance = own[-1:].balance

    def _salon_show(self, name, value):
        """Have this order show `value` in a field that the server alone fills.

        A computed one need not be looked for again by who made it so; a stored one is written with what core writes of
        the order, without all that a writing of its own sets going.
        """
        with self.env.protecting([self._fields[name]], self):
            self[name] = value

    def action_pos_order_paid(self):
        settled = self.sudo().salon_settled
        self.sudo()._salon_show("salon_settled", True)
        result = super().action_pos_order_paid()
        if not settled:
            self._salon_settle()
        return result

    def _salon_settle(self):
        """Book what this paid order means for what the client has here. Called once for each order."""
        self._salon_settle_points()

    def _salon_show_points(self, moves):
        """Have this order show what its settlement booked: `moves` are all that it has."""
        names = ["salon_points", "salon_points_spent", "salon_points_balance"]
        members = moves.membership_id
        if len(members) > 1:
            self.invalidate_recordset(names, flush=False)
            return
        for name, value in zip(names, (*moves._sum_up(), members.points), strict=True):
            self._salon_show(name, value)

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
        goods = (origin.lines - paid)._salon_eligible()
        goods = goods.filtered(lambda line: line.price_subtotal_incl > 0 and not line._salon_is_paid_apart())
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
        own = programs._get_salon_program(self.company_id)
        salon_data = {
            key: vals
            for key, vals in coupon_data.items()
            if vals["program_id"] == own.id or programs.browse(vals["program_id"]).is_salon_program
        }
        result = super().confirm_coupon_programs(
            {key: vals for key, vals in coupon_data.items() if key not in salon_data}
        )
        for key, vals in salon_data.items():
            result["coupon_updates"] += [{"old_id": int(key), **card} for card in self._salon_cards(vals["program_id"])]
        return result

    def _salon_cards(self, program_id):
        """Return what a till shows of the card that this order's client has for a program, if they are a member."""
        self.env["salon.membership"].flush_model(["partner_id", "company_id", "state", "card_id"])
        self.env["loyalty.card"].flush_model(CARD)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id, %s FROM salon_membership m JOIN loyalty_card c ON c.id = m.card_id
                 WHERE m.partner_id = %s AND m.company_id = %s AND m.state = 'active' AND c.program_id = %s
                """,
                SQL(", ").join(SQL.identifier("c", name) for name in CARD),
                self.partner_id.id or None,
                self.company_id.id,
                program_id,
            )
        )
        return [dict(zip(("id", *CARD), row, strict=True)) for row in rows]
