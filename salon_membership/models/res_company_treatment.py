from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class ResCompany(models.Model):
    """How treatment cards work."""

    _inherit = "res.company"

    salon_treatment_refund = fields.Selection(
        [("share", "At their share of the price"), ("list", "At the list price of the day")],
        string="Sessions Used Count",
        default="share",
        required=True,
        help="What is taken off when a treatment card is refunded that was used in part.",
        prefetch="salon",
    )

    def write(self, vals):
        result = super().write(vals)
        if "salon_treatment_account_id" in vals:
            self.env["product.template"].sudo().with_context(active_test=False).search(
                [("is_salon_card", "=", True)]
            )._salon_sell_on_liability(self)
        return result

    @api.model
    def _salon_prepaid_ledgers(self):
        return {**super()._salon_prepaid_ledgers(), "salon_treatment_account_id": "salon.treatment.move"}

    def _salon_prepaid_products(self):
        cards = self.env["product.product"].sudo().with_context(active_test=False)
        return super()._salon_prepaid_products() | cards.search([("is_salon_card", "=", True)])

    @api.model
    def _salon_ends_on(self, day, months):
        """Return the last day of what was sold on `day` for so many months; False for 0: it never ends."""
        return bool(months) and day + relativedelta(months=months)
