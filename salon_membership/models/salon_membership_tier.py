from odoo import api, fields, models
from odoo.tools import format_amount


class SalonMembershipTier(models.Model):
    """What the members of a tier get: a price and a factor for their points.

    The price is a pricelist of Odoo's, which the tier makes and keeps, so that till, sales orders and web shop
    agree. A pricelist has one currency: a tier has one for each currency that its companies use.
    """

    _name = "salon.membership.tier"
    _inherit = ["salon.till.load", "salon.cached"]
    _description = "Membership Tier"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The lower tiers first: when two clients are merged, they keep the higher one."
    )
    discount = fields.Float(string="Discount on Services (%)", digits=(5, 2))
    product_discount = fields.Float(
        string="Discount on Products (%)", digits=(5, 2), help="On everything that is no salon service."
    )
    points_factor = fields.Float(
        default=1.0, digits=(6, 2), help="Members of this tier earn this many times the points of the points program."
    )
    spend = fields.Float(
        string="Reached by Spending",
        digits=(16, 2),
        help="Who spends this within the period that counts reaches the tier. 0: it is not reached by spending.",
    )
    visits = fields.Integer(
        string="Reached by Visits",
        help="Who comes this often within the period that counts reaches the tier. 0: it is not reached by visits.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty: for all companies.")
    pricelist_ids = fields.One2many("product.pricelist", "salon_tier_id", string="Pricelists", readonly=True)
    pricelist_id = fields.Many2one("product.pricelist", compute="_compute_pricelist_id")
    benefit_ids = fields.One2many("salon.membership.benefit", "tier_id", string="Benefits", copy=True)
    membership_count = fields.Integer(string="Members", compute="_compute_membership_count")

    _discount_percent = models.Constraint(
        "CHECK (discount BETWEEN 0 AND 100 AND product_discount BETWEEN 0 AND 100)",
        "A discount lies between 0 and 100 %.",
    )
    _thresholds_positive = models.Constraint(
        "CHECK (spend >= 0 AND visits >= 0)", "A tier is reached by spending and visits, which can't be negative."
    )
    _points_factor_positive = models.Constraint("CHECK (points_factor >= 0)", "The points factor can't be negative.")

    @api.depends("pricelist_ids.currency_id")
    @api.depends_context("company")
    def _compute_pricelist_id(self):
        for tier in self:
            tier.pricelist_id = tier._get_pricelist(self.env.company)

    def _compute_membership_count(self):
        groups = self.env["salon.membership"]._read_group(
            [("tier_id", "in", self.ids), ("state", "=", "active")], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.membership_count = counts.get(tier.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:  # who names one discount means all that is sold
            vals.setdefault("product_discount", vals.get("discount", 0.0))
        tiers = super().create(vals_list)
        tiers._keep_pricelists()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "discount", "product_discount", "active", "company_id"}:
            self._keep_pricelists()
        return result

    def unlink(self):
        self.sudo().with_context(active_test=False).pricelist_ids.active = False
        return super().unlink()

    def _keep_pricelists(self):
        """Make the pricelists that these tiers lack, and have all of them say what the tier says."""
        for tier in self.sudo().with_context(active_test=False):
            companies = tier.company_id or self.env["res.company"].sudo().search([])
            missing = companies.currency_id - tier.pricelist_ids.currency_id
            self.env["product.pricelist"].sudo().create(
                [tier._prepare_pricelist_values(currency) for currency in missing]
            )
            values = {"name": tier.name, "active": tier.active, "company_id": tier.company_id.id}
            # Each enrolment comes by here: what is right already is not written, so that two at once don't collide.
            tier.pricelist_ids.filtered(lambda one, tier=tier: not one._salon_agrees(tier)).write(values)
            # Rules that the salon added by hand, such as for a product without discount, stay.
            for pricelist in tier.pricelist_ids:
                tier._keep_rules(pricelist)

    def _keep_rules(self, pricelist):
        """Have a pricelist give what this tier gives: one rule for services, one for all that is sold besides."""
        rules = pricelist.item_ids.filtered("is_salon_tier_rule")
        for scope, percent in self._discounts().items():
            rule = rules.filtered(lambda rule, scope=scope: rule.salon_scope == scope)
            if not rule:
                rule.create({**self._prepare_rule(scope, percent), "pricelist_id": pricelist.id})
            elif rule.percent_price != percent:
                rule.percent_price = percent

    def _discounts(self):
        return {"service": self.discount, "product": self.product_discount}

    @api.model
    def _prepare_rule(self, scope, percent):
        return {
            "is_salon_tier_rule": True,
            "salon_scope": scope,
            "applied_on": "3_global",
            "compute_price": "percentage",
            "percent_price": percent,
        }

    def _prepare_pricelist_values(self, currency):
        return {
            "name": self.name,
            "currency_id": currency.id,
            "company_id": self.company_id.id,
            "salon_tier_id": self.id,
            "sequence": 1000,  # core takes the first one as a default here and there
            "item_ids": [(0, 0, self._prepare_rule(*discount)) for discount in self._discounts().items()],
        }

    def _get_pricelist(self, company):
        """Return the pricelist by which this tier's members pay in `company`."""
        return self.sudo().pricelist_ids.filtered(lambda pricelist: pricelist.currency_id == company.currency_id)[:1]

    def action_view_memberships(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_membership_action")
        return {**action, "domain": [("tier_id", "=", self.id)], "context": {"default_tier_id": self.id}}

    # Reaching it ------------------------------------------------------------------------------------

    def _rank(self):
        """Return what orders the tiers, the lowest first."""
        self.ensure_one()
        return self.sequence, self.id

    def _above(self, tiers, company):
        """Return those of `tiers` that are above this one and that one reaches by oneself, the lowest first."""
        self.ensure_one()
        mine = self._rank()
        return tiers.filtered(lambda tier: tier._rank() > mine and any(tier._needs(company)))

    def _below(self, tiers):
        """Return the next lower one of `tiers`, none below the lowest."""
        self.ensure_one()
        mine = self._rank()
        return tiers.filtered(lambda tier: tier._rank() < mine)[-1:]

    def _needs(self, company):
        """Return (amount, visits) by which this tier is reached in `company`; 0 where that does not count."""
        self.ensure_one()
        basis = company.salon_tier_basis
        return self.spend if basis != "visits" else 0, self.visits if basis != "spend" else 0

    def _is_reached(self, company, spend, visits):
        """Tell whether who spent and came this much in the period has this tier, by the rules of `company`."""
        return any(self._needs(company)) and not any(self._missing(company, spend, visits))

    def _missing(self, company, spend, visits):
        """Return (amount, visits) that are missing to this tier, both 0 where nothing is."""
        need_spend, need_visits = self._needs(company)
        amount = max(company.currency_id.round(need_spend - spend), 0)
        times = max(need_visits - visits, 0)
        if company.salon_tier_basis == "either" and need_spend and need_visits and not (amount and times):
            return 0, 0
        return amount, times

    def _say_missing(self, company, spend, visits):
        """Return “20.00 more to Silver”, nothing where nothing is missing."""
        amount, times = self._missing(company, spend, visits)
        values = {
            "amount": format_amount(self.env, amount, company.currency_id),
            "visits": times,
            "tier": self.name,
        }
        if amount and times and company.salon_tier_basis == "both":
            return self.env._("%(amount)s and %(visits)s visits more to %(tier)s", **values)
        if amount and times:
            return self.env._("%(amount)s or %(visits)s visits more to %(tier)s", **values)
        if amount:
            return self.env._("%(amount)s more to %(tier)s", **values)
        return self.env._("%(visits)s visits more to %(tier)s", **values) if times else ""

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "in", (False, config.company_id.id))]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "discount", "product_discount", "color", "write_date"]
