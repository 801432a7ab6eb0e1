from odoo import fields, models


class SalonStylistLevel(models.Model):
    """How senior a stylist is: services can take longer or cost more by level."""

    _name = "salon.stylist.level"
    _description = "Stylist Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)

    _name_uniq = models.Constraint("UNIQUE (name)", "There is a level of this name already.")
