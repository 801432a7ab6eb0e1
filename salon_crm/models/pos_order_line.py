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

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_visit_line_id", "salon_stylist_id"]

    def _prepare_salon_visit_line_values(self):
        """Return the values of the visit line for a service that was sold without being in the visit."""
        self.ensure_one()
        values = {"product_id": self.product_id.id, "quantity": self.qty, "pos_order_line_id": self.id}
        if self.salon_stylist_id:
            values["performer_ids"] = [(0, 0, {"employee_id": self.salon_stylist_id.id})]
        return values
