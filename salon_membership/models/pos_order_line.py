from collections import defaultdict

from odoo import api, fields, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    salon_list_price = fields.Float(
        string="List Price",
        digits="Product Price",
        readonly=True,
        help="What one unit cost in the list when it was sold, before tier price and discounts.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._salon_keep_list_prices(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """What a line costs more than the list, by attributes or by stylist, may change until it is paid."""
        if "price_extra" not in vals:
            return super().write(vals)
        before = {line: line.price_extra for line in self if not line.refunded_orderline_id}
        result = super().write(vals)
        for line, price_extra in before.items():
            if line.price_extra != price_extra:
                line.salon_list_price += line.price_extra - price_extra
        return result

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
                price = product.lst_price
                if product.currency_id != order.currency_id:
                    price = product.currency_id._convert(price, order.currency_id, order.company_id, day, round=False)
                prices[order_id, product.id] = price
        return prices

    def _salon_eligible(self):
        """Return those of these lines that points are given for.

        Not for tips, nor for topping up money that earns when it is spent; and paying by such money takes nothing away.
        """
        config = self.order_id.config_id
        prepaid = config._get_program_ids().sudo().filtered("is_payment_program")
        excluded = config.tip_product_id | prepaid.trigger_product_ids
        return self.filtered(lambda line: line.product_id not in excluded and line.reward_id.program_id not in prepaid)
