import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

BATCH = 50
PAUSES = (1, 4, 12, 24)  # hours before a letter that did not go is tried again
LOOK_AFTER = timedelta(minutes=5)  # Odoo's queue has sent it by then, mostly
BAD_ADDRESS = ("mail_email_invalid", "mail_email_missing")  # no other try would reach it

_logger = logging.getLogger(__name__)


class SalonPrepaidNotice(models.AbstractModel):
    """What a client is to be told of their prepaid money: a line for each event, which a job sends later.

    The ledgers themselves never change: whether their client was told is noted here. With what was sold goes its
    contract. Who inherits this has the fields `partner_id` and `kind`, and says by which letter it is told.
    """

    _name = "salon.prepaid.notice"
    _description = "News of Prepaid Money"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    at = fields.Datetime(string="When", required=True, readonly=True)
    ends_on = fields.Date(readonly=True)
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(
        [
            ("due", "To Be Told"),
            ("sending", "On Its Way"),
            ("retry", "Not Sent, Tries Again"),
            ("told", "Told"),
            ("unreachable", "No Email"),
            ("no", "Not to Be Told"),
            ("failed", "Not Sent: Error"),
        ],
        string="Client Told",
        required=True,
        readonly=True,
        default="due",
    )

    mail_id = fields.Many2one("mail.mail", string="Letter", readonly=True, ondelete="set null", index="btree_not_null")
    tries = fields.Integer(readonly=True, default=0, help="How often its letter was not taken.")
    try_at = fields.Datetime(string="Next Try", readonly=True)
    why = fields.Char(string="Why Not", compute="_compute_why", compute_sudo=True)

    _due_idx = models.Index("(id) WHERE state IN ('due', 'sending', 'retry')")

    @api.depends("state", "mail_id.failure_type")
    def _compute_why(self):
        """Say why a letter did not go, in Odoo's own words for it."""
        reasons = dict(self.env["mail.mail"]._fields["failure_type"]._description_selection(self.env))
        for notice in self:
            mail = notice.mail_id
            refused = notice.state in ("retry", "failed") or mail.state == "exception"
            notice.why = (reasons.get(mail.failure_type) or notice._say_broken()) if refused else False

    def _say_broken(self):
        return self.env._("The letter could not be made or sent. A manager looks at its template and the mail server.")

    @api.model
    def _cron_tell(self):
        """Tell clients what became of their money, by email, at hours at which they may be written to.

        Odoo's queue sends the letters; what it could not send goes again, after a pause that grows.
        """
        last = 0
        while letters := self.search(
            [("state", "in", ("sending", "retry")), ("id", ">", last)], order="id", limit=BATCH
        ):
            last = letters[-1].id
            letters = letters.try_lock_for_update().filtered(lambda notice: notice.state in ("sending", "retry"))
            letters._follow_up()
            if not self.env["ir.cron"]._commit_progress(len(letters)):
                return
        last = 0
        while notices := self.search([("state", "=", "due"), ("id", ">", last)], order="id", limit=BATCH):
            last = notices[-1].id
            notices = notices.try_lock_for_update().filtered(lambda notice: notice.state == "due")
            notices._tell()
            if not self.env["ir.cron"]._commit_progress(len(notices)):
                return

    def _tell(self):
        now = fields.Datetime.now()
        for notice in self:
            company, client = notice.company_id, notice.partner_id
            contracts = notice._contracts() if company.salon_send_contract else self.env["salon.prepaid.contract"]
            wanted = company.salon_tell_prepaid or contracts or notice._is_safety()
            if not notice._letter() or not wanted:
                notice.state = "no"
            elif "email" not in client._salon_channels(company):
                notice.state = "unreachable"
            elif notice._may_go(now):
                notice._send(contracts)

    def _may_go(self, now):
        """Tell whether the client may be written to now; what keeps their money safe waits for no morning."""
        return self._is_safety() or self.company_id._salon_decent_hours(self.partner_id).next(now) <= now

    def _is_safety(self):
        """Tell whether the client has to know this, whatever the salon's settings are."""
        return False

    def _send(self, contracts):
        """Queue the letter with its contracts, and note what comes of it: one failure stops no other letter."""
        try:
            with self.env.cr.savepoint():
                papers = self.env["ir.attachment"].create([contract._prepare_paper() for contract in contracts])
                # What becomes of it is read from it; then it is deleted, where its template says so.
                values = {"auto_delete": False, "attachment_ids": [(4, paper.id) for paper in papers]}
                self.mail_id = self._letter().send_mail(self._letter_of().id, email_values=values)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("%s could not be told", self)
            self.write({"state": "failed", "try_at": False})
            return
        self.state = "sending"
        self._job()._trigger(fields.Datetime.now() + LOOK_AFTER)

    def _follow_up(self):
        """See what became of the letters that were queued: sent, or to be tried again, or given up."""
        now, again = fields.Datetime.now(), self.browse()
        for notice in self:
            state = notice.mail_id.state
            if state == "sent":
                notice._note_sent()
            elif state == "cancel":
                notice.write({"state": "no", "try_at": False})
            elif not state:  # somebody deleted it
                notice.write({"state": "failed", "try_at": False})
            elif state == "exception" and notice.state == "sending":
                notice._note_refused(now)
            elif state == "exception" and notice.try_at <= now and notice._may_go(now):
                again |= notice
        if again:
            again.mail_id.mark_outgoing()
            again.write({"state": "sending", "try_at": False})
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            self._job()._trigger(now + LOOK_AFTER)

    def _note_sent(self):
        mail = self.mail_id
        self.write({"state": "told", "try_at": False})
        if self._letter().auto_delete:
            mail.unlink()

    def _note_refused(self, now):
        """Note that the letter was not taken, and when it goes again: never, where no try would reach the address."""
        tries = self.tries + 1
        if self.mail_id.failure_type in BAD_ADDRESS or tries > len(PAUSES):
            self.write({"state": "failed", "tries": tries, "try_at": False})
            return
        at = now + timedelta(hours=PAUSES[tries - 1])
        self.write({"state": "retry", "tries": tries, "try_at": at})
        self._job()._trigger(at)

    def _letter_of(self):
        """Return the record that the letter's template is about."""
        return self

    def _letter(self):
        """Return the mail template by which this is told, or none where somebody deleted it."""
        raise NotImplementedError

    def _contracts(self):
        """Return the contracts that go along: of what was sold."""
        return self.env["salon.prepaid.contract"]

    # Words ------------------------------------------------------------------------------------------

    def _say(self, name):
        """Return an amount as people read it, without its sign."""
        return format_amount(self.with_context(lang=self._lang()).env, abs(self[name]), self.currency_id)

    def _say_when(self):
        return format_datetime(self.env, self.at, tz=str(self.company_id._salon_timezone()), lang_code=self._lang())

    def _say_end(self):
        return format_date(self.env, self.ends_on, lang_code=self._lang()) if self.ends_on else ""

    def _lang(self):
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    # Making -----------------------------------------------------------------------------------------

    @api.model
    def _wanted(self, company, is_sale):
        """Tell whether clients of this company are told: of what was sold also where its contract alone is sent."""
        return company.salon_tell_prepaid or (is_sale and company.salon_send_contract)

    @api.model
    def _note(self, vals_list):
        """Note what clients are to be told, and have the job tell it soon."""
        if vals_list:
            self.create(vals_list)
            self._job()._salon_trigger_now()

    def _job(self):
        """Return the job that tells this."""
        raise NotImplementedError

    @api.model
    def _job_of(self, name):
        """Return the job of this external id, by what Odoo has in its caches: orders wait for it."""
        return self.env["ir.cron"].browse(self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=True))
