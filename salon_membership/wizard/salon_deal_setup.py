import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.pos_payment_method_deal import DEAL

# How charts call such accounts, in English: what fits best at first.
FEES = (r"commission", r"\b(selling|sales) expense", r"bank (fee|charge)", r"\bfees\b")
OWED = (r"other receivable", r"other monetary", r"prepayment", r"current asset")
ROLES = ("salon_crm.group_salon_manager", "account.group_account_manager")


class SalonDealSetup(models.TransientModel):
    """One page that sets a platform up: it proposes what the company's chart of accounts needs, shows what it will
    make, and makes nothing without a yes."""

    _name = "salon.deal.setup"
    _description = "Set Up a Platform"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(string="Platform")
    fee_percent = fields.Float(string="Fee (%)", digits=(5, 2))
    fee_fixed = fields.Monetary(string="Fee per Voucher")
    account_id = fields.Many2one(
        "account.account",
        string="Clearing Account",
        domain="[('account_type', '=', 'asset_current'), ('company_ids', 'in', company_id)]",
        help="What the platform owes the salon. Each platform has its own.",
    )
    account_code = fields.Char(string="New Code", default=lambda self: self._propose_code("asset_current", OWED))
    account_name = fields.Char(string="New Name", compute="_compute_account_name", store=True, readonly=False)
    fee_account_id = fields.Many2one(
        "account.account",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost')), ('company_ids', 'in', company_id)]",
        default=lambda self: self._default_fee_account_id(),
    )
    fee_account_code = fields.Char(string="New Code for Fees", default=lambda self: self._propose_code("expense", FEES))
    fee_account_name = fields.Char(string="New Name for Fees", default=lambda self: self.env._("Fees of Platforms"))
    config_ids = fields.Many2many(
        "pos.config",
        string="Tills",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self.env["pos.config"].search([("company_id", "=", self.env.company.id)]),
        help="Tills at which its vouchers are redeemed.",
    )
    plan = fields.Html(string="What Will Be Made", compute="_compute_plan", sanitize=False)
    sure = fields.Boolean(string="Yes, make this")

    @api.model
    def _accounts(self, *kinds):
        accounts = self.env["account.account"].sudo().with_company(self.env.company).with_context(lang="en_US")
        return accounts.search(
            [("account_type", "in", kinds), ("company_ids", "in", self.env.company.ids)], order="code"
        )

    @api.model
    def _default_fee_account_id(self):
        """Return the account that another platform's fee is booked to: one for all will do."""
        platforms = self.env["salon.deal.platform"].search([("company_id", "=", self.env.company.id)])
        return platforms.fee_account_id[:1]

    @api.model
    def _propose_code(self, kind, words):
        """Return a free code beside the chart's own account for such a thing."""
        found = self._accounts(kind)
        fitting = (account for word in words for account in found if re.search(word, account.name or "", re.IGNORECASE))
        start = next(fitting, found[:1]).code or "100000"
        if start.isdigit() and len(start) <= 4:  # charts of short codes, as China's, have accounts below accounts
            start += "00"
        return self.env["account.account"].sudo().with_company(self.env.company)._search_new_account_code(start)

    @api.depends("name")
    def _compute_account_name(self):
        for wizard in self:
            wizard.account_name = wizard.name and self.env._("Owed by %s", wizard.name)

    # What is missing --------------------------------------------------------------------------------

    @api.depends(
        "name", "account_id", "account_code", "account_name", "fee_account_id", "fee_account_code", "fee_account_name",
        "config_ids",
    )  # fmt: skip
    def _compute_plan(self):
        for wizard in self:
            rows = Markup().join(
                Markup("<tr><td class='text-muted'>%s</td><td>%s</td><td class='text-muted'>%s</td></tr>") % row
                for row in wizard._missing()
            )
            wizard.plan = Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows

    def _missing(self):
        """Return what would be made, as (kind, name, what for)."""
        self.ensure_one()
        name = self.name or self.env._("the platform")
        rows = [(self.env._("Platform"), name, self.env._("Add what it sells afterwards"))]
        if not self.account_id:
            rows.append(
                (
                    self.env._("Account"),
                    f"{self.account_code or ''} {self.account_name or ''}",
                    self.env._("Current asset: what it owes the salon"),
                )
            )
        if not self.fee_account_id:
            rows.append(
                (
                    self.env._("Account"),
                    f"{self.fee_account_code or ''} {self.fee_account_name or ''}",
                    self.env._("Expense: what it takes for selling"),
                )
            )
        rows.append((self.env._("Journal"), name, self.env._("The till's closing books its vouchers here")))
        rows.append((self.env._("Payment method"), name, self.env._("At the till")))
        for config in self.config_ids:
            rows.append((self.env._("Till"), config.name, self.env._("Takes this method")))
        return rows

    # Making it --------------------------------------------------------------------------------------

    def action_set_up(self):
        """Make the platform and what it needs.

        :raise UserError: nobody said yes, or something is missing
        """
        self.ensure_one()
        if not self.env.su and not any(self.env.user.has_group(role) for role in ROLES):
            raise AccessError(self.env._("Ask a manager to do this."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose %s above first.", self.company_id.name))
        if not (self.name or "").strip():
            raise UserError(self.env._("What is the platform called?"))
        if not self.sure:
            raise UserError(self.env._("Tick “Yes, make this” below: nothing is made before."))
        self.config_ids.check_access("read")
        platform = self.sudo().with_company(self.company_id)._set_up()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.deal.platform",
            "res_id": platform.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _set_up(self):
        company, name = self.company_id, self.name.strip()
        account = self.account_id or self._make_account(self.account_code, self.account_name, "asset_current", True)
        if self.env["pos.payment.method"].search_count(
            [("outstanding_account_id", "=", account.id), ("use_payment_terminal", "=", DEAL)], limit=1
        ):
            raise UserError(self.env._("Another platform stands on %s. Choose another account.", account.display_name))
        journal = self.env["account.journal"].create(
            {
                "name": name,
                "type": "bank",
                "company_id": company.id,
                # Bookings name their account: no bank account needs to be made for it.
                "default_account_id": account.id,
                "show_on_dashboard": False,
            }
        )
        method = self.env["pos.payment.method"].create(
            {
                "name": name,
                "company_id": company.id,
                "journal_id": journal.id,
                "outstanding_account_id": account.id,
                "payment_method_type": "terminal",
                "use_payment_terminal": DEAL,
                "split_transactions": False,
                "sequence": self.env["pos.payment.method"]._salon_last_sequence(company),
            }
        )
        for config in self.config_ids.with_context(bypass_payment_method_ids_forbidden_change=True):
            config.payment_method_ids = config.payment_method_ids | method
        return self.env["salon.deal.platform"].create(
            {
                "name": name,
                "company_id": company.id,
                "payment_method_id": method.id,
                "fee_percent": self.fee_percent,
                "fee_fixed": self.fee_fixed,
                "fee_account_id": (
                    self.fee_account_id
                    or self._make_account(self.fee_account_code, self.fee_account_name, "expense", False)
                ).id,
                "payout_account_id": company.transfer_account_id.id,
            }
        )

    def _make_account(self, code, name, kind, reconcile):
        if not (code and name):
            raise UserError(self.env._("Give the new account a code and a name, or choose one."))
        return self.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": kind,
                "reconcile": reconcile,
                "company_ids": [Command.set(self.company_id.ids)],
            }
        )
