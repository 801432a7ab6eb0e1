from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

from .salon_notice import OF_USE, STATES


class SalonPrepaidNotice(models.AbstractModel):
    """What a client is to be told of their prepaid money: a line for each event, which a job sends later.

    The ledgers themselves never change: whether their client was told is noted here. With what was sold goes its
    contract. Who inherits this has the fields `partner_id` and `kind`, and says by which letter it is told.
    """

    _name = "salon.prepaid.notice"
    _inherit = ["salon.notice"]
    _description = "News of Prepaid Money"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    at = fields.Datetime(string="When", required=True, readonly=True)
    ends_on = fields.Date(readonly=True)
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(STATES, string="Client Told", required=True, readonly=True, default="planned")

    _due_idx = models.Index("(try_at) WHERE state IN ('planned', 'sending', 'retry')")

    @api.model
    def _domain_looked_after(self):
        return [("at", ">", fields.Datetime.now() - OF_USE)]

    def _is_wanted(self):
        return self.company_id.salon_tell_prepaid or self._is_urgent() or bool(self._contracts_along())

    def _is_urgent(self):
        return self._is_safety() or self._is_asked_for()

    def _is_safety(self):
        """Tell whether the client has to know this, whatever the salon's settings are."""
        return False

    def _is_asked_for(self):
        """Tell whether staff sends this, by hand."""
        return self.kind == "contract"

    def _has_address(self):
        return bool(self.partner_id.email_normalized) if self._is_asked_for() else super()._has_address()

    def _of_use_until(self):
        if self.kind == "ending":
            return self.company_id._salon_midnight(self.ends_on + timedelta(days=1))
        return self.at + OF_USE

    def _papers(self):
        return [contract._prepare_paper() for contract in self._contracts_along()]

    def _contracts_along(self):
        """Return the contracts that go along, where the salon sends them."""
        wanted = self._is_asked_for() or self.company_id.salon_send_contract
        return self._contracts() if wanted else self.env["salon.prepaid.contract"]

    def _contracts(self):
        """Return the contracts of what was sold."""
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
