import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.frame import utc

UNITS = [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")]


class SalonBookingSeries(models.Model):
    """Bookings of one client that were made together, every few weeks. Each is a booking of its own.

    Not core's recurrence, which copies events without their services and moves them without asking who is free.
    """

    _name = "salon.booking.series"
    _description = "Booking Series"
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    every = fields.Integer(required=True, readonly=True)
    unit = fields.Selection(UNITS, required=True, readonly=True)
    count = fields.Integer(string="Times", required=True, readonly=True, help="How many bookings were wished for.")
    event_id = fields.Many2one(
        "calendar.event", string="Created From", readonly=True, ondelete="set null", index="btree_not_null"
    )
    booking_ids = fields.One2many("calendar.event", "salon_series_id", string="Bookings", readonly=True)
    coming_count = fields.Integer(string="Coming", compute="_compute_coming_count")

    _rhythm = models.Constraint(
        "CHECK (every > 0 AND count > 0)", "A series has at least one booking, and at least a day between two."
    )

    @api.depends("partner_id", "every", "unit")
    def _compute_display_name(self):
        for series in self:
            series.display_name = f"{series.partner_id.name} · {series._say_rhythm(series.every, series.unit)}"

    @api.depends("booking_ids.salon_state", "booking_ids.start")
    def _compute_coming_count(self):
        for series in self:
            series.coming_count = len(series._coming())

    @api.model
    def _say_rhythm(self, every, unit):
        once = {"days": self.env._("every day"), "weeks": self.env._("every week"), "months": self.env._("every month")}
        often = {
            "days": self.env._("every %s days", every),
            "weeks": self.env._("every %s weeks", every),
            "months": self.env._("every %s months", every),
        }
        return once[unit] if every == 1 else often[unit]

    @api.model
    def _get_starts(self, first, zone, every, unit, count):
        """Return the `count` moments (naive UTC) after `first` at the same time by the clocks of `zone`.

        Where they are put forward or back meanwhile, the time of day stays.
        """
        local = pytz.utc.localize(first).astimezone(zone).replace(tzinfo=None)
        return [utc(zone, local + relativedelta(**{unit: every * number})) for number in range(1, count + 1)]

    def _coming(self):
        """Return the bookings of these series that are still to come."""
        now = fields.Datetime.now()
        return self.booking_ids.filtered(
            lambda booking: booking.start > now and booking.salon_state in ("booked", "confirmed")
        ).sorted("start")

    def action_cancel_coming(self):
        """Ask why, then cancel all that is still to come."""
        self.ensure_one()
        if not self._coming():
            raise UserError(self.env._("No booking of this series is still to come."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel All Coming Bookings"),
            "res_model": "salon.series.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_series_id": self.id},
        }


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    salon_series_id = fields.Many2one(
        "salon.booking.series", string="Series", copy=False, readonly=True, ondelete="set null", index="btree_not_null"
    )

    def action_salon_repeat(self):
        """Book the same again every few weeks."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Repeat: %s", self.name),
            "res_model": "salon.repeat",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id, "dialog_size": "extra-large"},
        }

    def action_salon_series(self):
        """Show all bookings of the series that this one is part of."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.booking.series",
            "res_id": self.salon_series_id.id,
            "views": [(False, "form")],
        }
