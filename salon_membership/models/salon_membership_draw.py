from odoo import models


class SalonMembership(models.Model):
    """Points that somebody won before they were a member."""

    _inherit = "salon.membership"

    def _join(self):
        result = super()._join()
        domain = [("kind", "=", "points"), ("file_id.partner_id", "in", self.partner_id.ids)]
        self.env["salon.draw.entry"].sudo().search(domain, order="id")._grant_points()
        return result
