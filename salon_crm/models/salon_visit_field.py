from odoo import fields, models


class SalonVisitField(models.Model):
    """What a service can demand of its visit before that is closed. The set is fixed: each code has its rule."""

    _name = "salon.visit.field"
    _description = "Part of the Record of a Visit"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.Constraint("UNIQUE (code)", "Each part of the record is there once.")
