import logging
import smtplib
import traceback
from datetime import timedelta

import psycopg2
import requests

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

OPEN = ("planned", "retry")  # it may still go
PAUSES = (5, 10, 20, 40, 60)  # minutes until the next try; the last goes on
STUCK = timedelta(minutes=15)  # no server takes that long for one message
REFUSALS = 3  # one after the other: the server takes nothing now
CONTENT = smtplib.SMTP.data.__code__  # what fails in there may have arrived
# What core calls an address that no try will reach.
BAD_ADDRESS = {
    "mail_email_invalid", "mail_email_missing", "sms_number_missing", "sms_number_format", "sms_country_not_supported",
}  # fmt: skip


class SalonSending(models.AbstractModel):
    """What becomes a mail or an SMS to a client, is sent once, and is tried again where a server refused it.

    Odoo's own queues never try again what a server refused, and send anew what they were sending as they died. So these
    mails and SMS wait parked, in a state that the queues leave alone, and each goes in two transactions: one that says
    that it is on its way, and one that sends it and says what came of it. What dies in between is perhaps sent; a
    person decides.

    Who inherits this has `partner_id`, `company_id` and `channel`, and a selection that says how far the sending is,
    named by `_sending_state`, of at least planned, sending, retry, sent, failed and unsure; and says what is of use
    (`_still_of_use`) and what is written (`_make_<channel>`). What goes is what has a method `_send_<channel>`: a
    gateway for one more channel, or by another provider, is such a method.
    """

    _name = "salon.sending"
    _description = "What Is Sent to Clients"
    _sending_state = "state"
    _most_tries = None  # so many refusals, and no more; without it, what is no longer of use ends it
    _pauses = PAUSES

    try_at = fields.Datetime(string="Next Try", readonly=True)
    tries = fields.Integer(readonly=True, default=0)
    sending_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(string="Sent", readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", index="btree_not_null")
    sms_id = fields.Many2one("sms.sms", readonly=True, ondelete="set null", index="btree_not_null")

    def _server_said(self):
        """Return what the mail server or the SMS provider answered, as one line."""
        if self.sms_id.failure_type:
            return dict(self.sms_id._fields["failure_type"]._description_selection(self.env))[self.sms_id.failure_type]
        return " ".join((self.mail_id.failure_reason or "").split())[:200]

    def _in_step(self, step, *args):
        """Do one step in a transaction of its own; one that fails keeps none of the others from being done."""
        try:
            step(*args)
            self.env["ir.cron"]._commit_progress()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
            _logger.info("%s: something was changed meanwhile; it is looked at again.", step.__name__)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("%s failed", step.__name__)

    # The queue ---------------------------------------------------------------------------------------------------

    @api.model
    def _send_due(self):
        """Send what is due, each in transactions of its own; a server that takes nothing is left alone for a while."""
        seen, refused, more = set(), dict.fromkeys(self._sent_channels(), 0), True
        while more:
            try:
                more = self._send_next(seen, refused)
            except psycopg2.Error:
                self.env.cr.rollback()
                _logger.info("A message was changed by somebody else meanwhile; it is looked at again.")

    @api.model
    def _sent_channels(self):
        """Return the channels that are sent by themselves: those that a method `_send_<channel>` is there for."""
        return [name for name, _label in self._fields["channel"].selection if hasattr(self, f"_send_{name}")]

    @api.model
    def _send_next(self, seen, refused):
        """Send the message that waits longest; return False where none is left, or no time.

        :param set seen: ids of those that this run has looked at and that did not go; is kept up
        :param dict refused: {channel: how many were refused one after the other}; is kept up
        """
        cron = self.env["ir.cron"]
        messages = self._take_due([channel for channel, times in refused.items() if times < REFUSALS], seen)
        if not messages:
            return False
        seen.update(messages.ids)
        outcome = None
        if messages := messages._still_of_use()._make():
            messages.write({self._sending_state: "sending", "sending_at": fields.Datetime.now()})
            cron._commit_progress()
            channel = messages[0].channel
            outcome = messages._transmit()
            if outcome == "sent":
                refused[channel] = 0
            elif outcome in ("retry", "rejected"):
                refused[channel] += 1
            elif outcome == "unreachable":
                refused[channel] = REFUSALS
        more = bool(cron._commit_progress(1))
        if outcome == "sent":  # it is not found again, and a long queue is not to be kept in memory
            seen.difference_update(messages.ids)
        self.env.invalidate_all()
        return more

    @api.model
    def _take_due(self, channels, seen):
        """Return the message that waits longest, with those that go together with it; locked."""
        query = SQL(
            """
            SELECT id FROM %s
             WHERE %s = ANY(%s) AND try_at <= %s AND channel = ANY(%s) AND id <> ALL(%s)
          ORDER BY try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            SQL.identifier(self._table),
            SQL.identifier(self._sending_state),
            list(OPEN),
            fields.Datetime.now(),
            channels,
            list(seen),
        )
        self.env.cr.execute(query, log_exceptions=False)
        first = self.browse(message_id for (message_id,) in self.env.cr.fetchall())
        first.invalidate_recordset()
        return first | first._take_together(seen)

    def _take_together(self, seen):
        """Return those that go in one mail with this one, locked; none of `seen`."""
        return self.browse()

    @api.model
    def _note_stuck(self):
        """See to what was on its way when its sender died, and to what somebody else sent."""
        late = fields.Datetime.now() - STUCK
        stuck = self.search([(self._sending_state, "=", "sending"), ("sending_at", "<", late)]).try_lock_for_update()
        # The server may have it or not. Nobody gets a message twice: a person looks at it.
        stuck._note_unsure()
        by_hand = [(self._sending_state, "in", ("retry", "failed", "unsure")), ("mail_id.state", "=", "sent")]
        for message in self.search(by_hand + self._domain_looked_after()).try_lock_for_update():
            message._note_sent(message.mail_id.write_date)

    @api.model
    def _domain_looked_after(self):
        """Return the domain of those where it still matters that somebody sent them by hand."""
        return []

    # Made ------------------------------------------------------------------------------------------------------------

    def _still_of_use(self):
        """Return those of these that are to go now; see to the others."""
        raise NotImplementedError

    def _make_email(self):
        """Have these become one parked mail, with `_parked_mail`; return them."""
        raise NotImplementedError

    def _make_sms(self):
        """Have these become one parked SMS, by `_park_sms`; return them."""
        raise NotImplementedError

    def _make(self):
        """Return these, with the mail or SMS that they become; none where the template has an error."""
        if not self or self.mail_id or self.sms_id:
            return self
        try:
            with self.env.cr.savepoint():
                return getattr(self, f"_make_{self[0].channel}", lambda: self)()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("A message to a client could not be made: %s", self)
            self._note_failed("broken")
            return self.browse()

    def _parked_mail(self):
        """Return the values of the mail that these become: it waits where no queue sees it."""
        return {
            "state": "exception",  # parked: the queue leaves it alone
            "auto_delete": False,  # what came of it is read from it
            "recipient_ids": [(6, 0, self.partner_id.ids)],
            "headers": repr(self._parked_headers()),
        }

    def _parked_headers(self):
        """Return the headers of such a mail, {name: value}: no machine is to answer it."""
        return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}

    def _park_sms(self, body):
        """Have these become the SMS `body`; return them."""
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

    def _send_email(self):
        """Send the mail of these.

        As each `_send_<channel>`, it raises what the server said that did not take it, and returns True once that is
        certain that it did; None where `_judge` is to look at what became of the mail or SMS.
        """
        self.mail_id.send(raise_exception=True)

    def _send_sms(self):
        """Send the SMS of these, by the provider that Odoo is set up for; see `_send_email`."""
        self.sms_id.send(raise_exception=True)

    def _transmit(self):
        """Send the mail or SMS of these, and note what came of it.

        :return: "sent", "retry" (it was refused), "unreachable" (so is the server), "rejected" (the server has no such
            address), "failed" (it is none), "unsure", or None where somebody else has seen to them
        """
        mine = self.try_lock_for_update()
        mine.invalidate_recordset()
        if mine != self or set(self.mapped(self._sending_state)) != {"sending"}:
            return None
        carrier = self.mail_id or self.sms_id  # a gateway may have none
        error = None
        try:
            carrier.write({"state": "outgoing"})  # for this transaction alone: no queue ever sees it so
            if getattr(self, f"_send_{self[0].channel}")():
                carrier.write({"state": "sent"})
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
        if not carrier:
            gone = error is None
        else:
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
        """Write what came of sending."""
        now = fields.Datetime.now()
        if outcome == "sent":
            self._note_sent(now)
            return
        parked = {"state": "exception" if carrier._name == "mail.mail" else "error"}
        if error and carrier._name == "mail.mail":
            parked["failure_reason"] = said(error)
        carrier.write(parked)
        self.tries = tries = self[0].tries + 1
        if outcome in ("failed", "rejected"):
            self._note_failed("refused")
        elif outcome == "unsure":
            self._note_unsure()
        elif self._most_tries and tries >= self._most_tries and outcome != "unreachable":
            self._note_failed("tries")
        else:
            pause = self._pauses[min(tries, len(self._pauses)) - 1]
            self.write({self._sending_state: "retry", "try_at": now + timedelta(minutes=pause)})

    def _note_sent(self, at):
        """Note that these went."""
        self.write({self._sending_state: "sent", "sent_at": at, "try_at": False})

    def _note_unsure(self):
        """Note that these went, or did not."""
        self.write({self._sending_state: "unsure", "try_at": False})

    def _note_failed(self, why):
        """Note that these are not tried again.

        :param str why: "broken" (it can't be written), "refused" (the address is no good), "tries" (too many of them)
        """
        self.write({self._sending_state: "failed", "try_at": False})


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


def knows_no_such_address(error):
    """Tell whether the server said that it has no such address, for good."""
    found = [one for one in _chain(error) if isinstance(one, smtplib.SMTPRecipientsRefused)]
    return any(500 <= code < 600 for one in found for code, _text in one.recipients.values())


def said(error):
    """Return what an error says, for people: the server's own words, where it had any."""
    for one in _chain(error):
        if isinstance(one, smtplib.SMTPRecipientsRefused):
            one = smtplib.SMTPResponseException(*next(iter(one.recipients.values())))
        if isinstance(one, smtplib.SMTPResponseException):
            text = one.smtp_error.decode(errors="replace") if isinstance(one.smtp_error, bytes) else one.smtp_error
            return f"{one.smtp_code} {text}"
    return "\n".join(dict.fromkeys(str(arg) for arg in error.args if arg)) or type(error).__name__
