from odoo import api, models
from odoo.exceptions import UserError

from .loyalty_card import BY_LEDGER

KEPT = {"amount", "payment_method_id", "pos_order_id"}
# Only this very object says that all payments of an order are written together: no RPC can hold it.
TOGETHER = object()


class PosPayment(models.Model):
    """What was paid by prepaid money is booked with the order: a refund gives it back, and nothing else changes it."""

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._salon_refuse_edit()
        return payments

    def write(self, vals):
        if not vals.keys() & KEPT:
            return super().write(vals)
        self._salon_refuse_edit()
        result = super().write(vals)
        self._salon_refuse_edit()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_prepaid(self):
        self._salon_refuse_edit()

    def _salon_refuse_edit(self):
        """Refuse to change by what a settled order was paid, where prepaid money is or was part of it."""
        if self.env.context.get("salon_by") is BY_LEDGER:
            return
        if self.env.context.get("salon_payments") is not TOGETHER:
            for order in self.sudo().pos_order_id.filtered("salon_settled"):
                if order._salon_sold_prepaid():
                    self._salon_refuse_sold(order)
        prepaid = self.filtered(lambda payment: payment.payment_method_id._salon_prepaid())
        for payment in prepaid:
            if payment.sudo().pos_order_id.salon_settled:
                raise UserError(
                    self.env._(
                        "%(order)s was paid by %(method)s, and that is booked on the client's card. Refund the order"
                        " instead.",
                        order=payment.pos_order_id.name,
                        method=payment.payment_method_id.name,
                    )
                )

    def _salon_money(self):
        """Return how much of these payments is money that came in: neither prepaid money nor a debt."""
        money = self.filtered(
            lambda payment: (
                payment.payment_method_id.type != "pay_later" and not payment.payment_method_id._salon_prepaid()
            )
        )
        return sum(money.mapped("amount"))

    def _salon_refuse_sold(self, order):
        raise UserError(
            self.env._(
                "%s sold prepaid money: what was paid for it stays. Refund the order instead.",
                order.pos_reference or order.name,
            )
        )
