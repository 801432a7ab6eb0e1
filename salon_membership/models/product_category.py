from odoo import api, fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    salon_no_member_price = fields.Boolean(
        string="No Member's Price", help="Members pay the list price for what is in this category and below it."
    )

    def _salon_without_member_price(self):
        """Tell whether this category, or one above it, has no member's price."""
        category = self
        while category:
            if category.salon_no_member_price:
                return True
            category = category.parent_id
        return False

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_no_member_price"]
