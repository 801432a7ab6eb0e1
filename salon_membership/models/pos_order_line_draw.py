from odoo import api, fields, models


class PosOrderLine(models.Model):
    """A product that somebody won."""

    _inherit = "pos.order.line"

    salon_prize_number = fields.Integer(
        string="Prize", copy=False, help="The entry of a prize draw whose product this is, at a price of 0."
    )

    _salon_prize_idx = models.Index("(salon_prize_number) WHERE salon_prize_number > 0")

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_prize_number"]
