from odoo import fields, models


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    is_salon_tier_rule = fields.Boolean(
        copy=False, readonly=True, help="The membership tier keeps this rule's discount."
    )
