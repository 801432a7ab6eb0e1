from odoo import models


class LoyaltyMail(models.Model):
    """Whether members are written to for their points is asked with each order: it lies in Odoo's caches."""

    _name = "loyalty.mail"
    _inherit = ["loyalty.mail", "salon.cached"]
