from odoo import models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Money by which a treatment card was sold or refunded in the back office is on the card: it stays so."""

    _inherit = "account.payment"

    def _salon_refuse_undoing(self):
        result = super()._salon_refuse_undoing()
        moves = self.env["salon.treatment.move"].sudo().search([("account_payment_id", "in", self.ids)], limit=1)
        if moves:
            raise UserError(
                self.env._(
                    "%(payment)s is booked on %(card)s. Refund the card there, or sell another, instead.",
                    payment=moves.account_payment_id.display_name,
                    card=moves.card_id.display_name,
                )
            )
        return result
