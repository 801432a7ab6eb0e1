import logging
import smtplib
import traceback
from datetime import timedelta

import psycopg2
import requests

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.calendar_file import calendar_file
from .salon_message import NEWS, OPEN
from .salon_message_plan import LEAST_USE, READ_BEFORE

_logger = logging.getLogger(__name__)

TEMPLATES = {  # salon_crm.mail_template_... and salon_crm.sms_template_...
    "confirmation": "booking_made",
    "changed": "booking_changed",
    "cancelled": "booking_cancelled",
    "reminder": "booking_reminder",
    "reminder_again": "booking_reminder",
    "same_day": "booking_same_day",
}
TOGETHER = ("confirmation", "cancelled")  # of several bookings of one client, in one message
PAUSES = (5, 10, 20, 40, 60)  # minutes until the next try; the last goes on
CONTENT = smtplib.SMTP.data.__code__  # what fails in there may have arrived
REFUSALS = 3  # one after the other: the server takes nothing now
# What core calls an address that no try will reach.
BAD_ADDRESS = {
    "mail_email_invalid", "mail_email_missing", "sms_number_missing", "sms_number_format", "sms_country_not_supported",
}  # fmt: skip


class SalonMessage(models.Model):
    """Making mails and SMS of what is planned, and sending them.

    Odoo's own queues never try again what a server refused, and send anew what they were sending as they died. So these
    mails and SMS wait parked, in a state that the queues leave alone, and each goes in two transactions: one that says
    that it is on its way, and one that sends it and says what came of it. What dies in between is perhaps sent; a
    person decides.
    """

    _inherit = "salon.message"

    @api.model
    def _send_due(self):
        """Send what is due, each in transactions of its own; a server that takes nothing is left alone for a while."""
        seen, refused, more = set(), dict.fromkeys(("email", "sms"), 0), True
        while more:
            try:
                more = self._send_next(seen, refused)
            except psycopg2.Error:
                self.env.cr.rollback()
                _logger.info("A message was changed by somebody else meanwhile; it is looked at again.")

    @api.model
    def _send_next(self, seen, refused):
        """Send the message that waits longest; return False where none is left, or no time.

        :param set seen: ids of those that this run has looked at; grows
        :param dict refused: {channel: how many were refused one after the other}; is kept up
        """
        cron = self.env["ir.cron"]
        messages = self._take_due([channel for channel, times in refused.items() if times < REFUSALS], seen)
        if not messages:
            return False
        seen.update(messages.ids)
        if messages := messages._still_of_use()._make():
            messages.write({"state": "sending", "sending_at": fields.Datetime.now()})
            cron._commit_progress()
            channel = messages[0].channel
            outcome = messages._transmit()
            if outcome == "sent":
                refused[channel] = 0
            elif outcome == "retry":
                refused[channel] += 1
            elif outcome == "unreachable":
                refused[channel] = REFUSALS
        return bool(cron._commit_progress(1))

    @api.model
    def _take_due(self, channels, seen):
        """Return the message that waits longest, with those that go together with it; locked."""
        now = fields.Datetime.now()
        query = SQL(
            """
            SELECT id FROM salon_message
             WHERE state = ANY(%s) AND try_at <= %s AND channel = ANY(%s) AND id <> ALL(%s)
          ORDER BY try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            list(OPEN),
            now,
            channels,
            list(seen),
        )
        self.env.cr.execute(query, log_exceptions=False)
        first = self.browse(message_id for (message_id,) in self.env.cr.fetchall())
        if not first:
            return first
        first.invalidate_recordset()
        same = [(name, "=", first[name]) for name in ("kind", "channel", "state")]
        same += [(name, "=", first[name].id) for name in ("partner_id", "company_id")]
        same += [("id", "not in", [first.id, *seen]), ("try_at", "<=", now)]
        if first.mail_id or first.sms_id:
            same += [("mail_id", "=", first.mail_id.id), ("sms_id", "=", first.sms_id.id)]
        elif first.kind not in TOGETHER:
            return first
        return first | self.search(same).try_lock_for_update()

    # Is it still of use? -----------------------------------------------------------------------------------------

    def _still_of_use(self):
        """Return those of these that are to go now; the others are put off, taken back or given up."""
        now = fields.Datetime.now()
        messages = self
        for message in self:
            latest = message.told_start - (timedelta() if message.kind in NEWS else LEAST_USE)
            if message.mail_id.state == "sent":  # somebody sent it by hand
                message.write({"state": "sent", "sent_at": now, "try_at": False})
            elif message.mail_id.state == "cancel" or (message.tries and not (message.mail_id or message.sms_id)):
                message.write({"state": "skipped", "reason": "stopped", "try_at": False})
            elif now > latest:
                message._give_up("late")
            elif message._is_stale():
                message._withdraw()
            elif not message.any_hour and (at := message._decent(now)) > now:
                message.try_at = at
                if at > latest:
                    message._give_up("late")
            else:
                continue
            messages -= message
        return messages

    def _decent(self, now):
        """Return when this may go by the client's clocks: `now`, where waiting would be too late for the client."""
        at = self.company_id._salon_decent_hours(self.partner_id).next(now)
        return now if self.kind in NEWS and at > max(self.told_start - READ_BEFORE, now) else at

    def _give_up(self, reason):
        """End these without their having gone, and see to it that nobody sends them by mistake."""
        for message in self:
            message.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
            message.write({"state": "failed" if message.tries else "skipped", "reason": reason, "try_at": False})

    # Made ------------------------------------------------------------------------------------------------------------

    def _make(self):
        """Return these, with the mail or SMS that they become; none where the template has an error."""
        if not self or self.mail_id or self.sms_id:
            return self
        try:
            with self.env.cr.savepoint():
                return self._make_mail() if self[0].channel == "email" else self._make_sms()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("A message to a client could not be made: %s", self[0].kind)
            self.write({"state": "failed", "reason": "broken", "try_at": False})
            return self.browse()

    def _bookings(self):
        """Return the bookings that these are about, in order, as the templates read them."""
        return self.event_id.with_company(self.company_id).with_context(salon_message_ids=self.ids).sorted("start")

    def _template(self, medium):
        """Return the template of these.

        :param str medium: "mail" or "sms"
        """
        name = f"salon_crm.{medium}_template_{TEMPLATES[self[0].kind]}"
        template = self.env.ref(name, raise_if_not_found=False)
        if not template:
            raise UserError(self.env._("The template %s is missing.", name))
        return template.sudo().with_company(self.company_id).with_context(salon_message_ids=self.ids)

    def _make_mail(self):
        bookings = self._bookings()
        if self[0].kind != "cancelled":
            for booking in bookings:
                booking._salon_link()  # before the mail goes: what is in the mail must be known when it arrives
        values = {
            "state": "exception",  # parked: the queue leaves it alone
            "auto_delete": False,  # what came of it is read from it
            "recipient_ids": [(6, 0, self.partner_id.ids)],
            "headers": repr({"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}),
        }
        if file := self[0].kind in NEWS and self._prepare_calendar_file():
            values["attachment_ids"] = [
                (0, 0, {"name": "visit.ics", "raw": file, "mimetype": "text/calendar", "res_model": "mail.message"})
            ]
        self.mail_id = self._template("mail").send_mail(bookings[0].id, email_values=values)
        return self

    def _prepare_calendar_file(self, named=True):
        """Return the calendar file (bytes) of these; where it is not `named`, it says nothing of who the client is."""
        company, client = self.company_id, self.partner_id
        lang = client.lang or company.partner_id.lang
        database = self.env["ir.config_parameter"].get_param("database.uuid")
        entries = []
        for message in self.sorted("told_start"):
            booking = message.event_id.with_context(salon_message_ids=message.ids, lang=lang)
            entries.append(
                {
                    "uid": f"salon-{booking.id}-{client.id}@{database}",
                    "sequence": message.round,
                    "start": message.told_start,
                    "stop": message.told_stop,
                    "summary": f"{company.name}: {booking._salon_shown()['services']}",
                    "location": ", ".join(filter(None, company.partner_id._display_address(True).split("\n"))),
                    "description": "\n".join(f"{name}: {note}" for name, note in booking._salon_to_mind()),
                }
            )
        attendee = (client.name, client.email_normalized) if named else None
        salon = (company.name, company.email or self.env.user.email)
        cancelled = self[0].kind == "cancelled"
        return calendar_file(entries, salon, attendee, fields.Datetime.now(), cancelled)

    def _make_sms(self):
        bookings = self._bookings()
        body = self._template("sms")._render_field("body", bookings[0].ids, compute_lang=True)[bookings[0].id]
        self.sms_id = self.env["sms.sms"].create(
            {
                "body": body,
                "number": self.partner_id.phone_sanitized,
                "partner_id": self.partner_id.id,
                "state": "error",  # parked, as the mails
            }
        )
        return self

    # Sent --------------------------------------------------------------------------------------------------------

    def _transmit(self):
        """Send the mail or SMS of these, and note what came of it.

        :return: "sent", "retry" (it was refused), "unreachable" (so is the server), "failed", "unsure", or None where
            somebody else has seen to them
        """
        mine = self.try_lock_for_update()
        mine.invalidate_recordset()
        if mine != self or set(self.mapped("state")) != {"sending"}:
            return None
        carrier = self.mail_id or self.sms_id
        error = None
        try:
            carrier.state = "outgoing"  # for this transaction alone: no queue ever sees it so
            carrier.send(raise_exception=True)
            carrier.flush_recordset()
        except psycopg2.Error:
            raise
        except Exception as caught:
            error = caught
            _logger.info("A message to a client was not taken: %s", error)
        outcome = self._judge(carrier, error)
        self._note_outcome(outcome, carrier, error)
        return outcome

    def _judge(self, carrier, error):
        """Tell what came of sending, by what the mail or SMS became and the error that was met."""
        gone = not carrier.exists()  # core deletes a mail that was sent, where its template says so
        if gone or carrier.state in ("sent", "pending", "process"):
            return "sent"
        if carrier.failure_type in BAD_ADDRESS:
            return "failed"
        if error is None:
            return "retry"
        if not _surely_not_taken(error):
            return "unsure"
        return "unreachable" if _never_connected(error) else "retry"

    def _note_outcome(self, outcome, carrier, error):
        now = fields.Datetime.now()
        if outcome == "sent":
            self.write({"state": "sent", "sent_at": now, "try_at": False, "reason": False})
            return
        parked = {"state": "exception" if carrier._name == "mail.mail" else "error"}
        if error and carrier._name == "mail.mail":
            parked["failure_reason"] = _said(error)
        carrier.write(parked)
        tries = self[0].tries + 1
        values = {"tries": tries, "try_at": False, "state": outcome}
        if outcome == "failed":
            values["reason"] = "refused"
        elif outcome != "unsure":
            pause = PAUSES[min(tries, len(PAUSES)) - 1]
            values.update(state="retry", try_at=now + timedelta(minutes=pause))
        self.write(values)


def _chain(error):
    """Yield an error, and those that it was raised for."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _surely_not_taken(error):
    """Tell whether the server can't have taken what was sent: it said so, or never got it whole."""
    for one in _chain(error):
        if isinstance(one, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused | requests.HTTPError):
            return True
        frames = traceback.walk_tb(one.__traceback__)
        if any(frame.f_code is CONTENT for frame, _line in frames):
            return False
        if isinstance(one, requests.RequestException):
            return isinstance(one, requests.ConnectTimeout) or "NewConnectionError" in repr(one)
    return True


def _never_connected(error):
    """Tell whether the server could not be reached at all, or ended the conversation itself."""
    kinds = OSError | smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError
    refusals = smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
    errors = [*_chain(error), *(arg for one in _chain(error) for arg in one.args if isinstance(arg, Exception))]
    if any(isinstance(one, smtplib.SMTPConnectError) for one in errors):
        return True
    return not any(isinstance(one, refusals) for one in errors) and any(isinstance(one, kinds) for one in errors)


def _said(error):
    """Return what an error says, for people: the server's own words, where it had any."""
    for one in _chain(error):
        if isinstance(one, smtplib.SMTPRecipientsRefused):
            one = smtplib.SMTPResponseException(*next(iter(one.recipients.values())))
        if isinstance(one, smtplib.SMTPResponseException):
            text = one.smtp_error.decode(errors="replace") if isinstance(one.smtp_error, bytes) else one.smtp_error
            return f"{one.smtp_code} {text}"
    return "\n".join(dict.fromkeys(str(arg) for arg in error.args if arg)) or type(error).__name__
