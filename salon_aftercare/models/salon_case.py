from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..tools import without_defaults

MANAGER = "salon_crm.group_salon_manager"
# The steps of each kind, in their order; a step that is passed over happened in the same moment.
STEPS = {
    "complaint": ("new", "answered", "proposed", "agreed", "solved", "closed"),
    "incident": ("new", "answered", "proposed", "agreed", "solved", "closed"),
    "equipment": ("new", "answered", "solved", "closed"),
    "suggestion": ("new", "answered", "closed"),
}
OVER = ("solved", "closed")
UNHAPPY = ("complaint", "incident")  # kinds in which a client waits for the salon to put something right
STAMPS = {state: f"{state}_at" for state in STEPS["complaint"][1:]}
# What only the steps themselves, moving a deadline and giving a coupon set.
COUPON = ("coupon_model", "coupon_res_id", "coupon_code", "coupon_until")
GUARDED = {"state", "opened_at", "called_at", "deadline_moves", *STAMPS.values(), *COUPON}
RATINGS = [
    ("1", "1 · Bad"),
    ("2", "2 · Poor"),
    ("3", "3 · So-so"),
    ("4", "4 · Good"),
    ("5", "5 · Great"),
]


class SalonCase(models.Model):
    """Something that went wrong, or could go better: it has an owner, clocks, and an end that the client knows of."""

    _name = "salon.case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Case"
    _order = "opened_at desc, id desc"
    _mail_post_access = "read"
    _check_company_auto = True

    name = fields.Char(string="In a Few Words", required=True, tracking=True)
    kind = fields.Selection(
        [
            ("complaint", "Complaint"),
            ("suggestion", "Suggestion"),
            ("incident", "Incident"),
            ("equipment", "Equipment Fault"),
        ],
        required=True,
        default="complaint",
        index=True,
    )
    state = fields.Selection(
        [
            ("new", "Unanswered"),
            ("answered", "Replied"),
            ("proposed", "Remedy Proposed"),
            ("agreed", "Remedy Agreed"),
            ("solved", "Solved"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="new",
        copy=False,
        tracking=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    visit_id = fields.Many2one(
        "salon.visit", ondelete="set null", check_company=True, index="btree_not_null", copy=False
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        compute="_compute_from_visit",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    phone = fields.Char(related="partner_id.phone")
    stylist_id = fields.Many2one(
        "hr.employee",
        string="About Whom",
        compute="_compute_from_visit",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="set null",
        check_company=True,
        domain="[('is_salon_stylist', '=', True)]",
        help="The stylist whose work it is about, for the figures.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        ondelete="set null",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who sees to it that this case is solved. Nobody named: a manager.",
    )
    severity = fields.Selection(
        [("1", "Minor"), ("2", "Serious"), ("3", "Grave")], required=True, default="1", tracking=True
    )
    place = fields.Selection(
        [("salon", "While in the salon"), ("away", "From outside")],
        string="Made",
        required=True,
        default="salon",
        help="Who complains while they are still here is answered within minutes.",
    )
    description = fields.Text(
        string="What Happened", help="In order, without judging. What is of a client's health belongs in their file."
    )
    opened_at = fields.Datetime(
        string="Case Opened", required=True, readonly=True, default=fields.Datetime.now, copy=False
    )
    answered_at = fields.Datetime(string="Replied On", readonly=True, copy=False)
    proposed_at = fields.Datetime(string="Proposed On", readonly=True, copy=False)
    agreed_at = fields.Datetime(string="Agreed On", readonly=True, copy=False)
    solved_at = fields.Datetime(string="Solved On", readonly=True, copy=False)
    closed_at = fields.Datetime(string="Closed On", readonly=True, copy=False)

    answer = fields.Text(
        string="What We Answered",
        copy=False,
        help="What the client was told first: that we heard them, and what happens next.",
    )
    proposal = fields.Text(copy=False, help="What was offered to the client, in words.")
    cause_id = fields.Many2one("salon.case.cause", ondelete="restrict", index="btree_not_null", tracking=True)
    corrective_action = fields.Text(help="What was changed, so that it does not happen again.")
    lesson = fields.Text(help="What the team learns from it, without names.")

    called_at = fields.Datetime(string="Called On", readonly=True, copy=False)
    handling_reached = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        string="Reached",
        copy=False,
        help="Whether the client was reached after the solution.",
    )
    handling_rating = fields.Selection(
        RATINGS, string="Content with the Handling", copy=False, help="What the client says after the solution."
    )
    handling_said = fields.Text(string="What Was Said", copy=False)

    _answered_when_begun = models.Constraint(
        "CHECK ((state = 'new') = (answered_at IS NULL))", "A case moves on by its buttons. Use one of them."
    )
    _closed_when_closed = models.Constraint(
        "CHECK ((state = 'closed') = (closed_at IS NOT NULL)"
        " AND (state <> 'solved' OR solved_at IS NOT NULL)"
        " AND (state <> 'proposed' OR proposed_at IS NOT NULL) AND (state <> 'agreed' OR agreed_at IS NOT NULL))",
        "A case moves on by its buttons. Use one of them.",
    )
    _steps_of_its_kind = models.Constraint(
        "CHECK (kind IN ('complaint', 'incident') OR state NOT IN ('proposed', 'agreed', 'solved')"
        " OR (kind = 'equipment' AND state = 'solved'))",
        "This kind of case has no such step.",
    )
    _open_idx = models.Index("(company_id, partner_id) WHERE state NOT IN ('solved', 'closed')")

    @api.depends("kind", "name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for case in self:
            case.display_name = f"{labels.get(case.kind, '')}: {case.name or ''}"

    @api.depends("state")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.state not in OVER

    def _search_is_open(self, operator, value):
        return [("state", "not in", OVER)] if operator == "in" else NotImplemented

    @api.depends("visit_id")
    def _compute_from_visit(self):
        """Whose visit it was, and who worked: one may say otherwise afterwards."""
        for case in self:
            visit = case.visit_id.sudo()
            performers = visit.line_ids.performer_ids.sorted(lambda performer: performer.part != "stylist")
            case.partner_id = visit.partner_id or case.partner_id
            case.stylist_id = performers[:1].employee_id or case.stylist_id

    # Opening -----------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su and GUARDED & vals.keys():
                raise UserError(self.env._("A case moves on by its buttons. Use one of them."))
        # Whoever is given a case is reminded by an activity: no mail beside it. What is guarded has no other way in.
        context = without_defaults(self.env.context, GUARDED)
        cases = super(SalonCase, self.with_context(context, mail_auto_subscribe_no_notify=True)).create(vals_list)
        cases._check_visit()
        for company, unowned in cases.filtered(lambda case: not case.user_id).grouped("company_id").items():
            unowned.sudo().user_id = self._choose_owner(company)
        cases.partner_id._make_salon_clients()
        cases._begin()
        return cases.with_env(self.env)

    def _check_visit(self):
        """Refuse to learn of visits by way of a case: one names those that one may see."""
        if not self.env.su:
            self.visit_id.check_access("read")

    def _begin(self):
        """Set in motion what follows from new cases."""

    @api.model
    def _choose_owner(self, company):
        """Return who owns a case that names nobody: the manager who opens it, or else the first one."""
        managers = company._get_followup_staff()["manager"]
        return self.env.user if self.env.user in managers else managers[:1]

    def write(self, vals):
        if not self.env.su and GUARDED & vals.keys():
            raise UserError(self.env._("A case moves on by its buttons. Use one of them."))
        others = self.filtered(
            lambda case: (
                vals.get("kind", case.kind) != case.kind
                or vals.get("company_id", case.company_id.id) != case.company_id.id
            )
        )
        if others and not self.env.su:
            raise UserError(self.env._("A case keeps its kind and its company. Open another one instead."))
        result = super(SalonCase, self.with_context(mail_auto_subscribe_no_notify=True)).write(vals)
        if vals.get("visit_id"):
            self._check_visit()
        return result

    # Steps -------------------------------------------------------------------------------------------

    def _move(self, state):
        """Bring these on to `state`; what is passed over on the way happened now.

        :raise UserError: a case has no such step, or has taken it
        """
        self.check_access("write")
        now = fields.Datetime.now()
        for case in self:
            steps = STEPS[case.kind]
            if state not in steps or steps.index(state) <= steps.index(case.state):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(case)s” is “%(now)s” already. Open the page again to see it as it is.",
                        case=case.name,
                        now=labels[case.state],
                    )
                )
            passed = steps[steps.index(case.state) + 1 : steps.index(state) + 1]
            stamps = {STAMPS[step]: now for step in passed if not case[STAMPS[step]]}
            case.sudo().write({"state": state, **stamps})
        self._moved()

    def _moved(self):
        """Do what follows from a step."""

    def _action_ask(self, view, title):
        """Return the dialog that asks for what is missing."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "name": title,
            "views": [(self.env.ref(f"salon_aftercare.salon_case_view_form_{view}").id, "form")],
            "target": "new",
        }

    def action_answer(self):
        """Note that the client was answered, and what they were told; asks for it."""
        self.ensure_one()
        if self.kind in ("complaint", "suggestion") and not self.answer:
            return self._action_ask("answer", self.env._("What was the client told?"))
        self._move("answered")
        return False

    def action_propose(self):
        """Note what was offered to the client; asks for it."""
        self.ensure_one()
        if not self.remedy:
            return self._action_ask("propose", self.env._("What is the client offered?"))
        self._move("proposed")
        return False

    def action_agree(self):
        """The client is content with what was offered."""
        self.ensure_one()
        self._move("agreed")

    def action_solve(self):
        """What was agreed on is done; asks for what is missing."""
        self.ensure_one()
        if not (self.corrective_action if self.kind == "equipment" else self.remedy):
            return self._action_ask("solve", self.env._("What was done about it?"))
        self._move("solved")
        return False

    def action_called(self):
        """Note the call after the solution; asks how it went."""
        self.ensure_one()
        if not self.handling_reached:
            return self._action_ask("called", self.env._("How content is the client with the handling?"))
        self.check_access("write")
        self.sudo().called_at = fields.Datetime.now()
        self._moved()
        return False

    def action_close(self):
        """Close the case: managers do, when all is known that one can learn from it."""
        self._check_manager()
        for case in self:
            if missing := case._get_missing():
                raise UserError(
                    self.env._(
                        "Before “%(case)s” can be closed, fill in: %(missing)s.",
                        case=case.name,
                        missing=format_list(self.env, missing),
                    )
                )
        self._move("closed")

    def _get_missing(self):
        """Return the names of the fields that a case needs before it is closed."""
        self.ensure_one()
        needed = ["answer"] if self.kind == "suggestion" else ["cause_id"]
        if self.kind in UNHAPPY:
            needed += ["remedy"] + ["handling_reached"] * bool(self.partner_id)
            if self.severity > "1":
                needed.append("corrective_action")
        return [self._fields[name]._description_string(self.env) for name in needed if not self[name]]

    def action_reopen(self):
        """Take a case up again that is not over after all: the client waits for a word again."""
        self._check_manager()
        for case in self:
            if case.state not in OVER:
                raise UserError(self.env._("“%s” is open.", case.name))
            case._begin_again()
        self._moved()

    def _begin_again(self):
        """Bring this case back to its first step."""
        self.sudo().write({"state": "new", "called_at": False, **dict.fromkeys(STAMPS.values(), False)})
        self.write({"answer": False, "handling_reached": False, "handling_rating": False})

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise UserError(self.env._("A manager closes cases, and takes them up again. Ask one of them."))

    @api.model
    def _cron_sweep_cases(self):
        """Find what nobody is reminded of: the owner left, or the activity is gone."""
        self.env["ir.cron"]._commit_progress(remaining=1)
        self.search([("state", "!=", "closed")])._sweep()
        self.env["ir.cron"]._commit_progress(1)

    def _sweep(self):
        """See to it that somebody who is there is reminded of each of these open cases."""

    # For others --------------------------------------------------------------------------------------

    @api.model
    def _find_complaining(self, partners, company=None):
        """Return those of these clients who wait for the salon to put something right: complaints and incidents that
        are open. Whoever does is not to get marketing.

        :param company: res.company whose cases count; none: those of all
        """
        domain = [("partner_id", "in", partners.ids), ("kind", "in", UNHAPPY), ("state", "not in", OVER)]
        if company:
            domain.append(("company_id", "in", company.ids))
        groups = self.sudo()._read_group(domain, ["partner_id"])
        return partners.browse(partner.id for (partner,) in groups)

    @api.model
    def _open_from_feedback(self, feedback):
        """Return the complaint about what a client wrote after a visit. Where one is open about that visit already, it
        is that one, with what they wrote now.

        :param feedback: salon.feedback with partner_id, visit_id, company_id, rating and comment
        """
        visit = feedback.visit_id
        company = feedback.company_id or visit.company_id or self.env.company
        # The team reads it: the client's own language, in which they answer, is of no account.
        cases = self.sudo().with_context(lang=company.partner_id.lang or self.env.lang)
        said = feedback.comment or ""
        open_about = [("visit_id", "=", visit.id), ("kind", "=", "complaint"), ("state", "not in", OVER)]
        if visit and (case := cases.search(open_about, limit=1)):
            body = cases.env._("Feedback: %(rating)s of 5. %(said)s", rating=feedback.rating, said=said)
            case._message_log(body=body)
            return case
        values = {
            "kind": "complaint",
            "name": cases.env._("Feedback: %s of 5", feedback.rating),
            "description": said or False,
            "partner_id": feedback.partner_id.id,
            "visit_id": visit.id,
            "company_id": company.id,
            "severity": "2" if str(feedback.rating) == "1" else "1",
            "place": "away",
        }
        if "feedback_id" in cases._fields:
            values["feedback_id"] = feedback.id
        return cases.create(values)

    def _action_open(self):
        """Return the action that shows this case, or these."""
        action = {"type": "ir.actions.act_window", "res_model": self._name, "name": self.env._("Cases")}
        if len(self) == 1:
            return {**action, "view_mode": "form", "res_id": self.id, "views": [(False, "form")]}
        return {
            **action,
            "view_mode": "list,kanban,form",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }
