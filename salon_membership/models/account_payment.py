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


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_draft(self):
        if self.origin_payment_id:
            self.origin_payment_id._salon_refuse_undoing()
        self._salon_refuse_undoing()
        return super().button_draft()

    def _salon_refuse_undoing(self):
        """Refuse to undo an entry by which prepaid money ended."""
        moves = self.env["salon.wallet.move"].sudo().search([("account_move_id", "in", self.ids)], limit=1)
        if moves:
            raise UserError(
                self.env._(
                    "%(entry)s is booked on %(wallet)s. Reverse it, and top the money up again, instead.",
                    entry=moves.account_move_id.display_name,
                    wallet=moves.wallet_id.display_name,
                )
            )
