from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.salon_crm.models.salon_sending import knows_no_such_address

from ..tools import find_placeholders

ON_ITS_WAY = ("planned", "sending", "retry")
WRITTEN = ("email", "sms", "wechat", "post")
TROUBLE = ("failed", "unsure")  # a person sees to it
AGAIN = timedelta(days=1)  # so long what a person sends again is of use at least
# What is asked once more as it goes: it may have waited in the queue, or for a server.
ASKED_AGAIN = ("_gate_late", "_gate_wanted", "_gate_booked", "_gate_complaint", "_gate_consent", "_gate_address")


class SalonFollowup(models.Model):
    """Follow-ups that go by themselves: by email and SMS, and by whatever a gateway adds (see `salon.sending`).

    Such a follow-up is due until it went, and done then. What can't be sent is given to the front desk, with what the
    server said.
    """

    _name = "salon.followup"
    _inherit = ["salon.followup", "salon.sending"]
    _sending_state = "sending"
    _most_tries = 5
    _pauses = (5, 30, 120, 360)  # minutes: care and offers are not urgent, and a server may be out of order for hours

    sending = fields.Selection(
        [
            ("planned", "Waiting to Be Sent"),
            ("sending", "On Its Way"),
            ("retry", "Refused, Tries Again"),
            ("sent", "Sent"),
            ("failed", "Could Not Be Sent"),
            ("unsure", "Perhaps Sent"),
            ("stopped", "Not Sent"),
        ],
        readonly=True,
        copy=False,
        help="Of an email or SMS: how far it is.",
    )
    fault = fields.Selection(
        [
            ("refused", "The address was refused."),
            ("tries", "It was refused again and again."),
            ("broken", "The text could not be made."),
        ],
        readonly=True,
        copy=False,
    )
    server_said = fields.Char(
        string="What the Server Said", compute="_compute_server_said", help="Why the message was not sent."
    )
    try_at = fields.Datetime(copy=False)
    tries = fields.Integer(copy=False)
    sending_at = fields.Datetime(copy=False)
    sent_at = fields.Datetime(copy=False)
    mail_id = fields.Many2one(copy=False, groups=fields.NO_ACCESS)
    sms_id = fields.Many2one(copy=False, groups=fields.NO_ACCESS)

    _to_send_idx = models.Index("(try_at) WHERE sending IN ('planned', 'retry', 'sending')")
    _trouble_idx = models.Index("(sending) WHERE sending IN ('failed', 'unsure')")

    @api.depends("sending", "fault")
    @api.depends_context("lang")
    def _compute_server_said(self):
        faults = dict(self._fields["fault"]._description_selection(self.env))
        for followup in self:
            said = followup.sending in ("retry", *TROUBLE) and followup.sudo()._server_said()
            followup.server_said = " ".join(filter(None, (faults.get(followup.fault), said))) or False

    # Into the queue --------------------------------------------------------------------------------------------

    def _carry_out_email(self):
        self._queue()

    def _carry_out_sms(self):
        self._queue()

    def _carry_out_wechat(self):
        if "wechat" in self._sent_channels():
            return self._queue()
        self._open_feedback()
        return super()._carry_out_wechat()

    def _queue(self):
        """Have these, which are due, sent as soon as this transaction is through."""
        self.with_context(tracking_disable=True).write(
            {"sending": "planned", "try_at": fields.Datetime.now(), "tries": 0, "fault": False}
        )
        self.sudo().activity_id.filtered("active").unlink()
        self._trigger_cron("ir_cron_send")

    @api.model
    def _cron_send(self):
        """Send what is due. Safe to stop at any moment, to run twice, and by two workers at once."""
        self._in_step(self._note_stuck)
        self._in_step(self._skip_stale_trouble)
        self._send_due()

    @api.model
    def _skip_stale_trouble(self):
        """An offer that could not be sent is over with its time: nobody calls for it any more."""
        stale = [
            ("sending", "in", TROUBLE),
            ("state", "=", "due"),
            ("is_marketing", "=", True),
            ("latest_at", "<", fields.Datetime.now()),
        ]
        self.search(stale).try_lock_for_update(allow_referencing=True)._skip("late")

    @api.model
    def _domain_looked_after(self):
        return [("state", "=", "due")]

    def _still_of_use(self):
        now = fields.Datetime.now()
        if self.mail_id.state == "sent":  # somebody sent it by hand
            self._note_sent(now)
            return self.browse()
        left = self.filtered(lambda one: one.state == "due")
        (self - left)._stop_sending()
        if left.mail_id.state == "cancel" or (left.tries and left.channel in ("email", "sms") and not left._carrier()):
            left._skip("by_hand")
            return self.browse()
        for rule in ASKED_AGAIN:
            left = left and getattr(left, rule)()
        left._drop_offers()
        at = left._decent(now) if left else now
        if at > now:
            if at > left.latest_at:
                left._skip("quiet")
            else:
                left.try_at = at
            return self.browse()
        return left

    def _carrier(self):
        return self.mail_id or self.sms_id

    def _begin_anew(self, client):
        self._make_anew()
        self.write({"sending": False, "try_at": False, "tries": 0, "fault": False})
        return super()._begin_anew(client)

    def _make_anew(self):
        """What was made of these says what it is not to say any more, or to somebody else: it is made anew."""
        for followup in self.sudo():
            followup._cancel_carrier()
            followup.write({"mail_id": False, "sms_id": False, "tries": 0})

    def _renew_merged(self):
        self.filtered(lambda one: one.sending in ("planned", "retry") and one.sudo()._carrier())._make_anew()
        return super()._renew_merged()

    def _cancel_carrier(self):
        """See to it that nobody sends by mistake what was made of this."""
        self.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
        self.sms_id.filtered(lambda sms: sms.state not in ("sent", "pending", "process")).state = "canceled"

    def _stop_sending(self):
        """See to it that what is over is not sent any more, neither by us nor by mistake."""
        for followup in self.sudo():
            followup._cancel_carrier()
            if followup.sending in ON_ITS_WAY:
                followup.write({"sending": "stopped", "try_at": False})

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state", "due") not in ("planned", "due"):
            self.filtered(lambda one: one.sending and one.sending != "sent")._stop_sending()
        return result

    # Written -----------------------------------------------------------------------------------------------------

    def _for_client(self):
        """Return this in the language of its client."""
        company = self.company_id
        return self.with_company(company).with_context(lang=self.partner_id.lang or company.partner_id.lang)

    def _get_text(self):
        """What a client reads is in their language, whoever looks at it or copies it."""
        return super(SalonFollowup, self._for_client() if self.channel in WRITTEN else self)._get_text()

    def _make_email(self):
        self._open_feedback()
        followup, company = self._for_client(), self.company_id
        values = {
            **self._parked_mail(),
            "model": self._name,
            "res_id": self.id,
            "record_company_id": company.id,
            "author_id": company.partner_id.id,
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "subject": followup._get_subject(),
        }
        if self._carries_offer() and (file := self.partner_id.salon_file_ids[:1]):
            headers = self._parked_headers()
            headers["List-Unsubscribe"] = f"<{file._choice_link(company)}/offers/email>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            values["headers"] = repr(headers)
        values["body_html"] = values["body"] = followup._render_mail()
        self.mail_id = self.env["mail.mail"].create(values)
        return self

    def _get_subject(self):
        subject = " ".join(self._fill_in(self.step_id.subject).split())
        return subject or self.env._("A message from %s", self.company_id.name)

    def _render_mail(self):
        """Return the mail: the words of the step in the layout of the salon's mails."""
        company, file = self.company_id, self.partner_id.salon_file_ids[:1]
        values = {
            "company": company,
            "text": plaintext2html(self._get_text()),
            "where": self._get_where(),
            "choices": file._choice_mark(company) if file else False,
            "is_marketing": self._carries_offer(),
        }
        return self.env["ir.qweb"]._render("salon_aftercare.followup_mail", values, lang=self.env.lang)

    def _get_where(self):
        """Return the address of the salon, for the foot of a mail."""
        address = self.company_id.partner_id
        return " · ".join(filter(None, (", ".join(filter(None, (address.street, address.city))), address.phone)))

    def _make_sms(self):
        self._open_feedback()
        followup = self._for_client().with_context(salon_for_client=True)
        text = followup._get_text()
        if self._carries_offer() and (file := self.partner_id.salon_file_ids[:1]):
            text += "\n" + followup.env._("No more offers: %s", file._choice_link(self.company_id))
        return self._park_sms(text)

    # The link to say how it was -----------------------------------------------------------------------------------

    def _get_placeholder_feedback(self):
        """In a mail a mark stands for the link until it goes, for the team can read mails, and reading writes nothing.

        Who writes by WeChat has to copy the link itself.
        """
        if self.env.context.get("salon_for_client"):
            return super()._get_placeholder_feedback()
        feedback = self._asks_for_feedback() and self.visit_id.sudo().feedback_ids[:1]
        if not feedback:
            return ""
        return feedback._link() if self.channel == "wechat" and feedback.token else feedback._mark()

    def _asks_for_feedback(self):
        """Tell whether the client is given the link to say how the visit was."""
        to_client = self.channel in ("email", "sms", "wechat") and self.visit_id.partner_id == self.partner_id
        texts = (self | self.merged_ids).step_id.mapped("script")
        return to_client and any("feedback" in find_placeholders(text) for text in texts)

    def _open_feedback(self):
        """See that the pages are there before their links arrive."""
        for followup in self.filtered(lambda one: one._asks_for_feedback()):
            for feedback in self.env["salon.feedback"]._of_visits(followup.visit_id):
                feedback._path()

    # What came of it ----------------------------------------------------------------------------------------------

    def _judge(self, carrier, error):
        """What the server has no address for is not tried again: it is not urgent, and a person looks at it."""
        return "rejected" if error and knows_no_such_address(error) else super()._judge(carrier, error)

    def _note_sent(self, at):
        super()._note_sent(at)
        self.fault = False
        return self._close("done", done_at=at)

    def _note_unsure(self):
        super()._note_unsure()
        return self._hand_to_desk()

    def _note_failed(self, why):
        super()._note_failed(why)
        self.fault = why
        return self._hand_to_desk()

    def _hand_to_desk(self):
        """Have the front desk see to these, which were not sent."""
        for company, followups in self.filtered("is_open").grouped("company_id").items():
            staff = company._get_followup_staff()
            desk = (staff["reception"] or staff["manager"])[:1]
            there = followups.filtered(lambda one, staff=staff, desk=desk: one.user_id in (staff["reception"] or desk))
            there._schedule_activities()
            (followups - there).user_id = desk  # who is given it is reminded

    def _is_made_by_hand(self):
        """Tell whether a person makes this contact: it does not go by itself, or it could not."""
        return self.channel not in self._sent_channels() or self.sending in TROUBLE

    def _at_hand(self):
        return super()._at_hand().filtered(lambda one: one._is_made_by_hand())

    @api.model
    def _find_unreminded(self):
        trouble = [("sending", "in", TROUBLE), ("state", "=", "due")]
        trouble += ["|", ("activity_id", "=", False), ("activity_id.active", "=", False)]
        return super()._find_unreminded().filtered(lambda one: one._is_made_by_hand()) | self.search(trouble)

    @api.model
    def _find_waiting_by_hand(self):
        trouble = self.search([("sending", "in", TROUBLE), ("state", "=", "due")])
        return (super()._find_waiting_by_hand() | trouble).filtered(lambda one: one._is_made_by_hand())

    def _activity_type_id(self):
        call = self.sending in TROUBLE and self._may_call_instead()
        name = "salon_aftercare.mail_activity_type_followup_call"
        return (call and self.env["ir.model.data"]._xmlid_to_res_id(name)) or super()._activity_type_id()

    def _prepare_activity_values(self):
        values = super()._prepare_activity_values()
        if self.sending in TROUBLE:
            values["summary"] = self.with_context(lang=self.user_id.lang)._say_trouble()
        return values

    def _say_trouble(self):
        """Return in a few words what to do about this one, which was not sent."""
        if self.sending == "unsure":
            return self.env._("Perhaps sent: ask, or send it again")
        if self._may_call_instead():
            return self.env._("Could not be sent: call instead")
        return self.env._("Could not be sent: ask for the right address")

    def _get_note(self):
        note = super()._get_note()
        return plaintext2html(self.server_said) + note if self.sending in TROUBLE and self.server_said else note

    def _may_call_instead(self):
        """Tell whether the client can be called and has nothing against it (invariant 9)."""
        purpose = "marketing" if self._carries_offer() else "care"
        client = self.partner_id
        refused = self.env["salon.client.file"].sudo()._find_refusals(client, purpose, "call")
        return bool(client.phone) and client.id not in refused

    # What a person decides -----------------------------------------------------------------------------------------

    def action_send_again(self):
        """Let what could not be sent, or perhaps did not arrive, go now."""
        self.check_access("write")
        followups = self.sudo()
        followups.lock_for_update(allow_referencing=True)
        followups.invalidate_recordset()
        now = fields.Datetime.now()
        for followup in followups:
            if followup.state != "due" or followup.sending not in ("retry", *TROUBLE):
                raise UserError(self.env._("Only what could not be sent can be sent again."))
            if not followup._has_address():
                raise UserError(self.env._("Enter the client's address or number first."))
            followup.mail_id.filtered(lambda mail: mail.state == "cancel").state = "exception"
            if followup.sms_id:
                followup.sms_id.number = followup.partner_id.phone_sanitized
            followup.latest_at = max(followup.latest_at, now + AGAIN)
        followups.activity_id.filtered("active").unlink()
        followups.write({"sending": "retry", "try_at": now, "tries": 0, "fault": False})
        self._trigger_cron("ir_cron_send")

    def action_arrived(self):
        """Say that what was perhaps sent did arrive."""
        self.check_access("write")
        followups = self.sudo().filtered(lambda one: one.sending == "unsure" and one.state == "due")
        for followup in followups:
            followup._note_sent(followup.sending_at)
        (followups.mail_id.filtered(lambda mail: mail.state != "sent")).state = "cancel"
