from collections import defaultdict

from odoo import api, fields, models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    salon_visit_line_id = fields.Many2one("salon.visit.line", index="btree_not_null", copy=False)
    salon_stylist_id = fields.Many2one(
        "hr.employee.public",
        string="Stylist",
        copy=False,
        help="Who performed this service, for sales without a visit.",
    )
    salon_price_difference = fields.Float(
        string="Stylist's Difference",
        digits="Product Price",
        readonly=True,
        help="What one unit cost more than the list price because of who performed it; before pricelist and discounts.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        own = ["salon_visit_line_id", "salon_stylist_id", "salon_price_difference"]
        return [*super()._load_pos_data_fields(config), *own]

    @api.model_create_multi
    def create(self, vals_list):
        self._salon_keep_differences(vals_list)
        self._salon_number(vals_list)
        return super().create(vals_list)

    @api.model
    def _salon_number(self, vals_list):
        """Draw the numbers of an order's new lines at once: an order waits for four queries of core's for each line."""
        new = defaultdict(list)
        for vals in vals_list:
            if vals.get("order_id") and not vals.get("name"):
                new[vals["order_id"]].append(vals)
        for order_id, lines in new.items():
            order = self.env["pos.order"].browse(order_id)
            if len(lines) > 1 and (sequence := order.session_id.config_id.order_line_seq_id):
                for vals, name in zip(lines, sequence._salon_next_many(len(lines)), strict=True):
                    vals["name"] = name

    def _salon_keep_differences(self, vals_list):
        """A refund has the difference of the day of the sale, whatever is sent."""
        refunds = [vals for vals in vals_list if vals.get("refunded_orderline_id")]
        origins = self.sudo().browse({vals["refunded_orderline_id"] for vals in refunds}).exists()
        kept = {origin.id: origin.salon_price_difference for origin in origins}
        for vals in refunds:
            vals["salon_price_difference"] = kept.get(vals["refunded_orderline_id"], 0.0)

    def _get_salon_price_difference(self):
        """Return what one unit costs more with this line's stylist by today's prices, in the till's currency."""
        self.ensure_one()
        # In a combo the whole has its price, whoever does its parts.
        if not self.salon_stylist_id or self.combo_parent_id:
            return 0.0
        stylist = self.env["hr.employee"].sudo().browse(self.salon_stylist_id.id)
        difference = self.product_id._get_salon_price_difference(stylist)
        return self.env["salon.service.variation"]._in_till_currency(difference, self.order_id.config_id)

    def _prepare_salon_visit_line_values(self):
        """Return the values of the visit line for a service that was sold without being in the visit."""
        self.ensure_one()
        values = {"product_id": self.product_id.id, "quantity": self.qty, "pos_order_line_id": self.id}
        if self.salon_stylist_id:
            values["performer_ids"] = [(0, 0, {"employee_id": self.salon_stylist_id.id})]
        return values
