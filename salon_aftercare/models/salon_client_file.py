from odoo import fields, models


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    grade = fields.Selection(
        [("A", "A · likely to stay"), ("B", "B · may stay"), ("C", "C · unlikely to stay")],
        help="What staff think of a new client after the first visit. Plans can call those of grade A first.",
    )
