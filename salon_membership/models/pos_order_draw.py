from odoo import models


class PosOrder(models.Model):
    """Prizes that an order hands out."""

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self.sudo()._salon_check_prizes()
        return result

    def _salon_check_prizes(self):
        """Note on this order where it hands out a prize that was not won by its client, or was handed out before."""
        lines = self.lines.filtered(lambda line: line.salon_prize_number > 0 and not line.refunded_orderline_id)
        if not lines:
            return
        for number, own in lines.grouped("salon_prize_number").items():
            entry = self.env["salon.draw.entry"].sudo().browse(number).exists()
            others = self.env["pos.order.line"].sudo().search_count(
                [("salon_prize_number", "=", number), ("id", "not in", own.ids),
                 ("order_id.state", "not in", ("draft", "cancel"))], limit=1
            )  # fmt: skip
            right = entry.file_id.partner_id == self.partner_id and entry.product_id == own.product_id
            if others or not right or sum(own.mapped("qty")) > 1:
                self.message_post(
                    body=self.env._(
                        "%s was handed out as a prize, but this client did not win it, or got it before.",
                        own[0].product_id.display_name,
                    )
                )
