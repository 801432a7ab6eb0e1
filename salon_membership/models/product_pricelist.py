from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import ormcache

# By which the tiers' pricelists are found, which lie in Odoo's caches.
CACHED = {"salon_tier_id", "currency_id", "company_id", "active", "sequence"}


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    salon_tier_id = fields.Many2one(
        "salon.membership.tier",
        string="Membership Tier",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
        copy=False,
        help="The price of this tier's members. The tier makes and keeps this pricelist.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        pricelists = super().create(vals_list)
        pricelists._forget_tiers()
        return pricelists

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & CACHED:
            self.env.registry.clear_cache("stable")
        return result

    def unlink(self):
        self._forget_tiers()
        return super().unlink()

    def _forget_tiers(self):
        """Have the pricelists of tiers asked for again, where these are some."""
        if self.filtered("salon_tier_id"):
            self.env.registry.clear_cache("stable")

    @api.model
    @ormcache("currency_id", "company_id", cache="stable")
    def _salon_of_tiers(self, currency_id, company_id):
        """Return the ids of the pricelists of all tiers of a company in a currency, which each till loads."""
        domain = [
            ("salon_tier_id", "!=", False),
            ("currency_id", "=", currency_id),
            ("company_id", "in", (False, company_id)),
        ]
        return self.sudo().with_context(active_test=True).search(domain)._ids

    def _salon_agrees(self, tier):
        """Tell whether this pricelist says what its tier says."""
        return (self.name, self.active, self.company_id) == (tier.name, tier.active, tier.company_id)

    def action_archive(self):
        """Saving the settings archives what nobody uses without the pricelist feature; members' prices are used."""
        if self.env.context.get("salon_keep_tier_pricelists"):
            self = self.filtered(lambda pricelist: not pricelist.salon_tier_id)
        return super().action_archive()

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        """A tier's price is for its members alone: it is nobody's default, for a country or otherwise."""
        return [*super()._get_partner_pricelist_multi_search_domain_hook(company_id), ("salon_tier_id", "=", False)]

    def _get_partner_pricelist_multi_filter_hook(self):
        """A tier's price can't be typed on a partner: it would outlive the membership."""
        return (
            super()._get_partner_pricelist_multi_filter_hook().filtered(lambda pricelist: not pricelist.salon_tier_id)
        )

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Members pay their tier's price, unless the salon typed another pricelist for this one person.

        This holds without the pricelist feature too: for everybody else nothing changes then.
        """
        result = super()._get_partner_pricelist_multi(partner_ids)
        partners = self.env["res.partner"].browse(partner_ids)
        tier_pricelists = self.env["salon.membership"]._get_tier_pricelists(partners, self.env.company)
        if not tier_pricelists:
            return result
        result = defaultdict(result.default_factory, result) if isinstance(result, defaultdict) else dict(result)
        typed_counts = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        for partner in partners:
            typed = partner.specific_property_product_pricelist if typed_counts else self.browse()
            if partner._origin.id in tier_pricelists and not typed._get_partner_pricelist_multi_filter_hook():
                result[partner.id] = tier_pricelists[partner._origin.id].with_env(self.env)
        return result

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_tier_id"]
