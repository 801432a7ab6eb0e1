from odoo import models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    def set_values(self):
        """Keep the members' prices: without the pricelist feature core archives all pricelists at every saving."""
        result = super().set_values()
        self.env["salon.membership.tier"].search([])._keep_pricelists()
        return result
