from odoo import api, models
from odoo.exceptions import ValidationError

WALLET, TREATMENT = "salon_wallet", "salon_treatment"
PREPAID = (WALLET, TREATMENT)


class PosPaymentMethod(models.Model):
    """Two methods by which prepaid money is used: bookkeeping moves it from its liability, all of a session at once."""

    _inherit = "pos.payment.method"

    def _get_payment_terminal_selection(self):
        return [
            *super()._get_payment_terminal_selection(),
            (WALLET, self.env._("Stored Value")),
            (TREATMENT, self.env._("Treatment Card")),
        ]

    def _salon_prepaid(self, *terminals):
        """Return those of these methods that use prepaid money, or money of one kind."""
        return self.filtered(lambda method: method.use_payment_terminal in (terminals or PREPAID))

    def _salon_kept(self):
        """Return those of these methods whose payments the server keeps the books of: nothing of them is counted."""
        return self._salon_prepaid()

    def _salon_liability(self):
        """Return the account on which the money that this method uses stands."""
        self.ensure_one()
        company = self.company_id.sudo()
        wallet = self.use_payment_terminal == WALLET
        return company.salon_wallet_account_id if wallet else company.salon_treatment_account_id

    @api.constrains("active", "journal_id", "use_payment_terminal")
    def _check_salon_later(self):
        """Archived or given a journal, it is no Customer Account any more."""
        self.sudo().config_ids._check_salon_later()

    @api.constrains("use_payment_terminal", "journal_id", "split_transactions", "outstanding_account_id", "company_id")
    def _check_salon_prepaid(self):
        for method in self._salon_prepaid():
            account = method._salon_liability()
            if (
                method.journal_id.type != "bank"
                or method.split_transactions
                or not account
                or method.outstanding_account_id != account
            ):
                raise ValidationError(
                    self.env._(
                        "%(method)s uses prepaid money: it needs a journal of the type Bank, the account of that money"
                        " (%(account)s) as its outstanding account, and does not identify the customer. The page"
                        " “Set Up Prepaid Money” makes it so.",
                        method=method.name,
                        account=account.display_name or self.env._("not chosen yet"),
                    )
                )

    @api.model
    def _salon_last_sequence(self, company):
        """Return the place behind all methods of a company: at the till, one without a place comes before money."""
        return max(self.sudo().search([("company_id", "=", company.id)]).mapped("sequence"), default=0) + 1
