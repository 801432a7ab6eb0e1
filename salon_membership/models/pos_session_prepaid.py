from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PosSession(models.Model):
    """The closing of a till at which prepaid money was used."""

    _inherit = "pos.session"

    def action_pos_session_closing_control(self, *args, **kwargs):
        """An order that is being paid just now (`pos.order._salon_keep_session`) is waited for: it is tried again."""
        query = SQL("SELECT FROM pos_session WHERE id = ANY(%s) FOR NO KEY UPDATE NOWAIT", self.ids)
        self.env.cr.execute(query, log_exceptions=False)
        return super().action_pos_session_closing_control(*args, **kwargs)

    def _cannot_close_session(self, bank_payment_method_diffs=None):
        if message := self._salon_refuse_differences(bank_payment_method_diffs):
            return {"successful": False, "message": message, "redirect": False}
        return super()._cannot_close_session(bank_payment_method_diffs)

    def _validate_session(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        if message := self._salon_refuse_differences(bank_payment_method_diffs):
            raise UserError(message)
        self.order_ids._salon_settle_late()
        return super()._validate_session(balancing_account, amount_to_balance, bank_payment_method_diffs)

    def _salon_refuse_differences(self, differences):
        """Return why these differences can't be booked, or nothing: prepaid money is no drawer that one counts.

        :param dict differences: {method id: difference}; from the till the ids may be texts
        """
        counted = [int(key) for key, amount in (differences or {}).items() if not self.currency_id.is_zero(amount or 0)]
        methods = self.env["pos.payment.method"].sudo().browse(counted)._salon_prepaid()
        if methods:
            return self.env._(
                "What was paid by %s is known from the clients' cards: nothing is counted, and there is no difference."
                " Take the counted amount back.",
                ", ".join(methods.mapped("name")),
            )
        return None

    def _create_combine_account_payment(self, payment_method, amounts, diff_amount):
        """Where more came back to the cards than was used, the liability grows, and a platform owes less.

        Core turns its accounts around then, after it has forced one of them: it would book the liability on itself.
        """
        if not payment_method._salon_kept() or self.currency_id.compare_amounts(amounts["amount"], 0) >= 0:
            return super()._create_combine_account_payment(payment_method, amounts, diff_amount)
        receivable = self._get_receivable_account(payment_method)
        payment = (
            self.env["account.payment"]
            .with_context(pos_payment=True)
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "amount": -amounts["amount"],
                    "journal_id": payment_method.journal_id.id,
                    "force_outstanding_account_id": payment_method.outstanding_account_id.id,
                    "destination_account_id": receivable.id,
                    "memo": self.env._(
                        "%(payment_method)s given back in %(session)s",
                        payment_method=payment_method.name,
                        session=self.name,
                    ),
                    "pos_payment_method_id": payment_method.id,
                    "pos_session_id": self.id,
                    "company_id": self.company_id.id,
                }
            )
        )
        payment.action_post()
        return payment.move_id.line_ids.filtered(lambda line: line.account_id == receivable)
