from odoo import api, models
from odoo.exceptions import UserError

from .loyalty_card import BY_LEDGER

KEPT = {
    "product_id", "qty", "price_unit", "discount", "price_subtotal", "price_subtotal_incl", "tax_ids", "order_id",
    "extra_tax_data", "salon_treatment_card_id", "salon_deal_offer_id", "salon_deal_code",
}  # fmt: skip
# What may make a line such a one.
BINDING = {"product_id", "order_id", "salon_treatment_card_id", "salon_deal_offer_id"}


class PosOrderLine(models.Model):
    """Lines that are prepaid money: what is topped up, and the bonus part of a payment."""

    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._salon_refuse_edit()
        return lines

    def write(self, vals):
        if not vals.keys() & KEPT:
            return super().write(vals)
        self._salon_refuse_edit()
        result = super().write(vals)
        if vals.keys() & BINDING:
            self._salon_refuse_edit()
        return result

    def _salon_refuse_edit(self):
        """Refuse to change what a settled order booked on somebody's card."""
        if self.env.context.get("salon_by") is BY_LEDGER:
            return
        for line in self.sudo():
            company = line.company_id
            if line.order_id.salon_settled and line.product_id & (
                company._salon_prepaid_products() | company.salon_bonus_product_id
            ):
                raise UserError(
                    self.env._(
                        "“%(line)s” of %(order)s is booked on the client's card. Refund the order instead.",
                        line=line.product_id.name,
                        order=line.order_id.name,
                    )
                )

    def _salon_sells_prepaid(self):
        """Tell whether this line sells money that is used later, or takes such a sale back: that is no revenue."""
        self.ensure_one()
        return self.product_id in self.company_id._salon_prepaid_products()

    def _salon_is_paid_apart(self):
        """Tell whether something of its own pays for this line, all of it: then neither bonus nor points lessen it."""
        self.ensure_one()
        return False

    def _salon_is_topup(self):
        self.ensure_one()
        return bool(self.product_id) and self.product_id == self.company_id.sudo().salon_topup_product_id

    def _salon_is_bonus(self):
        """Tell whether this line is the bonus part of a payment, or gives one back."""
        self.ensure_one()
        return bool(self.product_id) and self.product_id == self.company_id.sudo().salon_bonus_product_id

    def _salon_truly_refunded(self):
        """Return which part of this line, from 0 to 1, gives back what was sold, paid, and is not back already."""
        self.ensure_one()
        if not self._salon_is_refund() or self.refunded_orderline_id.order_id.state in ("draft", "cancel"):
            return 0
        return 1 - self._salon_over_refunded()

    def _salon_eligible(self):
        """No points and no tier for money that is used later: what it is used for gives them."""
        return super()._salon_eligible().filtered(lambda line: not line._salon_sells_prepaid())
