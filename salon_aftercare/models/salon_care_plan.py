from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.salon_crm.tools.frame import utc

BOOKED_AT = time(10)  # of the day on which the next visit is due; the desk moves it to what is free


class SalonCarePlan(models.Model):
    """What was agreed with a client for the coming months: a course of visits, and care at home between them.

    Done visits with one of its services tick the visits of the plan by themselves, one a day, in the order of days.
    """

    _name = "salon.care.plan"
    _inherit = ["mail.thread"]
    _description = "Care Plan"
    _order = "start_date desc, id desc"

    name = fields.Char(required=True, help="What it is for, such as a calm scalp.")
    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict", index=True
    )
    visit_id = fields.Many2one(
        "salon.visit", string="Agreed At", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Looked After By",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    product_ids = fields.Many2many(
        "product.product", string="Services", domain="[('is_salon_service', '=', True)]",
        help="What is done at each visit; a visit with one of them counts.",
    )  # fmt: skip
    start_date = fields.Date(string="First Visit", required=True, default=fields.Date.context_today)
    visit_count = fields.Integer(string="Number of Visits", required=True, default=6)
    interval_days = fields.Integer(string="Every (Days)", required=True, default=14)
    goal = fields.Text(help="What is to be reached, in the client's own words.")
    line_ids = fields.One2many("salon.care.plan.line", "plan_id", string="Visits", copy=False)
    home_ids = fields.One2many("salon.care.plan.home", "plan_id", string="Care at Home", copy=True)
    state = fields.Selection(
        [("draft", "Proposed"), ("agreed", "Agreed"), ("done", "Done"), ("stopped", "Stopped")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    agreed_on = fields.Date(readonly=True, copy=False)
    done_count = fields.Integer(string="Visits Done", compute="_compute_progress")
    next_date = fields.Date(string="Next Visit Due", compute="_compute_progress", search="_search_next_date")
    progress = fields.Float(compute="_compute_progress", help="Visits done, of a hundred.")
    is_late = fields.Boolean(compute="_compute_progress")

    _course_sensible = models.Constraint(
        "CHECK (visit_count BETWEEN 1 AND 100 AND interval_days BETWEEN 1 AND 366)",
        "A care plan has 1 to 100 visits, 1 to 366 days apart.",
    )
    _agreed_when_agreed = models.Constraint(
        "CHECK (state = 'draft' OR agreed_on IS NOT NULL)", "A care plan is agreed by its button. Use that."
    )

    @api.depends("line_ids.state", "line_ids.due_on")
    def _compute_progress(self):
        for plan in self:
            done = plan.line_ids.filtered(lambda line: line.state == "done")
            coming = plan.line_ids.filtered(lambda line: line.state == "open")
            plan.done_count = len(done)
            plan.next_date = plan.state == "agreed" and min(coming.mapped("due_on"), default=False)
            counted = len(done) + len(coming)
            plan.progress = 100 * len(done) / counted if counted else 0
            plan.is_late = bool(plan.next_date) and plan.next_date < plan.company_id._salon_today()

    def _search_next_date(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        return [("state", "=", "agreed"), ("line_ids", "any", [("state", "=", "open"), ("due_on", operator, value)])]

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._check_client()
        plans._check_visit()
        return plans

    def write(self, vals):
        if not self.env.su and vals.keys() & {"state", "agreed_on"}:
            raise UserError(self.env._("A care plan is agreed, stopped and done by its buttons. Use one of them."))
        if "product_ids" in vals and any(plan.state == "done" for plan in self):
            raise UserError(self.env._("This care plan is done. Make a new one."))
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_client()
        if "visit_id" in vals:
            self._check_visit()
        if vals.keys() & {"partner_id", "product_ids", "start_date"}:
            self._tick()
        return result

    def _check_visit(self):
        """Refuse to learn of visits by way of a care plan: one names those that one may see."""
        if not self.env.su:
            self.visit_id.check_access("read")

    def _check_client(self):
        """Refuse a plan for a client whose file one may not read: it would open the way to them."""
        if self.env.su:
            return
        files = self.env["salon.client.file"].search([("partner_id", "in", self.partner_id.ids)])
        if stranger := self.partner_id - files.partner_id:
            raise UserError(
                self.env._("You don't serve %s. Ask the front desk to make the plan.", stranger[:1].sudo().name)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if not self.env.su and any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("What was agreed with a client stays. Stop the care plan instead."))

    # Agreed, stopped, done ------------------------------------------------------------------------------

    def action_agree(self):
        """The client agreed: the visits get their days."""
        self.check_access("write")
        for plan in self.filtered(lambda plan: plan.state == "draft"):
            if not plan.product_ids:
                raise ValidationError(self.env._("Say which services are done at the visits of “%s”.", plan.name))
            plan._make_lines()
            plan.sudo().write({"state": "agreed", "agreed_on": plan.company_id._salon_today()})
        self._tick()

    def _make_lines(self):
        """Make the visits that are missing, one interval after the other."""
        self.ensure_one()
        last = max(self.line_ids.mapped("due_on"), default=self.start_date - timedelta(days=self.interval_days))
        missing = self.visit_count - len(self.line_ids)
        self.env["salon.care.plan.line"].create(
            [
                {"plan_id": self.id, "due_on": last + timedelta(days=number * self.interval_days)}
                for number in range(1, missing + 1)
            ]
        )

    def action_stop(self):
        """The client goes no further with this plan."""
        self.check_access("write")
        self.sudo().filtered(lambda plan: plan.state == "agreed").state = "stopped"

    def action_go_on(self):
        """The client goes on with this plan."""
        self.check_access("write")
        self.sudo().filtered(lambda plan: plan.state == "stopped").state = "agreed"
        self._tick()

    def action_book(self):
        """Open a booking for the next visit: the services of the plan on the day when it is due."""
        self.ensure_one()
        self.check_access("read")
        zone = self.company_id._salon_timezone()
        today = self.company_id._salon_today()
        start = utc(zone, datetime.combine(max(self.next_date or today, today), BOOKED_AT))
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "views": [(self.env.ref("salon_crm.salon_booking_view_form").id, "form")],
            "context": {
                "default_is_salon_booking": True,
                "default_salon_client_id": self.partner_id.id,
                "default_start": fields.Datetime.to_string(start),
                "default_salon_line_ids": [(0, 0, {"product_id": product.id}) for product in self.product_ids],
            },
        }

    # Done visits tick ----------------------------------------------------------------------------------------

    def _tick(self):
        """Tie the visits of these plans to what was done, and close the plans of which all was done."""
        plans = self.sudo().filtered(lambda plan: plan.state in ("agreed", "done"))
        for company, those in plans.grouped("company_id").items():
            self._tick_plans(company, SQL("plan.id = ANY(%s)", those.ids))

    @api.model
    def _tick_clients(self, company, partner_ids):
        """The same for all plans of some clients."""
        self._tick_plans(company, SQL("plan.partner_id = ANY(%s)", list(partner_ids)))

    @api.model
    def _tick_plans(self, company, which):
        """Tie visits to the plans of a company, in sets: the first day counts for the first visit of a plan, and so on.

        It is computed anew from all visits, so that a correction of one moves the others.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH plan AS (
                    SELECT id, partner_id, company_id, start_date, agreed_on FROM salon_care_plan plan
                     WHERE plan.company_id = %(company)s AND plan.state IN ('agreed', 'done') AND %(which)s
                ),
                came AS (
                    SELECT plan_id, visit_id, done_on,
                           ROW_NUMBER() OVER (PARTITION BY plan_id ORDER BY done_on) AS number
                      FROM (SELECT DISTINCT ON (plan.id, day.done_on)
                                   plan.id AS plan_id, visit.id AS visit_id, day.done_on
                              FROM plan
                              JOIN salon_visit visit ON visit.partner_id = plan.partner_id AND visit.state = 'done'
                               AND visit.company_id = plan.company_id,
                                   LATERAL (SELECT timezone(%(zone)s, timezone('UTC', visit.date))::date AS done_on) day
                             WHERE day.done_on >= LEAST(plan.start_date, plan.agreed_on)
                               AND EXISTS (SELECT FROM salon_visit_line line
                                             JOIN product_product_salon_care_plan_rel wanted
                                               ON wanted.product_product_id = line.product_id
                                            WHERE line.visit_id = visit.id AND wanted.salon_care_plan_id = plan.id)
                             ORDER BY plan.id, day.done_on, visit.id) day
                ),
                line AS (
                    SELECT line.id, line.plan_id,
                           ROW_NUMBER() OVER (PARTITION BY line.plan_id ORDER BY line.due_on, line.id) AS number
                      FROM salon_care_plan_line line JOIN plan ON plan.id = line.plan_id
                     WHERE line.state <> 'skipped'
                )
                UPDATE salon_care_plan_line target
                   SET visit_id = came.visit_id, done_on = came.done_on,
                       state = CASE WHEN came.visit_id IS NULL THEN 'open' ELSE 'done' END
                  FROM line LEFT JOIN came ON came.plan_id = line.plan_id AND came.number = line.number
                 WHERE target.id = line.id
                   AND (target.visit_id IS DISTINCT FROM came.visit_id
                        OR (came.visit_id IS NOT NULL AND target.done_on IS DISTINCT FROM came.done_on))
                """,
                which=which,
                company=company.id,
                zone=company._salon_timezone().zone,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_care_plan plan SET state = wanted.state
                  FROM (SELECT plan_id, CASE WHEN BOOL_AND(state <> 'open') THEN 'done' ELSE 'agreed' END AS state
                          FROM salon_care_plan_line GROUP BY plan_id) wanted
                 WHERE wanted.plan_id = plan.id AND plan.state IN ('agreed', 'done') AND plan.state <> wanted.state
                   AND plan.company_id = %s AND %s
                """,
                company.id,
                which,
            )
        )
        self.env["salon.care.plan.line"].invalidate_model(["visit_id", "done_on", "state"], flush=False)
        self.invalidate_model(["state", "done_count", "next_date", "progress", "is_late"], flush=False)

    # To the client ------------------------------------------------------------------------------------------

    def action_send(self):
        """Write an email to the client with the plan as PDF, in their language."""
        self.ensure_one()
        template = self.env.ref("salon_aftercare.mail_template_care_plan", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Care Plan"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template and template.id,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_id.ids,
            },
        }
