from odoo import fields, models


class SalonSettingsFields(models.AbstractModel):
    """What a salon can set. Whoever adds a setting to the company adds it here: administrators find it among the
    settings of Odoo, the salon's manager among those of the salon.

    Every setting is a field of the company whose name begins with "salon_".
    """

    _name = "salon.settings.fields"
    _description = "Settings of the Salon"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    salon_correction_hours = fields.Integer(related="company_id.salon_correction_hours", readonly=False)
    salon_patch_test_hours = fields.Integer(related="company_id.salon_patch_test_hours", readonly=False)
    salon_patch_test_months = fields.Integer(related="company_id.salon_patch_test_months", readonly=False)
    salon_consent_link_days = fields.Integer(related="company_id.salon_consent_link_days", readonly=False)
    salon_anonymise_years = fields.Integer(related="company_id.salon_anonymise_years", readonly=False)
    salon_access_log_months = fields.Integer(related="company_id.salon_access_log_months", readonly=False)
    salon_moves_stock = fields.Boolean(related="company_id.salon_moves_stock", readonly=False)
    salon_stock_location_id = fields.Many2one(related="company_id.salon_stock_location_id", readonly=False)
    salon_use_location_id = fields.Many2one(related="company_id.salon_use_location_id", readonly=False)
    salon_opening_calendar_id = fields.Many2one(related="company_id.salon_opening_calendar_id", readonly=False)
    salon_online_booking = fields.Boolean(related="company_id.salon_online_booking", readonly=False)
    salon_online_sms = fields.Boolean(related="company_id.salon_online_sms", readonly=False)
    salon_change_hours = fields.Integer(related="company_id.salon_change_hours", readonly=False)
    salon_notice_minutes = fields.Integer(related="company_id.salon_notice_minutes", readonly=False)
    salon_horizon_days = fields.Integer(related="company_id.salon_horizon_days", readonly=False)
    salon_grid_minutes = fields.Integer(related="company_id.salon_grid_minutes", readonly=False)
    salon_buffer_minutes = fields.Integer(related="company_id.salon_buffer_minutes", readonly=False)
    salon_max_wait_minutes = fields.Integer(related="company_id.salon_max_wait_minutes", readonly=False)
    salon_turn_rule = fields.Selection(related="company_id.salon_turn_rule", readonly=False)
    salon_asked_uses_turn = fields.Boolean(related="company_id.salon_asked_uses_turn", readonly=False)
    salon_no_show_limit = fields.Integer(related="company_id.salon_no_show_limit", readonly=False)
    salon_late_cancel_hours = fields.Integer(related="company_id.salon_late_cancel_hours", readonly=False)
    salon_offer_minutes = fields.Integer(related="company_id.salon_offer_minutes", readonly=False)
    salon_message_email = fields.Boolean(related="company_id.salon_message_email", readonly=False)
    salon_message_sms = fields.Selection(related="company_id.salon_message_sms", readonly=False)
    salon_tell_made = fields.Boolean(related="company_id.salon_tell_made", readonly=False)
    salon_tell_changed = fields.Boolean(related="company_id.salon_tell_changed", readonly=False)
    salon_tell_cancelled = fields.Boolean(related="company_id.salon_tell_cancelled", readonly=False)
    salon_message_rest_minutes = fields.Integer(related="company_id.salon_message_rest_minutes", readonly=False)
    salon_remind = fields.Boolean(related="company_id.salon_remind", readonly=False)
    salon_remind_hours = fields.Integer(related="company_id.salon_remind_hours", readonly=False)
    salon_remind_new_hours = fields.Integer(related="company_id.salon_remind_new_hours", readonly=False)
    salon_remind_again = fields.Boolean(related="company_id.salon_remind_again", readonly=False)
    salon_remind_again_hours = fields.Integer(related="company_id.salon_remind_again_hours", readonly=False)
    salon_remind_same_day = fields.Boolean(related="company_id.salon_remind_same_day", readonly=False)
    salon_remind_same_day_hours = fields.Integer(related="company_id.salon_remind_same_day_hours", readonly=False)
    salon_message_gap_hours = fields.Integer(related="company_id.salon_message_gap_hours", readonly=False)
    salon_message_from = fields.Float(related="company_id.salon_message_from", readonly=False)
    salon_message_to = fields.Float(related="company_id.salon_message_to", readonly=False)
    salon_intake_days = fields.Integer(related="company_id.salon_intake_days", readonly=False)
    salon_intake_first = fields.Boolean(related="company_id.salon_intake_first", readonly=False)
    salon_review_months = fields.Integer(related="company_id.salon_review_months", readonly=False)
