from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import format_list, plaintext2html, split_every

from ..tools import carry_out
from .salon_followup_step import CHANNELS

BATCH = 200
OPEN_STATES = ("planned", "due")
RATINGS = [
    ("1", "1 · Bad"),
    ("2", "2 · Poor"),
    ("3", "3 · So-so"),
    ("4", "4 · Good"),
    ("5", "5 · Great"),
]


class SalonFollowup(models.Model):
    """One contact with a client that is due.

    It is planned by a step of a plan after a visit, and given to one person, whom an activity on it reminds.
    Closing one of the two closes the other.
    """

    _name = "salon.followup"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Follow-up"
    _order = "due_at, id"
    _rec_names_search = ["partner_id"]

    partner_id = fields.Many2one(
        "res.partner", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    phone = fields.Char(related="partner_id.phone")
    visit_id = fields.Many2one("salon.visit", readonly=True, ondelete="cascade", index="btree_not_null")
    step_id = fields.Many2one("salon.followup.step", readonly=True, ondelete="restrict", index="btree_not_null")
    plan_id = fields.Many2one(related="step_id.plan_id", store=True, precompute=True, index="btree_not_null")
    script = fields.Text(related="step_id.script")
    script_opening = fields.Char(string="What to Say", compute="_compute_script_opening")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    due_at = fields.Datetime(string="Due", required=True)
    latest_at = fields.Datetime(string="Latest", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        ondelete="set null",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    activity_id = fields.Many2one(
        "mail.activity", string="Reminder", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("due", "Due"),
            ("done", "Done"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="planned",
        copy=False,
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    is_overdue = fields.Boolean(string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue")

    reached = fields.Selection([("yes", "Yes"), ("no", "No")], copy=False, help="Whether the client was reached.")
    rating = fields.Selection(RATINGS, string="Satisfaction", copy=False)
    said = fields.Text(string="What Was Said", copy=False)
    reason = fields.Char(string="Why Not", copy=False, help="Why this contact was not made.")
    done_at = fields.Datetime(readonly=True, copy=False)
    done_by = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")

    services = fields.Char(string="What Was Done", compute="_compute_services", compute_sudo=True)
    performers = fields.Char(string="Stylist", compute="_compute_services", compute_sudo=True)
    visit_date = fields.Datetime(related="visit_id.date")
    visit_note = fields.Text(related="visit_id.note", string="Notes of the Visit")
    alert = fields.Char(related="visit_id.alert")

    _once_per_step_and_visit = models.UniqueIndex(
        "(visit_id, step_id) WHERE visit_id IS NOT NULL AND step_id IS NOT NULL",
        "This visit is followed up by this step already.",
    )
    _open_idx = models.Index("(due_at) WHERE state IN ('planned', 'due')")
    _done_when_done = models.Constraint(
        "CHECK ((state = 'done') = (done_at IS NOT NULL))", "A follow-up is closed by its button. Use that."
    )
    _skip_says_why = models.Constraint(
        "CHECK (state NOT IN ('skipped', 'cancelled') OR reason IS NOT NULL)", "Say why this client is not contacted."
    )
    _window_in_order = models.Constraint(
        "CHECK (due_at <= latest_at)", "A follow-up can't be overdue before it is due. Correct one of the times."
    )

    @api.depends("partner_id.name")
    def _compute_display_name(self):
        for followup in self:
            followup.display_name = followup.partner_id.name

    @api.depends("state")
    def _compute_is_open(self):
        for followup in self:
            followup.is_open = followup.state in OPEN_STATES

    def _search_is_open(self, operator, value):
        return Domain("state", "in", OPEN_STATES) if operator == "in" else NotImplemented

    @api.depends("state", "latest_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for followup in self:
            followup.is_overdue = followup.is_open and followup.latest_at < now

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", OPEN_STATES) & Domain("latest_at", "<", fields.Datetime.now())

    @api.depends("script")
    def _compute_script_opening(self):
        for followup in self:
            followup.script_opening = (followup.script or "").partition("\n")[0]

    @api.depends("visit_id.line_ids.product_id", "visit_id.line_ids.performer_ids.employee_id")
    def _compute_services(self):
        for followup in self:
            lines = followup.visit_id.line_ids
            followup.services = format_list(self.env, lines.product_id.mapped("name"), "unit-short")
            followup.performers = format_list(self.env, lines.performer_ids.employee_id.mapped("name"), "unit-short")

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self.filtered("is_open")._hand_over()
        return result

    def _follow_client(self):
        """A visit turned out to be someone else's: contact that client, or nobody."""
        for followup in self.filtered("is_open"):
            if client := followup.visit_id.partner_id:
                followup.partner_id = client
            else:
                followup._cancel(self.env._("The visit has no client any more."))

    # The activity that reminds -----------------------------------------------------------------------

    def _schedule_activities(self):
        """Remind those whom these follow-ups were given. Nobody gets an email: what a plan plans is expected."""
        given = self.with_user(SUPERUSER_ID).with_context(tracking_disable=True).filtered("user_id")
        activities = given.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = activities.create([followup._prepare_activity_values() for followup in given])
        for followup, activity in zip(given, activities, strict=True):
            followup.activity_id = activity

    def _prepare_activity_values(self):
        """Return the values of the activity that reminds of this follow-up, in the language of who makes it."""
        self.ensure_one()
        step = self.step_id.with_context(lang=self.user_id.lang)
        call = self.env["ir.model.data"]._xmlid_to_res_id("salon_aftercare.mail_activity_type_followup_call")
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": call or self._default_activity_type().id,
            "automated": True,
            "summary": step.name,
            "note": plaintext2html(step.script or ""),
            "user_id": self.user_id.id,
            "date_deadline": self._get_deadline(),
        }

    def _get_deadline(self):
        """Return the day on which this is due, where the one who makes it is."""
        tz = self.user_id.tz or self.company_id.resource_calendar_id.tz or "UTC"
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), self.due_at).date()

    def _hand_over(self):
        """Have the activity remind the one whom the follow-up is given now."""
        missing = self.browse()
        for followup in self.sudo():
            activity = followup.activity_id.filtered("active")
            if not activity:
                missing += followup
            elif not followup.user_id:
                activity.unlink()
            elif activity.user_id != followup.user_id:
                activity.user_id = followup.user_id
        missing._schedule_activities()

    def _remind_again(self):
        """Give these follow-ups, whose activity is gone, to somebody who is there, and remind anew."""
        for company, followups in self.grouped("company_id").items():
            staff = company._get_followup_staff()
            there = followups.filtered(lambda followup, staff=staff: followup.user_id in staff["all"])
            there._schedule_activities()
            for followup in followups - there:
                user = followup.step_id._choose_user(followup.visit_id, staff)
                if user != followup.user_id:
                    followup.user_id = user

    # Closing -----------------------------------------------------------------------------------------

    def action_done(self):
        """Close these with their results; asks for the result of one that has none yet."""
        if len(self) == 1 and not self.reached:
            return self._action_ask("salon_aftercare.salon_followup_view_form_result", self.env._("How did it go?"))
        self._close("done", done_at=fields.Datetime.now(), done_by=self.env.uid)
        return False

    def action_skip(self):
        """Close these without a contact; asks why."""
        if len(self) == 1 and not self.reason:
            return self._action_ask("salon_aftercare.salon_followup_view_form_skip", self.env._("Why not?"))
        self._close("skipped")
        return False

    def action_cancel(self):
        """Take these back: they should not have been planned."""
        self._cancel(self.env._("Cancelled by hand."))

    def _cancel(self, reason):
        for followup in self:
            followup._close("cancelled", reason=followup.reason or reason)

    def _close(self, state, **values):
        """Bring those of these that are open to their end, and their activities with them."""
        for followup in self.filtered("is_open"):
            activity = followup.sudo().activity_id.filtered("active")
            followup.write({"state": state, **values})
            if state != "done":
                followup.sudo()._message_log(body=followup.reason)
                activity.unlink()
            elif activity:
                activity._action_done(feedback=followup._get_result())

    def _close_by_activity(self, feedback):
        """Close these, whose activity was marked done: what was noted there is what was said."""
        now = fields.Datetime.now()
        for followup in self:
            said = followup.said or feedback
            followup.write({"state": "done", "done_at": now, "done_by": self.env.uid, "said": said})

    def _get_result(self):
        """Return the result in words, for the activity's history."""
        self.ensure_one()
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in ("reached", "rating")}
        reached = self.reached and self.env._("Reached: %s", labels["reached"][self.reached])
        parts = [reached, labels["rating"].get(self.rating), self.said]
        return "\n".join(part for part in parts if part)

    def _action_ask(self, xmlid, title):
        """Return the dialog that asks for what is missing to close this one."""
        return {**self._action_open(), "name": title, "views": [(self.env.ref(xmlid).id, "form")], "target": "new"}

    def _action_open(self):
        """Return the action that shows this follow-up, or these."""
        action = {"type": "ir.actions.act_window", "res_model": self._name, "name": self.env._("Follow-ups")}
        if len(self) == 1:
            return {**action, "view_mode": "form", "res_id": self.id}
        return {**action, "view_mode": "list,kanban,form", "domain": [("id", "in", self.ids)]}

    # By the clock ------------------------------------------------------------------------------------

    @api.model
    def _cron_due(self):
        """Make due what was planned for now."""
        domain = [("state", "=", "planned"), ("due_at", "<=", fields.Datetime.now())]
        remaining = self.search_count(domain)
        while followups := self.search(domain, limit=BATCH).try_lock_for_update(allow_referencing=True):
            followups.with_context(tracking_disable=True).state = "due"
            remaining = max(remaining - len(followups), 0)
            if not self.env["ir.cron"]._commit_progress(len(followups), remaining=remaining):
                break

    @api.model
    def _cron_sweep(self):
        """Find what a crash or a fault left out: visits without their follow-ups, follow-ups without their activity.

        Running it twice does no harm: what is there is never made again.
        """
        todo = [
            (self.env["salon.visit"]._find_unplanned(), "_plan_followups"),
            (self._find_unreminded(), "_remind_again"),
        ]
        self.env["ir.cron"]._commit_progress(remaining=sum(len(records) for records, _method in todo))
        for records, method in todo:
            for ids in split_every(BATCH, records.ids):
                carry_out(records.browse(ids).try_lock_for_update(allow_referencing=True), method)
                if not self.env["ir.cron"]._commit_progress(len(ids)):
                    return

    @api.model
    def _find_unreminded(self):
        """Return the open follow-ups of which no activity reminds: it was deleted, or there was nobody."""
        gone = Domain("activity_id", "=", False) | Domain("activity_id.active", "=", False)
        return self.search(Domain("state", "in", OPEN_STATES) & gone)

    @api.model
    def _trigger_sweep(self):
        """Have the sweep run as soon as this transaction is through, not only at night."""
        if cron := self.env.ref("salon_aftercare.ir_cron_sweep", raise_if_not_found=False):
            cron.sudo()._trigger()
