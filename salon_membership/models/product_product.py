from odoo import api, models
from odoo.tools import ormcache


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _salon_without_member_price(self):
        return self.product_tmpl_id._salon_without_member_price()

    def _salon_list_currency(self):
        """Return the currency of the list price, as core computes it, which looks for the first company each time."""
        company = self.company_id.sudo()
        return company.currency_id or self.env["res.currency"].browse(self._salon_first_currency())

    @api.model
    @ormcache()
    def _salon_first_currency(self):
        return self.env["res.company"]._get_main_company().currency_id.id
