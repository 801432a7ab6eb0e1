from odoo import api, fields, models
from odoo.exceptions import UserError

from .loyalty_card import BY_LEDGER


class PosOrderLine(models.Model):
    """Lines that sell treatment cards, and lines that sessions pay for."""

    _inherit = "pos.order.line"

    salon_treatment_card_id = fields.Many2one(
        "salon.treatment.card",
        string="Treatment Card",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="A session of it pays for this line.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_treatment_card_id"]

    def _salon_is_card(self):
        """Tell whether this line sells a treatment card, or takes one back."""
        self.ensure_one()
        return self.product_id.is_salon_card

    def _salon_is_paid_apart(self):
        return bool(self.salon_treatment_card_id) or super()._salon_is_paid_apart()

    def _salon_sells_prepaid(self):
        # A search for all cards, for each line, would be slow: the product knows.
        return self._salon_is_topup() or self._salon_is_card()

    def _salon_refuse_edit(self):
        super()._salon_refuse_edit()
        if self.env.context.get("salon_by") is BY_LEDGER:
            return
        for line in self.sudo().filtered("salon_treatment_card_id"):
            if line.order_id.salon_settled:
                raise UserError(
                    self.env._(
                        "“%(line)s” of %(order)s is booked on the client's card. Refund the order instead.",
                        line=line.product_id.name,
                        order=line.order_id.name,
                    )
                )
