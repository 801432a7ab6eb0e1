from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from .salon_followup import BY_HAND, OPEN_STATES
from .salon_followup_planner import AT_HAND

TYPES = {"call": "call", "wechat": "wechat", "task": "task", "post": "post", "email": "message", "sms": "message"}


class SalonFollowup(models.Model):
    """The activity that reminds of a follow-up who makes it."""

    _inherit = "salon.followup"

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
        followup = self.with_context(lang=self.user_id.lang)
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": self._activity_type_id(),
            "automated": True,
            "summary": followup.step_id.name or self.env._("Call again"),
            "note": followup._get_note(),
            "user_id": self.user_id.id,
            "date_deadline": self._get_deadline(),
        }

    def _activity_type_id(self):
        name = f"salon_aftercare.mail_activity_type_followup_{TYPES.get(self.channel, 'task')}"
        return self.env["ir.model.data"]._xmlid_to_res_id(name) or self._default_activity_type().id

    def _get_note(self):
        """Return what the activity says: for WeChat whom to write to, and the text ready to copy."""
        text = self._get_text()
        if self.channel == "wechat":
            text = "\n\n".join(filter(None, (self.env._("WeChat: %s", self.wechat or ""), text)))
        elif self.channel in ("email", "sms"):
            to = self.email if self.channel == "email" else self.phone
            text = "\n\n".join(
                filter(None, (self.env._("To: %s", to or ""), self._fill_in(self.step_id.subject), text))
            )
        return plaintext2html(text or "")

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
        missing._at_hand()._schedule_activities()

    def _move_activities(self):
        """Have the activities be due on the day of their follow-ups."""
        for followup in self.sudo():
            activity = followup.activity_id.filtered("active")
            if activity and activity.date_deadline != followup._get_deadline():
                activity.date_deadline = followup._get_deadline()

    def _renew_notes(self):
        """Have the activities say what is to be said now."""
        for followup in self.sudo():
            if followup.activity_id.active:
                followup.activity_id.note = followup.with_context(lang=followup.user_id.lang)._get_note()

    def _at_hand(self):
        """Return those of these of which somebody is reminded by now: what a person makes, in the next days."""
        until = fields.Datetime.now() + AT_HAND
        return self.filtered(
            lambda one: one.is_open and one.due_at <= until and (one.channel in BY_HAND or one.state == "due")
        )

    def _remind_again(self):
        """Give these follow-ups, whose activity is gone, to somebody who is there, and remind anew."""
        for company, followups in self.grouped("company_id").items():
            staff = company._get_followup_staff()
            there = followups.filtered(lambda followup, staff=staff: followup.user_id in staff["all"])
            there._schedule_activities()
            for followup in followups - there:
                user = followup._choose_user(staff)
                if user != followup.user_id:
                    followup.user_id = user

    def _choose_user(self, staff):
        """Return who makes this contact now that whoever it was given to can't, or nobody."""
        visit = self.visit_id
        wanted = self.env["res.users"]
        if self.step_id.who == "stylist":
            performers = visit.line_ids.performer_ids.filtered(lambda performer: performer.part == "stylist")
            noted_by = visit.create_uid & staff["stylist"]
            wanted = performers.employee_id.user_id | noted_by | self.partner_id.salon_file_ids.keeper_id.user_id
        elif self.step_id.who == "reception":
            wanted = staff["reception"]
        return next((user for user in wanted | staff["manager"] if user in staff["all"]), self.env["res.users"])

    @api.model
    def _find_unreminded(self):
        """Return the open follow-ups of which nobody is reminded yet, or not any more: the activity was deleted, or
        there was nobody."""
        gone = Domain("activity_id", "=", False) | Domain("activity_id.active", "=", False)
        until = fields.Datetime.now() + AT_HAND
        by_hand = Domain("channel", "in", BY_HAND) & Domain("due_at", "<=", until)
        return self.search(Domain("state", "in", OPEN_STATES) & gone & by_hand)
