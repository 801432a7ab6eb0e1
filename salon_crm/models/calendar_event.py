from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What core does for meetings and a booking must not do: write to attendees, put phone and email of
# people into the description, ring alarms.
BOOKING_CONTEXT = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "dont_notify": True,
    "salon_booking_in_hand": True,
}
# A booking in one of these states takes nobody's time.
FREE_STATES = ("cancelled", "no_show")
BLOCKING_FIELDS = {"start", "stop", "duration", "active", "salon_state", "salon_line_ids", "is_salon_booking"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    is_salon_booking = fields.Boolean(string="Salon Booking", index="btree_not_null")
    company_id = fields.Many2one("res.company", index="btree_not_null")
    salon_client_id = fields.Many2one("res.partner", string="Client", ondelete="restrict", index="btree_not_null")
    salon_client_phone = fields.Char(related="salon_client_id.phone", string="Phone")
    salon_alert = fields.Char(string="Alert", compute="_compute_salon_alert")
    salon_line_ids = fields.One2many("salon.booking.line", "event_id", string="Services", copy=True)
    salon_stylist_id = fields.Many2one(
        "hr.employee",
        string="Stylist",
        compute="_compute_salon_first_line",
        store=True,
        index="btree_not_null",
        help="Who does the first service; the calendar takes its colours and filters from here.",
    )
    salon_station_id = fields.Many2one(
        "salon.station", string="Station", compute="_compute_salon_first_line", store=True
    )
    salon_state = fields.Selection(
        [
            ("booked", "Booked"),
            ("confirmed", "Confirmed"),
            ("arrived", "Arrived"),
            ("in_service", "In Service"),
            ("done", "Done"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
        ],
        string="Booking State",
        copy=False,
        tracking=True,
    )
    salon_visit_ids = fields.One2many("salon.visit", "event_id", string="Visit")

    _salon_booking_is_whole = models.Constraint(
        "CHECK (is_salon_booking IS NOT TRUE"
        " OR (salon_client_id IS NOT NULL AND salon_state IS NOT NULL AND company_id IS NOT NULL))",
        "A booking needs a client, a state and a company.",
    )
    _salon_booking_start_idx = models.Index("(company_id, start) WHERE is_salon_booking IS TRUE")

    @api.depends("salon_line_ids.stylist_id", "salon_line_ids.station_id", "salon_line_ids.sequence")
    def _compute_salon_first_line(self):
        for event in self:
            first = event.salon_line_ids.sorted("sequence")[:1]
            event.salon_stylist_id = first.stylist_id
            event.salon_station_id = first.station_id

    @api.depends("salon_client_id")
    def _compute_salon_alert(self):
        files = self.env["salon.client.file"].sudo().search([("partner_id", "in", self.salon_client_id.ids)])
        alerts = {file.partner_id.id: file.alert for file in files}
        for event in self:
            event.salon_alert = alerts.get(event.salon_client_id.id)

    @api.depends("salon_line_ids.client_minutes", "is_salon_booking")
    def _compute_stop(self):
        """A booking ends when its services do, whatever length was typed or dragged."""
        super()._compute_stop()
        for event in self:
            if event.is_salon_booking and event.salon_line_ids and event.start:
                event.stop = event.start + timedelta(minutes=event._salon_minutes())

    @api.depends("is_salon_booking")
    def _compute_user_can_edit(self):
        """Whoever the record rules let write a booking may edit it: the front desk is no attendee of it."""
        bookings = self.filtered("is_salon_booking")
        super(CalendarEvent, self - bookings)._compute_user_can_edit()
        for booking in bookings:
            booking.user_can_edit = not booking._origin or booking._origin.has_access("write")

    @api.constrains("is_salon_booking", "salon_line_ids", "allday", "recurrency")
    def _check_salon_booking(self):
        for booking in self.filtered("is_salon_booking"):
            if not booking.salon_line_ids:
                raise ValidationError(self.env._("A booking needs at least one service. Add what the client comes for."))
            if booking.allday:
                raise ValidationError(self.env._("A booking has a time of day. Untick “All Day”."))
            if booking.recurrency:
                raise ValidationError(
                    self.env._("A booking can't be a recurring event. Make a booking of its own for each date.")
                )

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if defaults.get("is_salon_booking") and "name" in fields:
            defaults.setdefault("name", self.env._("Booking"))  # replaced as soon as client and services are known
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        by_default = self.env.context.get("default_is_salon_booking")
        if not any(vals.get("is_salon_booking", by_default) for vals in vals_list):
            return super().create(vals_list)
        bookings, others = [], []
        for vals in vals_list:
            is_booking = vals.get("is_salon_booking", by_default)
            (bookings if is_booking else others).append(vals)
        booked = iter(self._create_salon_bookings(bookings))
        plain = iter(super().create(others) if others else ())
        # In the order in which they were asked for.
        return self.browse(
            next(booked if vals.get("is_salon_booking", by_default) else plain).id for vals in vals_list
        )

    def _create_salon_bookings(self, vals_list):
        """Create bookings, each with all its services and blocks, or none of them (invariant 2)."""
        vals_list = self._prepare_salon_bookings(vals_list)
        # Who booked and when stands on the event itself: no message that repeats it.
        booking_env = self.with_context(**BOOKING_CONTEXT, mail_create_nolog=True)
        bookings = super(CalendarEvent, booking_env).create(vals_list)
        bookings.salon_client_id._make_salon_clients()
        bookings._check_salon_booking()
        bookings.salon_line_ids._sync_blocks()
        return bookings

    def _prepare_salon_bookings(self, vals_list):
        """Return `vals_list` completed to bookings: what follows from client and services is known before
        the first row is written, so that nothing has to be written twice."""
        vals_list = [dict(vals, salon_line_ids=[*(vals.get("salon_line_ids") or [])]) for vals in vals_list]
        lines = [command[2] for vals in vals_list for command in vals["salon_line_ids"] if command[0] == 0]
        self.env["salon.booking.line"]._complete_minutes(lines)
        contacts = self.env["hr.employee"].browse({line.get("stylist_id") for line in lines} - {None, False})
        contacts = contacts._salon_contact_ids()
        return [self._prepare_salon_booking(vals, contacts) for vals in vals_list]

    def _prepare_salon_booking(self, vals, contacts):
        """Return `vals` completed to one booking; `contacts` are the partner ids by stylist id.

        The services say how long it takes; a length that the calendar dragged out does not.
        """
        lines = [command[2] for command in vals["salon_line_ids"] if command[0] == 0]
        lines.sort(key=lambda line: line.get("sequence", 10))
        minutes = self.env["salon.booking.line"]._chain(lines)
        start = fields.Datetime.to_datetime(vals.get("start")) or self._default_start()
        products = self.env["product.product"].browse(line.get("product_id") for line in lines)
        client = self.env["res.partner"].browse(vals.get("salon_client_id", self.env.context.get("default_salon_client_id")))
        partners = {contacts.get(line.get("stylist_id")) for line in lines} - {None}
        return {
            "salon_state": "booked",
            "company_id": self.env.company.id,
            "user_id": False,
            **vals,
            "is_salon_booking": True,
            "name": self._salon_name(client, products),
            "salon_stylist_id": lines[0].get("stylist_id") if lines else False,
            "salon_station_id": lines[0].get("station_id") if lines else False,
            "partner_ids": [(6, 0, sorted(partners))],
            "start": start,
            "stop": start + timedelta(minutes=minutes),
            "duration": minutes / 60,
            "privacy": "public",
            "alarm_ids": [],
        }

    def write(self, vals):
        if not self._writes_salon_booking(vals):
            return super().write(vals)
        bookings = self if vals.get("is_salon_booking") else self.filtered("is_salon_booking")
        if self - bookings:
            super(CalendarEvent, self - bookings).write(dict(vals))
        for booking in bookings:
            booking._write_salon_booking(dict(vals))
        return True

    def _writes_salon_booking(self, vals):
        """Tell whether writing `vals` touches a booking, in a way that someone else than us began."""
        if self.env.context.get("salon_booking_in_hand"):
            return False
        return vals.get("is_salon_booking") or any(event.is_salon_booking for event in self)

    def _write_salon_booking(self, vals):
        """Write one booking; lines and blocks follow its time, the calendar's filters its stylists."""
        booking = self.with_context(**BOOKING_CONTEXT)
        if vals.get("is_salon_booking"):
            vals.setdefault("company_id", (self.company_id or self.env.company).id)
            vals.setdefault("salon_state", self.salon_state or "booked")
            vals.update(privacy="public", user_id=False, alarm_ids=[(5,)])
        elif "is_salon_booking" in vals and self.salon_line_ids:
            raise UserError(self.env._("A booking can't become a plain meeting. Cancel it instead."))
        length = self._salon_asked_length(vals)
        if length is not None:
            vals.pop("stop", None)
            vals.pop("duration", None)
        super(CalendarEvent, booking).write(vals)
        if length is not None and length != booking._salon_minutes():
            booking._salon_stretch(length)
        if vals.get("salon_client_id") or vals.get("is_salon_booking"):
            booking.salon_client_id._make_salon_clients()
        if BLOCKING_FIELDS & vals.keys() or length is not None:
            booking._salon_lines_changed()
        elif "salon_client_id" in vals:
            booking._salon_show_to_stylists()

    def _salon_asked_length(self, vals):
        """Return the length in minutes that `vals` ask for by the booking's end, None when it stays.

        Dropping an event elsewhere writes start and stop, pulling at its end the stop alone. Where the
        services change as well, they say how long it takes.
        """
        if vals.get("salon_line_ids") or not self.salon_line_ids or not (vals.get("stop") or vals.get("duration")):
            return None
        start = fields.Datetime.to_datetime(vals.get("start")) or self.start
        if vals.get("stop"):
            return round((fields.Datetime.to_datetime(vals["stop"]) - start).total_seconds() / 60)
        return round(vals["duration"] * 60)

    def _salon_stretch(self, length):
        """Make the booking `length` minutes long: the last service takes more or less of its stylist's time."""
        last = self.salon_line_ids.sorted("sequence")[-1]
        part = "finishing_minutes" if last.finishing_minutes else "active_minutes"
        minutes = last[part] + length - self._salon_minutes()
        if minutes < 1:
            raise UserError(
                self.env._(
                    "“%(service)s” can't be that short. Make the booking longer, or take a service out of it.",
                    service=last.product_id.name,
                )
            )
        last[part] = minutes

    def _salon_minutes(self):
        """Return how many minutes the client is there, by the services of the booking."""
        self.ensure_one()
        return sum(self.salon_line_ids.mapped("client_minutes"))

    def _salon_takes_time(self):
        """Tell whether this event holds its stylists and stations."""
        self.ensure_one()
        return bool(self.is_salon_booking and self.active and self.salon_state not in FREE_STATES)

    @api.model
    def _salon_name(self, client, products):
        """Return what the calendar shows: who comes, for what."""
        return f"{client.name} · {', '.join(product.name for product in products)}"

    def _salon_lines_changed(self):
        """Chain the services one after the other, block their times and show them to their stylists."""
        bookings = self.with_context(**BOOKING_CONTEXT).filtered("is_salon_booking")
        bookings._check_salon_booking()
        for booking in bookings:
            booking._salon_chain_lines()
        bookings.salon_line_ids._sync_blocks()
        for booking in bookings:
            booking._salon_show_to_stylists()

    def _salon_chain_lines(self):
        offset = 0
        for line in self.salon_line_ids.sorted("sequence"):
            line.offset_minutes = offset
            offset += line.client_minutes

    def _salon_show_to_stylists(self):
        """Name the event anew, and make attendees of its stylists: the calendar's side filter goes by them."""
        contacts = self.salon_line_ids.stylist_id._salon_contact_ids()
        partner_ids = sorted(set(contacts.values()) - {None})
        lines = self.salon_line_ids.sorted("sequence")
        name = self._salon_name(self.salon_client_id, [line.product_id for line in lines])
        vals = {}
        if self.name != name:
            vals["name"] = name
        if sorted(self.partner_ids.ids) != partner_ids:
            vals["partner_ids"] = [(6, 0, partner_ids)]
        if vals:
            self.write(vals)

    def _salon_set_state(self, state):
        for booking in self.filtered("is_salon_booking"):
            booking.salon_state = state

    def action_salon_confirm(self):
        """The client said that they will come."""
        self._salon_set_state("confirmed")

    def action_salon_arrive(self):
        """The client is here: open the visit, with what is booked, and show it."""
        self._salon_set_state("arrived")
        return self._salon_open_visits()._action_open()

    def action_salon_start(self):
        """The stylist begins."""
        self._salon_open_visits()
        self._salon_set_state("in_service")

    def action_salon_no_show(self):
        """The client did not come; the time is free again."""
        self._check_no_visit()
        self._salon_set_state("no_show")

    def action_salon_cancel(self):
        """The booking is off; the time is free again."""
        self._check_no_visit()
        self._salon_set_state("cancelled")

    def action_salon_rebook(self):
        """Take a cancelled booking or a no-show up again, if its time is still free."""
        self._salon_set_state("booked")

    def action_salon_visit(self):
        """Show the visit that this booking became."""
        return self.salon_visit_ids._action_open()

    def _check_no_visit(self):
        if self.salon_visit_ids:
            raise UserError(self.env._("This booking has a visit already: the client has come. Edit the visit instead."))

    def _salon_open_visits(self):
        """Return the visits of these bookings, opening those that are not open yet."""
        missing = self.filtered(lambda booking: booking.is_salon_booking and not booking.salon_visit_ids)
        self.env["salon.visit"].create([booking._prepare_visit_values() for booking in missing])
        return self.salon_visit_ids

    def _prepare_visit_values(self):
        """Return the values of the visit that this booking becomes: what is booked, by whom."""
        return {
            "partner_id": self.salon_client_id.id,
            "event_id": self.id,
            "company_id": self.company_id.id,
            "line_ids": [
                (0, 0, line._prepare_visit_line_values()) for line in self.salon_line_ids.sorted("sequence")
            ],
        }
