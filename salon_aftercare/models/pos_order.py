from odoo import SUPERUSER_ID, models

from ..tools import carry_out


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """Plan what follows a sale of products in its own transaction; if that fails, it is sold all the same."""
        result = super().action_pos_order_paid()
        bought = self.filtered(lambda order: order.partner_id and order._salon_sold_products())
        carry_out(bought.with_user(SUPERUSER_ID), "_plan_followups")
        return result

    def _salon_sold_products(self):
        """Tell whether this order sold anything but services."""
        products = self.lines.filtered(lambda line: line.qty > 0).product_id
        return any(product.type != "service" and not product.is_salon_service for product in products)

    def _plan_followups(self):
        """Plan what the plans want after these sales and is not planned yet."""
        self.env["salon.followup.plan"]._plan_now("product_sold", self.ids)
