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

    def _salon_keep_list_prices(self, vals_list):
        """Note the list price of today on new lines; a refund has that of the day of the sale.

        What a till sends in its place does not count.
        """
        origins = self.sudo().browse({vals.get("refunded_orderline_id") for vals in vals_list} - {None, False})
        origin_prices = {origin.id: origin.salon_list_price for origin in origins.exists()}
        for vals in vals_list:
            origin_price = origin_prices.get(vals.get("refunded_orderline_id"))
            vals["salon_list_price"] = self._salon_list_price(vals) if origin_price is None else origin_price

    @api.model
    def _salon_list_price(self, vals):
        """Return the list price, in the order's currency, of the line that `vals` describe."""
        product = self.env["product.product"].browse(vals.get("product_id"))
        order = self.env["pos.order"].browse(vals.get("order_id"))
        if not product or not order:
            return 0.0
        price = product.with_company(order.company_id).lst_price + (vals.get("price_extra") or 0.0)
        day = (order.date_order or fields.Datetime.now()).date()
        return product.currency_id._convert(price, order.currency_id, order.company_id, day, round=False)

    def _salon_eligible(self):
        """Return those of these lines that points are given for.

        Not for tips, nor for topping up money that earns when it is spent; and paying by such money takes nothing away.
        """
        config = self.order_id.config_id
        prepaid = config._get_program_ids().sudo().filtered("is_payment_program")
        excluded = config.tip_product_id | prepaid.trigger_product_ids
        return self.filtered(lambda line: line.product_id not in excluded and line.reward_id.program_id not in prepaid)
