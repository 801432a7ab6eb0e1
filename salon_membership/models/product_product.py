from odoo import api, models
from odoo.tools import SQL, ormcache


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:  # of what tops up prepaid money, see `_find_prepaid` of the programs
            self.env.registry.clear_cache("stable")
        return result

    def _salon_without_member_price(self):
        return self.product_tmpl_id._salon_without_member_price()

    def _salon_list_currency(self):
        """Return the currency of the list price, as core computes it, which looks for the first company each time."""
        company = self.product_tmpl_id.sudo().company_id
        return company.currency_id or self.env["res.currency"].browse(self._salon_first_currency())

    @api.model
    @ormcache(cache="stable")
    def _salon_first_currency(self):
        self.env["res.company"].flush_model(["currency_id"])
        query = SQL(
            """
            SELECT c.currency_id
              FROM res_company c LEFT JOIN ir_model_data d ON d.module = 'base' AND d.name = 'main_company'
               AND d.model = 'res.company' AND d.res_id = c.id
             ORDER BY d.id NULLS LAST, c.id LIMIT 1
            """
        )
        return self.env.execute_query(query)[0][0]
