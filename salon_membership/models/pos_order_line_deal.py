from odoo import api, fields, models
from odoo.exceptions import UserError

from .loyalty_card import BY_LEDGER


class PosOrderLine(models.Model):
    """Lines that a voucher of a platform pays for."""

    _inherit = "pos.order.line"

    salon_deal_offer_id = fields.Many2one(
        "salon.deal.offer",
        string="Group-buying Offer",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="A voucher of it pays for this line.",
    )
    salon_deal_code = fields.Char(
        string="Voucher Code", copy=False, help="The code of the voucher that pays for this line."
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_deal_offer_id", "salon_deal_code"]

    def _salon_refuse_edit(self):
        super()._salon_refuse_edit()
        if self.env.context.get("salon_by") is BY_LEDGER:
            return
        for line in self.sudo().filtered("salon_deal_offer_id"):
            if line.order_id.salon_settled:
                raise UserError(
                    self.env._(
                        "“%(line)s” of %(order)s was paid by a voucher. Refund the order instead.",
                        line=line.product_id.name,
                        order=line.order_id.name,
                    )
                )

    def _salon_is_paid_apart(self):
        return bool(self.salon_deal_offer_id) or super()._salon_is_paid_apart()

    def _salon_refuse_deal_of_topup(self):
        """Refuse lines that would make stored value of a code: a client could have it paid out."""
        if topups := self.filtered(lambda line: line._salon_is_topup()):
            raise UserError(topups.salon_deal_offer_id._say_no_topup(topups.product_id))

    def _salon_eligible(self):
        """What a platform sold gives no points and no tier: its price is a discount already. Platforms may differ."""
        return (
            super()
            ._salon_eligible()
            .filtered(
                lambda line: not line.salon_deal_offer_id or line.sudo().salon_deal_offer_id.platform_id.gives_points
            )
        )
