from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalonDealOffer(models.Model):
    """What a platform sells: one service or several, at the price of a voucher."""

    _name = "salon.deal.offer"
    _inherit = ["pos.load.mixin"]
    _description = "Group-buying Offer"
    _order = "platform_id, sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    platform_id = fields.Many2one("salon.deal.platform", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="platform_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    item_ids = fields.One2many("salon.deal.item", "offer_id", string="Services", copy=True)
    paid_price = fields.Monetary(
        string="Client Pays",
        help="What a client pays on the platform. It may be less than what the platform settles, where the platform"
        " gives a discount of its own.",
    )
    price = fields.Monetary(
        string="Platform Settles",
        required=True,
        help="What the platform settles for one voucher before its fee, taxes included: the price of the services on"
        " the order, and the salon's revenue.",
    )
    has_own_fee = fields.Boolean(
        string="Own Fee", help="This offer has a fee of its own, which stays whatever the platform's rule becomes."
    )
    fee = fields.Monetary(
        compute="_compute_fee",
        store=True,
        readonly=False,
        precompute=True,
        help="The platform's fee for one voucher: by its rule, unless this offer has its own.",
    )
    net = fields.Monetary(string="Payout", compute="_compute_net", help="What the platform pays out for one voucher.")
    list_price = fields.Monetary(compute="_compute_list_price", help="What the services cost without a voucher.")
    till_items = fields.Json(compute="_compute_till_items", help="What the till puts into the order.")

    _sensible = models.Constraint(
        "CHECK (price > 0 AND paid_price >= 0 AND fee >= 0 AND fee <= price)",
        "A platform settles more than 0 for a voucher, and its fee is not more than that.",
    )

    @api.constrains("item_ids", "active")
    def _check_items(self):
        for offer in self:
            if offer.active and not offer.item_ids:
                raise ValidationError(self.env._("Say which services “%s” is for.", offer.name))
            topup = offer.company_id.sudo().salon_topup_product_id
            if topup & offer.item_ids.product_id:
                raise ValidationError(self._say_no_topup(topup))

    def _say_no_topup(self, product):
        return self.env._("A voucher pays for services, not for a top-up: take %s off.", product.name)

    @api.depends("price", "platform_id.fee_percent", "platform_id.fee_fixed", "has_own_fee")
    def _compute_fee(self):
        for offer in self.filtered(lambda one: not one.has_own_fee):
            offer.fee = offer.platform_id._fee_of(offer.price) if offer.platform_id else 0.0
        # A fee of its own stays as it is, but is never more than what is settled.
        for offer in self.filtered("has_own_fee"):
            offer.fee = min(offer.fee, max(offer.price, 0))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._mark_own_fee(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._mark_own_fee(vals))

    @api.model
    def _mark_own_fee(self, vals):
        """Return these values: who gives a fee and nothing else of it, as an import does, gives the offer its own."""
        return {"has_own_fee": True, **vals} if "fee" in vals else vals

    @api.depends("price", "fee")
    def _compute_net(self):
        for offer in self:
            offer.net = offer.price - offer.fee

    @api.depends("item_ids.product_id.list_price", "item_ids.quantity")
    def _compute_list_price(self):
        for offer in self:
            offer.list_price = sum(item.product_id.lst_price * item.quantity for item in offer.item_ids)

    @api.onchange("paid_price")
    def _onchange_paid_price(self):
        """A platform settles what the client paid, until somebody says otherwise."""
        if not self.price:
            self.price = self.paid_price

    def _compute_till_items(self):
        for offer in self:
            offer.till_items = [
                {"product_id": product_id, "quantity": quantity} for product_id, quantity in offer._quantities().items()
            ]

    def _quantities(self):
        """Return how much of each product a voucher is for: {product id: quantity}."""
        quantities = {}
        for item in self.sudo().item_ids:
            quantities[item.product_id.id] = quantities.get(item.product_id.id, 0) + item.quantity
        return quantities

    def _pieces(self):
        """Return what each piece of a voucher comes to: [(product, amount)], by list price; the last takes the rest."""
        self.ensure_one()
        products = [item.product_id for item in self.sudo().item_ids for _piece in range(item.quantity)]
        weights = [max(product.lst_price, 0) for product in products]
        if not sum(weights):
            weights = [1] * len(products)
        pieces, left, weight_left = [], self.price, sum(weights)
        for product, weight in zip(products, weights, strict=True):
            part = self.currency_id.round(left * weight / weight_left) if weight_left > 0 else 0.0
            pieces.append((product, part))
            left, weight_left = self.currency_id.round(left - part), weight_left - weight
        return pieces

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "platform_id", "price", "till_items"]
