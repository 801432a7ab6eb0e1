from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.salon_crm.tools.frame import local_day, utc

from ..tools import PLACEHOLDERS, fill_in, find_placeholders
from .salon_followup_step import CHANNELS

OPEN_STATES = ("planned", "due")
# What only the planner, the gate and the buttons set: who could write it would read of other visits and clients by it.
GUARDED = {
    "partner_id", "visit_id", "step_id", "plan_id", "occasion", "origin_model", "origin_id", "is_marketing",
    "company_id", "channel", "planned_for", "activity_id", "state", "skip_code", "merged_into_id", "done_at", "done_by",
    "sending", "fault", "try_at", "tries", "sending_at", "sent_at",
}  # fmt: skip
# How a contact went, as whoever made it says: see `_check_not_closed`.
RESULT = {"reached", "rating", "said", "next_action", "call_again_on", "reason"}
BY_HAND = ("call", "task", "wechat", "post")  # a person makes these contacts
RATINGS = [
    ("1", "1 · Bad"),
    ("2", "2 · Poor"),
    ("3", "3 · So-so"),
    ("4", "4 · Good"),
    ("5", "5 · Great"),
]


class SalonFollowup(models.Model):
    """One contact with a client that is due.

    A step of a plan plans it for an occasion, such as a visit, once. When its time has come it passes the gate (see
    `_gate`): what is not wanted any more, or not allowed, is skipped and says why. Then it is due, by a person, whom an
    activity on it reminds (closing one of the two closes the other), or by a message.
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
    email = fields.Char(related="partner_id.email")
    wechat = fields.Char(compute="_compute_wechat", string="WeChat", compute_sudo=True)
    visit_id = fields.Many2one("salon.visit", readonly=True, ondelete="cascade", index="btree_not_null")
    # `_once` finds those of a step. An index on the step alone would be taken for it where statistics are old, and
    # the planner compare each occasion with each follow-up of the step: hours for 100,000 of them.
    step_id = fields.Many2one("salon.followup.step", readonly=True, ondelete="restrict")
    plan_id = fields.Many2one(related="step_id.plan_id", store=True, precompute=True, index="btree_not_null")
    occasion = fields.Char(readonly=True, help="What it is about: for one occasion a step contacts a client once.")
    origin_model = fields.Char(readonly=True)
    origin_id = fields.Many2oneReference("About", model_field="origin_model", readonly=True)
    is_marketing = fields.Boolean(string="Marketing", readonly=True)
    script = fields.Text(compute="_compute_script", string="What to Say or Write")
    script_opening = fields.Char(string="What to Say", compute="_compute_script_opening")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    planned_for = fields.Datetime(readonly=True, help="When the plan wanted it; rules may have put it off since.")
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
    skip_code = fields.Selection(
        [
            ("no_consent", "The client has not agreed to offers on this channel."),
            ("objected", "The client does not want to be contacted on this channel."),
            ("cap", "The client had as many offers as the settings allow in a week."),
            ("quiet", "No decent hour was left in which to reach the client."),
            ("merged", "It is made together with another contact on the same day."),
            ("booked", "The client has a booking to come."),
            ("complaint", "A complaint of the client is open."),
            ("late", "It was too late for it."),
            ("no_address", "There is no number or address on which to reach the client."),
            ("control", "The client is one of those who are left out, to see what contacts bring about."),
            ("gone", "There is no occasion for it any more."),
            ("told", "The client is told of it by a letter already."),
            ("plan", "The plan was changed or ended."),
            ("by_hand", "It was skipped by hand."),
            ("erased", "The client's data were erased."),
        ],
        readonly=True,
        copy=False,
        help="Which rule kept this contact from being made.",
    )
    reason = fields.Char(string="Why Not", copy=False, help="Why this contact was not made, in own words.")
    why = fields.Char(string="Not Made Because", compute="_compute_why")
    merged_into_id = fields.Many2one(
        "salon.followup", string="Made With", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    merged_ids = fields.One2many("salon.followup", "merged_into_id", string="Together With", readonly=True)
    next_action = fields.Selection(
        [("none", "Nothing"), ("book", "Book now"), ("case", "Open a case"), ("call_again", "Call again")],
        string="What Next",
        copy=False,
    )
    call_again_on = fields.Date(copy=False)
    done_at = fields.Datetime(readonly=True, copy=False)
    done_by = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")

    services = fields.Char(string="What Was Done", compute="_compute_services", compute_sudo=True)
    performers = fields.Char(string="Stylist", compute="_compute_services", compute_sudo=True)
    visit_date = fields.Datetime(related="visit_id.date")
    visit_note = fields.Text(related="visit_id.note", string="Notes of the Visit")
    alert = fields.Char(related="visit_id.alert")

    _once = models.UniqueIndex(
        "(step_id, occasion)",
        "This client is contacted by this step for this occasion already.",
    )
    _open_idx = models.Index("(due_at) WHERE state IN ('planned', 'due')")
    _marketing_idx = models.Index("(partner_id, state) WHERE is_marketing")
    _origin_idx = models.Index("(origin_model, origin_id)")
    _done_when_done = models.Constraint(
        "CHECK ((state = 'done') = (done_at IS NOT NULL))", "A follow-up is closed by its button. Use that."
    )
    _skip_says_why = models.Constraint(
        "CHECK (state NOT IN ('skipped', 'cancelled') OR reason IS NOT NULL OR skip_code IS NOT NULL)",
        "Say why this client is not contacted.",
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

    @api.depends("skip_code", "reason")
    @api.depends_context("lang")
    def _compute_why(self):
        codes = dict(self._fields["skip_code"]._description_selection(self.env))
        for followup in self:
            followup.why = followup.reason or codes.get(followup.skip_code, False)

    @api.depends("partner_id")
    def _compute_wechat(self):
        for followup in self:
            followup.wechat = followup.partner_id.salon_file_ids[:1].wechat

    # What to say ---------------------------------------------------------------------------------------

    @api.depends("step_id.script", "merged_ids.step_id.script", "partner_id.name")
    @api.depends_context("lang")
    def _compute_script(self):
        for followup in self:
            followup.script = followup._get_text() or False

    def _get_text(self):
        """Return what to say or to write, with what is made together with it, in the language of this environment."""
        self.ensure_one()
        parts = [one._fill_in(one.step_id.script) for one in (self, *self.merged_ids.sorted("id"))]
        return "\n\n".join(dict.fromkeys(part for part in parts if part))

    def _fill_in(self, text):
        """Return a text of a step with its placeholders replaced: see `_get_placeholder_<name>`."""
        self.ensure_one()
        names = find_placeholders(text) & set(PLACEHOLDERS)
        return fill_in(text, {name: getattr(self.sudo(), f"_get_placeholder_{name}")() for name in names})

    def _get_placeholder_client(self):
        return self.partner_id.name

    def _get_placeholder_stylist(self):
        return self.performers or self.user_id.name

    def _get_placeholder_services(self):
        return self.services

    def _get_placeholder_salon(self):
        return self.company_id.name

    def _get_placeholder_date(self):
        """Return the day that it is about: of the visit, or for which it was planned."""
        day = self.visit_id.date or self.planned_for or self.due_at
        return self._format_day(local_day(self.company_id._salon_timezone(), day))

    def _format_day(self, day):
        return format_date(self.env, day)

    def _get_placeholder_link(self):
        """Return the address that the client is asked to open: the booking page, where there is one."""
        company = self.company_id
        return f"{company.get_base_url()}/salon/book" if company.salon_online_booking else ""

    def _get_placeholder_festival(self):
        """Return the name of the festival that it is about."""
        key, _dash, rest = (self.occasion or "").partition("-")
        day = rest.partition("-")[0] if key == "festival" else ""
        return self.env["salon.festival.date"].browse(int(day)).exists().festival_id.name if day.isdecimal() else ""

    @api.depends("visit_id.line_ids.product_id", "visit_id.line_ids.performer_ids.employee_id")
    def _compute_services(self):
        for followup in self:
            lines = followup.visit_id.line_ids
            # Lists of CLDR have nothing between their parts in Chinese.
            followup.services = ", ".join(lines.product_id.mapped("name"))
            followup.performers = ", ".join(lines.performer_ids.employee_id.mapped("name"))

    def write(self, vals):
        if not self.env.su and GUARDED & vals.keys():
            raise UserError(self.env._("A follow-up is planned by its plan, and closed by its buttons."))
        if not self.env.su and not self.env.context.get("salon_correct") and RESULT & vals.keys():
            self._check_not_closed(vals)
        result = super().write(vals)
        if "user_id" in vals:
            self.filtered("is_open")._hand_over()
        if "due_at" in vals:
            self._move_activities()
        return result

    def _check_not_closed(self, vals=()):
        """Two people may have the same contact before them: what the first who closes it said stays.

        :param vals: what would be written; nothing: it would be closed
        :raise UserError: one of these is closed, and its result would be another
        """
        for followup in self.filtered(lambda one: not one.is_open):
            if vals and all((followup[name] or False) == (vals[name] or False) for name in RESULT & {*vals}):
                continue
            client, who = followup.partner_id.name, followup.done_by.name
            if followup.state == "done" and who:
                said = self.env._(
                    "%(who)s closed this contact with %(client)s: that stays. Reload to see it.", who=who, client=client
                )
            else:
                said = self.env._("This contact with %s is closed: that stays. Reload to see it.", client)
            raise UserError(said)

    def _follow_client(self):
        """A visit turned out to be someone else's: contact that client, or nobody.

        What is made together with contacts about other visits is taken out first: it is for another client now. The
        new one has still to pass the gate.
        """
        released = self.filtered("is_open")._revive_merged() | self._leave_merged()
        for followup in self.filtered("is_open"):
            if client := followup.visit_id.partner_id:
                followup._begin_anew(client)
            else:
                followup._cancel(self.env._("The visit has no client any more."))
        (released | self).filtered("is_open")._settle()

    def _begin_anew(self, client):
        """Plan this one for another client."""
        self.write({"partner_id": client.id, "state": "planned"})
        self._renew_notes()

    # Closing -----------------------------------------------------------------------------------------

    def action_done(self):
        """Close these with their results; asks for the result of one that has none yet.

        :return: what comes next of one, such as a new booking
        """
        if len(self) == 1:
            self._check_not_closed()
        if len(self) == 1 and not self.reached:
            return self._action_ask("salon_aftercare.salon_followup_view_form_result", self.env._("How did it go?"))
        still_open = self.filtered("is_open")
        for followup in still_open:
            followup._check_next()
        self._close("done", done_at=fields.Datetime.now(), done_by=self.env.uid)
        still_open._call_again()
        return still_open._action_next() if len(still_open) == 1 else False

    def action_skip(self):
        """Close these without a contact; asks why."""
        if len(self) == 1:
            self._check_not_closed()
        if len(self) == 1 and not self.reason:
            return self._action_ask("salon_aftercare.salon_followup_view_form_skip", self.env._("Why not?"))
        self._close("skipped", skip_code="by_hand")
        return False

    def action_correct(self):
        """Have what was said in a contact that is done corrected, with its result in sight."""
        self.ensure_one()
        action = self._action_ask("salon_aftercare.salon_followup_view_form_correct", self.env._("Correct the Result"))
        return {**action, "context": {"salon_correct": True}}

    def action_cancel(self):
        """Take these back: they should not have been planned."""
        self._cancel(self.env._("Cancelled by hand."))

    def _cancel(self, reason):
        for followup in self:
            followup._close("cancelled", reason=followup.reason or reason, skip_code="by_hand")

    def _close(self, state, **values):
        """Bring those of these that are open to their end, and their activities with them."""
        self.check_access("write")
        for followup in self.filtered("is_open"):
            activity = followup.sudo().activity_id.filtered("active")
            followup.sudo().write({"state": state, **values})
            if state != "done":
                followup.sudo()._message_log(body=followup.reason or followup.why)
                activity.unlink()
            elif activity:
                activity._action_done(feedback=followup._get_result())

    def _close_by_activity(self, feedback):
        """Close these, whose activity was marked done: what was noted there is what was said."""
        now = fields.Datetime.now()
        for followup in self:
            said = followup.said or feedback
            followup.write({"state": "done", "done_at": now, "done_by": self.env.uid, "said": said})
        self._call_again()

    def _get_result(self):
        """Return the result in words, for the activity's history."""
        self.ensure_one()
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in ("reached", "rating")}
        reached = self.reached and self.env._("Reached: %s", labels["reached"][self.reached])
        parts = [reached, labels["rating"].get(self.rating), self.said]
        return "\n".join(part for part in parts if part)

    # What comes next -------------------------------------------------------------------------------------

    def _check_next(self):
        """Refuse to call again on no day, or on one that is over."""
        today = self.company_id._salon_today()
        if self.next_action == "call_again" and not (self.call_again_on and self.call_again_on >= today):
            raise UserError(self.env._("Say on which day to call again: today or later."))

    def _call_again(self):
        """Plan the calls that were agreed on. Each once: its occasion is the call in which it was agreed."""
        again = self.sudo().filtered(lambda one: one.next_action == "call_again" and one.call_again_on)
        planned = self.sudo().browse()
        for followup in again:
            zone = followup.company_id._salon_timezone()
            minutes = round((followup.step_id.at_hour if followup.step_id else 10.0) * 60)
            due_at = utc(zone, datetime.combine(followup.call_again_on, time()) + timedelta(minutes=minutes))
            due_at = max(due_at, fields.Datetime.now().replace(microsecond=0))
            planned |= (
                self.sudo()
                .with_context(tracking_disable=True)
                .create(
                    {
                        "partner_id": followup.partner_id.id,
                        "visit_id": followup.visit_id.id,
                        "step_id": followup.step_id.id,
                        "occasion": f"again-{followup.id}",
                        "origin_model": followup._name,
                        "origin_id": followup.id,
                        "company_id": followup.company_id.id,
                        "channel": "call",
                        "is_marketing": followup.is_marketing,
                        "user_id": followup.user_id.id,
                        "planned_for": due_at,
                        "due_at": due_at,
                        "latest_at": due_at + timedelta(days=2),
                    }
                )
            )
        planned._settle()

    def _action_next(self):
        """Return the action that begins what was chosen to come next; False where nothing does."""
        if self.next_action == "book":
            return self._action_book()
        if self.next_action == "case":
            return self._action_case()
        return False

    def _action_book(self):
        """Open a booking for this client: of the same services as the visit, where there was one."""
        if self.visit_id.line_ids and self.visit_id.has_access("read"):
            return self.visit_id.action_book_next()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        context = {"default_is_salon_booking": True, "default_salon_client_id": self.partner_id.id}
        return {**action, "views": [(False, "form")], "context": context, "target": "current"}

    def _action_case(self):
        """Open a case for this client, where cases are kept."""
        if "salon.case" not in self.env:
            return False
        context = {"default_partner_id": self.partner_id.id, "default_visit_id": self.visit_id.id}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Case"),
            "res_model": "salon.case",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {**context, "default_kind": "complaint", "default_description": self.said},
        }

    def _action_ask(self, xmlid, title):
        """Return the dialog that asks for what is missing to close this one."""
        return {**self._action_open(), "name": title, "views": [(self.env.ref(xmlid).id, "form")], "target": "new"}

    def _action_open(self):
        """Return the action that shows this follow-up, or these."""
        action = {"type": "ir.actions.act_window", "res_model": self._name, "name": self.env._("Follow-ups")}
        if len(self) == 1:
            return {**action, "view_mode": "form", "res_id": self.id}
        return {**action, "view_mode": "list,kanban,form", "domain": [("id", "in", self.ids)]}
