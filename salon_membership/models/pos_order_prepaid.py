from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .loyalty_card import BY_LEDGER
from .pos_payment import TOGETHER
from .pos_payment_method import WALLET

NO_MONEY_YET = "pay_later"

PAID = {"paid", "done", "invoiced"}


class PosOrder(models.Model):
    """What a till may do with prepaid money, whatever it sends: its figures are previews (invariant 6)."""

    _inherit = "pos.order"

    def _salon_settle(self):
        order = self.sudo()
        order._salon_check_prepaid()
        if order._salon_is_prepaid():
            order._salon_keep_session()
        return super()._salon_settle()

    def _salon_keep_session(self):
        """Have the closing of this order's session wait until the order is stored: it books the order, or is refused.

        Where somebody has closed it since this transaction began, the database refuses: the order is tried again, and
        goes into the session that is open then. Core's own check sees the session as it was.
        """
        self.env.execute_query(SQL("SELECT FROM pos_session WHERE id = %s FOR SHARE", self.session_id.id))

    def _salon_settlement_only(self, vals):
        vals.pop("currency_rate", None)  # computed, but what a till sends would be taken for it
        return super()._salon_settlement_only(vals)

    def _salon_is_prepaid(self):
        """Tell whether this order sells or uses prepaid money, or gives some back."""
        self.ensure_one()
        return bool(self.payment_ids.payment_method_id._salon_prepaid()) or any(
            line._salon_sells_prepaid() or line._salon_is_bonus() for line in self.lines
        )

    def _salon_moment(self):
        """Return when this order was paid: a till's clock may be wrong, but not by more than its session."""
        start = self.session_id.start_at
        return min(max(self.date_order, start) if start else self.date_order, fields.Datetime.now())

    # Checks -----------------------------------------------------------------------------------------

    def _salon_check_prepaid(self):
        """Refuse what would make prepaid money out of nothing."""
        self.ensure_one()
        sold = self.lines.filtered(lambda line: line._salon_sells_prepaid() and line._salon_price() > 0)
        tenders = self.payment_ids.filtered(lambda payment: payment.payment_method_id._salon_prepaid(WALLET))
        back = -self.currency_id.round(sum(tenders.mapped("amount")))
        if not sold and back <= 0:
            return
        amounts = self._salon_amounts()
        refunded = {line: -amount * line._salon_truly_refunded() for line, amount in amounts.items()}
        tolerance = self.currency_id.rounding * (len(amounts) + 1)
        if sold:
            self._salon_check_sold(sold, amounts, refunded, tolerance)
            self._salon_check_topups_paid(amounts, refunded, tolerance)
        if back > max(sum(refunded.values()), 0) + tolerance:
            raise UserError(
                self.env._(
                    "Only what is refunded goes back onto stored value. Refund the sale that %s gives back.",
                    self.pos_reference or self.name,
                )
            )

    def _salon_check_sold(self, sold, amounts, refunded, tolerance):
        """Refuse top-ups and cards that are not paid as they should be: the client gets this money back some day."""
        rounding = self.config_id.cash_rounding and self.config_id.rounding_method.rounding
        paid = sum(self.payment_ids.mapped("amount"))
        if sum(amounts.values()) - paid > max(tolerance, rounding or 0):
            raise UserError(self.env._("“%s” is paid in full. Correct the payments.", sold[0].product_id.name))
        others = sum(amount + refunded[line] for line, amount in amounts.items() if line not in sold)
        if others < -tolerance:
            raise UserError(
                self.env._(
                    "“%s” is money that is used later: no discount, points or coupon pays for it. Take them off.",
                    sold[0].product_id.name,
                )
            )

    def _salon_check_topups_paid(self, amounts, refunded, tolerance):
        """Refuse top-ups that nobody paid for yet: principal and bonus could be used before the money comes."""
        topups = self.lines.filtered(lambda line: line._salon_is_topup() and line._salon_price() > 0)
        if not topups:
            return
        tenders = self.payment_ids.filtered(
            lambda payment: payment.payment_method_id.type == NO_MONEY_YET or payment.payment_method_id._salon_prepaid()
        )
        others = sum(amount + refunded[line] for line, amount in amounts.items() if line not in topups)
        if sum(tenders.mapped("amount")) > max(others, 0) + tolerance:
            raise UserError(
                self.env._(
                    "“%(topup)s” is paid at once: it can't be put on %(method)s. Choose another payment method for it.",
                    topup=topups[0].product_id.name,
                    method=tenders[-1].payment_method_id.name,
                )
            )

    # Orders that come another way -------------------------------------------------------------------

    def write(self, vals):
        """An order is paid by its settlement alone; and its payments may be corrected, but no money goes missing."""
        if vals.get("state") in PAID and self.env.context.get("salon_by") is not BY_LEDGER:
            for order in self.sudo():
                if order.state not in PAID and not order.salon_settled and order._salon_is_prepaid():
                    raise UserError(
                        self.env._("%s moves prepaid money: it is paid at the till.", order.pos_reference or order.name)
                    )
        if "payment_ids" not in vals:
            return super().write(vals)
        orders = self.sudo().filtered(lambda order: order.salon_settled and order._salon_sold_prepaid())
        before = {order: order.payment_ids._salon_money() for order in orders}
        result = super(PosOrder, self.with_context(salon_payments=TOGETHER)).write(vals)
        for order, money in before.items():
            if order.currency_id.compare_amounts(order.payment_ids._salon_money(), money):
                order.payment_ids._salon_refuse_sold(order)
        return result

    def _salon_sold_prepaid(self):
        """Return the lines by which this order sold top-ups or cards."""
        return self.lines.filtered(lambda line: line._salon_sells_prepaid() and line._salon_price() > 0)

    def _salon_settle_late(self):
        """Settle the orders among these that no till settled: made past it, they would be missing from the cards."""
        for order in self.sudo().filtered(lambda order: order.state in PAID and not order.salon_settled):
            if order._salon_is_prepaid():
                order.with_context(salon_by=BY_LEDGER).salon_settled = True
                order._salon_settle()
