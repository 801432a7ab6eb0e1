import pytz

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    salon_correction_hours = fields.Integer(
        string="Correction Period",
        default=24,
        help="Hours after a visit is done in which it may still be corrected. After that it never changes again.",
    )
    salon_opening_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening Hours",
        help="When clients are served, public holidays taken out. Empty: whenever a stylist works.",
    )
    salon_notice_minutes = fields.Integer(
        string="Minimum Notice",
        default=120,
        help="How many minutes ahead clients can book by themselves at the latest.",
    )
    salon_horizon_days = fields.Integer(
        string="Booking Horizon", default=90, help="How many days ahead clients can book by themselves."
    )
    salon_grid_minutes = fields.Integer(
        string="Time Grid", default=15, help="Times that are offered lie this many minutes apart."
    )
    salon_buffer_minutes = fields.Integer(
        string="Buffer", help="Minutes that stay free around what clients book by themselves."
    )
    salon_max_wait_minutes = fields.Integer(
        string="Longest Wait", default=15, help="How many minutes a client may wait between two services of a visit."
    )
    salon_turn_rule = fields.Selection(
        [
            ("order", "In order: who had a client goes to the end"),
            ("fewest", "Fewest clients today first"),
            ("idle", "Longest without a client first"),
        ],
        string="Turn Rule",
        default="order",
        required=True,
        help="Who is next for a client who asks for nobody.",
    )
    salon_asked_uses_turn = fields.Boolean(
        string="Asked For Uses the Turn", help="A client who asked for a stylist counts as that stylist's turn."
    )
    salon_no_show_limit = fields.Integer(
        string="No-show Limit",
        default=2,
        help="From this many no-shows and late cancellations in a year on, what a client books online waits for the"
        " salon's confirmation. 0: never.",
    )
    salon_late_cancel_hours = fields.Integer(
        string="Late Cancellation", default=24, help="A cancellation less than this many hours ahead is late."
    )
    salon_offer_minutes = fields.Integer(
        string="Waiting List Offer", default=60, help="How many minutes an offer of a freed time is held."
    )

    _salon_correction_hours_positive = models.Constraint(
        "CHECK (salon_correction_hours >= 0)", "The correction period can't be negative."
    )
    _salon_rules_sensible = models.Constraint(
        "CHECK (salon_notice_minutes >= 0 AND salon_horizon_days BETWEEN 0 AND 730"
        " AND salon_grid_minutes BETWEEN 1 AND 240 AND salon_buffer_minutes BETWEEN 0 AND 240"
        " AND salon_max_wait_minutes BETWEEN 0 AND 240 AND salon_no_show_limit >= 0"
        " AND salon_late_cancel_hours >= 0 AND salon_offer_minutes > 0)",
        "The booking rules of the salon don't fit: no time can be negative, the time grid is 1 to 240 minutes, the"
        " horizon at most two years, and an offer is held for at least a minute.",
    )

    def _salon_timezone(self):
        """Return the time zone that the salon's clocks show."""
        self.ensure_one()
        calendar = self.sudo().salon_opening_calendar_id or self.sudo().resource_calendar_id
        return pytz.timezone(calendar.tz or "UTC")

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_grid_minutes"]
