from odoo import api, fields, models
from odoo.tools import SQL

from ..models.salon_case_clock import CLOCKS, FIRST

BARS = {"incident": 85, "equipment": 92}  # percent that the trade solves in time


class SalonCaseReport(models.Model):
    """Figures of cases: a row for each. Times are in hours by the clock; in time is what was done before its deadline,
    as it stands after moving it. What still runs counts as late from its deadline on, and not at all before."""

    _name = "salon.case.report"
    _description = "Case Figures"
    _auto = False
    _order = "opened_at desc, id desc"
    _rec_name = "case_id"
    _depends = {
        "salon.case": [
            "name", "kind", "state", "severity", "place", "incident_kind", "company_id", "partner_id", "stylist_id",
            "user_id", "station_id", "cause_id", "remedy", "cost", "opened_at", "handling_rating", "deadline_moves",
            "answered_at", "answer_due_at", "proposed_at", "proposal_due_at", "solved_at", "solution_due_at",
            "reopened_at", "first_answered_at", "first_answer_due_at", "first_proposed_at", "first_proposal_due_at",
        ],
        "salon.case.cause": ["parent_path"],
    }  # fmt: skip

    case_id = fields.Many2one("salon.case", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    opened_at = fields.Datetime(string="Case Opened", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    stylist_id = fields.Many2one("hr.employee", string="About Whom", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    station_id = fields.Many2one("salon.station", readonly=True)
    cause_id = fields.Many2one("salon.case.cause", string="Cause in Detail", readonly=True)
    top_cause_id = fields.Many2one("salon.case.cause", string="Cause", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["kind"]._description_selection(self.env), readonly=True
    )
    state = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["state"]._description_selection(self.env), readonly=True
    )
    severity = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["severity"]._description_selection(self.env),
        readonly=True,
    )
    place = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["place"]._description_selection(self.env),
        string="Made",
        readonly=True,
    )
    incident_kind = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["incident_kind"]._description_selection(self.env),
        string="Incident",
        readonly=True,
    )
    remedy = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["remedy"]._description_selection(self.env), readonly=True
    )
    cases = fields.Integer(readonly=True, help="How many cases.")
    answer_hours = fields.Float(
        string="Hours to Answer",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From opening a case to its first answer.",
    )
    proposal_hours = fields.Float(
        string="Hours to Proposal",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From opening a case to what the client was offered.",
    )
    solution_hours = fields.Float(
        string="Hours to Solution",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From opening a case to its solution.",
    )
    answer_percent = fields.Float(
        string="Answered in Time %", readonly=True, aggregator="avg", digits=(16, 1), help="By the deadline to answer."
    )
    proposal_percent = fields.Float(
        string="Proposed in Time %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="By the deadline for a proposal.",
    )
    solution_percent = fields.Float(
        string="Solved in Time %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="By the deadline for the solution. The trade's bars: incidents 85 %, equipment faults 92 %.",
    )
    bar_percent = fields.Float(
        string="The Trade's Bar %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="What the trade solves in time: 85 % of incidents, 92 % of equipment faults.",
    )
    handling_rating = fields.Float(
        string="Content with the Handling",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="1 to 5, as clients said in the call after the solution.",
    )
    rated = fields.Integer(string="Asked About It", readonly=True, help="How many clients said how content they are.")
    cost = fields.Monetary(readonly=True, aggregator="sum", help="What the remedies cost the salon.")
    deadline_moves = fields.Integer(
        string="Deadlines Moved", readonly=True, help="How often managers moved deadlines of these cases."
    )

    @property
    def _table_query(self):
        times = SQL(", ").join(self._select_clock(clock, stamp) for clock, stamp in CLOCKS.items())
        bars = SQL(" ").join(SQL("WHEN %s THEN %s", kind, bar) for kind, bar in BARS.items())
        return SQL(
            """
            SELECT one.id, one.id AS case_id, one.company_id, one.opened_at, one.partner_id, one.stylist_id,
                   one.user_id, one.station_id, one.cause_id, one.kind, one.state, one.severity, one.place,
                   one.incident_kind, one.remedy, one.cost, one.deadline_moves, 1 AS cases,
                   split_part(cause.parent_path, '/', 1)::int AS top_cause_id,
                   one.handling_rating::int AS handling_rating,
                   CASE WHEN one.handling_rating IS NULL THEN 0 ELSE 1 END AS rated,
                   CASE one.kind %s END AS bar_percent,
                   %s
              FROM salon_case one LEFT JOIN salon_case_cause cause ON cause.id = one.cause_id
            """,
            bars,
            times,
        )

    def _select_clock(self, clock, stamp):
        done, due = self._select_first(stamp), self._select_first(f"{clock}_due_at")
        return SQL(
            """
            EXTRACT(EPOCH FROM %(done)s - one.opened_at) / 3600 AS %(hours)s,
            CASE WHEN %(due)s IS NULL OR (%(done)s IS NULL AND one.state = 'closed') THEN NULL
                 WHEN %(done)s <= %(due)s THEN 100
                 WHEN %(done)s IS NOT NULL OR %(due)s < timezone('UTC', now()) THEN 0 END AS %(percent)s
            """,
            done=done,
            due=due,
            hours=SQL.identifier(f"{clock}_hours"),
            percent=SQL.identifier(f"{clock}_percent"),
        )

    def _select_first(self, name):
        """Of a case taken up again the first answer and proposal count; a solution that did not last does not."""
        if name not in FIRST:
            return SQL.identifier("one", name)
        return SQL(
            "CASE WHEN one.reopened_at IS NULL THEN %s ELSE %s END",
            SQL.identifier("one", name),
            SQL.identifier("one", f"first_{name}"),
        )

    @api.readonly
    def action_open_case(self):
        """Show the case behind a row."""
        self.ensure_one()
        return self.case_id._action_open()
