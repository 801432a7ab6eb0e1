from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import carry_out

BATCH = 200
OF_USE = timedelta(days=4)  # after the visit; later the client hardly remembers
REST = timedelta(hours=20)  # who was asked so lately is not asked of the next visit too


class SalonFeedback(models.Model):
    """Asking the client by email or SMS, some hours after the visit, as `salon.sending` sends."""

    _name = "salon.feedback"
    _inherit = ["salon.feedback", "salon.sending"]
    _sending_state = "send_state"

    send_state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "On Its Way"),
            ("retry", "Refused, Tries Again"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unsure", "Perhaps Sent"),
            ("skipped", "Not Sent"),
        ],
        string="Request",
        readonly=True,
        copy=False,
        help="What became of the email or SMS that asks for it.",
    )
    skip_code = fields.Selection(
        [
            ("answered", "It is answered already"),
            ("no_address", "No address to write to"),
            ("objected", "The client does not want it"),
            ("gone", "The client is archived"),
            ("asked", "The client was asked just before"),
            ("complaint", "A complaint is open"),
            ("late", "Too late to be of use"),
            ("refused", "The address was refused"),
            ("broken", "The template has an error"),
        ],
        string="Why Not",
        readonly=True,
        copy=False,
        help="Why the request did not go.",
    )
    channel = fields.Selection([("email", "Email"), ("sms", "SMS")], string="Sent By", readonly=True, copy=False)

    _due_idx = models.Index("(try_at) WHERE send_state IN ('planned', 'retry', 'sending')")

    @api.model
    def _cron_feedback(self):
        """Make what the latest visits lack, open the cases that are missing, and ask the clients whose time has come.

        Running it twice does no harm, and what a standstill left is made up for.
        """
        for step in (self._make_for_latest, self._open_missing_cases, self._note_stuck, self._choose_channels):
            self._in_step(step)
        self._send_due()

    def _open_missing_cases(self):
        carry_out(self._find_without_case(), "_open_case")

    # Whether, and how ------------------------------------------------------------------------------------------

    @api.model
    def _choose_channels(self):
        """Decide of those whose time has come by which channel they are asked, or why not."""
        domain = [("send_state", "=", "planned"), ("channel", "=", False), ("try_at", "<=", fields.Datetime.now())]
        while feedbacks := self.search(domain, limit=BATCH, order="try_at, id").try_lock_for_update(
            allow_referencing=True
        ):
            for client, theirs in feedbacks.grouped("partner_id").items():
                refused = client._salon_refuses_feedback()
                for company, some in theirs.grouped("company_id").items():
                    channels = client._salon_channels(company)
                    wanted = [channel for channel in channels if channel not in refused]
                    if wanted:
                        some.channel = wanted[0]
                    else:
                        some._skip("objected" if channels else "no_address")
            if not self.env["ir.cron"]._commit_progress(len(feedbacks)):
                break

    def _still_of_use(self):
        """Return those of these that are to go now; the others are put off or given up."""
        now, feedbacks = fields.Datetime.now(), self
        for feedback in self:
            at = feedback.company_id._salon_decent_hours(feedback.partner_id).next(now)
            if reason := feedback._why_not(now):
                feedback._skip(reason)
            elif at > now:
                feedback.try_at = at
            else:
                continue
            feedbacks -= feedback
        return feedbacks

    def _why_not(self, now):
        """Return the code of why this client is not asked of this visit, None where they are."""
        client = self.partner_id
        if self.answered_at:
            return "answered"
        if not client.active or client.salon_file_ids[:1].erased_at:
            return "gone"
        if now > self.date + OF_USE:
            return "late"
        lately = Domain("partner_id", "=", client.id) & Domain("asked_at", ">", now - REST)
        if not self.asked_at and self.search_count(lately & Domain("id", "!=", self.id), limit=1):
            return "asked"
        # Who waits for the salon to put something right is not asked for stars.
        return "complaint" if self.env["salon.case"]._find_complaining(client) else None

    def _skip(self, reason):
        for feedback in self:
            feedback.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
            state = "failed" if feedback.tries else "skipped"
            feedback.write({"send_state": state, "skip_code": reason, "try_at": False})

    def _follow_client(self):
        """Ask the new client too, and see that nothing goes to the other one any more."""
        now = fields.Datetime.now()
        for feedback in self.filtered(lambda one: one.send_state and not one.answered_at and one.visit_id.partner_id):
            feedback.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
            feedback.sms_id.filtered(lambda sms: sms.state not in ("sent", "pending", "process")).state = "canceled"
            feedback.write(
                {
                    "send_state": "planned",
                    "channel": False,
                    "skip_code": False,
                    "try_at": max(feedback.try_at or now, now),
                    "tries": 0,
                    "mail_id": False,
                    "sms_id": False,
                    "sending_at": False,
                    "sent_at": False,
                }
            )
        return super()._follow_client()

    # Made ----------------------------------------------------------------------------------------------------

    def _make_email(self):
        self._path()  # the page is there before the link arrives
        template = self.env.ref("salon_aftercare.mail_template_feedback").sudo().with_company(self.company_id)
        self.mail_id = template.send_mail(self.id, email_values=self._parked_mail())
        return self

    def _make_sms(self):
        self._path()
        template = self.env.ref("salon_aftercare.sms_template_feedback").sudo().with_company(self.company_id)
        return self._park_sms(template._render_field("body", self.ids, compute_lang=True)[self.id])

    # What came of it -----------------------------------------------------------------------------------------

    @api.model
    def _domain_looked_after(self):
        return [("answered_at", "=", False)]

    def _note_sent(self, at):
        self.skip_code = False
        return super()._note_sent(at)

    def _note_failed(self, why):
        self.skip_code = "broken" if why == "broken" else "refused"
        return super()._note_failed(why)
