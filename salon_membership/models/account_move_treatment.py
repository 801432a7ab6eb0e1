from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An entry by which sessions ended or were refunded stays as it was booked."""

    _inherit = "account.move"

    def _salon_refuse_undoing(self):
        result = super()._salon_refuse_undoing()
        moves = self.env["salon.treatment.move"].sudo().search([("account_move_id", "in", self.ids)], limit=1)
        if moves:
            raise UserError(
                self.env._(
                    "%(entry)s is booked on %(card)s. Reverse it, and sell another card, instead.",
                    entry=moves.account_move_id.display_name,
                    card=moves.card_id.display_name,
                )
            )
        return result
