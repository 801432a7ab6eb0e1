from odoo import api, models

from odoo.addons.salon_crm.tools.client_date import ClientDate

COUPONS = ("coupons", "next_order_coupons", "gift_card")


class SalonClientDate(models.AbstractModel):
    """Odoo's own coupons end too, where they are installed; nobody else tells their clients."""

    _inherit = "salon.client.date"

    @api.model
    def _dates(self):
        dates = super()._dates()
        if "loyalty.card" in self.env:
            left = (("points", ">", 0), ("program_id.program_type", "in", COUPONS))
            dates["coupon_end"] = ClientDate(
                self.env._("A coupon ends"), "loyalty.card", "expiration_date", domain=left
            )
        return dates

    @api.model
    def _say(self, key, record):
        return record.display_name if key != "coupon_end" else f"{record.program_id.name} ({record.code})"
