from odoo import api, fields, models


class SalonMembershipTier(models.Model):
    """What the members of a tier get: a price and a factor for their points.

    The price is a pricelist of Odoo's, which the tier makes and keeps, so that till, sales orders and web shop
    agree. A pricelist has one currency: a tier has one for each currency that its companies use.
    """

    _name = "salon.membership.tier"
    _inherit = ["pos.load.mixin"]
    _description = "Membership Tier"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The lower tiers first: when two clients are merged, they keep the higher one."
    )
    discount = fields.Float(string="Discount (%)", digits=(5, 2))
    points_factor = fields.Float(
        default=1.0, digits=(6, 2), help="Members of this tier earn this many times the points of the points program."
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty: for all companies.")
    pricelist_ids = fields.One2many("product.pricelist", "salon_tier_id", string="Pricelists", readonly=True)
    pricelist_id = fields.Many2one("product.pricelist", compute="_compute_pricelist_id")
    membership_count = fields.Integer(string="Members", compute="_compute_membership_count")

    _discount_percent = models.Constraint(
        "CHECK (discount >= 0 AND discount <= 100)", "A discount lies between 0 and 100 %."
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
        tiers = super().create(vals_list)
        tiers._keep_pricelists()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "discount", "active", "company_id"}:
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
            rules = tier.pricelist_ids.item_ids.filtered("is_salon_tier_rule")
            rules.filtered(lambda rule, tier=tier: rule.percent_price != tier.discount).percent_price = tier.discount

    def _prepare_pricelist_values(self, currency):
        rule = {
            "is_salon_tier_rule": True,
            "applied_on": "3_global",
            "compute_price": "percentage",
            "percent_price": self.discount,
        }
        return {
            "name": self.name,
            "currency_id": currency.id,
            "company_id": self.company_id.id,
            "salon_tier_id": self.id,
            "sequence": 1000,  # core takes the first one as a default here and there
            "item_ids": [(0, 0, rule)],
        }

    def _get_pricelist(self, company):
        """Return the pricelist by which this tier's members pay in `company`."""
        return self.sudo().pricelist_ids.filtered(lambda pricelist: pricelist.currency_id == company.currency_id)[:1]

    def action_view_memberships(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_membership_action")
        return {**action, "domain": [("tier_id", "=", self.id)], "context": {"default_tier_id": self.id}}

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "in", (False, config.company_id.id))]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "discount", "color", "write_date"]
