from odoo import api, models


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    @api.model_create_multi
    def create(self, vals_list):
        histories = super().create(vals_list)
        histories.sudo().card_id._check_by_ledger()
        return histories

    def write(self, vals):
        self.sudo().card_id._check_by_ledger()
        result = super().write(vals)
        if "card_id" in vals:
            self.sudo().card_id._check_by_ledger()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_salon(self):
        self.sudo().card_id._check_by_ledger()
