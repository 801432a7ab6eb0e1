from odoo import api, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Money that was topped up or paid out in the back office is on a client's card, or gone from it: it stays so."""

    _inherit = "account.payment"

    def action_draft(self):
        self._salon_refuse_undoing()
        return super().action_draft()

    def action_cancel(self):
        self._salon_refuse_undoing()
        return super().action_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_prepaid(self):
        self._salon_refuse_undoing()

    def _salon_refuse_undoing(self):
        """Refuse to undo a payment by which a client's prepaid money moved."""
        moves = self.env["salon.wallet.move"].sudo().search([("account_payment_id", "in", self.ids)], limit=1)
        if moves:
            raise UserError(
                self.env._(
                    "%(payment)s is booked on %(wallet)s. Pay the money out there, or top it up again, instead.",
                    payment=moves.account_payment_id.display_name,
                    wallet=moves.wallet_id.display_name,
                )
            )
