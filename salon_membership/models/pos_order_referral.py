from odoo import models


class PosOrder(models.Model):
    """What a paid order means for who brought its client."""

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """A new client may qualify by this order, after they were enrolled by it; a refund of it undoes that."""
        order = self.sudo()
        referrals = self.env["salon.referral"].sudo()
        waiting = referrals.browse()
        if order.partner_id and not order.salon_settled:
            domain = [("file_id.partner_id", "=", order.partner_id.id), ("company_id", "=", order.company_id.id)]
            waiting = referrals.search([*domain, ("state", "=", "invited")])
        result = super().action_pos_order_paid()
        if waiting and order.amount_total > 0:
            waiting._settle(order)
            # An order that made its client a member did so before it was asked here.
            waiting.filtered(lambda one: one.state != "invited" and not one.order_id).order_id = order
        if origins := order.lines.refunded_orderline_id.order_id:
            settled = referrals.search([("order_id", "in", origins.ids), ("state", "in", ("qualified", "rewarded"))])
            settled.filtered(lambda one: not one.order_id._salon_still_qualifies(one.company_id))._take_back()
        return result

    def _salon_referral_amount(self):
        """Return what this order counts for a referral, in the company's currency: without tips and top-ups."""
        self.ensure_one()
        prepaid = self.config_id._get_program_ids().sudo().filtered("is_payment_program")
        left_out = self.config_id.tip_product_id | prepaid.trigger_product_ids
        lines = self.lines.filtered(
            lambda line: line.product_id not in left_out and line.reward_id.program_id not in prepaid
        )
        return sum(lines.mapped("price_subtotal_incl")) / (self.currency_rate or 1)

    def _salon_still_qualifies(self, company):
        """Tell whether enough of this order is left after all paid refunds of it."""
        refunds = self.lines.refund_orderline_ids.filtered(lambda line: line.order_id.state not in ("draft", "cancel"))
        left = self._salon_referral_amount() + sum(refunds.mapped("price_subtotal_incl")) / (self.currency_rate or 1)
        minimum = company.salon_referral_minimum if company.salon_referral_when == "paid" else 0.0
        return company.currency_id.compare_amounts(left, max(minimum, company.currency_id.rounding)) >= 0
