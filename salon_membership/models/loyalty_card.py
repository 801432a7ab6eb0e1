from odoo import api, fields, models
from odoo.exceptions import UserError

# Only this very object opens the guards of cards and history: no context that comes in by RPC can hold it.
BY_LEDGER = object()


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    is_salon_card = fields.Boolean(related="program_id.is_salon_program", store=True, precompute=True)

    _salon_partner_uniq = models.UniqueIndex(
        "(program_id, partner_id) WHERE is_salon_card IS TRUE AND active IS TRUE",
        "This client has a card for the salon's points already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._check_by_ledger()
        return cards

    def write(self, vals):
        guarded = vals.keys() & {"points", "partner_id", "program_id", "active", "is_salon_card"}
        if guarded:
            self._check_by_ledger()
        result = super().write(vals)
        if "program_id" in guarded:
            self._check_by_ledger()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_salon(self):
        self._check_by_ledger()

    def _check_by_ledger(self):
        """A salon card only shows what the ledger says: core lets every cashier write it (invariant 6)."""
        if self.env.context.get("salon_by") is not BY_LEDGER and self.filtered(
            lambda card: card.is_salon_card or card.sudo().program_id.is_salon_program
        ):
            raise UserError(
                self.env._("The points of members are kept by the salon's ledger. Correct them on the membership.")
            )
