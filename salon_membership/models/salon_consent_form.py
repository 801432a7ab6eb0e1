from odoo import fields, models


class SalonConsentForm(models.Model):
    _inherit = "salon.consent.form"

    kind = fields.Selection(selection_add=[("club", "Club Rules")], ondelete={"club": "set default"})
