from odoo import api, models

from .pos_payment_method_deal import DEAL


class PosSession(models.Model):
    """The closing of a till at which vouchers were redeemed."""

    _inherit = "pos.session"

    @api.model
    def _load_pos_data_models(self, config):
        return [*super()._load_pos_data_models(config), "salon.deal.platform", "salon.deal.offer"]

    def _salon_refuse_differences(self, differences):
        if message := super()._salon_refuse_differences(differences):
            return message
        counted = [int(key) for key, amount in (differences or {}).items() if not self.currency_id.is_zero(amount or 0)]
        methods = self.env["pos.payment.method"].sudo().browse(counted)._salon_prepaid(DEAL)
        if methods:
            return self.env._(
                "What was paid by %s is known from the vouchers: nothing is counted, and there is no difference. Take"
                " the counted amount back. What the platform settles otherwise, its statement shows.",
                ", ".join(methods.mapped("name")),
            )
        return None
