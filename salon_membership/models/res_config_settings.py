from odoo import api, models


class ResConfigSettings(models.TransientModel):
    """Members' prices are pricelists that hold without the pricelist feature: it need not be on for them."""

    _inherit = "res.config.settings"

    @api.onchange("group_product_pricelist")
    def _onchange_group_sale_pricelist(self):
        """Core warns that all pricelists will be archived: not where there are none but the members' prices."""
        others = self.env["product.pricelist"].sudo().search_count([("salon_tier_id", "=", False)], limit=1)
        return super()._onchange_group_sale_pricelist() if others else None

    def set_values(self):
        """Keep the members' prices: without the pricelist feature core archives all pricelists at every saving."""
        return super(ResConfigSettings, self.with_context(salon_keep_tier_pricelists=True)).set_values()
