from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from .product_product import MINUTES


class SalonServiceVariation(models.Model):
    """What a service takes and costs with one stylist, or with the stylists of one level."""

    _name = "salon.service.variation"
    _inherit = ["salon.till.load", "salon.cached"]
    _description = "Service by Stylist or Level"
    _order = "product_tmpl_id, level_id, stylist_id, id"

    product_tmpl_id = fields.Many2one("product.template", string="Service", required=True, ondelete="cascade")
    stylist_id = fields.Many2one(
        "hr.employee.public", ondelete="cascade", domain="[('is_salon_stylist', '=', True)]", index="btree_not_null"
    )
    level_id = fields.Many2one("salon.stylist.level", ondelete="cascade", index="btree_not_null")
    active_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    processing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    finishing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    cleanup_minutes = fields.Integer(
        string="Clean-up Minutes", compute="_compute_minutes", store=True, readonly=False, precompute=True
    )
    price_difference = fields.Float(
        digits="Product Price", help="What it costs more than the service's sales price, or less where negative."
    )
    price = fields.Float(compute="_compute_price", inverse="_inverse_price", digits="Product Price")

    _stylist_or_level = models.Constraint(
        "CHECK (num_nonnulls(stylist_id, level_id) = 1)",
        "Name either a stylist or a level: for whom do these minutes and this price hold?",
    )
    _stylist_uniq = models.UniqueIndex(
        "(product_tmpl_id, stylist_id) WHERE stylist_id IS NOT NULL",
        "This service already has minutes and a price for this stylist.",
    )
    _level_uniq = models.UniqueIndex(
        "(product_tmpl_id, level_id) WHERE level_id IS NOT NULL",
        "This service already has minutes and a price for this level.",
    )
    _minutes_positive = models.Constraint(
        "CHECK (active_minutes > 0 AND processing_minutes >= 0 AND finishing_minutes >= 0 AND cleanup_minutes >= 0)",
        "A service needs at least one active minute, and no time of it can be negative.",
    )

    @api.model
    @tools.ormcache("template_id")
    def _get_of_service(self, template_id):
        """Return {("stylist" or "level", id): (active, processing, finishing, clean-up minutes, price difference)}
        of a service, kept between requests: each booking asks, and few services have any."""
        variations = self.sudo().search([("product_tmpl_id", "=", template_id)])
        return {
            ("stylist", variation.stylist_id.id) if variation.stylist_id else ("level", variation.level_id.id): (
                *(variation[name] for name in MINUTES),
                variation.price_difference,
            )
            for variation in variations
        }

    @api.depends("product_tmpl_id")
    def _compute_minutes(self):
        for variation in self:
            for name in MINUTES:
                variation[name] = variation.product_tmpl_id[f"salon_{name}"]

    @api.depends("price_difference", "product_tmpl_id.list_price")
    def _compute_price(self):
        for variation in self:
            variation.price = variation.product_tmpl_id.list_price + variation.price_difference

    def _inverse_price(self):
        for variation in self:
            variation.price_difference = variation.price - variation.product_tmpl_id.list_price

    @api.constrains("price_difference", "product_tmpl_id")
    def _check_price(self):
        for variation in self:
            if variation.price < 0:
                raise ValidationError(
                    self.env._("“%s” can't cost less than nothing. Correct the price.", variation.product_tmpl_id.name)
                )

    @api.depends("product_tmpl_id", "stylist_id", "level_id")
    def _compute_display_name(self):
        for variation in self:
            who = variation.stylist_id.name or variation.level_id.name
            variation.display_name = f"{variation.product_tmpl_id.name} · {who}"

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        if not self._has_any():
            return False
        # A stylist's own price of no difference counts as well: it comes before that of their level.
        return [
            ("product_tmpl_id.is_salon_service", "=", True),
            ("product_tmpl_id.available_in_pos", "=", True),
            ("product_tmpl_id.company_id", "in", (False, config.company_id.id)),
            "|",
            ("stylist_id.company_id", "=", config.company_id.id),
            "&",
            ("level_id", "!=", False),
            ("price_difference", "!=", 0),
        ]

    @api.model
    def _server_date_to_domain(self, domain):
        # Loaded whole each time: a service that is new to the till brings prices that are not.
        return domain

    def _unrelevant_records(self, config):
        return []  # there is no archived one; those that are gone the till takes out by itself

    @api.model
    def _load_pos_data_fields(self, config):
        return ["product_tmpl_id", "stylist_id", "level_id", "price_difference"]

    @api.model
    def _load_pos_data_read(self, records, config):
        values = super()._load_pos_data_read(records, config)
        for vals in values:
            vals["price_difference"] = self._in_till_currency(vals["price_difference"], config)
        return values

    @api.model
    def _in_till_currency(self, amount, config):
        """Return `amount` of a price list in the currency of a till, as the till does it with the list prices."""
        company, currency = config.company_id, config.currency_id
        if currency == company.currency_id:
            return amount
        return company.currency_id._convert(amount, currency, company, fields.Date.today())
