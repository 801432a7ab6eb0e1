import math

from odoo import api, fields, models


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

    @api.depends("salon_points_move_ids.amount")
    def _compute_salon_points(self):
        moves = self.env["salon.points.move"].search([("pos_order_id", "in", self.ids)], order="id")
        by_order = moves.grouped("pos_order_id")
        for order in self:
            own = by_order.get(order._origin, moves.browse())
            order.salon_points = sum(own.mapped("amount"))
            order.salon_points_balance = own[-1:].balance

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._salon_settle_points()
        return result

    def _salon_settle_points(self):
        """Book the points of this paid order, by the server's own figures and in the order's own transaction.

        What comes from a till is never taken for points: its figure is a preview. Settling again changes nothing.
        """
        self.ensure_one()
        order = self.sudo()
        moves = order._salon_take_back() | order._salon_earn()
        for membership, own in moves.grouped("membership_id").items():
            membership._show_on_card(own)
        self.invalidate_recordset(["salon_points", "salon_points_balance"], flush=False)

    def _salon_earn(self):
        """Book what a member earns by this order, and return the move, if any."""
        membership = self.env["salon.membership"].sudo()._get_active(self.partner_id, self.company_id)
        moves = self.env["salon.points.move"].sudo()
        if not membership or self.currency_id != self.company_id.currency_id:
            return moves
        membership._lock()
        if moves.search_count([("pos_order_id", "=", self.id), ("kind", "=", "earn")], limit=1):
            return moves
        sold = self._salon_amount(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        points = self._salon_floor(sold * membership.points_per_unit)
        return membership._earn(points, self) if points > 0 else moves

    def _salon_take_back(self):
        """Take back what the refunded part of other orders had earned, lot by lot, and return the moves."""
        moves = self.env["salon.points.move"].sudo()
        for origin in self.lines.refunded_orderline_id.order_id:
            earned = moves.search([("pos_order_id", "=", origin.id), ("kind", "=", "earn")])
            if earned:
                earned.membership_id._lock()
                kept = self._salon_floor(earned.amount * origin._salon_kept_share())
                moves |= earned.lot_id._reverse(earned.amount - kept, self)
        return moves

    def _salon_kept_share(self):
        """Return which part of what this order sold its client still has after all paid refunds of it."""
        sold = self._salon_amount(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        refund_lines = self.lines.refund_orderline_ids.filtered(
            lambda line: line.order_id.state not in ("draft", "cancel")
        )
        refunded = sum(lines.order_id._salon_amount(lines) for lines in refund_lines.grouped("order_id").values())
        return min(max(1 + refunded / sold, 0), 1) if sold > 0 else 0

    def _salon_amount(self, lines):
        """Return what `lines` of this order came to, tax included, as far as points are given for it.

        Taxes are computed for the order as a whole, as the till does it: rounding may depend on it.
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        base_lines = self.lines._prepare_tax_base_line_values()
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        sign = -1 if self.amount_total < 0 else 1  # core turns the quantities of a refund around
        eligible = lines._salon_eligible()
        return sign * sum(
            base_line["tax_details"]["total_included_currency"]
            for base_line in base_lines
            if base_line["record"] in eligible
        )

    @api.model
    def _salon_floor(self, points):
        """Round down to whole points; 114.99999999999999, as computers have it, is 115."""
        return math.floor(points + 1e-6)

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
