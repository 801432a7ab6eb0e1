import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.salon_crm.models.salon_message_send import (
    BAD_ADDRESS,
    PAUSES,
    REFUSALS,
    _never_connected,
    _said,
    _surely_not_taken,
)

from ..tools import carry_out

_logger = logging.getLogger(__name__)

OF_USE = timedelta(days=4)  # after the visit; later the client hardly remembers
REST = timedelta(hours=20)  # who was asked so lately is not asked of the next visit too


class SalonFeedback(models.Model):
    """Asking the client by email or SMS, some hours after the visit.

    As with messages of bookings, each goes in two transactions, parked where Odoo's own queues leave it alone: one says
    that it is on its way, the other sends it and says what came of it. What a server refuses is tried again.
    """

    _inherit = "salon.feedback"

    send_state = fields.Selection(
        [
            ("waiting", "Waiting"),
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
    channel = fields.Selection([("email", "Email"), ("sms", "SMS")], string="By", readonly=True, copy=False)
    try_at = fields.Datetime(string="Next Try", readonly=True, copy=False)
    tries = fields.Integer(readonly=True, copy=False)
    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    sms_id = fields.Many2one("sms.sms", readonly=True, copy=False, ondelete="set null", index="btree_not_null")

    _due_idx = models.Index("(try_at) WHERE send_state IN ('waiting', 'retry', 'sending')")

    @api.model
    def _cron_feedback(self):
        """Make what the latest visits lack, open the cases that are missing, and ask the clients whose time has come.

        Running it twice does no harm, and what a standstill left is made up for.
        """
        self._make_for_latest()
        carry_out(self._find_without_case(), "_open_case")
        self.env["ir.cron"]._commit_progress()
        self._note_lost()
        seen, refused, more = [], dict.fromkeys(("email", "sms"), 0), True
        while more:
            try:
                more = self._send_next(seen, refused)
            except psycopg2.Error:
                self.env.cr.rollback()
                _logger.info("A feedback was changed by somebody else meanwhile; it is looked at again.")

    @api.model
    def _note_lost(self):
        """Whatever was on its way as the server died may have arrived: it does not go twice."""
        domain = [("send_state", "=", "sending"), ("try_at", "<", fields.Datetime.now() - timedelta(minutes=30))]
        lost = self.search(domain).try_lock_for_update()
        lost.write({"send_state": "unsure", "try_at": False})
        self.env["ir.cron"]._commit_progress()

    @api.model
    def _send_next(self, seen, refused):
        """Send the request that waits longest; return False where none is left, or no time.

        :param list seen: ids of those that this run has looked at; grows
        :param dict refused: {channel: how many were refused one after the other}; is kept up
        """
        cron = self.env["ir.cron"]
        feedback = self._take_due(seen)
        if not feedback:
            return False
        seen.append(feedback.id)
        channel = feedback._choose_channel()
        if channel and refused[channel] < REFUSALS and feedback._make(channel):
            feedback.write({"send_state": "sending", "try_at": fields.Datetime.now()})
            cron._commit_progress()
            outcome = feedback._transmit()
            if outcome == "sent":
                refused[channel] = 0
            elif outcome in ("retry", "unreachable"):
                refused[channel] += REFUSALS if outcome == "unreachable" else 1
        return bool(cron._commit_progress(1))

    @api.model
    def _take_due(self, seen):
        query = SQL(
            """
            SELECT id FROM salon_feedback
             WHERE send_state IN ('waiting', 'retry') AND try_at <= %s AND id <> ALL(%s)
          ORDER BY try_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
            """,
            fields.Datetime.now(),
            seen,
        )
        self.env.cr.execute(query, log_exceptions=False)
        feedback = self.browse(feedback_id for (feedback_id,) in self.env.cr.fetchall())
        feedback.invalidate_recordset()
        return feedback

    # Whether, and how ------------------------------------------------------------------------------------------

    def _choose_channel(self):
        """Return by which channel this client is asked now, None where they are not: that is noted, or put off."""
        now = fields.Datetime.now()
        if reason := self._why_not(now):
            self._skip(reason)
            return None
        at = self.company_id._salon_decent_hours(self.partner_id).next(now)
        if at > now:
            self.try_at = at
            return None
        if self.mail_id or self.sms_id:
            return "email" if self.mail_id else "sms"
        wanted = self._wanted_channels()
        return wanted[0]

    def _why_not(self, now):
        """Return the code of why this client is not asked of this visit, None where they are."""
        client = self.partner_id
        if self.answered_at:
            return "answered"
        if not client.active or client.salon_file_ids[:1].erased_at:
            return "gone"
        if now > self.date + OF_USE:
            return "late"
        lately = [("partner_id", "=", client.id), ("id", "!=", self.id), ("asked_at", ">", now - REST)]
        if not self.tries and self.search_count(lately, limit=1):
            return "asked"
        if self._has_open_complaint():
            return "complaint"
        if not client._salon_channels(self.company_id):
            return "no_address"
        return None if self._wanted_channels() else "objected"

    def _has_open_complaint(self):
        """Tell whether the client waits for an answer of the salon: nobody asks them for stars then."""
        cases = self.env.get("salon.case")
        if cases is None:
            return False
        domain = [("partner_id", "=", self.partner_id.id), ("kind", "in", ("complaint", "incident"))]
        return bool(cases.search_count([*domain, ("closed_at", "=", False)], limit=1))

    def _wanted_channels(self):
        """Return by which of "email" and "sms" the client can be asked and has nothing against it."""
        client, file = self.partner_id, self.partner_id.salon_file_ids[:1]
        refused = set()
        if client.email_normalized and self.env["mail.blacklist"].search_count(
            [("email", "=", client.email_normalized)], limit=1
        ):
            refused.add("email")
        if client.phone_sanitized and self.env["phone.blacklist"].search_count(
            [("number", "=", client.phone_sanitized)], limit=1
        ):
            refused.add("sms")
        refused |= {name for name in ("email", "sms") if f"care_{name}" in file._fields and not file[f"care_{name}"]}
        return [channel for channel in client._salon_channels(self.company_id) if channel not in refused]

    def _skip(self, reason):
        self.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
        self.write({"send_state": "failed" if self.tries else "skipped", "skip_code": reason, "try_at": False})

    # Made and sent -------------------------------------------------------------------------------------------

    def _make(self, channel):
        """Make the mail or SMS that asks; return whether there is one."""
        if self.mail_id or self.sms_id:
            return True
        try:
            with self.env.cr.savepoint():
                self._path()  # the page is there before the link arrives
                self.channel = channel
                getattr(self, f"_make_{channel}")()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("A client could not be asked for feedback")
            self.write({"send_state": "failed", "skip_code": "broken", "try_at": False})
            return False
        return True

    def _make_email(self):
        values = {
            "state": "exception",  # parked: the queue leaves it alone
            "auto_delete": False,  # what came of it is read from it
            "recipient_ids": [(6, 0, self.partner_id.ids)],
            "headers": repr({"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}),
        }
        template = self.env.ref("salon_aftercare.mail_template_feedback").sudo().with_company(self.company_id)
        self.mail_id = template.send_mail(self.id, email_values=values)

    def _make_sms(self):
        template = self.env.ref("salon_aftercare.sms_template_feedback").sudo().with_company(self.company_id)
        body = template._render_field("body", self.ids, compute_lang=True)[self.id]
        client = self.partner_id
        values = {"body": body, "number": client.phone_sanitized, "partner_id": client.id, "state": "error"}  # parked
        self.sms_id = self.env["sms.sms"].create(values)

    def _transmit(self):
        """Send the mail or SMS, and note what came of it.

        :return: "sent", "retry" (it was refused), "unreachable" (so is the server), "failed", "unsure", or None where
            somebody else has seen to it
        """
        mine = self.try_lock_for_update(allow_referencing=True)
        mine.invalidate_recordset()
        if not mine or self.send_state != "sending":
            return None
        carrier, error = self.mail_id or self.sms_id, None
        try:
            carrier.state = "outgoing"  # for this transaction alone: no queue ever sees it so
            carrier.send(raise_exception=True)
            carrier.flush_recordset()
        except psycopg2.Error:
            raise
        except Exception as caught:
            error = caught
            _logger.info("A request for feedback was not taken: %s", error)
        outcome = self._judge(carrier, error)
        self._note_outcome(outcome, carrier, error)
        return outcome

    def _judge(self, carrier, error):
        """Tell what came of sending, by what the mail or SMS became and the error that was met."""
        if not carrier.exists() or carrier.state in ("sent", "pending", "process"):
            return "sent"
        if carrier.failure_type in BAD_ADDRESS:
            return "failed"
        if error is None:
            return "retry"
        if not _surely_not_taken(error):
            return "unsure"
        return "unreachable" if _never_connected(error) else "retry"

    def _note_outcome(self, outcome, carrier, error):
        if outcome == "sent":
            self.write({"send_state": "sent", "try_at": False, "skip_code": False})
            return
        parked = {"state": "exception" if carrier._name == "mail.mail" else "error"}
        if error and carrier._name == "mail.mail":
            parked["failure_reason"] = _said(error)
        carrier.write(parked)
        values = {"tries": self.tries + 1, "try_at": False, "send_state": outcome}
        if outcome == "failed":
            values["skip_code"] = "refused"
        elif outcome != "unsure":
            pause = timedelta(minutes=PAUSES[min(values["tries"], len(PAUSES)) - 1])
            values.update(send_state="retry", try_at=fields.Datetime.now() + pause)
        self.write(values)
