from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.frame import Frame, local_day, utc
from ..tools.roster import Roster, load_stylists
from ..tools.spoken import spoken_time

HERE = ("arrived", "in_service", "done")  # bookings whose client has come
LOOK_AHEAD = timedelta(hours=12)  # how far "busy until" is followed


class SalonTurn(models.Model):
    """Whose turn it is: the stylists of today, in the order in which they get clients who ask for nobody.

    There is nothing to keep up to date: the database works the order out of today's bookings whose clients have come,
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
        companies = self.env.companies
        working = []
        if self.env.registry.ready:  # while addons are loaded, columns that the hours need may be missing still
            working = [stylist_id for company in companies for stylist_id in self._at_work(company)]
        return self._order_query(companies, working)

    @api.model
    def _get_order(self, company, stylist_ids):
        """Return {stylist id: place in the order of turns now}, 0 for who is next.

        Who works is not looked at: the search for free times offers nobody else.
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        query = SQL("SELECT id, place FROM (%s) AS turn", self._order_query(company))
        places = dict(self.env.execute_query(query))
        ranked = sorted(stylist_ids, key=lambda stylist_id: places.get(stylist_id, len(places) + 1))
        return {stylist_id: number for number, stylist_id in enumerate(ranked)}

    @api.model
    def _order_query(self, companies, working=()):
        """Return the query for the stylists of `companies` in the order of their turns.

        A pass counts as a client that came at that moment; with the rule of the fewest clients, it also lifts who
        passes to as many clients as the busiest had then.

        :param working: ids of the stylists who work now; they come before the others
        """
        return SQL(" UNION ALL ").join(SQL("(%s)", self._order_of(company, working)) for company in companies.sudo())

    @api.model
    def _order_of(self, company, working):
        """Return `_order_query` for one company: its day and its rule are constants, or the planner, which the booking
        page waits for at each look, would take longer than the query."""
        day, day_end = self._today(company)
        return SQL(
            """
            WITH pass AS (
                SELECT DISTINCT ON (stylist_id) stylist_id, passed_at, clients
                  FROM salon_turn_pass
                 WHERE company_id = %(company)s
                   AND passed_at >= %(day)s AND passed_at < %(day_end)s AND withdrawn IS NOT TRUE
              ORDER BY stylist_id, passed_at DESC, id DESC
            ),
            client AS (
                SELECT line.stylist_id, line.assignment, event.id AS event_id,
                       COALESCE(line.guest_id, event.salon_client_id) AS partner_id,
                       line.start AS began,
                       CASE event.salon_state WHEN 'done' THEN LEAST(line.stop, %(now)s) ELSE line.stop END AS ended,
                       %(asked_counts)s OR line.assignment = 'assigned' AS uses_turn
                  FROM calendar_event event
                  JOIN salon_booking_line line ON line.event_id = event.id
                   AND line.start >= %(day)s AND line.start < %(day_end)s
                 WHERE event.company_id = %(company)s
                   AND event.is_salon_booking IS TRUE AND event.active AND event.salon_state IN %(here)s
                   AND event.start >= %(day)s::timestamp - interval '12 hours' AND event.start < %(day_end)s
            ),
            total AS (
                SELECT client.stylist_id,
                       COUNT(DISTINCT (event_id, partner_id)) FILTER (WHERE assignment = 'asked') AS asked,
                       COUNT(DISTINCT (event_id, partner_id)) FILTER (WHERE assignment = 'assigned') AS assigned,
                       COUNT(DISTINCT (event_id, partner_id)) FILTER (WHERE uses_turn) AS turns,
                       COUNT(DISTINCT (event_id, partner_id))
                           FILTER (WHERE uses_turn AND began >= pass.passed_at) AS turns_since_pass,
                       MAX(began) FILTER (WHERE uses_turn) AS began,
                       MAX(ended) FILTER (WHERE uses_turn) AS ended
                  FROM client
             LEFT JOIN pass ON pass.stylist_id = client.stylist_id
              GROUP BY client.stylist_id
            ),
            stylist AS (
                SELECT e.id, e.company_id, e.salon_sequence, pass.passed_at, total.began, total.ended,
                       COALESCE(e.id = ANY(%(working)s), FALSE) AS works_now,
                       COALESCE(total.asked, 0) AS asked, COALESCE(total.assigned, 0) AS assigned,
                       GREATEST(total.turns, pass.clients + COALESCE(total.turns_since_pass, 0), 0) AS turns
                  FROM hr_employee e
             LEFT JOIN total ON total.stylist_id = e.id
             LEFT JOIN pass ON pass.stylist_id = e.id
                 WHERE e.company_id = %(company)s AND e.active AND e.is_salon_stylist
            )
            SELECT id, id AS stylist_id, company_id, works_now, asked AS asked_count, assigned AS assigned_count,
                   turns, passed_at,
                   ROW_NUMBER() OVER (
                       ORDER BY works_now DESC,
                                CASE %(rule)s WHEN 'fewest' THEN turns ELSE 0 END,
                                GREATEST(CASE %(rule)s WHEN 'idle' THEN ended ELSE began END, passed_at) NULLS FIRST,
                                salon_sequence, id
                   ) AS place
              FROM stylist
            """,
            company=company.id,
            day=day,
            day_end=day_end,
            rule=company.salon_turn_rule,
            asked_counts=company.salon_asked_uses_turn,
            here=HERE,
            now=fields.Datetime.now(),
            working=list(working),
        )

    @api.model
    def _today(self, company):
        """Return when this day begins and ends on the salon's clocks, as naive UTC."""
        zone = company._salon_timezone()
        today = local_day(zone, fields.Datetime.now())
        return tuple(utc(zone, datetime.combine(day, time.min)) for day in (today, today + timedelta(days=1)))

    @api.model
    def _at_work(self, company):
        """Return the ids of the stylists of `company` who work at this minute, with a client or without."""
        now = fields.Datetime.now()
        frame = Frame(now, now + timedelta(minutes=1))
        stylists = load_stylists(self.env, company).values()
        worked = Roster(self.env, company, frame).worked(list(stylists))
        minute = frame.minute(now)
        return [stylist.id for stylist in stylists if worked[stylist.resource_id] >> minute & 1]

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
