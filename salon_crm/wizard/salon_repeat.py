from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.salon_booking_series import UNITS
from ..tools.spoken import spoken

MOST = 52  # bookings at once


class SalonRepeat(models.TransientModel):
    """The same visit again, every few weeks: all dates looked at together, and booked together."""

    _name = "salon.repeat"
    _inherit = ["salon.steps"]
    _description = "Repeat a Booking"

    event_id = fields.Many2one("calendar.event", string="Booking", required=True, ondelete="cascade", readonly=True)
    client_id = fields.Many2one(related="event_id.salon_client_id", string="Client")
    first = fields.Char(string="From", compute="_compute_first")
    every = fields.Integer(required=True, default=5)
    unit = fields.Selection(UNITS, required=True, default="weeks")
    count = fields.Integer(string="More Bookings", required=True, default=6, help="Besides the one that is booked.")
    line_ids = fields.One2many("salon.repeat.line", "repeat_id", string="Dates")
    tell = fields.Boolean(string="Tell the Client", default=True)
    how = fields.Char(compute="_compute_first")
    booked_count = fields.Integer(compute="_compute_booked_count")

    @api.depends("event_id")
    def _compute_first(self):
        for repeat in self:
            booking = repeat.event_id
            repeat.first = booking and f"{spoken(self.env, booking.start)} · {booking.name}"
            repeat.how = booking.salon_client_id._salon_reached_by(booking.company_id or self.env.company)

    @api.depends("line_ids.proposal_id")
    def _compute_booked_count(self):
        for repeat in self:
            repeat.booked_count = len(repeat.line_ids.filtered(lambda line: line.kind == "place"))

    def action_search(self):
        """Look at all dates at once."""
        self.ensure_one()
        if self.every < 1 or not 1 <= self.count <= MOST:
            raise UserError(self.env._("Choose how often: every 1 or more, and 1 to %s times.", MOST))
        self.event_id.check_access("read")
        self.line_ids.unlink()
        series = self.env["salon.booking.series"]
        zone = self.event_id.company_id._salon_timezone()
        starts = series._get_starts(self.event_id.start, zone, self.every, self.unit, self.count)
        lines = self.env["salon.repeat.line"].create([{"repeat_id": self.id, "start": start} for start in starts])
        lines._propose()
        self.searched = True
        return self._open()

    def _get_title(self):
        return self.env._("Repeat: %s", self.event_id.name)

    def action_book(self):
        """Book all that is chosen, or nothing."""
        self.ensure_one()
        self.env["calendar.event"].check_access("create")
        lines = self.line_ids.filtered(lambda line: line.kind == "place").sorted("start")
        if not lines:
            raise UserError(self.env._("Every date is skipped. Choose a time for at least one."))
        resources = {take[0] for take in lines.proposal_id._get_takes()}
        self.env["salon.booking.block"]._take_turns(sorted(resources))
        series = self._make_series()
        bookings = self.env["calendar.event"]
        for line in lines:
            bookings |= line._book(series)
        if self.tell:
            bookings._salon_tell_clients("made")
        else:
            bookings._salon_count_as_told()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Booked: %s", "; ".join(spoken(self.env, start) for start in bookings.mapped("start"))
                ),
                "next": self.event_id.action_salon_series(),
            },
        }

    def _make_series(self):
        """Return a new series, with the booking that it was made from in it; a series that it was in goes on."""
        booking = self.event_id
        series = booking.salon_series_id
        if not series:
            # Nobody makes one by hand: it follows from bookings that the user may make.
            series = (
                self.env["salon.booking.series"]
                .sudo()
                .create(
                    {
                        "partner_id": booking.salon_client_id.id,
                        "company_id": booking.company_id.id,
                        "every": self.every,
                        "unit": self.unit,
                        "count": self.count,
                        "event_id": booking.id,
                    }
                )
            )
            booking.salon_series_id = series.id
        return series
