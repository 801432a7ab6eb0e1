from odoo import fields, models


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_treatment_refund = fields.Selection(related="company_id.salon_treatment_refund", readonly=False)
