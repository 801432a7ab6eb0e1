from odoo import api, models


class PosOrder(models.Model):
    """What a paid order means for who brought its client."""

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """A new client may qualify by this order, after they were enrolled by it; a refund of it undoes that."""
        order = self.sudo()
        referrals = self.env["salon.referral"].sudo()
        waiting = referrals.browse()
        if not order.salon_settled:
            self = self._salon_with()
            if self._salon_known().is_invited:
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
        if order.partner_id and any(line.qty < 0 and not line._salon_is_refund() for line in order.lines):
            domain = [("file_id.partner_id", "=", order.partner_id.id), ("company_id", "=", order.company_id.id)]
            referrals.search([*domain, ("state", "in", ("qualified", "rewarded"))])._follow_returns()
        return result

    def _salon_still_qualifies(self, company):
        """Tell whether enough of this order is left for a referral after all paid refunds of it."""
        return self._salon_is_enough(self._salon_left(), company)

    @api.model
    def _salon_is_enough(self, amount, company):
        """Tell whether so much counts for a referral: without tips and top-ups, by the server's own figures."""
        minimum = company.salon_referral_minimum if company.salon_referral_when == "paid" else 0.0
        return company.currency_id.compare_amounts(amount, max(minimum, company.currency_id.rounding)) >= 0
