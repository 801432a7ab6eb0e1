from odoo import models
from odoo.exceptions import UserError

from .loyalty_card import BY_LEDGER
from .pos_payment_method_deal import DEAL


class PosPayment(models.Model):
    """What vouchers paid is booked with the order: a refund gives them back, and nothing else changes it."""

    _inherit = "pos.payment"

    def _salon_refuse_edit(self):
        super()._salon_refuse_edit()
        if self.env.context.get("salon_by") is BY_LEDGER:
            return
        for payment in self.filtered(lambda one: one.payment_method_id._salon_prepaid(DEAL)):
            if payment.sudo().pos_order_id.salon_settled:
                raise UserError(
                    self.env._(
                        "%(order)s was paid by a voucher of %(method)s, which is redeemed. Refund the order instead.",
                        order=payment.pos_order_id.name,
                        method=payment.payment_method_id.name,
                    )
                )
