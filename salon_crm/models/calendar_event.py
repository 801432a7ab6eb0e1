from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

# Only this very object tells that we ourselves write a booking: no context that comes in by RPC can hold it.
IN_HAND = object()
# What core does for meetings and a booking must not do: write to attendees, put phone and email of
# people into the description, ring alarms.
BOOKING_CONTEXT = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "dont_notify": True,
    "salon_booking_in_hand": IN_HAND,
}
# A booking in one of these states takes nobody's time.
FREE_STATES = ("cancelled", "no_show")
# What follows from the services, or protects a booking, is not for anyone to write.
OWN_FIELDS = (
    "name",
    "privacy",
    "alarm_ids",
    "user_id",
    "partner_ids",
    "attendee_ids",
    "salon_stylist_id",
    "salon_station_id",
    "salon_arrived_at",
    "salon_started_at",
    "salon_cancelled_at",
    "salon_late_cancel",
    "salon_token",
)
TIME_FIELDS = {
    "start",
    "stop",
    "duration",
    "salon_line_ids",
    "is_salon_booking",
    "salon_one_after_the_other",
    "salon_off_hours",
}
# What is computed for bookings, and what it is for a plain event.
PLAIN = {"company_id": False, "salon_stylist_id": False, "salon_station_id": False}
LONGEST = 12 * 60  # minutes; what is longer was pulled too far


def in_hand(env):
    """Tell whether we ourselves are writing a booking: then it sees to its lines, times and blocks itself."""
    return env.context.get("salon_booking_in_hand") is IN_HAND


def right_in_hand(env):
    """Tell whether we are writing a booking whose services, people and places were found right before."""
    return env.context.get("salon_lines_are_right") is IN_HAND


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    is_salon_booking = fields.Boolean(string="Salon Booking", index="btree_not_null")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        help="A booking belongs to one company; a plain event to none.",
    )
    salon_client_id = fields.Many2one("res.partner", string="Client", ondelete="restrict")
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
    salon_one_after_the_other = fields.Boolean(
        string="One After the Other", help="The guests of this booking are served in turn instead of side by side."
    )
    salon_off_hours = fields.Boolean(
        string="Outside Working Hours", help="Agreed with the stylist, although the working hours say otherwise."
    )
    salon_channel = fields.Selection(
        [("desk", "Front Desk"), ("walk_in", "Walk-in"), ("online", "Online")],
        string="Booked By",
        default="desk",
        copy=False,
        readonly=True,
    )

    _salon_booking_is_whole = models.Constraint(
        "CHECK (CASE WHEN is_salon_booking"
        " THEN salon_client_id IS NOT NULL AND salon_state IS NOT NULL AND company_id IS NOT NULL"
        " ELSE salon_client_id IS NULL AND salon_state IS NULL END)",
        "A booking needs a client, and an event with a client is a booking.",
    )
    _salon_client_idx = models.Index("(salon_client_id, start) WHERE salon_client_id IS NOT NULL")
    _salon_booking_start_idx = models.Index("(company_id, start) WHERE is_salon_booking IS TRUE")

    @api.depends("is_salon_booking")
    def _compute_company_id(self):
        for event in self:
            event.company_id = event.is_salon_booking and (event.company_id or self.env.company)

    @api.depends("salon_line_ids.stylist_id", "salon_line_ids.station_id", "salon_line_ids.sequence")
    def _compute_salon_first_line(self):
        for event in self:
            first = event.salon_line_ids.sorted("sequence")[:1]
            event.salon_stylist_id = first.stylist_id
            event.salon_station_id = first.station_id

    @api.depends("salon_client_id")
    def _compute_salon_alert(self):
        alerts = self.salon_client_id._get_salon_alerts()
        for event in self:
            event.salon_alert = alerts.get(event.salon_client_id.id)

    @api.depends(
        "salon_line_ids.client_minutes",
        "salon_line_ids.wait_minutes",
        "salon_line_ids.parallel",
        "salon_line_ids.guest_id",
        "salon_one_after_the_other",
        "is_salon_booking",
    )
    def _compute_stop(self):
        """A booking ends when its services do, whatever length was typed or dragged."""
        result = super()._compute_stop()
        bookings = self.filtered("is_salon_booking").sudo().filtered(lambda event: event.salon_line_ids and event.start)
        for event in bookings:
            event.stop = event.start + timedelta(minutes=event._salon_minutes())
        if bookings:
            # Core leaves the duration as it is, for it computes the stop from it; here it follows as well.
            self.env.add_to_compute(self._fields["duration"], bookings)
        return result

    @api.depends("is_salon_booking")
    def _compute_user_can_edit(self):
        """Whoever the record rules let write a booking may edit it: the front desk is no attendee of it."""
        bookings = self.filtered("is_salon_booking")
        for booking in bookings:
            booking.user_can_edit = not booking._origin or booking._origin.has_access("write")
        return super(CalendarEvent, self - bookings)._compute_user_can_edit()

    @api.constrains("is_salon_booking", "salon_line_ids", "allday", "recurrency")
    def _check_salon_booking(self):
        for booking in self.sudo().filtered("is_salon_booking"):
            if not booking.salon_line_ids:
                raise ValidationError(
                    self.env._("A booking needs at least one service. Add what the client comes for.")
                )
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
            return super().create([_plain(vals) for vals in vals_list])
        bookings, others = [], []
        for vals in vals_list:
            is_booking = vals.get("is_salon_booking", by_default)
            (bookings if is_booking else others).append(vals)
        booked = iter(self._create_salon_bookings(bookings))
        plain = iter(super().create([_plain(vals) for vals in others]) if others else ())
        # In the order in which they were asked for.
        return self.browse(next(booked if vals.get("is_salon_booking", by_default) else plain).id for vals in vals_list)

    def _create_salon_bookings(self, vals_list):
        """Create bookings, each with all its services and blocks, or none of them (invariant 2)."""
        self.check_access("create")
        vals_list, known = self._prepare_salon_bookings(vals_list)
        # Who booked and when stands on the event itself: no message that repeats it. Core asks for the right to
        # write the event before its lines exist, by which a stylist has it: we ask when they do.
        booking_env = self.sudo().with_context(**BOOKING_CONTEXT, mail_create_nolog=True)
        if all(self._salon_lines_are_right(vals, known) for vals in vals_list):
            booking_env = booking_env.with_context(salon_lines_are_right=IN_HAND)
        bookings = super(CalendarEvent, booking_env).create(vals_list)
        (bookings.salon_client_id | bookings.salon_line_ids.guest_id)._make_salon_clients()
        bookings._check_safety(harmless=set().union(*(one.harmless for one in known.values())))
        fitted = bookings._salon_fit(known)
        # Several bookings of one call may meet each other: the search looked at each for itself.
        bookings.salon_line_ids._sync_blocks(fitted=fitted and len(bookings) == 1, fresh=True, known=known)
        bookings.with_env(self.env)._check_salon_access()
        return bookings.with_env(self.env)

    def _check_salon_access(self):
        """Refuse what leaves a booking to people who may not have it, in words."""
        if not self.env.su and self.exists() != self._filtered_access("write"):
            raise AccessError(
                self.env._(
                    "Stylists book for themselves. Ask the front desk to book for others or to hand a booking over."
                )
            )

    def write(self, vals):
        if not self._writes_salon_booking(vals):
            return super().write(vals)
        bookings = self if vals.get("is_salon_booking") else self.sudo().filtered("is_salon_booking").with_env(self.env)
        if self - bookings:
            super(CalendarEvent, self - bookings).write(dict(vals))
        bookings._check_salon_write(vals)
        for booking in bookings:
            booking._write_salon_booking(dict(vals))
        bookings._check_salon_access()
        return True

    def _writes_salon_booking(self, vals):
        """Tell whether writing `vals` touches a booking, in a way that someone else than us began."""
        if in_hand(self.env):
            return False
        return vals.get("is_salon_booking") or any(event.is_salon_booking for event in self.sudo())

    def _check_salon_write(self, vals):
        """Refuse what a booking can't become."""
        if "salon_state" in vals:
            self._check_salon_transition(vals["salon_state"])
        for booking in self.sudo():
            booked = booking.is_salon_booking and booking.salon_line_ids
            if booked and not vals.get("is_salon_booking", True):
                raise UserError(self.env._("A booking can't become a plain meeting. Cancel it instead."))
            if booked and "company_id" in vals and vals["company_id"] != booking.company_id.id:
                raise UserError(self.env._("A booking stays in its company. Cancel it and book in the other one."))
            if (
                booking.salon_visit_ids
                and vals.get("salon_client_id", booking.salon_client_id.id) != booking.salon_client_id.id
            ):
                raise UserError(
                    self.env._("The client of this booking has come. Correct the visit, or make a new booking.")
                )
            if vals.get("salon_client_id", booking.salon_client_id.id) != booking.salon_client_id.id:
                self._check_other_client(booking)
            if booking.salon_state == "done" and (TIME_FIELDS - {"is_salon_booking"}) & vals.keys():
                raise UserError(self.env._("This booking is done. What was different stands in its visit."))

    def _check_other_client(self, booking):
        """Refuse stylists another client in a booking that was made for them: whom it names, they may know."""
        user = self.env.user
        if not self.env.su and booking.create_uid != user and not user.has_group("salon_crm.group_salon_reception"):
            raise AccessError(self.env._("Ask the front desk to book another client in place of this one."))

    def _write_salon_booking(self, vals):
        """Write one booking; lines and blocks follow its time, the calendar's filters its stylists."""
        booking = self.with_context(**BOOKING_CONTEXT)
        took_time = booking._salon_takes_time()
        client, state, start = booking.salon_client_id, booking.salon_state, booking.start
        wanted = booking.sudo()._salon_wanted()
        for name in OWN_FIELDS:
            vals.pop(name, None)
        vals.update(booking.sudo()._prepare_salon_state_values(vals))
        if vals.get("is_salon_booking"):
            vals.setdefault("company_id", (self.company_id or self.env.company).id)
            vals.setdefault("salon_state", self.salon_state or "booked")
            vals.update(privacy="public", user_id=False, alarm_ids=[(5,)])
        length = self._salon_asked_length(vals)
        if length is not None or vals.get("salon_line_ids"):
            vals.pop("stop", None)
            vals.pop("duration", None)
        result = super(CalendarEvent, booking).write(vals)
        anew = booking.start != start or (booking._salon_takes_time() and not took_time)
        if booking._salon_begins(state):
            booking._check_safety("start")
        elif "salon_line_ids" in vals or booking.salon_client_id != client or anew:
            booking._check_safety(known=() if anew else wanted)
        if length is not None and length != booking._salon_minutes():
            booking._salon_stretch(length)
        if booking.salon_client_id != client:
            booking.salon_client_id._make_salon_clients()
            booking._salon_end_link()
        if TIME_FIELDS & vals.keys() or length is not None:
            booking._salon_lines_changed()
        elif booking._salon_takes_time() != took_time:
            booking.sudo()._salon_fit()
            booking.sudo().salon_line_ids._sync_blocks()
        elif "salon_client_id" in vals:
            booking._salon_show_to_stylists()
        if vals.get("salon_state") == "done":
            booking.salon_line_ids._finish()
        return result

    def _salon_begins(self, state):
        """Tell whether this booking, which was in `state`, is in service now: also one that is done at once. What the
        till closes was sold, and a sale is never lost."""
        at_once = self.salon_state == "done" and state == "arrived" and not self.env.su
        return at_once or (self.salon_state == "in_service" and state != "in_service")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_visited(self):
        if visited := self.sudo().filtered("salon_visit_ids")[:1]:
            raise UserError(
                self.env._("%s has a visit: who came stays on record. Correct the visit instead.", visited.name)
            )

    def _salon_asked_length(self, vals):
        """Return the length in minutes that `vals` ask for by the booking's end, None when it stays.

        Dropping an event elsewhere writes start and stop, pulling at its end the stop alone. Where the
        services change as well, they say how long it takes.
        """
        asked = vals.get("stop") or vals.get("duration") is not None
        if vals.get("salon_line_ids") or not asked or not self.salon_line_ids:
            return None
        start = fields.Datetime.to_datetime(vals.get("start")) or self.start
        if vals.get("stop"):
            return round((fields.Datetime.to_datetime(vals["stop"]) - start).total_seconds() / 60)
        return round(vals["duration"] * 60)

    def _salon_stretch(self, length):
        """Make the booking `length` minutes long: what ends last takes more or less of its stylist's time."""
        if length > LONGEST:
            raise UserError(self.env._("A booking takes 12 hours at most. Make it shorter."))
        lines = self.salon_line_ids.sorted("sequence")
        offsets, _length = lines._chained(self.salon_one_after_the_other)
        ends = {line: offset + line.client_minutes for line, offset in zip(lines, offsets, strict=True)}
        last = max(ends.values())
        for line, end in ends.items():
            if end == last or end > length:
                line._stretch(length - end)

    def _salon_minutes(self):
        """Return how many minutes the client is there, by the services of the booking."""
        self.ensure_one()
        return self.salon_line_ids.sorted("sequence")._chained(self.salon_one_after_the_other)[1]

    def _salon_takes_time(self):
        """Tell whether this event holds its stylists and stations."""
        self.ensure_one()
        return bool(self.is_salon_booking and self.active and self.salon_state not in FREE_STATES)

    @api.model
    def _salon_name(self, client, products):
        """Return what the calendar shows: who comes, for what."""
        return f"{client.name or ''} · {', '.join(product.name or '' for product in products)}"

    def _salon_lines_changed(self, fit=True):
        """Chain the services one after the other, block their times and show them to their stylists.

        :param bool fit: also see to it that they lie in working hours; not when only a person has another resource now
        """
        bookings = self.sudo().with_context(**BOOKING_CONTEXT).filtered("is_salon_booking")
        bookings._check_salon_booking()
        for booking in bookings:
            booking._salon_chain_lines()
        if fit:
            bookings._salon_fit()
        bookings.salon_line_ids._sync_blocks()
        for booking in bookings:
            booking._salon_show_to_stylists()

    def _salon_chain_lines(self):
        lines = self.salon_line_ids.sorted("sequence")
        for line, offset in zip(lines, lines._chained(self.salon_one_after_the_other)[0], strict=True):
            line.offset_minutes = offset
        # Not by a dependency: each plain event that moves would look for lines that it has not.
        for name in ("start", "stop"):
            self.env.add_to_compute(lines._fields[name], lines)

    def _salon_fit(self, known=None):
        """Refuse what lies outside working and opening hours, and find the stations that are missing.

        :param dict known: see `fit_bookings`
        :return bool: all of them take time, and were found free
        """
        taking = self.filtered(lambda booking: booking._salon_takes_time())
        self.env["salon.availability"].fit_bookings(taking, known=known)
        return taking == self

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
            self.with_context(**BOOKING_CONTEXT).write(vals)

    def action_salon_visit(self):
        """Show the visit that this booking became."""
        return self.salon_visit_ids._action_open()

    def _salon_open_visits(self):
        """Return the visits of these bookings, opening those that are not open yet."""
        self.check_access("write")
        values = []
        for booking in self.sudo().filtered("is_salon_booking"):
            come = booking.salon_visit_ids.partner_id
            values += [
                booking._prepare_visit_values(guest, lines)
                for guest, lines in booking._salon_lines_by_guest().items()
                if guest not in come
            ]
        self.env["salon.visit"].sudo().create(values)
        return self.salon_visit_ids

    def _salon_lines_by_guest(self):
        """Return {partner: the services that they have}; the client has those that name nobody."""
        lines = self.salon_line_ids.sorted("sequence")
        return lines.grouped(lambda line: line.guest_id or self.salon_client_id)

    def _prepare_visit_values(self, guest, lines):
        """Return the values of the visit that this booking becomes for one guest: what is booked, by whom."""
        return {
            "partner_id": guest.id,
            "event_id": self.id,
            "company_id": self.company_id.id,
            "line_ids": [command for line in lines for command in line._prepare_visit_lines()],
        }


def _plain(vals):
    """Return `vals` of a plain event with what it has none of: said at once, that need not be computed for it."""
    return vals if vals.get("salon_line_ids") else {**PLAIN, **vals}
