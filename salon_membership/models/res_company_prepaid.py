from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.salon_crm.tools.frame import local_day

PREPAID_PRODUCTS = ("salon_topup_product_id", "salon_bonus_product_id")
TILL = (*PREPAID_PRODUCTS, "salon_wallet_use", "salon_pin_from", "salon_pin_way")
PRODUCT = "[('sale_ok', '=', True), ('company_id', 'in', (False, id))]"
LIABILITY = "[('account_type', '=', 'liability_current'), ('company_ids', 'in', id)]"


class ResCompany(models.Model):
    """How prepaid money works, and where it stands in the books."""

    _inherit = "res.company"

    salon_wallet_use = fields.Selection(
        [
            ("proportion", "Principal and bonus in proportion"),
            ("principal", "Principal first"),
            ("bonus", "Bonus first"),
        ],
        string="Stored Value Is Used",
        default="proportion",
        required=True,
    )
    salon_bonus_months = fields.Integer(
        string="Bonus Lasts (Months)", help="Bonus ends so many months after its top-up. 0: never.", prefetch="salon"
    )
    salon_principal_months = fields.Integer(
        string="Principal Lasts (Months)",
        help="The client's own money ends so many months after its top-up. 0: never. Ask your country's law first.",
        prefetch="salon",
    )
    salon_prepaid_notice_days = fields.Integer(
        string="Notice",
        default=30,
        help="So many days before bonus or principal ends, its client is told.",
        prefetch="salon",
    )
    salon_pin_from = fields.Float(
        string="PIN From",
        digits=(16, 2),
        help="From this amount on, the client types a PIN to pay by stored value. 0: never.",
    )
    salon_pin_way = fields.Selection(
        [("pin", "A PIN"), ("sms", "A code by SMS"), ("either", "Either of them")],
        string="What the Client Types",
        default="pin",
        required=True,
    )
    salon_hold_minutes = fields.Integer(
        string="Held For (Minutes)",
        default=15,
        help="So long an order at a till keeps stored value that it has not been paid with.",
        prefetch="salon",
    )
    salon_cooling_days = fields.Integer(
        string="Cooling-off Days",
        default=7,
        help="So long an unused top-up or card is taken back whole.",
        prefetch="salon",
    )
    salon_tell_prepaid = fields.Boolean(
        string="Tell of Movements",
        default=True,
        help="Clients are told by email of each movement of their money.",
    )
    salon_topup_product_id = fields.Many2one(
        "product.product", string="Top-up Product", ondelete="restrict", domain=PRODUCT
    )
    salon_bonus_product_id = fields.Many2one(
        "product.product",
        string="Bonus Product",
        ondelete="restrict",
        domain=PRODUCT,
        help="The lines by which the bonus part of a payment lessens the sale.",
    )
    salon_wallet_account_id = fields.Many2one(
        "account.account",
        string="Stored Value Account",
        ondelete="restrict",
        domain=LIABILITY,
        help="The liability on which clients' principal stands.",
        prefetch="salon",
    )
    salon_treatment_account_id = fields.Many2one(
        "account.account",
        string="Treatment Card Account",
        ondelete="restrict",
        domain=LIABILITY,
        help="The liability on which the unused worth of treatment cards stands.",
        prefetch="salon",
    )
    salon_prepaid_journal_id = fields.Many2one(
        "account.journal",
        string="Prepaid Journal",
        ondelete="restrict",
        domain="[('type', '=', 'bank'), ('company_id', '=', id)]",
        prefetch="salon",
    )
    salon_wallet_method_id = fields.Many2one(
        "pos.payment.method",
        string="Stored Value Method",
        ondelete="restrict",
        domain="[('use_payment_terminal', '=', 'salon_wallet'), ('company_id', '=', id)]",
        prefetch="salon",
    )
    salon_treatment_method_id = fields.Many2one(
        "pos.payment.method",
        string="Treatment Card Method",
        ondelete="restrict",
        domain="[('use_payment_terminal', '=', 'salon_treatment'), ('company_id', '=', id)]",
        prefetch="salon",
    )
    salon_accountant_id = fields.Many2one(
        "res.users",
        string="Accountant",
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Is told when cards and books differ. Empty: the first user with accounting rights.",
        prefetch="salon",
    )

    _salon_prepaid_sensible = models.Constraint(
        "CHECK (salon_bonus_months BETWEEN 0 AND 240 AND salon_principal_months BETWEEN 0 AND 240"
        " AND salon_prepaid_notice_days BETWEEN 1 AND 365 AND salon_pin_from >= 0"
        " AND salon_hold_minutes BETWEEN 1 AND 1440 AND salon_cooling_days BETWEEN 0 AND 365)",
        "The settings of prepaid money don't fit: months are 0 to 240, the notice is 1 to 365 days, stored value is"
        " held for 1 to 1,440 minutes, and the cooling-off time is a year at most.",
    )

    @api.constrains("salon_wallet_account_id", "salon_treatment_account_id")
    def _check_salon_prepaid_accounts(self):
        for company in self:
            accounts = company.salon_wallet_account_id | company.salon_treatment_account_id
            if accounts.filtered(lambda account: account.account_type != "liability_current"):
                raise ValidationError(
                    self.env._("Prepaid money is owed to clients: choose accounts of the type Current Liabilities.")
                )

    def write(self, vals):
        """Where money of clients stands already, it stays: another account would not be what the balances say."""
        for name, model in self._salon_prepaid_ledgers().items():
            for company in self.filtered(name) if name in vals else self.browse():
                moved = self.env[model].sudo().search_count([("company_id", "=", company.id)], limit=1)
                if moved and vals[name] != company[name].id:
                    raise ValidationError(
                        self.env._(
                            "Clients of %s have money on this account: it can't be another one any more.", company.name
                        )
                    )
        result = super().write(vals)
        if vals.keys() & {"active", *PREPAID_PRODUCTS}:
            self.env.registry.clear_cache("stable")  # of what tills hide, see pos_config.py
        return result

    @api.model
    def _salon_prepaid_ledgers(self):
        """Return by which ledger the balance of each liability account is explained: {field: model}."""
        return {"salon_wallet_account_id": "salon.wallet.move"}

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), *TILL]

    def _salon_bonus_ends(self, at):
        """Return the last day of bonus that was topped up at this moment, or False."""
        return self._salon_ends(at, self.salon_bonus_months)

    def _salon_principal_ends(self, at):
        return self._salon_ends(at, self.salon_principal_months)

    def _salon_ends(self, at, months):
        return months and local_day(self._salon_timezone(), at) + relativedelta(months=months)

    def _salon_accountant(self):
        """Return who is told of differences in prepaid money: whom the company chose, else the first accountant."""
        self.ensure_one()
        chosen = self.sudo().salon_accountant_id
        if chosen.active:
            return chosen
        for group in ("account.group_account_user", "account.group_account_invoice", "salon_crm.group_salon_manager"):
            users = (
                self.env.ref(group)
                .sudo()
                .all_user_ids.filtered(lambda user: user.active and not user.share and self in user.company_ids)
            )
            if users:
                # Who may do all that there is, as the administrator, comes last.
                return users.sorted(lambda user: (user.has_group("base.group_system"), user.id))[0]
        return chosen.browse()

    def _salon_prepaid_products(self):
        """Return what is sold at the till without being revenue: money that is used later."""
        return self.sudo().salon_topup_product_id
