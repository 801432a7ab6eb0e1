from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    salon_correction_hours = fields.Integer(related="company_id.salon_correction_hours", readonly=False)
