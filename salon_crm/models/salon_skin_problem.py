from odoo import fields, models


class SalonSkinProblem(models.Model):
    """What a beautician sees and treats: dryness, pigment, large pores. A disease is none: it is a health note."""

    _name = "salon.skin.problem"
    _description = "Skin Problem"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
