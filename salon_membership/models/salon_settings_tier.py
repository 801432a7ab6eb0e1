from odoo import fields, models


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_enrol_amount = fields.Float(related="company_id.salon_enrol_amount", readonly=False)
    salon_enrol_topup = fields.Boolean(related="company_id.salon_enrol_topup", readonly=False)
    salon_enrol_tier_id = fields.Many2one(related="company_id.salon_enrol_tier_id", readonly=False)
    salon_enrol_at_once = fields.Boolean(related="company_id.salon_enrol_at_once", readonly=False)
    salon_club_form_id = fields.Many2one(related="company_id.salon_club_form_id", readonly=False)
    salon_tier_basis = fields.Selection(related="company_id.salon_tier_basis", readonly=False)
    salon_tier_period = fields.Selection(related="company_id.salon_tier_period", readonly=False)
    salon_tier_months = fields.Integer(related="company_id.salon_tier_months", readonly=False)
    salon_tier_review = fields.Boolean(related="company_id.salon_tier_review", readonly=False)
    salon_tier_grace_days = fields.Integer(related="company_id.salon_tier_grace_days", readonly=False)
    salon_inactive_months = fields.Integer(related="company_id.salon_inactive_months", readonly=False)
    salon_tell_member = fields.Boolean(related="company_id.salon_tell_member", readonly=False)
    salon_leap_birthday = fields.Selection(related="company_id.salon_leap_birthday", readonly=False)
