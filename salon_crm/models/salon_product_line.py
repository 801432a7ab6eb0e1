from odoo import fields, models


class SalonProductLine(models.Model):
    """What a patch test is made with and holds for: a brand's colours, a lash glue, a peeling."""

    _name = "salon.product.line"
    _description = "Brand or Product Line"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(lower(name))", "There is a brand or product line of this name already.")
