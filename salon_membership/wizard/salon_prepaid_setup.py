import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.pos_payment_method import TREATMENT, WALLET

ADVANCES = re.compile(r"advance|prepa|deposit|deferred|contract liab|预收|合同负债", re.IGNORECASE)


class SalonPrepaidSetup(models.TransientModel):
    """One page that sets prepaid money up: it proposes what the company's chart of accounts needs, shows what it will
    make, and makes nothing without a yes."""

    _name = "salon.prepaid.setup"
    _description = "Set Up Prepaid Money"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    is_done = fields.Boolean(compute="_compute_plan", help="Nothing is missing.")
    wallet_account_id = fields.Many2one(
        "account.account",
        string="Stored Value Account",
        domain="[('account_type', '=', 'liability_current'), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.company.sudo().salon_wallet_account_id,
    )
    wallet_code = fields.Char(string="New Code", default=lambda self: self._propose_codes()[0])
    wallet_name = fields.Char(string="New Name", default=lambda self: self.env._("Stored Value of Clients"))
    treatment_account_id = fields.Many2one(
        "account.account",
        string="Treatment Card Account",
        domain="[('account_type', '=', 'liability_current'), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.company.sudo().salon_treatment_account_id,
    )
    treatment_code = fields.Char(string="New Code for Cards", default=lambda self: self._propose_codes()[1])
    treatment_name = fields.Char(
        string="New Name for Cards", default=lambda self: self.env._("Treatment Cards of Clients")
    )
    config_ids = fields.Many2many(
        "pos.config",
        string="Tills",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._default_config_ids(),
        help="Tills at which prepaid money is sold and used.",
    )
    plan = fields.Html(string="What Will Be Made", compute="_compute_plan", sanitize=False)
    sure = fields.Boolean(string="Yes, make this")

    @api.model
    def _default_config_ids(self):
        return self.env["pos.config"].search([("company_id", "=", self.env.company.id)])

    @api.model
    def _propose_codes(self):
        """Return two free codes of accounts, beside the chart's own account for what customers paid in advance."""
        accounts = self.env["account.account"].sudo().with_company(self.env.company)
        liabilities = accounts.search(
            [("account_type", "=", "liability_current"), ("company_ids", "in", self.env.company.ids)], order="code"
        )
        names = {account: account.with_context(lang="en_US").name or "" for account in liabilities}
        found = next((one for one in liabilities if ADVANCES.search(names[one])), liabilities[:1])
        start = found.code or "200000"
        if start.isdigit() and len(start) <= 4:  # charts of short codes, as China's, have accounts below accounts
            start += "00"
        first = accounts._search_new_account_code(start)
        return first, accounts._search_new_account_code(first, {start, first})

    # What is missing --------------------------------------------------------------------------------

    @api.depends(
        "wallet_account_id", "wallet_code", "wallet_name", "treatment_account_id", "treatment_code", "treatment_name",
        "config_ids",
    )  # fmt: skip
    def _compute_plan(self):
        for wizard in self:
            made = wizard._missing()
            wizard.is_done = not made
            rows = Markup().join(
                Markup("<tr><td class='text-muted'>%s</td><td>%s</td><td class='text-muted'>%s</td></tr>") % row
                for row in made
            )
            wizard.plan = (
                Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows
                if rows
                else self.env._("Everything is there. Nothing will be made.")
            )

    def _missing(self):
        """Return what would be made, as (kind, name, what for)."""
        self.ensure_one()
        company = self.company_id.sudo()
        rows = []
        for kind, account, code, name in (
            (self.env._("Account"), self.wallet_account_id, self.wallet_code, self.wallet_name),
            (self.env._("Account"), self.treatment_account_id, self.treatment_code, self.treatment_name),
        ):
            if not account:
                rows.append((kind, f"{code} {name}", self.env._("Current liability: money of clients")))
        if not company.salon_prepaid_journal_id:
            rows.append(
                (
                    self.env._("Journal"),
                    self.env._("Prepaid Money"),
                    self.env._("The till's closing books its use here"),
                )
            )
        for field, what in self._products().items():
            if not company[field]:
                rows.append((self.env._("Product"), *what))
        for field, (name, _terminal, _account) in self._methods().items():
            if not company[field]:
                rows.append((self.env._("Payment method"), name, self.env._("At the till")))
        for config in self._configs_without():
            rows.append((self.env._("Till"), config.name, self.env._("Takes these methods")))
        for config in self.config_ids._origin:
            if not config.sudo().payment_method_ids.filtered(lambda method: method.type == "pay_later"):
                rows.append(
                    (self.env._("Till"), config.name, self.env._("Takes “Customer Account”, for what a card lacks"))
                )
        return rows

    def _products(self):
        return {
            "salon_topup_product_id": (
                self.env._("Top-up"),
                self.env._("Sold without tax, onto the stored value account"),
            ),
            "salon_bonus_product_id": (self.env._("Bonus Used"), self.env._("Lessens a sale that bonus pays in part")),
        }

    def _methods(self):
        return {
            "salon_wallet_method_id": (self.env._("Stored Value"), WALLET, "salon_wallet_account_id"),
            "salon_treatment_method_id": (self.env._("Treatment Card"), TREATMENT, "salon_treatment_account_id"),
        }

    def _configs_without(self):
        company = self.company_id.sudo()
        methods = company.salon_wallet_method_id | company.salon_treatment_method_id
        tills = self.config_ids._origin  # in the dialog they are new records, with other methods than their own
        return tills.filtered(lambda config: len(methods) < 2 or methods - config.sudo().payment_method_ids)

    # Making it --------------------------------------------------------------------------------------

    def action_set_up(self):
        """Make what is missing, and choose it for the company.

        :raise UserError: nobody said yes
        """
        self.ensure_one()
        if not self.env.su and not (
            self.env.user.has_group("salon_crm.group_salon_manager")
            or self.env.user.has_group("account.group_account_manager")
        ):
            raise AccessError(self.env._("Ask a manager to do this."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose %s above first.", self.company_id.name))
        if not self.sure:
            raise UserError(self.env._("Tick “Yes, make this” below: nothing is made before."))
        self.config_ids.check_access("read")
        self.sudo().with_company(self.company_id)._set_up()
        return {"type": "ir.actions.client", "tag": "reload"}

    def _set_up(self):
        company = self.company_id
        company.write(
            {
                "salon_wallet_account_id": (
                    self.wallet_account_id or self._make_account(self.wallet_code, self.wallet_name)
                ).id,
                "salon_treatment_account_id": (
                    self.treatment_account_id or self._make_account(self.treatment_code, self.treatment_name)
                ).id,
            }
        )
        if not company.salon_prepaid_journal_id:
            company.salon_prepaid_journal_id = self._make_journal()
        for field, (name, _what) in self._products().items():
            if not company[field]:
                company[field] = self._make_product(name)
                self._name_in_all_languages(field, "_products")
        company.salon_topup_product_id.property_account_income_id = company.salon_wallet_account_id
        for field, (name, terminal, account) in self._methods().items():
            if not company[field]:
                company[field] = self._make_method(name, terminal, company[account])
                self._name_in_all_languages(field, "_methods")
        methods = company.salon_wallet_method_id | company.salon_treatment_method_id
        for config in self.config_ids.with_context(bypass_payment_method_ids_forbidden_change=True):
            own = config.payment_method_ids
            later = own.filtered(lambda method: method.type == "pay_later") or self._pay_later()
            config.payment_method_ids = own | methods | later

    def _name_in_all_languages(self, field, names):
        """Name what was made for `field` as those at the till call it, whose language may be another one.

        :param str names: which method has the names
        """
        for lang, _name in self.env["res.lang"].get_installed():
            name, *_others = getattr(self.with_context(lang=lang), names)()[field]
            self.company_id[field].with_context(lang=lang).name = name

    def _make_account(self, code, name):
        if not (code and name):
            raise UserError(self.env._("Give the new account a code and a name, or choose one."))
        return self.env["account.account"].create(
            {
                "code": code,
                "name": name,
                "account_type": "liability_current",
                "reconcile": False,
                "company_ids": [Command.set(self.company_id.ids)],
            }
        )

    def _make_journal(self):
        return self.env["account.journal"].create(
            {
                "name": self.env._("Prepaid Money"),
                "type": "bank",
                "company_id": self.company_id.id,
                # Bookings name their account: no bank account needs to be made for it.
                "default_account_id": self.company_id.salon_wallet_account_id.id,
                "show_on_dashboard": False,
            }
        )

    def _make_product(self, name):
        return self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": 0.0,
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
                "sale_ok": True,
                "purchase_ok": False,
                "available_in_pos": True,
                "company_id": self.company_id.id,
            }
        )

    def _make_method(self, name, terminal, account):
        return self.env["pos.payment.method"].create(
            {
                "name": name,
                "company_id": self.company_id.id,
                "journal_id": self.company_id.salon_prepaid_journal_id.id,
                "outstanding_account_id": account.id,
                "payment_method_type": "terminal",
                "use_payment_terminal": terminal,
                "split_transactions": False,
                "sequence": self.env["pos.payment.method"]._salon_last_sequence(self.company_id),
            }
        )

    def _pay_later(self):
        """Return the company's method “Customer Account”, a new one where it has none."""
        methods = self.env["pos.payment.method"]
        domain = [("journal_id", "=", False), ("company_id", "=", self.company_id.id)]
        return methods.search(domain, limit=1) or methods.create(
            {"name": self.env._("Customer Account"), "company_id": self.company_id.id, "split_transactions": True}
        )
