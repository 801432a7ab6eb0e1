import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

BATCH = 50

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

    _due_idx = models.Index("(id) WHERE state = 'due'")

    @api.model
    def _cron_tell(self):
        """Tell clients what became of their money, by email, at hours at which they may be written to."""
        last = 0
        while notices := self.search([("state", "=", "due"), ("id", ">", last)], order="id", limit=BATCH):
            last = notices[-1].id
            notices = notices.try_lock_for_update().filtered(lambda notice: notice.state == "due")
            notices._tell()
            if not self.env["ir.cron"]._commit_progress(len(notices)):
                return

    def _tell(self):
        now = fields.Datetime.now()
        template = self._letter()
        for notice in self:
            company, client = notice.company_id, notice.partner_id
            contracts = notice._contracts() if company.salon_send_contract else self.env["salon.prepaid.contract"]
            if not template or not (company.salon_tell_prepaid or contracts):
                notice.state = "no"
            elif "email" not in client._salon_channels(company):
                notice.state = "unreachable"
            elif company._salon_decent_hours(client).next(now) <= now:
                notice.state = notice._send(template, contracts)

    def _send(self, template, contracts):
        """Queue the letter with its contracts; return the state that comes of it: one failure stops no other letter."""
        try:
            with self.env.cr.savepoint():
                papers = self.env["ir.attachment"].create([contract._prepare_paper() for contract in contracts])
                template.send_mail(self.id, email_values={"attachment_ids": [(4, paper.id) for paper in papers]})
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("%s could not be told", self)
            return "failed"
        return "told"

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
            self._job()._trigger()

    def _job(self):
        """Return the job that tells this."""
        raise NotImplementedError
