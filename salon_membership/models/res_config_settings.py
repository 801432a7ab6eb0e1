from odoo import models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    def set_values(self):
        """Core archives every pricelist whenever settings are saved without the pricelist feature: keep the members'."""
        super().set_values()
        self.env["salon.membership.tier"].search([])._keep_pricelists()
