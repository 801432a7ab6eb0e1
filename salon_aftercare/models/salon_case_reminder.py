from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import plaintext2html

CALL_AFTER = timedelta(days=2)  # after the solution: by then the client knows whether it is one
STEP, ALERT = "salon_aftercare.mail_activity_type_case_step", "salon_aftercare.mail_activity_type_case_alert"


class SalonCase(models.Model):
    """Who hears of a case: its owner by an activity for the next step, the managers by alerts on every device."""

    _inherit = "salon.case"

    def _begin(self):
        result = super()._begin()
        self._remind_owner()
        for case in self.sudo():
            if self.env["salon.case.rule"]._find(case).alert:
                case._alert("_say_opened")
        return result

    def _moved(self):
        result = super()._moved()
        self._remind_owner()
        answered = self.filtered(lambda case: case.state != "new")
        answered._of_type(ALERT).unlink()
        return result

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self._remind_owner()
        return result

    # The owner ---------------------------------------------------------------------------------------

    def _of_type(self, xmlid):
        """Return the open activities of a type on these cases, as superuser."""
        kind = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        activities = self.env["mail.activity"].sudo()
        return activities.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", kind)]
        )

    def _remind_owner(self):
        """Have one activity remind the owner of each of these cases of what comes next, and of nothing else."""
        cases = self.sudo()
        cases._of_type(STEP).unlink()
        for case in cases:
            if case.user_id and (step := case.with_context(lang=case.user_id.lang)._get_next_step()):
                case._plan_activity(STEP, case.user_id, *step)

    def _get_next_step(self):
        """Return (what comes next, when it is due: naive UTC), None where nothing does."""
        self.ensure_one()
        later = fields.Datetime.now() + CALL_AFTER
        if self.state == "solved" and not self.called_at and self.partner_id and not self._is_called_by_plan():
            return self.env._("Call: how content is the client with the handling?"), later
        steps = {
            "new": self.env._("Answer the client"),
            "answered": self.env._("Propose what to do"),
            "proposed": self.env._("Agree on it with the client"),
            "agreed": self.env._("Do what was agreed on"),
            "solved": self.env._("Close the case: its cause, and what was learnt"),
        }
        if self.kind == "equipment":
            steps |= {"new": self.env._("See to the fault"), "answered": self.env._("Have it repaired")}
        elif self.kind == "incident":
            steps["new"] = self.env._("Go there, and take it over")
        elif self.kind == "suggestion":
            steps |= {"new": self.env._("Answer the suggestion"), "answered": self.env._("Close the suggestion")}
        return (steps[self.state], self.due_at or later) if self.state in steps else None

    def _is_called_by_plan(self):
        """Tell whether a follow-up plan sees to the call after the solution."""
        plans = self.env["salon.followup.plan"].sudo()
        companies = ("company_id", "in", (False, self.company_id.id))
        return bool(plans.search_count([("trigger", "=", "case_solved"), companies], limit=1))

    def _plan_activity(self, xmlid, user, summary, due_at, note=""):
        """Remind `user`, without an email."""
        self.ensure_one()
        zone = self.company_id._salon_timezone()
        day = fields.Datetime.context_timestamp(self.with_context(tz=user.tz or zone.zone), due_at).date()
        activities = self.env["mail.activity"].with_user(SUPERUSER_ID).with_context(mail_activity_quick_update=True)
        return activities.create(
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
                "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(xmlid) or False,
                "automated": True,
                "summary": summary,
                "note": plaintext2html(note) if note else False,
                "user_id": user.id,
                "date_deadline": day,
            }
        )

    def _sweep(self):
        result = super()._sweep()
        for company, cases in self.grouped("company_id").items():
            staff = company._get_followup_staff()
            orphans = cases.filtered(lambda case, staff=staff: case.user_id not in staff["all"])
            orphans.user_id = staff["manager"][:1]
            reminded = set(cases._of_type(STEP).mapped("res_id"))
            cases.filtered(lambda case, reminded=reminded: case.id not in reminded)._remind_owner()
        return result

    # The managers ------------------------------------------------------------------------------------

    def _alert(self, say, *args):
        """Alert all managers of the salon: on the screens that are open, by an activity, and as the settings say by
        email and SMS. None of it names the client: the case does, to who may read it.

        :param str say: name of the method that returns (title, text), in the language of its environment
        """
        self.ensure_one()
        company = self.company_id
        for user in company._get_followup_staff()["manager"]:
            case = self.with_context(lang=user.lang)
            title, text = getattr(case, say)(*args)
            user._bus_send(
                "salon_aftercare.case_alert", {"case_id": self.id, "title": title, "message": text, "kind": self.kind}
            )
            if user != self.user_id:
                case._plan_activity(ALERT, user, title, fields.Datetime.now(), text)
            if company.salon_case_mail and user.email:
                self._mail_alert(user, title, text)
            if company.salon_case_sms == "all" or (company.salon_case_sms == "incident" and self.kind == "incident"):
                self._text_alert(user, title, text)

    def _say_opened(self):
        """Return (title, text) of the alert that tells of a new case."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        incidents = dict(self._fields["incident_kind"]._description_selection(self.env))
        what = incidents.get(self.incident_kind) or (self.kind == "equipment" and self.name)
        until = self.answer_due_at and self.env._("to be answered by %s", self._say_moment(self.answer_due_at))
        where = filter(None, (self.station_id.name, self.stylist_id.name))
        return labels[self.kind], " · ".join(filter(None, (what, *where, until)))

    def _escalate(self, clock, level, due_at):
        result = super()._escalate(clock, level, due_at)
        self._alert("_say_ringing", clock, level, due_at)
        return result

    def _say_ringing(self, clock, level, due_at):
        """Return (title, text) of the alert that tells of a clock."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        clocks = dict(self.env["salon.case.escalation"]._fields["clock"]._description_selection(self.env))
        values = {"kind": labels[self.kind], "clock": clocks[clock], "when": self._say_moment(due_at)}
        if level >= 100:
            title = self.env._("%(kind)s: the time for “%(clock)s” is over", **values)
            return title, self.env._(
                "It ran out at %(when)s. The owner is %(owner)s.", owner=self._say_owner(), **values
            )
        title = self.env._("%(kind)s: “%(clock)s” is due soon", **values)
        return title, self.env._("It runs out at %(when)s. The owner is %(owner)s.", owner=self._say_owner(), **values)

    def _say_owner(self):
        return self.user_id.name or self.env._("nobody")

    def _mail_alert(self, user, title, text):
        """Write to a manager; the queue sends it."""
        link = f"{self.get_base_url()}/odoo/salon-cases/{self.id}"
        self.env["mail.mail"].sudo().create(
            {
                "subject": title,
                "body_html": plaintext2html(f"{text}\n{link}"),
                "email_to": user.email_formatted,
                "email_from": self.company_id.email_formatted or user.email_formatted,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _text_alert(self, user, title, text):
        """Send an SMS to a manager whose number is known."""
        if number := user.partner_id.phone_sanitized:
            self.env["sms.sms"].sudo().create({"number": number, "body": f"{title}: {text}"})
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
