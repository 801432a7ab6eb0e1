from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .pos_payment_method_deal import DEAL


class SalonDealPlatform(models.Model):
    """A platform that sells the salon's services by vouchers, as Meituan and Douyin do, and pays the salon for them.

    Revenue is what the platform settles for a voucher before its fee: that is what the salon gets for its service. The
    fee is the platform's price for selling, an expense of its own. What the client paid there may be less, where the
    platform itself gave a discount: that is no affair of the salon's.
    """

    _name = "salon.deal.platform"
    _inherit = ["pos.load.mixin"]
    _description = "Group-buying Platform"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    payment_method_id = fields.Many2one(
        "pos.payment.method",
        required=True,
        ondelete="restrict",
        domain="[('use_payment_terminal', '=', 'salon_deal'), ('company_id', '=', company_id)]",
        help="By which vouchers are redeemed at the till. What it takes stands on the platform's clearing account.",
    )
    clearing_account_id = fields.Many2one(
        related="payment_method_id.outstanding_account_id",
        string="Clearing Account",
        help="What the platform owes the salon.",
    )
    fee_percent = fields.Float(string="Fee (%)", digits=(5, 2))
    fee_fixed = fields.Monetary(string="Fee per Voucher")
    fee_account_id = fields.Many2one(
        "account.account",
        ondelete="restrict",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost')), ('company_ids', 'in', company_id)]",
        help="The expense that a statement's proposed entry books the fee to.",
    )
    payout_account_id = fields.Many2one(
        "account.account",
        string="Paid Out To",
        ondelete="restrict",
        domain="[('account_type', 'in', ('asset_current', 'asset_cash')), ('company_ids', 'in', company_id)]",
        help="Where a statement's proposed entry expects the payout, until the bank's own statement has it.",
    )
    gives_points = fields.Boolean(
        help="Services paid by vouchers give points and count for the tier, by what the platform settles."
    )
    statement_days = fields.Integer(
        string="On a Statement Within (Days)",
        default=10,
        help="A voucher that is on no statement so many days after it was redeemed is listed as a difference.",
    )
    offer_ids = fields.One2many("salon.deal.offer", "platform_id", string="Group-buying Offers")
    offer_count = fields.Integer(compute="_compute_counts")
    voucher_count = fields.Integer(compute="_compute_counts")
    statement_count = fields.Integer(compute="_compute_counts")
    missing_count = fields.Integer(
        string="On No Statement",
        compute="_compute_counts",
        help="Vouchers that were redeemed long enough ago, and are on no statement.",
    )

    _one_method = models.UniqueIndex(
        "(payment_method_id)", "Another platform uses this payment method: choose its own."
    )
    _sensible = models.Constraint(
        "CHECK (fee_percent BETWEEN 0 AND 100 AND fee_fixed >= 0 AND statement_days BETWEEN 0 AND 365)",
        "A fee is 0 to 100 %, and not below 0 for a voucher; a statement comes within a year.",
    )

    @api.constrains("payment_method_id", "company_id")
    def _check_payment_method(self):
        for platform in self:
            method = platform.payment_method_id
            if method.use_payment_terminal != DEAL or method.company_id != platform.company_id:
                raise ValidationError(
                    self.env._(
                        "%s is no payment method of a platform. The page “Set Up a Platform” makes one.", method.name
                    )
                )

    @api.constrains("company_id", "payment_method_id")
    def _check_moved(self):
        """What was redeemed stands in the books of one company, on one account."""
        vouchers = self.env["salon.deal.voucher"].sudo()
        for platform in self:
            others = [
                "|",
                ("company_id", "!=", platform.company_id.id),
                ("payment_method_id", "!=", platform.payment_method_id.id),
            ]
            if vouchers.search_count([("platform_id", "=", platform.id), *others], limit=1):
                raise ValidationError(
                    self.env._("Vouchers of %s are redeemed already: make another platform.", platform.name)
                )

    def _compute_counts(self):
        def count(model, domain=()):
            found = self.env[model]._read_group(
                [("platform_id", "in", self.ids), *domain], ["platform_id"], ["__count"]
            )
            return {platform.id: number for platform, number in found}

        numbers = {
            "offer_count": count("salon.deal.offer"),
            "voucher_count": count("salon.deal.voucher", [("state", "!=", "given_back")]),
            "statement_count": count("salon.deal.statement"),
            "missing_count": count("salon.deal.voucher", [("is_missing", "=", True)]),
        }
        for platform in self:
            for name, by_platform in numbers.items():
                platform[name] = by_platform.get(platform._origin.id, 0)

    def _fee_of(self, amount):
        """Return the platform's fee for a voucher that it settles at `amount`, by its rule."""
        self.ensure_one()
        return min(self.currency_id.round(amount * self.fee_percent / 100 + self.fee_fixed), max(amount, 0))

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "payment_method_id", "gives_points"]

    # Views ------------------------------------------------------------------------------------------

    def _open(self, model, name, domain, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,kanban,form",
            "domain": domain,
            "context": {"default_platform_id": self.id, **context},
        }

    def action_view_offers(self):
        return self._open("salon.deal.offer", self.env._("Group-buying Offers"), [("platform_id", "=", self.id)])

    def action_view_vouchers(self):
        return self._open(
            "salon.deal.voucher", self.env._("Vouchers"), [("platform_id", "=", self.id)], search_default_kept=1
        )

    def action_view_missing(self):
        return self._open(
            "salon.deal.voucher",
            self.env._("On No Statement"),
            [("platform_id", "=", self.id), ("is_missing", "=", True)],
        )

    def action_view_statements(self):
        return self._open("salon.deal.statement", self.env._("Statements"), [("platform_id", "=", self.id)])
