from odoo import fields, models


class SalonSubstance(models.Model):
    """What a client may not bear: a substance, or a circumstance such as pregnancy. Services name them as well."""

    _name = "salon.substance"
    _description = "Substance or Circumstance"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
