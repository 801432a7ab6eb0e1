from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An entry by which prepaid money ended stays as it was booked."""

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
