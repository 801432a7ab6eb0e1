from odoo import api, fields, models
from odoo.exceptions import ValidationError

DEAL = "salon_deal"


class PosPaymentMethod(models.Model):
    """The methods by which vouchers of platforms are redeemed: what they take, the platform owes the salon."""

    _inherit = "pos.payment.method"

    salon_deal_platform_ids = fields.One2many("salon.deal.platform", "payment_method_id", string="Platform")

    def _get_payment_terminal_selection(self):
        return [*super()._get_payment_terminal_selection(), (DEAL, self.env._("Group-buying Platform"))]

    def _salon_kept(self):
        return super()._salon_kept() | self._salon_prepaid(DEAL)

    @api.constrains("use_payment_terminal", "journal_id", "split_transactions", "outstanding_account_id", "company_id")
    def _check_salon_deal(self):
        for method in self._salon_prepaid(DEAL):
            if method.journal_id.type != "bank" or method.split_transactions or not method.outstanding_account_id:
                raise ValidationError(
                    self.env._(
                        "%s redeems vouchers: it needs a journal of the type Bank, an outstanding account (what the"
                        " platform owes), and does not identify the customer. The page “Set Up a Platform” makes it"
                        " so.",
                        method.name,
                    )
                )
