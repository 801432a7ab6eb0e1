from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _salon_without_member_price(self):
        return self.product_tmpl_id._salon_without_member_price()
