from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.frame import local_day, utc
from ..tools.spoken import spoken_time

SAME_DAY = timedelta(hours=16)  # who came longer ago waits no more, whatever the queue says
NIGHT = time(4)  # a salon's evening may go past midnight, not past this
WINDOWS = (timedelta(hours=1), timedelta(hours=4), timedelta(days=2))  # a near start is found without a long look
OVERTIME = timedelta(minutes=10)  # a service that is over by the plan and is not done yet takes that long still


class SalonWalkIn(models.Model):
    """Somebody who came without a booking, and waits for the next stylist.

    The wait that is shown is worked out as the salon would serve the queue: in its order each takes the earliest start
    that the search for free times finds, by whose turn it is, and those behind see that time as taken. Booked clients
    have their time already.

    Personal data: `name` and `phone` of who has no file yet. They go into a new client file when the client is taken,
    and are cleared a day after somebody left. Erasing a client clears `partner_id`, `name`, `phone` and `note` of
    their walk-ins.
    """

    _name = "salon.walk.in"
    _description = "Walk-in"
    _order = "arrived_at, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", string="Client", ondelete="restrict", index="btree_not_null", help="Empty: not known yet."
    )
    name = fields.Char(help="Of somebody who has no client file yet; they get one when they are taken.")
    phone = fields.Char(groups="salon_crm.group_salon_reception")
    called = fields.Char(string="Who Came", compute="_compute_called")
    note = fields.Char()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    wish_ids = fields.One2many("salon.wish", "walk_in_id", string="Services")
    arrived_at = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True, copy=False)
    came = fields.Char(compute="_compute_came", help="The time at which they came.")
    state = fields.Selection(
        [("waiting", "Waiting"), ("served", "Taken"), ("left", "Left")],
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
    )
    left_at = fields.Datetime(readonly=True, copy=False)
    left_reason = fields.Selection(
        [
            ("wait", "The wait was too long"),
            ("booked", "Booked another time"),
            ("changed", "Changed their mind"),
            ("other", "Other"),
        ],
        string="Why They Left",
        copy=False,
    )
    event_id = fields.Many2one(
        "calendar.event", string="Booking", ondelete="set null", readonly=True, copy=False, index="btree_not_null"
    )
    place = fields.Integer(compute="_compute_estimate", help="Place in the queue, 1 is next.")
    expected_start = fields.Datetime(compute="_compute_estimate")
    expected_minutes = fields.Integer(string="Wait", compute="_compute_estimate", help="Minutes from now.")
    estimate = fields.Char(string="Expected", compute="_compute_estimate")

    _has_a_name = models.Constraint(
        "CHECK (state != 'waiting' OR partner_id IS NOT NULL OR COALESCE(name, '') != '')",
        "Who waits needs a name, to be called by. Choose the client, or type a name.",
    )
    _queue_idx = models.Index("(company_id, arrived_at) WHERE state = 'waiting'")

    @api.depends("partner_id", "name")
    def _compute_called(self):
        for walk_in in self:
            walk_in.called = walk_in.partner_id.name or walk_in.name or self.env._("Walk-in")

    @api.depends("called")
    def _compute_display_name(self):
        for walk_in in self:
            walk_in.display_name = walk_in.called

    @api.depends("arrived_at")
    def _compute_came(self):
        for walk_in in self:
            came = walk_in.arrived_at
            walk_in.came = came and spoken_time(self.env, came)

    @api.constrains("partner_id")
    def _check_contraindications(self):
        self.filtered(lambda one: one.state == "waiting").wish_ids._check_contraindications()

    @api.constrains("wish_ids", "state")
    def _check_wishes(self):
        if any(walk_in.state == "waiting" and not walk_in.wish_ids for walk_in in self):
            raise ValidationError(self.env._("Choose at least one service, so that the wait can be told."))

    @api.model_create_multi
    def create(self, vals_list):
        walk_ins = super().create(vals_list)
        walk_ins._check_wishes()
        return walk_ins

    # The wait ------------------------------------------------------------------------------------------------

    @api.depends("state", "company_id", "wish_ids.product_id", "wish_ids.stylist_id", "wish_ids.gender")
    def _compute_estimate(self):
        """Play the queue through. Who is only asking how long it would take stands at its end."""
        self.update({"place": 0, "expected_start": False, "expected_minutes": 0, "estimate": False})
        now = _this_minute()
        for company, walk_ins in (
            self.filtered(lambda walk_in: walk_in.state == "waiting").grouped("company_id").items()
        ):
            starts = walk_ins._play_queue(company or self.env.company, now)
            for walk_in in walk_ins:
                walk_in.place, offer, asked = starts.get(walk_in._key(), (0, None, False))
                if offer:
                    walk_in.expected_start = offer["start"]
                    walk_in.expected_minutes = (offer["start"] - now).total_seconds() // 60
                if asked:
                    walk_in.estimate = walk_in._estimate_text(offer)

    def _key(self):
        """Return what tells this walk-in from others, also while it is being typed."""
        return self._origin.id or self.id

    def _estimate_text(self, offer):
        """Return "25 min · Anna", as it is said to the client."""
        if not offer:
            return self.env._("No time left today")
        stylists = self.env["hr.employee"].sudo().browse(line["stylist_id"] for line in offer["lines"])
        names = ", ".join(dict.fromkeys(stylists.mapped("name")))
        if not self.expected_minutes:
            return self.env._("Now · %s", names)
        if self.expected_minutes <= 90:
            return self.env._("%(minutes)s min · %(stylists)s", minutes=self.expected_minutes, stylists=names)
        hours, minutes = divmod(self.expected_minutes, 60)
        return self.env._("%(hours)s h %(minutes)s min · %(stylists)s", hours=hours, minutes=minutes, stylists=names)

    def _play_queue(self, company, now):
        """Return {key: (place, offer or None, whether any service is wanted)} of the queue of `company`, in which
        these walk-ins stand as they are being typed."""
        typed = {walk_in._key(): walk_in for walk_in in self}
        queue = [typed.pop(walk_in.id, walk_in) for walk_in in self._queue(company, now)] + list(typed.values())
        taken = self._overtime(company, now) + self.env["calendar.event"]._salon_begun_early(company, now)
        found = {}
        for number, walk_in in enumerate(queue, 1):
            requests = walk_in.wish_ids._prepare_requests()
            offer = requests and self._find_earliest(company, requests, now, taken)
            if offer:
                taken += self.env["salon.availability"].offer_blocks(requests, offer)
            found[walk_in._key()] = (number, offer or None, bool(requests))
        return found

    @api.model
    def _queue(self, company, now):
        """Return who waits, in the order in which they came."""
        return self.search(
            [("company_id", "=", company.id), ("state", "=", "waiting"), ("arrived_at", ">", now - SAME_DAY)]
        )

    @api.model
    def _find_earliest(self, company, requests, now, taken):
        """Return the earliest offer of this day, by whose turn it is; None when there is none.

        :param taken: (resource id, start, stop) that are no more to be had
        """
        zone = company._salon_timezone()
        today = local_day(zone, now)
        close = utc(zone, datetime.combine(today + timedelta(days=1), NIGHT))
        begin = now
        for window in WINDOWS:
            end = min(now + window, close)
            offers = self.env["salon.availability"].find_offers(
                requests, begin, end, company=company, channel="walk_in", by_turn=True, without=taken
            )
            if offers:
                return min(offers, key=lambda offer: offer["start"])
            begin = end
        return None

    @api.model
    def _overtime(self, company, now):
        """Return (resource id, start, stop) for stylists whose client should have left by the plan, and has not.

        The plan knows them free. Nobody can say for how long yet: a few minutes, said anew every minute.
        """
        self.env["calendar.event"].flush_model(["salon_state", "start", "stop", "active", "company_id"])
        self.env["salon.booking.line"].flush_model(["event_id", "stylist_id", "stop"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.stylist_id
                  FROM calendar_event event
                  JOIN salon_booking_line line ON line.event_id = event.id AND line.stop = event.stop
                 WHERE event.company_id = %s AND event.is_salon_booking IS TRUE AND event.active
                   AND event.salon_state IN ('arrived', 'in_service')
                   AND event.start > %s AND event.start <= %s AND event.stop <= %s
                   AND event.stop > %s
                """,
                company.id,
                now - SAME_DAY,
                now,
                now,
                now - timedelta(hours=2),  # a visit that was forgotten open keeps nobody from working
            )
        )
        stylists = self.env["hr.employee"].sudo().browse(stylist_id for (stylist_id,) in rows)
        return [(resource, now, now + OVERTIME) for resource in stylists._salon_block_resource_ids().values()]

    # Out of the queue ---------------------------------------------------------------------------------------------

    def action_take(self):
        """Book this walk-in at the start that was offered, receive them, and show the visit.

        :raise UserError: somebody else took them, or no time is left today
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_waiting()
        now = _this_minute()
        _place, offer, _asked = self._play_queue(self.company_id, now)[self.id]
        if not offer:
            raise UserError(
                self.env._("No time is left today for %s. Book another day, or ask for somebody else.", self.called)
            )
        client = self._make_client()
        events = self.env["calendar.event"]
        values = {
            "client_id": client.id,
            "company_id": self.company_id.id,
            "lines": self.wish_ids._prepare_requests(),
            "notes": self.note,
        }
        booking = events.create(
            {
                **events._prepare_booking_from_offer(values, offer),
                "salon_channel": "walk_in",
                "salon_state": "arrived",
                "salon_arrived_at": self.arrived_at,
            }
        )
        # What was typed here stands in the client's file now, and nowhere else.
        self.write({"state": "served", "event_id": booking.id, "partner_id": client.id, "name": False, "phone": False})
        return booking._salon_open_visits()._action_open()

    def _lock_waiting(self):
        """See to it that nobody else takes these walk-ins meanwhile."""
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        if gone := self.filtered(lambda walk_in: walk_in.state != "waiting")[:1]:
            raise UserError(self.env._("%s does not wait any more.", gone.called))

    def _make_client(self):
        """Return the client; who is not known yet gets a client file, with the name and the phone if they gave it."""
        if self.partner_id:
            return self.partner_id
        partners = self.env["res.partner"]
        if self.phone:
            known = partners.search([("phone", "=", self.phone), ("name", "=ilike", _literally(self.name))], limit=1)
            if known:
                return known
        return partners.create(
            {"name": self.name, "phone": self.phone, "is_salon_client": True, "company_type": "person"}
        )

    def action_ask_why_left(self):
        """Ask why they left."""
        self.ensure_one()
        view = self.env.ref("salon_crm.salon_walk_in_view_form_left")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%s leaves", self.called),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_leave(self):
        """They left without being served; the reason is what was chosen in the dialog."""
        self.check_access("write")
        self._lock_waiting()
        self.write({"state": "left", "left_at": fields.Datetime.now()})
        return {"type": "ir.actions.act_window_close"}

    @api.autovacuum
    def _gc_walk_ins(self):
        """Close what was left waiting on other days, and forget the names of those who went away unserved."""
        yesterday = fields.Datetime.now() - timedelta(days=1)
        forgotten = self.sudo().search([("state", "=", "waiting"), ("arrived_at", "<", yesterday)])
        forgotten.write({"state": "left", "left_at": fields.Datetime.now(), "left_reason": "other"})
        gone = self.sudo().search(
            [("state", "=", "left"), ("left_at", "<", yesterday), "|", ("name", "!=", False), ("phone", "!=", False)]
        )
        gone.write({"name": False, "phone": False})


def _this_minute():
    return fields.Datetime.now().replace(second=0, microsecond=0)


def _literally(text):
    """Return a pattern that finds this very text, whatever case it is in."""
    return (text or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
