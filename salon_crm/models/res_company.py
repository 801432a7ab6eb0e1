import pytz

from odoo import api, fields, models

from ..tools.decent_hours import DecentHours
from ..tools.frame import local_day


class ResCompany(models.Model):
    _inherit = "res.company"

    salon_correction_hours = fields.Integer(
        string="Correction Period",
        default=24,
        help="Hours after a visit is done in which it may still be corrected. After that it never changes again.",
        prefetch="salon",
    )
    salon_moves_stock = fields.Boolean(
        string="Back-bar Leaves the Stock",
        help="What services used up, from formulas and products used, leaves the stock when the visit is done.",
        prefetch="salon",
    )
    salon_stock_location_id = fields.Many2one(
        "stock.location",
        string="Taken From",
        domain="[('usage', '=', 'internal')]",
        help="Where the salon's back-bar products are. Empty: the stock of its first warehouse.",
        prefetch="salon",
    )
    salon_use_location_id = fields.Many2one(
        "stock.location",
        string="Used Up In",
        domain="[('usage', 'in', ('inventory', 'production'))]",
        help="Where what was used is booked to. Empty: the product's own location for losses.",
        prefetch="salon",
    )
    salon_opening_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening Hours",
        help="When clients are served, public holidays taken out. Empty: whenever a stylist works.",
    )
    salon_online_booking = fields.Boolean(
        string="Online Booking Page", help="Clients can book by themselves.", prefetch="salon"
    )
    salon_online_sms = fields.Boolean(
        string="Code by SMS",
        help="Who books online can show by an SMS, as well as by email, that they are reachable.",
        prefetch="salon",
    )
    salon_change_hours = fields.Integer(
        string="Changes by the Client",
        default=24,
        help="Up to so many hours before the visit clients can move or cancel it by themselves.",
        prefetch="salon",
    )
    salon_notice_minutes = fields.Integer(
        string="Minimum Notice",
        default=120,
        help="How many minutes ahead clients can book by themselves at the latest.",
        prefetch="salon",
    )
    salon_horizon_days = fields.Integer(
        string="Booking Horizon",
        default=90,
        help="How many days ahead clients can book by themselves.",
        prefetch="salon",
    )
    salon_grid_minutes = fields.Integer(
        string="Time Grid", default=15, help="Times that are offered lie this many minutes apart."
    )
    salon_buffer_minutes = fields.Integer(
        string="Buffer", help="Minutes that stay free around what clients book by themselves.", prefetch="salon"
    )
    salon_max_wait_minutes = fields.Integer(
        string="Longest Wait",
        default=15,
        help="How many minutes a client may wait between two services of a visit.",
        prefetch="salon",
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
        prefetch="salon",
    )
    salon_asked_uses_turn = fields.Boolean(
        string="Asked For Uses the Turn",
        help="A client who asked for a stylist counts as that stylist's turn.",
        prefetch="salon",
    )
    salon_no_show_limit = fields.Integer(
        string="No-show Limit",
        default=2,
        help="From this many no-shows and late cancellations in a year on, what a client books online waits for the"
        " salon's confirmation. 0: never.",
        prefetch="salon",
    )
    salon_late_cancel_hours = fields.Integer(
        string="Late Cancellation",
        default=24,
        help="A cancellation less than this many hours ahead is late.",
        prefetch="salon",
    )
    salon_offer_minutes = fields.Integer(
        string="Waiting List Offer",
        default=60,
        help="How many minutes an offer of a freed time is held.",
        prefetch="salon",
    )

    salon_access_log_months = fields.Integer(
        string="Access Log Kept",
        default=36,
        help="Months for which the salon keeps who read or changed health information. 0: for ever.",
        prefetch="salon",
    )
    salon_message_email = fields.Boolean(
        string="Messages by Email",
        default=True,
        help="Clients who have an email address are written to.",
        prefetch="salon",
    )
    salon_message_sms = fields.Selection(
        [
            ("off", "Nobody"),
            ("no_email", "Who can't be written an email"),
            ("all", "Everybody, besides the email"),
        ],
        string="Messages by SMS",
        default="off",
        required=True,
        help="SMS cost money: they go through Odoo's SMS service or the provider that is set up for it.",
        prefetch="salon",
    )
    salon_tell_made = fields.Boolean(
        string="Confirmation",
        default=True,
        help="Tell clients that they are booked, with a file for their calendar.",
        prefetch="salon",
    )
    salon_tell_changed = fields.Boolean(
        string="Change",
        default=True,
        help="Tell clients that the time, the stylist or the services are others.",
        prefetch="salon",
    )
    salon_tell_cancelled = fields.Boolean(
        string="Cancellation", default=True, help="Tell clients that their booking is off.", prefetch="salon"
    )
    salon_message_rest_minutes = fields.Integer(
        string="Rest",
        default=5,
        help="How many minutes a booking stays as it is before its client is told: who drags it twice tells it once.",
        prefetch="salon",
    )
    salon_remind = fields.Boolean(
        string="Reminder",
        default=True,
        help="Remind clients of their visit, and ask them to confirm it.",
        prefetch="salon",
    )
    salon_remind_hours = fields.Integer(
        string="Reminder Before", default=48, help="Hours before the visit.", prefetch="salon"
    )
    salon_remind_new_hours = fields.Integer(
        string="Reminder to New Clients Before",
        default=24,
        help="Hours before the visit, for clients who were never here and for those who want it the day before.",
        prefetch="salon",
    )
    salon_remind_again = fields.Boolean(
        string="Second Reminder", default=True, help="Ask clients again who have not confirmed.", prefetch="salon"
    )
    salon_remind_again_hours = fields.Integer(
        string="Second Reminder Before", default=24, help="Hours before the visit.", prefetch="salon"
    )
    salon_remind_same_day = fields.Boolean(
        string="Same-day Reminder",
        default=True,
        help="Remind clients once more, some hours before the visit.",
        prefetch="salon",
    )
    salon_remind_same_day_hours = fields.Integer(
        string="Same-day Reminder Before", default=3, help="Hours before the visit.", prefetch="salon"
    )
    salon_message_gap_hours = fields.Integer(
        string="Quiet After a Message",
        default=6,
        help="A reminder that would come within so many hours of another message about the booking does not go.",
        prefetch="salon",
    )
    salon_message_from = fields.Float(
        string="Messages From",
        default=9.0,
        help="The hour from which clients are written to, on their own clocks.",
        prefetch="salon",
    )
    salon_message_to = fields.Float(
        string="Messages To",
        default=20.0,
        help="The hour until which clients are written to, on their own clocks.",
        prefetch="salon",
    )

    salon_intake_days = fields.Integer(
        string="Intake Link",
        default=14,
        required=True,
        help="Days after which the link to an intake form ends.",
        prefetch="salon",
    )
    salon_intake_first = fields.Boolean(
        string="Ask New Clients",
        help="Who is booked for the first time is asked to fill in the first intake form.",
        prefetch="salon",
    )
    salon_review_months = fields.Integer(
        string="File Review",
        default=12,
        help="Months after which a client file that nobody reviewed says so. 0: never.",
        prefetch="salon",
    )

    _salon_intake_sensible = models.Constraint(
        "CHECK (salon_intake_days BETWEEN 1 AND 365 AND salon_review_months BETWEEN 0 AND 120)",
        "The link to an intake form ends after 1 to 365 days, and a client file is reviewed after at most 120 months.",
    )
    _salon_correction_hours_positive = models.Constraint(
        "CHECK (salon_correction_hours >= 0)", "The correction period can't be negative."
    )
    _salon_access_log_kept = models.Constraint(
        "CHECK (salon_access_log_months >= 0)",
        "The months for which the access log is kept can't be negative. 0 keeps it for ever.",
    )
    _salon_rules_sensible = models.Constraint(
        "CHECK (salon_notice_minutes >= 0 AND salon_horizon_days BETWEEN 0 AND 730"
        " AND salon_grid_minutes BETWEEN 1 AND 240 AND salon_buffer_minutes BETWEEN 0 AND 240"
        " AND salon_max_wait_minutes BETWEEN 0 AND 240 AND salon_no_show_limit >= 0"
        " AND salon_late_cancel_hours >= 0 AND salon_change_hours >= 0 AND salon_offer_minutes > 0)",
        "The booking rules of the salon don't fit: no time can be negative, the time grid is 1 to 240 minutes, the"
        " horizon at most two years, and an offer is held for at least a minute.",
    )

    _salon_messages_sensible = models.Constraint(
        "CHECK (salon_message_from >= 0 AND salon_message_to <= 24 AND salon_message_to - salon_message_from >= 2"
        " AND salon_message_rest_minutes BETWEEN 0 AND 60 AND salon_message_gap_hours BETWEEN 0 AND 24"
        " AND salon_remind_hours BETWEEN 2 AND 336 AND salon_remind_new_hours BETWEEN 2 AND 336"
        " AND salon_remind_again_hours BETWEEN 2 AND 336 AND salon_remind_same_day_hours BETWEEN 1 AND 23)",
        "The rules for messages don't fit: clients are written to on at least two hours of the day, a booking rests an"
        " hour at most, reminders go 2 to 336 hours before the visit, and on the same day 1 to 23 hours before.",
    )
    _salon_reminders_in_order = models.Constraint(
        "CHECK (salon_remind_hours > salon_remind_again_hours AND"
        " LEAST(salon_remind_again_hours, salon_remind_new_hours) > salon_remind_same_day_hours)",
        "The reminders are not in order: the first goes before the second, the second before that of the same day.",
    )

    def _salon_timezone(self):
        """Return the time zone that the salon's clocks show."""
        self.ensure_one()
        calendar = self.sudo().salon_opening_calendar_id or self.sudo().resource_calendar_id
        return pytz.timezone(calendar._salon_zone(calendar.id))

    def _salon_today(self):
        """Return the date that it is in the salon, whatever clock the user's own computer shows."""
        return local_day(self._salon_timezone(), fields.Datetime.now())

    def _salon_decent_hours(self, client):
        """Return the hours at which `client` may be written to, on their own clocks; on the salon's where not known."""
        zone = pytz.timezone(client.tz) if client.tz else self._salon_timezone()
        return DecentHours(zone, self.salon_message_from, self.salon_message_to)

    def _salon_reminder_hours(self):
        """Return {kind of reminder: hours before the visit} of those that are switched on, with "new" for the first
        reminder to clients who are new or want it the day before."""
        hours = {}
        if self.salon_remind:
            hours.update(reminder=self.salon_remind_hours, new=self.salon_remind_new_hours)
        if self.salon_remind_again:
            hours["reminder_again"] = self.salon_remind_again_hours
        if self.salon_remind_same_day:
            hours["same_day"] = self.salon_remind_same_day_hours
        return hours

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_grid_minutes"]
