from odoo import fields, models


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_wallet_use = fields.Selection(related="company_id.salon_wallet_use", readonly=False)
    salon_bonus_months = fields.Integer(related="company_id.salon_bonus_months", readonly=False)
    salon_principal_months = fields.Integer(related="company_id.salon_principal_months", readonly=False)
    salon_prepaid_notice_days = fields.Integer(related="company_id.salon_prepaid_notice_days", readonly=False)
    salon_pin_from = fields.Float(related="company_id.salon_pin_from", readonly=False)
    salon_pin_way = fields.Selection(related="company_id.salon_pin_way", readonly=False)
    salon_hold_minutes = fields.Integer(related="company_id.salon_hold_minutes", readonly=False)
    salon_cooling_days = fields.Integer(related="company_id.salon_cooling_days", readonly=False)
    salon_tell_prepaid = fields.Boolean(related="company_id.salon_tell_prepaid", readonly=False)
    salon_send_contract = fields.Boolean(related="company_id.salon_send_contract", readonly=False)
    salon_accountant_id = fields.Many2one(related="company_id.salon_accountant_id", readonly=False)
