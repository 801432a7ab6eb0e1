from odoo import fields, models


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_marketing_cap = fields.Integer(related="company_id.salon_marketing_cap", readonly=False)
    salon_followups_a_day = fields.Integer(related="company_id.salon_followups_a_day", readonly=False)
