from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.frame import Frame, utc
from ..tools.roster import Roster, load_stylists
from ..tools.spoken import spoken_time

HERE = ("arrived", "in_service", "done")  # bookings whose client has come
LOOK_AHEAD = timedelta(hours=12)  # how far "busy until" is followed


class Client(NamedTuple):
    """A service that somebody who has come has today."""

    stylist_id: int
    assignment: str
    event_id: int
    partner_id: int | None
    began: datetime
    ended: datetime  # as booked; now at the latest where the visit is over


class Standing(NamedTuple):
    """Where a stylist stands in the order of turns."""

    stylist_id: int
    works_now: bool
    asked: int  # clients today who asked for them
    assigned: int
    turns: int  # clients today that used a turn, as the rule counts them
    passed_at: datetime | None
    last: datetime | None  # when a turn of theirs was last used, as the rule looks at it


class SalonTurn(models.Model):
    """Whose turn it is: the stylists of today, in the order in which they get clients who ask for nobody.

    There is nothing to keep up to date: the order is worked out anew of today's bookings whose clients have come,
    walk-ins among them, and of the passes. Today is today on the salon's own clocks.
    """

    _name = "salon.turn"
    _description = "Turn"
    _auto = False
    _order = "works_now desc, place, id"
    _rec_name = "stylist_id"
    _depends = {
        "calendar.event": ["is_salon_booking", "active", "company_id", "salon_state", "salon_client_id", "start"],
        "salon.booking.line": ["event_id", "stylist_id", "assignment", "guest_id", "start", "stop"],
        "salon.turn.pass": ["company_id", "stylist_id", "passed_at", "clients", "withdrawn"],
        "hr.employee": ["company_id", "active", "is_salon_stylist", "salon_sequence"],
    }

    stylist_id = fields.Many2one("hr.employee", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    place = fields.Integer(string="Turn", readonly=True, help="1 is next for a client who asks for nobody.")
    works_now = fields.Boolean(string="At Work", readonly=True)
    asked_count = fields.Integer(string="Asked for", readonly=True, help="Clients today who asked for this stylist.")
    assigned_count = fields.Integer(
        string="Assigned", readonly=True, help="Clients today whom the salon gave to this stylist."
    )
    passed_at = fields.Datetime(readonly=True, help="When this stylist last passed today.")
    passed = fields.Char(compute="_compute_passed")
    turns = fields.Integer(readonly=True, help="Clients today that used a turn, as the rule of turns counts them.")
    status = fields.Selection(
        [("free", "Free"), ("busy", "Busy"), ("off", "Not at work")], compute="_compute_status", string="Now"
    )
    doing = fields.Char(compute="_compute_status", string="What They Do Now")

    # The order --------------------------------------------------------------------------------------------

    @property
    def _table_query(self):
        """The order of all companies that the user works in; who does not work now comes last."""
        rows = []
        if self.env.registry.ready:  # while addons are loaded, columns that this needs may be missing still
            for company in self.env.companies.sudo():
                standings = self._standings(company, self._at_work(company))
                rows += [(company.id, place, *standing) for place, standing in enumerate(standings, 1)]
        names = "company_id, place, stylist_id, works_now, asked_count, assigned_count, turns, passed_at"
        table = SQL(", ").join(SQL("(%s, %s, %s, %s, %s, %s, %s, %s::timestamp)", *row[:8]) for row in rows)
        nobody = SQL("(NULL::int, 0, 0, FALSE, 0, 0, 0, NULL::timestamp)")
        return SQL(
            "SELECT stylist_id AS id, turn.* FROM (VALUES %s) AS turn(%s) WHERE company_id IS NOT NULL",
            table or nobody,
            SQL(names),
        )

    @api.model
    def _get_order(self, company, stylist_ids):
        """Return {stylist id: place in the order of turns now}, 0 for who is next.

        Who works is not looked at: the search for free times offers nobody else.
        """
        places = {standing.stylist_id: place for place, standing in enumerate(self._standings(company))}
        ranked = sorted(stylist_ids, key=lambda stylist_id: places.get(stylist_id, len(places)))
        return {stylist_id: number for number, stylist_id in enumerate(ranked)}

    @api.model
    def _standings(self, company, working=()):
        """Return the Standing of the stylists of `company`, in the order of their turns.

        A pass counts as a client that came at that moment; with the rule of the fewest clients, it also lifts who
        passes to as many clients as the busiest had then. The database would take longer to plan this than to do it,
        and the booking page asks at each look.

        :param working: ids of the stylists who work now; they come before the others
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        begin, end = self._today(company)
        clients = defaultdict(list)
        for client in self._clients(company, begin, end):
            clients[client.stylist_id].append(client)
        standings = [
            self._standing(company, stylist_id, stylist_id in working, clients[stylist_id], *passed)
            for stylist_id, *passed in self._stylists(company, begin, end)
        ]
        fewest = company.sudo().salon_turn_rule == "fewest"
        return sorted(
            standings,
            key=lambda one: (not one.works_now, one.turns if fewest else 0, one.last or datetime.min),
        )

    @api.model
    def _standing(self, company, stylist_id, works_now, clients, passed_at, lifted):
        """Return the Standing of one stylist, by their clients of today, and when they passed last, to how many."""
        salon = company.sudo()
        used = [one for one in clients if salon.salon_asked_uses_turn or one.assignment == "assigned"]
        since = [one for one in used if passed_at and one.began >= passed_at]
        moments = [one.ended if salon.salon_turn_rule == "idle" else one.began for one in used]
        return Standing(
            stylist_id,
            works_now,
            _visits(one for one in clients if one.assignment == "asked"),
            _visits(one for one in clients if one.assignment == "assigned"),
            max(_visits(used), (lifted or 0) + _visits(since)),
            passed_at,
            max(filter(None, (*moments, passed_at)), default=None),
        )

    @api.model
    def _stylists(self, company, begin, end):
        """Return (id, when they passed last in this time, how many clients the busiest had then) in their own order."""
        return self.env.execute_query(
            SQL(
                """
                SELECT stylist.id, passed.passed_at, passed.clients
                  FROM hr_employee stylist
             LEFT JOIN (
                       SELECT DISTINCT ON (stylist_id) stylist_id, passed_at, clients
                         FROM salon_turn_pass
                        WHERE company_id = %(company)s AND passed_at >= %(begin)s AND passed_at < %(end)s
                          AND withdrawn IS NOT TRUE
                     ORDER BY stylist_id, passed_at DESC, id DESC
                       ) AS passed ON passed.stylist_id = stylist.id
                 WHERE stylist.company_id = %(company)s AND stylist.active AND stylist.is_salon_stylist
              ORDER BY stylist.salon_sequence, stylist.id
                """,
                company=company.id,
                begin=begin,
                end=end,
            )
        )

    @api.model
    def _clients(self, company, begin, end):
        """Return a Client for each service in this time of a client who has come."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.stylist_id, line.assignment, event.id, COALESCE(line.guest_id, event.salon_client_id),
                       line.start,
                       CASE event.salon_state WHEN 'done' THEN LEAST(line.stop, %(now)s) ELSE line.stop END
                  FROM calendar_event event
                  JOIN salon_booking_line line ON line.event_id = event.id
                 WHERE event.company_id = %(company)s
                   AND event.is_salon_booking IS TRUE AND event.active AND event.salon_state IN %(here)s
                   AND event.start >= %(begin)s::timestamp - interval '12 hours' AND event.start < %(end)s
                   AND line.start >= %(begin)s AND line.start < %(end)s
                """,
                company=company.id,
                begin=begin,
                end=end,
                here=HERE,
                now=fields.Datetime.now(),
            )
        )
        return [Client(*row) for row in rows]

    @api.model
    def _today(self, company):
        """Return when this day begins and ends on the salon's clocks, as naive UTC."""
        zone = company._salon_timezone()
        today = company._salon_today()
        return tuple(utc(zone, datetime.combine(day, time.min)) for day in (today, today + timedelta(days=1)))

    @api.model
    def _at_work(self, company):
        """Return the ids of the stylists of `company` who work at this minute, with a client or without."""
        now = fields.Datetime.now()
        frame = Frame(now, now + timedelta(minutes=1))
        stylists = load_stylists(self.env, company).values()
        worked = Roster(self.env, company, frame).worked(list(stylists))
        minute = frame.minute(now)
        return {stylist.id for stylist in stylists if worked[stylist.resource_id] >> minute & 1}

    @api.depends("passed_at")
    def _compute_passed(self):
        for turn in self:
            turn.passed = turn.passed_at and spoken_time(self.env, turn.passed_at)

    # What they do now -----------------------------------------------------------------------------------------

    def _compute_status(self):
        """Say of each stylist until when they are taken: by the blocks that follow on one another from now on."""
        now = fields.Datetime.now()
        resources = self.stylist_id.sudo()._salon_block_resource_ids()
        taken = self._taken_from(now, set(resources.values()))
        for company in self.company_id:
            for resource_id, *stretch in self.env["calendar.event"]._salon_begun_early(company, now):
                taken[resource_id] = sorted([*taken.get(resource_id, []), [*stretch, None]], key=lambda one: one[0])
        for turn in self:
            stretches = taken.get(resources.get(turn.stylist_id.id), [])
            until, kind = _busy_until(stretches, now)
            if until:
                turn.status = "busy"
                until = spoken_time(self.env, until)
                turn.doing = self.env._("%(what)s until %(time)s", what=self._block_label(kind), time=until)
            else:
                turn.status = "free" if turn.works_now else "off"
                turn.doing = self.env._("Free") if turn.works_now else self.env._("Not at work")

    @api.model
    def _block_label(self, kind):
        """Return what takes a stylist: a client (None), an offer that is held, or a kind of blocked time."""
        if kind == "hold":
            return self.env._("Held")
        if kind:
            labels = self.env["salon.blocked.time"]._fields["kind"]._description_selection(self.env)
            return dict(labels)[kind]
        return self.env._("Busy")

    @api.model
    def _taken_from(self, now, resource_ids):
        """Return {resource id: [(start, stop, what)]} of what takes them now and in the next hours, by start."""
        self.env["salon.blocked.time"].flush_model(["kind"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT block.resource_id, block.start, block.stop,
                       CASE WHEN block.hold_id IS NOT NULL THEN 'hold' ELSE blocked.kind END
                  FROM unnest(%s) AS wanted(id)
                  JOIN salon_booking_block block
                    ON int8range(block.resource_id, block.resource_id, '[]') && int8range(wanted.id, wanted.id, '[]')
                   AND tsrange(block.start, block.stop) && tsrange(%s, %s)
             LEFT JOIN salon_blocked_time blocked ON blocked.id = block.blocked_id
             LEFT JOIN salon_booking_hold hold ON hold.id = block.hold_id
                 WHERE block.active AND (hold.id IS NULL OR hold.expires_at > %s)
              ORDER BY block.start
                """,
                sorted(resource_ids),
                now,
                now + LOOK_AHEAD,
                now,
            )
        )
        taken = {}
        for resource_id, *stretch in rows:
            taken.setdefault(resource_id, []).append(stretch)
        return taken

    def action_view_bookings(self):
        """Show what this stylist has today."""
        self.ensure_one()
        begin, end = self._today(self.company_id)
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        action["domain"] = [
            ("salon_line_ids.stylist_id", "=", self.stylist_id.id),
            ("start", ">=", begin),
            ("start", "<", end),
        ]
        return action

    # Passing ----------------------------------------------------------------------------------------------------

    def action_pass(self):
        """The stylist lets the others go first: to the end of the order. The front desk may, and they themselves."""
        for turn in self:
            turn._check_may_pass()
            busiest = max(self.search([("company_id", "=", turn.company_id.id)]).mapped("turns"), default=0)
            self.env["salon.turn.pass"].sudo().create(
                {"company_id": turn.company_id.id, "stylist_id": turn.stylist_id.id, "clients": busiest}
            )
        self.invalidate_model()

    def action_take_back(self):
        """The last pass of today was a mistake: it counts no more."""
        passes = self.env["salon.turn.pass"].sudo()
        for turn in self:
            turn._check_may_pass()
            begin, end = self._today(turn.company_id)
            last = passes.search(
                Domain("stylist_id", "=", turn.stylist_id.id)
                & Domain("withdrawn", "=", False)
                & Domain("passed_at", ">=", begin)
                & Domain("passed_at", "<", end),
                order="passed_at desc, id desc",
                limit=1,
            )
            if not last:
                raise UserError(self.env._("%s has not passed today.", turn.stylist_id.name))
            last.withdrawn = True
        self.invalidate_model()

    def _check_may_pass(self):
        own = self.stylist_id.sudo().user_id == self.env.user
        if not own and not self.env.user.has_group("salon_crm.group_salon_reception"):
            raise AccessError(self.env._("Stylists pass for themselves. Ask the front desk to pass for others."))


def _visits(clients):
    """Return how many visits these are: several services of one person in one booking are one."""
    return len({(client.event_id, client.partner_id) for client in clients})


def _busy_until(stretches, now):
    """Return the end of the stretches that follow on one another from `now` on and what the first one is, or Nones."""
    until, kind = None, None
    for start, stop, what in stretches:
        if start > (until or now):
            break
        if until is None:
            kind = what
        until = max(until or stop, stop)
    return until, kind
