from odoo import api, models


class SalonTurn(models.AbstractModel):
    _name = "salon.turn"
    _description = "Turn"

    @api.model
    def _get_order(self, company, stylist_ids):
        """Return {stylist id: place in the order of turns now}, 0 for who is next."""
        return {stylist_id: number for number, stylist_id in enumerate(stylist_ids)}
