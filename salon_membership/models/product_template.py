from odoo import api, fields, models


class ProductTemplate(models.Model):
    """What members do not pay less for, and not less than."""

    _inherit = "product.template"

    salon_no_member_price = fields.Boolean(
        string="No Member's Price", help="Members pay the list price for it."
    )
    salon_floor_price = fields.Float(
        string="Member's Price at Least",
        digits="Product Price",
        help="No tier's discount goes below this price. 0: no floor.",
    )

    _salon_floor_positive = models.Constraint(
        "CHECK (salon_floor_price >= 0)", "The price that members pay at least can't be negative."
    )

    def _salon_without_member_price(self):
        self.ensure_one()
        return self.salon_no_member_price or self.categ_id._salon_without_member_price()

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_no_member_price", "salon_floor_price"]
