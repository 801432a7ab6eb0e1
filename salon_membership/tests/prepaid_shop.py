from contextlib import contextmanager
from datetime import timedelta

from odoo.exceptions import UserError

from .common import MembershipCommon


class PrepaidCommon(MembershipCommon):
    """A till that sells and takes prepaid money, set up as a manager does it. 100 and more gives 10 % bonus."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.resource_calendar_id.tz = "UTC"
        cls._set_up_prepaid()
        cls.rule = cls.env["salon.topup.rule"].create({"amount_from": 100, "kind": "percent", "percent": 10})

    @classmethod
    def _set_up_prepaid(cls):
        wizard = cls.env["salon.prepaid.setup"].create({"config_ids": [(6, 0, cls.config.ids)], "sure": True})
        wizard.action_set_up()
        cls.topup_product = cls.company.salon_topup_product_id
        cls.bonus_product = cls.company.salon_bonus_product_id
        cls.wallet_account = cls.company.salon_wallet_account_id
        cls.wallet_method = cls.company.salon_wallet_method_id
        cls.later_method = cls.config.payment_method_ids.filtered(lambda method: method.type == "pay_later")[:1]
        cls.prepaid_methods = cls.wallet_method | cls.company.salon_treatment_method_id
        cls.card_method = cls.config.payment_method_ids.filtered(
            lambda method: method.type == "bank" and method not in cls.prepaid_methods
        )[:1]
        cls.cash_method = cls.config.payment_method_ids.filtered("is_cash_count")[:1]

    # Lines as the till sends them -------------------------------------------------------------------

    def _line(self, product, price, quantity=1, tax=None, **values):
        """Return a line that comes to `price` for each, tax included."""
        rate = 1 + (tax.amount if tax else 0) / 100
        net = price if not tax or tax.price_include else price / rate
        total = self.company.currency_id.round(price * quantity)
        return {
            "product": product,
            "quantity": quantity,
            "price_unit": net,
            "price_subtotal": self.company.currency_id.round(total / rate),
            "price_subtotal_incl": total,
            "tax_ids": [(6, 0, tax.ids if tax else [])],
            **values,
        }

    def _topup_line(self, amount, **values):
        return self._line(self.topup_product, amount, **values)

    def _bonus_line(self, amount, tax=None, **values):
        return self._line(self.bonus_product, -amount, tax=tax, **values)

    def _pay(self, data, *payments):
        """Have the order be paid so: (method, amount)."""
        now = data["date_order"]
        data["payment_ids"] = [
            (0, 0, {"amount": amount, "name": now, "payment_method_id": method.id, "uuid": self._uuid()})
            for method, amount in payments
        ]
        data["amount_paid"] = sum(amount for _method, amount in payments)
        return data

    def _uuid(self):
        type(self)._numbers = getattr(type(self), "_numbers", 0) + 1
        return f"prepaid-{self.id()}-{self._numbers}"

    # What people do ---------------------------------------------------------------------------------

    def _top_up(self, amount, partner=None, method=None, **values):
        """Top up at the till; return the order."""
        data = self._prepare_sale(self._topup_line(amount), partner=partner, **values)
        return self._sync(self._pay(data, (method or self.card_method, amount)))

    def _hold_value(self, amount, uuid, partner=None, pin=None):
        return self.env["salon.wallet"].hold_value(self.config.id, (partner or self.client).id, uuid, amount, pin)

    def _prepare_paid_by_value(self, price, by_value, partner=None, hold=True, uuid=None, **values):
        """Return an order of one shampoo at `price`, of which so much is paid by stored value, the rest by card."""
        uuid = uuid or self._uuid()
        if hold:
            split = self._hold_value(by_value, uuid, partner)
        else:
            split = {"principal": by_value, "bonus": 0.0}
        lines = [self._line(self.shampoo, price)]
        if split["bonus"]:
            lines.append(self._bonus_line(split["bonus"]))
        data = self._prepare_sale(*lines, partner=partner, uuid=uuid, **values)
        payments = [(self.wallet_method, split["principal"])] if by_value else []
        if rest := self.company.currency_id.round(price - by_value):
            payments.append((self.card_method, rest))
        return self._pay(data, *payments)

    def _buy(self, price, by_value, partner=None, hold=True, **values):
        """Sell for `price`, of which so much is paid by stored value."""
        return self._sync(self._prepare_paid_by_value(price, by_value, partner, hold, **values))

    def _give_back(self, order, part=1, method=None):
        """Refund a part of an order, bonus lines too, onto the stored value or by another method; return the refund."""
        lines, total = [], 0
        rounded = self.company.currency_id.round
        for line in order.lines:
            # A discount comes back as one piece of a part of its price, as the till does it.
            price = rounded(line.price_subtotal_incl * part)
            quantity = -1 if line.qty == 1 else -line.qty * part
            total -= price
            lines.append(
                self._line(
                    line.product_id, -price / quantity, quantity,
                    refunded_orderline_id=line.id,
                )
            )  # fmt: skip
        data = self._prepare_sale(*lines, partner=order.partner_id, is_refund=True)
        return self._sync(self._pay(data, (method or self.wallet_method, rounded(total))))

    @contextmanager
    def _refused(self, words):
        """Expect a refusal with these words, after which everything is as before."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertIn(words, str(caught.exception))

    # What should be ---------------------------------------------------------------------------------

    def _wallet(self, partner=None):
        return self.env["salon.wallet"]._get_open(partner or self.client, self.company)

    def _assert_wallet(self, principal, bonus, partner=None):
        """Check the balances and that everything that shows them agrees (invariants 6 and 7)."""
        wallet = self._wallet(partner)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((wallet.principal, wallet.bonus), (principal, bonus))
        self.assertEqual(wallet._mistakes(), [])

    def _liability(self):
        """Return what the account of stored value says the clients have (a credit is above 0)."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.wallet_account.id), ("parent_state", "=", "posted")]
        )
        return self.company.currency_id.round(-sum(lines.mapped("balance")))

    def _assert_books(self):
        """Check that the principal of all clients is what the books and the open sessions say (invariant 8)."""
        self.env.flush_all()
        wallets = self.env["salon.wallet"].search([("company_id", "=", self.company.id)])
        principal = self.company.currency_id.round(sum(wallets.mapped("principal")))
        self.assertEqual(principal, self.company.currency_id.round(self._liability() + self._unposted()))
        self._assert_proved()

    def _assert_proved(self):
        """Check that the accountant's reports find nothing: on no day, in no session."""
        self.env.flush_all()
        self.env.invalidate_all()
        reports = self.env["salon.prepaid.report"]
        days = set()
        for model in ("salon.wallet.move", "salon.treatment.move"):
            days |= set(self.env[model].search([("company_id", "=", self.company.id)]).mapped("day"))
        for side in reports._sides(self.company):
            days |= set(self.env["account.move.line"].search([("account_id", "=", side.account_id)]).mapped("date"))
        for side in reports._sides(self.company):
            for day in sorted(days | {day - timedelta(days=1) for day in days}):
                self.assertEqual(reports._prove(self.company, side, day)["difference"], 0, (side.ledger, day))
                self.assertEqual(reports._explain(self.company, side, day), [], (side.ledger, day))
        self.assertEqual(reports._mistaken_days(self.company), [])
        sessions = self.env["pos.session"].search([("config_id", "=", self.config.id), ("state", "=", "closed")])
        for session in sessions:
            self.assertEqual(session._salon_mistakes(), [], session.name)

    def _unposted(self):
        """Return what orders of open sessions will bring onto the account."""
        orders = self.env["pos.order"].search(
            [("session_id.state", "!=", "closed"), ("state", "in", ("paid", "done")),
             ("company_id", "=", self.company.id)]
        )  # fmt: skip
        sold = orders.filtered(lambda order: not order.account_move).lines.filtered(
            lambda line: line.product_id == self.topup_product
        )
        used = orders.payment_ids.filtered(lambda payment: payment.payment_method_id == self.wallet_method)
        return sum(sold.mapped("price_subtotal")) - sum(used.mapped("amount"))

    def _close(self):
        """Close the session as the till does, with nothing to count but what there is."""
        session = self.config.current_session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        result = session.close_session_from_ui()
        self.assertEqual(result, {"successful": True})
        return session
