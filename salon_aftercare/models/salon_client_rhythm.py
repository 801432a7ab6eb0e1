from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

STATES = [
    ("new", "New"),
    ("active", "Active"),
    ("back", "Back Again"),
    ("due", "Due"),
    ("at_risk", "At Risk"),
    ("lost", "Lost"),
]
SOURCES = [
    ("own", "Their own visits"),
    ("category", "The salon's clients of these services"),
    ("salon", "All clients of the salon"),
    ("setting", "The setting: the salon's own is not known yet"),
]


class SalonClientRhythm(models.Model):
    """How often a client comes to one salon, when they are due again, and whether they still come.

    The database keeps these rows, in sets: see `salon_client_rhythm_refresh`. What a state means:

    - new: came once, and is not due yet; active: came again, and is not due yet
    - due: from the day on which they are due; at risk and lost: after so many intervals without a visit (settings)
    - back: came again after having been lost, for so many days (a setting)

    `state_since` is the first day of the state as the visits have it, whenever it was computed.
    """

    _name = "salon.client.rhythm"
    _description = "Client's Rhythm"
    _order = "next_due, id"
    _rec_names_search = ["partner_id"]
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Client", required=True, readonly=True, ondelete="restrict")
    phone = fields.Char(related="partner_id.phone")
    visits = fields.Integer(
        required=True, readonly=True, help="Days on which this client had a visit that is done; several are one."
    )
    counted = fields.Integer(
        string="Visits Counted",
        required=True,
        readonly=True,
        aggregator="avg",
        help="Visits of the two years before the last one: of them is the interval.",
    )
    first_visit = fields.Date(required=True, readonly=True)
    last_visit = fields.Date(required=True, readonly=True)
    interval_days = fields.Integer(
        string="Comes Every (Days)",
        required=True,
        readonly=True,
        aggregator="avg",
        help="Days between two visits on average: the client's own from three visits on, before that the salon's.",
    )
    interval_source = fields.Selection(SOURCES, string="Interval Of", required=True, readonly=True)
    next_due = fields.Date(
        string="Next Visit Due", required=True, readonly=True, help="The last visit and one interval."
    )
    at_risk_on = fields.Date(
        string="At Risk From", required=True, readonly=True, help="Unless the client comes before that day."
    )
    lost_on = fields.Date(
        string="Lost From", required=True, readonly=True, help="Unless the client comes before that day."
    )
    state = fields.Selection(STATES, required=True, readonly=True)
    state_since = fields.Date(string="Since", required=True, readonly=True, help="The first day of this state.")
    changes_on = fields.Date(readonly=True, help="The day on which the state changes unless the client comes.")
    visit_print = fields.Integer(
        required=True, readonly=True, aggregator=None, help="What tells the visits that were counted from any others."
    )
    explanation = fields.Char(compute="_compute_explanation")
    category_ids = fields.One2many(
        "salon.client.rhythm.category", compute="_compute_category_ids", string="By Kind of Service"
    )

    _client_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "This client has a rhythm in this salon already: it is computed by itself."
    )
    _state_idx = models.Index("(company_id, state, state_since)")
    _due_idx = models.Index("(company_id, next_due)")

    @api.depends("partner_id.name")
    def _compute_display_name(self):
        for rhythm in self:
            rhythm.display_name = rhythm.partner_id.name

    def _compute_category_ids(self):
        """Each is computed from the visits of these clients: all that is shown is read by the one query."""
        categories = self.env["salon.client.rhythm.category"]
        found = categories.search_fetch(
            [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)],
            [name for name, field in categories._fields.items() if field.store],
        ).grouped(lambda category: (category.company_id, category.partner_id))
        for rhythm in self:
            rhythm.category_ids = found.get((rhythm.company_id, rhythm.partner_id), categories)

    @api.depends("state", "state_since", "interval_days", "next_due", "last_visit")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for rhythm in self:
            rhythm.explanation = self.env._(
                "%(rhythm)s; %(state)s.", rhythm=rhythm._say_rhythm(), state=rhythm._say_state()
            )

    def _say_rhythm(self):
        """Return how often this client comes: “Comes every 38 days on average (7 visits)”."""
        self.ensure_one()
        last = format_date(self.env, self.last_visit)
        if self.interval_source == "own":
            return self.env._(
                "Comes every %(days)s days on average (%(visits)s visits)",
                days=self.interval_days,
                visits=self.counted,
            )
        if self.visits == 1:
            return self.env._(
                "Came once, on %(date)s; others come every %(days)s days", date=last, days=self.interval_days
            )
        return self.env._(
            "Came %(visits)s times, the last time on %(date)s; others come every %(days)s days",
            visits=self.visits,
            date=last,
            days=self.interval_days,
        )

    def _say_state(self):
        """Return whether this client still comes: “due since 3 March, 12 days ago: due”."""
        self.ensure_one()
        due, since = format_date(self.env, self.next_due), format_date(self.env, self.state_since)
        days = (self.company_id._salon_today() - self.next_due).days
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        if self.state == "lost":
            return self.env._("was due on %(due)s: lost since %(since)s", due=due, since=since)
        if days > 1:
            return self.env._(
                "due since %(due)s, %(days)s days ago: %(state)s", due=due, days=days, state=label.lower()
            )
        if days == 1:
            return self.env._("due since yesterday: %(state)s", state=label.lower())
        if days == 0:
            return self.env._("due today")
        if self.state == "back":
            return self.env._("back since %(since)s after having been lost, next due on %(due)s", due=due, since=since)
        return self.env._("next due on %(due)s: %(state)s", due=due, state=label.lower())

    def action_open_file(self):
        """Open the file of this client."""
        self.ensure_one()
        file = self.env["salon.client.file"].search([("partner_id", "=", self.partner_id.id)])
        if not file:
            raise AccessError(self.env._("You don't serve this client. Ask the front desk."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.client.file",
            "res_id": file.id,
            "view_mode": "form",
        }
