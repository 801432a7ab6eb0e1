from odoo import api, fields, models


class ProductPricelistItem(models.Model):
    """A tier's rules are for services or for products and spare what has no member's price; no rule of its pricelist
    goes below the floor.

    The till computes the same: static/src/app/models/product_template.js.
    """

    _inherit = "product.pricelist.item"

    is_salon_tier_rule = fields.Boolean(
        copy=False, readonly=True, help="The membership tier keeps this rule's discount."
    )
    salon_scope = fields.Selection(
        [("service", "Salon Services"), ("product", "Products")],
        string="For",
        copy=False,
        readonly=True,
        help="What a rule of a membership tier is for.",
    )

    @api.depends("salon_scope")
    def _compute_name(self):
        result = super()._compute_name()
        scopes = dict(self._fields["salon_scope"]._description_selection(self.env))
        for item in self.filtered("salon_scope"):
            item.name = scopes[item.salon_scope]
        return result

    def _is_applicable_for(self, product, qty_in_product_uom):
        if not super()._is_applicable_for(product, qty_in_product_uom):
            return False
        if not self.is_salon_tier_rule:
            return True
        if self.salon_scope and (self.salon_scope == "service") != bool(product.is_salon_service):
            return False
        return not product._salon_without_member_price()

    def _compute_price(self, product, quantity, uom, date, currency=None, **kwargs):
        price = super()._compute_price(product, quantity, uom, date, currency, **kwargs)
        if not self.pricelist_id.salon_tier_id or not product.salon_floor_price:
            return price
        return max(price, self._salon_floor(product, quantity, uom, date, currency or self.currency_id, **kwargs))

    def _salon_floor(self, product, quantity, uom, date, currency, **kwargs):
        """Return below which no member's price goes, in `currency`: the list price, where that is lower still."""
        floor = product.salon_floor_price
        if product.uom_id != uom:
            floor = product.uom_id._compute_price(floor, uom)
        if product.currency_id != currency:
            floor = product.currency_id._convert(floor, currency, self.env.company, date, round=False)
        return min(floor, self.browse()._compute_base_price(product, quantity, uom, date, currency, **kwargs))

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "is_salon_tier_rule", "salon_scope"]
