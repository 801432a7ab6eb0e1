import math
from collections import defaultdict

from odoo import api, fields, models

from .loyalty_card import BY_LEDGER


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    salon_list_price = fields.Float(
        string="List Price",
        digits="Product Price",
        readonly=True,
        help="What one unit cost in the list when it was sold, before tier price and discounts.",
    )

    salon_points_earned = fields.Float(
        readonly=True, copy=False, digits=(16, 6), help="This line's part of the points that its order earned."
    )
    salon_points_spent = fields.Float(
        readonly=True, copy=False, digits=(16, 6), help="This line's part of the points that its order spent."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._salon_settlement_only(vals)
        self._salon_keep_list_prices(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """What a line costs more than the list, by attributes or by stylist, may change until it is paid."""
        self._salon_settlement_only(vals)
        if "price_extra" not in vals:
            return super().write(vals)
        before = {line: line.price_extra for line in self if not line.refunded_orderline_id}
        result = super().write(vals)
        for line, price_extra in before.items():
            if line.price_extra != price_extra:
                line.with_context(salon_by=BY_LEDGER).salon_list_price += line.price_extra - price_extra
        return result

    def _salon_settlement_only(self, vals):
        """Pass over what a till sends in place of the figures that the settlement writes."""
        if self.env.context.get("salon_by") is not BY_LEDGER:
            vals.pop("salon_points_earned", None)
            vals.pop("salon_points_spent", None)
            vals.pop("salon_list_price", None)  # on creation it is noted after this

    def _salon_keep_list_prices(self, vals_list):
        """Note the list price of today on new lines; a refund has that of the day of the sale.

        What a till sends in its place does not count.
        """
        origins = self.sudo().browse({vals.get("refunded_orderline_id") for vals in vals_list} - {None, False})
        kept = {origin.id: origin.salon_list_price for origin in origins.exists()}
        today = self._salon_list_prices(vals_list)
        for vals in vals_list:
            price = today.get((vals.get("order_id"), vals.get("product_id")), 0.0) + (vals.get("price_extra") or 0.0)
            vals["salon_list_price"] = kept.get(vals.get("refunded_orderline_id"), price)

    @api.model
    def _salon_list_prices(self, vals_list):
        """Return the list prices, in the orders' currency, by (order id, product id)."""
        product_ids = defaultdict(dict)
        for vals in vals_list:
            if vals.get("order_id") and vals.get("product_id"):
                product_ids[vals["order_id"]][vals["product_id"]] = True
        prices = {}
        for order_id, ids in product_ids.items():
            order = self.env["pos.order"].browse(order_id)
            day = (order.date_order or fields.Datetime.now()).date()
            for product in self.env["product.product"].with_company(order.company_id).browse(ids):
                # Without attributes there is no extra, and nobody has to look for one.
                template = product.product_tmpl_id.sudo()
                price = product.lst_price if product.combination_indices else template.list_price
                currency = product._salon_list_currency()
                if currency != order.currency_id:
                    price = currency._convert(price, order.currency_id, order.company_id, day, round=False)
                prices[order_id, product.id] = price
        return prices

    def _salon_eligible(self):
        """Return those of these lines that points are given for.

        Not for tips, nor for topping up money that earns when it is spent; and paying by such money takes nothing away.
        """
        programs, products = self.env["loyalty.program"]._get_prepaid(self.company_id)
        products |= set(self.order_id.config_id.tip_product_id.ids)
        return self.filtered(
            lambda line: (
                # Below 0 it is no tip and tops nothing up, but lessens what is paid for the rest.
                (line.product_id.id not in products or (line._salon_price() < 0 and not line._salon_is_refund()))
                and (line.reward_id.program_id.id not in programs or not line._salon_is_covered())
            )
        )

    def _salon_is_covered(self):
        """Tell whether this payment by prepaid money is of a card that has so much. Asked before core takes it off."""
        self.ensure_one()
        card, price = self.coupon_id, -self._salon_price()
        return price <= 0 or (
            card.program_id == self.reward_id.program_id and self.currency_id.compare_amounts(price, card.points) <= 0
        )

    def _salon_is_refund(self):
        """Tell whether this line takes something back that was sold here; what only says so is sold itself."""
        self.ensure_one()
        origin = self.refunded_orderline_id
        if not origin or origin.product_id != self.product_id or origin.company_id != self.company_id:
            return False
        return (self._salon_price() or self.qty) * (origin._salon_price() or origin.qty) < 0

    def _salon_over_refunded(self):
        """Return which part of this refund, from 0 to 1, is more than was left of its sale."""
        origin, price = self.refunded_orderline_id, -self._salon_price()
        others = origin._salon_paid_refunds().filtered(lambda line: line.order_id != self.order_id)
        same = self.order_id.lines.filtered(lambda line: line.refunded_orderline_id == origin and line.id < self.id)
        left = max(origin._salon_price() + sum(line._salon_price() for line in others | same), 0)
        if self.order_id.currency_id.compare_amounts(price, left) <= 0:
            return 0
        return (price - left) / price

    def _salon_paid_refunds(self):
        """Return the lines of paid orders that refund this one."""
        return self.refund_orderline_ids.filtered(
            lambda line: line.order_id.state not in ("draft", "cancel") and line._salon_is_refund()
        )

    def _salon_refunded_share(self, name):
        """Return which part of the field `name` of these lines has been refunded by paid orders, from 0 to 1."""
        total = sum(self.mapped(name))
        if not total:
            return 0
        back = sum(line[name] * line._salon_refunded_part() for line in self if line[name])
        return min(max(back / total, 0), 1)

    def _salon_refunded_part(self):
        """Return which part of this line has been refunded, by what it came to; what came to nothing by quantity."""
        self.ensure_one()
        refunds = self._salon_paid_refunds()
        own, back = self._salon_price(), sum(line._salon_price() for line in refunds)
        if not own:
            own, back = self.qty, sum(refunds.mapped("qty"))
        return min(max(-back / own, 0), 1) if own else 0

    def _salon_price(self):
        """Return what this line came to before taxes were computed."""
        return self.qty * self.price_unit * (1 - (self.discount or 0) / 100)

    def _salon_subtotal_fits(self):
        """Tell whether what is stored as this line's total is what it comes to, as far as that is plain to see."""
        self.ensure_one()
        price, total = self._salon_price(), self.price_subtotal_incl
        taxes = sum(tax.amount for tax in self.tax_ids if tax.amount_type == "percent" and not tax.price_include)
        if any(tax.amount_type != "percent" for tax in self.tax_ids):
            return False
        return abs(price * (1 + taxes / 100) - total) <= self.order_id.currency_id.rounding * 2

    def _salon_points_costs(self, sold):
        """Return the points that these lines spend, by the server's own worth of points: {line: points}.

        :param dict sold: what each line came to, as `PosOrder._salon_sold` returns it
        """
        terms = self.env["loyalty.program"]._get_salon_terms(self.company_id)
        part_payment = self.filtered(lambda line: line.product_id.id == terms.product_id)
        costs = {line: max(-sold.get(line, 0), 0) * terms.for_one for line in part_payment}
        for lines in (self - part_payment).grouped(lambda line: (line.reward_id, line.reward_identifier_code)).values():
            costs.update(lines._salon_reward_costs(sold))
        return {line: cost for line, cost in costs.items() if cost > 0}

    def _salon_reward_costs(self, sold):
        """Return what one reward costs, over the lines by which it was given."""
        reward = self.reward_id
        if reward.reward_type == "product":
            given = {line: math.ceil(line.qty / (reward.reward_product_qty or 1) - 1e-6) for line in self}
            return {line: number * reward.required_points for line, number in given.items()}
        amounts = {line: max(-sold.get(line, 0), 0) for line in self}
        if reward.discount_mode == "per_point":
            return {line: amount / reward.discount for line, amount in amounts.items()}
        total = sum(amounts.values())
        return {line: reward.required_points * amount / total for line, amount in amounts.items()} if total else {}

    def _salon_base_points(self, amount, program):
        """Return the points that this line is good for before the factors of tier and day.

        :param float amount: what it came to
        """
        kind, value = program._salon_rule_for(self.product_id)
        return self.qty * value if kind == "points" else amount * program._salon_points_per_unit() * value
