from odoo import api, models


class SalonMembership(models.Model):
    """Who tops up for the first time becomes a member, where the rules of the club say so."""

    _inherit = "salon.membership"

    @api.model
    def _salon_enrol_on(self, order):
        reason = super()._salon_enrol_on(order)
        if reason or not order.company_id.salon_enrol_topup:
            return reason
        sells = any(line._salon_sells_prepaid() and line.price_subtotal_incl > 0 for line in order.lines)
        return "topup" if sells else False
