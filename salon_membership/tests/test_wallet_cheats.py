from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .treatment_shop import TreatmentCommon


class CheatCommon(TreatmentCommon):
    """A cashier whose browser sends what no till would send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fraud = cls.env["res.partner"].create({"name": "Fritz Fraud"})

    def _paid(self, *lines, payments=(), partner=None, **values):
        data = self._prepare_sale(*lines, partner=partner or self.fraud, **values)
        return self._pay(data, *payments)

    def _send(self, data):
        return self._sync(data, user=self.till)

    def _principal(self, partner=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return sum(self._wallet(partner or self.fraud).mapped("principal"))


@tagged("post_install", "-at_install")
class TestMoneyForNothing(CheatCommon):
    """What is topped up or sold as a card was paid, by money that is no discount and no till's figure."""

    def test_a_till_says_no_rate_of_a_currency(self):
        self._send(self._paid(self._topup_line(100), payments=[(self.card_method, 100)], currency_rate=0.1))
        self.assertEqual(self._principal(), 100)
        self._assert_books()

    def test_a_rate_that_is_written_before_it_is_paid_changes_nothing(self):
        data = self._paid(self._topup_line(100), payments=[(self.card_method, 100)])
        draft = self._send({**data, "state": "draft", "payment_ids": []})
        draft.with_user(self.till).write({"currency_rate": 0.1})
        self._send({**data, "lines": [], "access_token": draft.access_token})
        self.assertEqual(self._principal(), 100)

    def test_a_top_up_is_paid_in_full(self):
        data = self._paid(self._topup_line(100), payments=[(self.card_method, 1)], amount_total=1)
        with self._refused("paid in full"):
            self._send(data)
        data = self._paid(self._line(self.ten, 1600), payments=[(self.card_method, 1)], amount_total=1)
        with self._refused("paid in full"):
            self._send(data)
        self.assertFalse(self._principal())

    def test_a_top_up_is_paid_by_no_discount(self):
        for line in (self._topup_line(100), self._line(self.ten, 100)):
            data = self._paid(line, self._line(self.shampoo, -90), payments=[(self.card_method, 10)])
            with self._refused("no discount"):
                self._send(data)
        # What lessens the rest of the order is fine, and what was refunded may be topped up.
        sale = self._sell(self._line(self.shampoo, 80), partner=self.fraud)
        back = self._line(self.shampoo, 80, -1, refunded_orderline_id=sale.lines.id)
        self._send(self._paid(back, self._topup_line(100), payments=[(self.card_method, 20)]))
        lines = [self._line(self.shampoo, 50), self._line(self.facial, -30), self._topup_line(100)]
        self._send(self._paid(*lines, payments=[(self.card_method, 120)]))
        self.assertEqual(self._principal(), 200)
        self._assert_books()

    def test_a_top_up_is_paid_before_it_gives_anything(self):
        with self._refused("is paid at once: it can't be put on Customer Account"):
            self._send(self._paid(self._topup_line(100), payments=[(self.later_method, 100)]))
        payments = [(self.card_method, 99), (self.later_method, 21)]
        with self._refused("is paid at once"):
            self._send(self._paid(self._topup_line(100), self._line(self.shampoo, 20), payments=payments))
        self.assertFalse(self._principal())
        # What is not the top-up may be owed, and what is refunded pays for it.
        payments = [(self.card_method, 100), (self.later_method, 20)]
        self._send(self._paid(self._topup_line(100), self._line(self.shampoo, 20), payments=payments))
        sale = self._sell(self._line(self.shampoo, 80), partner=self.fraud)
        back = self._line(self.shampoo, 80, -1, refunded_orderline_id=sale.lines.id)
        payments = [(self.card_method, 20), (self.later_method, 50)]
        self._send(self._paid(back, self._line(self.facial, 50), self._topup_line(100), payments=payments))
        self.assertEqual(self._principal(), 200)
        self._assert_books()

    def test_a_top_up_is_paid_by_no_points(self):
        self._program().salon_points_for_one = 10
        self._give(2000)
        lines = [self._topup_line(100), self._points_line(90)]
        with self._refused("no discount"):
            self._send(self._paid(*lines, payments=[(self.card_method, 10)], partner=self.client))
        self.assertFalse(self._principal(self.client))

    def test_what_is_given_back_was_sold(self):
        """A refund by stored value is of what was sold, was paid, and is not back already."""
        draft = self._send({**self._paid(self._line(self.shampoo, 500)), "state": "draft", "payment_ids": []})
        sold = self._send(self._paid(self._line(self.shampoo, 50), payments=[(self.card_method, 50)]))

        def refund(price, line=None, quantity=-1, other=()):
            lines = [self._line(self.shampoo, price, quantity, refunded_orderline_id=line and line.id)]
            total = price * quantity
            return self._paid(*lines, *other, payments=[(self.wallet_method, total)], is_refund=True)

        for data in (refund(500), refund(500, draft.lines), refund(500, sold.lines), refund(50, sold.lines, -2)):
            with self._refused("Only what is refunded"):
                self._send(data)
        self._send(refund(50, sold.lines))
        with self._refused("Only what is refunded"):
            self._send(refund(50, sold.lines))
        self.assertEqual(self._principal(), 50)
        self._assert_books()

    def test_stored_value_is_no_change(self):
        """Cash in, stored value out: that is a top-up by another name."""
        data = self._paid(self._line(self.shampoo, 10), payments=[(self.later_method, 510), (self.wallet_method, -500)])
        with self._refused("Only what is refunded"):
            self._send(data)
        self.assertFalse(self._principal())

    def test_only_the_refund_of_a_top_up_pays_out_at_a_till(self):
        self._top_up(100)
        data = self._paid(self._topup_line(100, quantity=-1), payments=[(self.cash_method, -100)], partner=self.client)
        with self._refused("Refund the order of the top-up"):
            self._send(data)
        self._assert_wallet(100, 10)

    def test_a_session_comes_back_for_what_it_was_worth(self):
        card = self._sell_card(partner=self.fraud)
        uses = [self._use(partner=self.fraud) for _time in range(3)]
        with self._refused("treatment card"):
            self._refund_lines(uses[0], price=480)
        self._assert_card(card, 7, 1120)
        self._refund_lines(uses[0])
        with self._refused("treatment card"):
            self._refund_lines(uses[0])
        self._assert_card(card, 8, 1280)
        self._assert_course_books()

    def test_a_promotion_of_the_past_is_over(self):
        """A till's clock says what it likes: the day of a bonus is one of its session, and so is what the books say."""
        yesterday = self.company._salon_today() - timedelta(days=1)
        self.rule.write({"percent": 100, "date_from": yesterday - timedelta(days=30), "date_to": yesterday})
        for days in (-10, 400):
            moment = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=days))
            order = self._send(self._paid(self._topup_line(100), payments=[(self.card_method, 100)], date_order=moment))
            self.assertEqual(order.salon_wallet_bonus, 0)
            [move] = order.salon_wallet_move_ids
            self.assertLess(abs(move.date - fields.Datetime.now()), timedelta(hours=1))


@tagged("post_install", "-at_install")
class TestOthersMoney(CheatCommon):
    """What belongs to one client pays for nobody else, and a PIN is no matter of the browser."""

    def setUp(self):
        super().setUp()
        self._top_up(500)
        self._assert_wallet(500, 50)

    def test_what_is_held_for_one_pays_for_nobody_else(self):
        data = self._prepare_paid_by_value(110, 110)
        order = self._send({**data, "partner_id": self.fraud.id})
        self._assert_wallet(500, 50)
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self.assertEqual(order.partner_id, self.fraud)

    def test_who_sends_no_pin_gets_less_than_it_is_asked_for(self):
        self.company.salon_pin_from = 100
        self.env["salon.wallet"].set_pin(self.config.id, self.client.id, "1234")
        order = self._send(self._prepare_paid_by_value(200, 200, hold=False))
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self._assert_wallet(500, 50)
        # A hold of less than the PIN is asked for is no hold of more.
        data = self._prepare_paid_by_value(200, 200, hold=False)
        self._hold_value(90, data["uuid"])
        order = self._send(data)
        self.assertLess(-order.salon_wallet_principal, 100)
        # With the PIN, and below the amount, all is as usual.
        before = self._principal(self.client)
        data = self._prepare_paid_by_value(99, 99, hold=False)
        self.assertEqual(self._send(data).payment_ids.payment_method_id, self.wallet_method)
        self.assertEqual(self._principal(self.client), before - 99)
        self._assert_books()

    def test_amounts_that_are_none(self):
        hold = self.env["salon.wallet"].with_user(self.till).hold_value
        for amount in (float("nan"), float("inf"), 10**12):
            with self.assertRaises(UserError):
                hold(self.config.id, self.client.id, "strange", amount)
        self.assertEqual(hold(self.config.id, self.client.id, "strange", -50)["wallet_id"], False)
        self.assertFalse(self._wallet().hold_ids)

    def test_more_stored_value_than_there_is_to_pay_for(self):
        """Beside a top-up that a refund pays for there is nothing that stored value could pay."""
        sale = self._sell(self._line(self.shampoo, 80))
        back = self._line(self.shampoo, 80, -1, refunded_orderline_id=sale.lines.id)
        data = self._paid(back, self._topup_line(80), payments=[(self.wallet_method, 50), (self.cash_method, -50)],
                          partner=self.client)  # fmt: skip
        before = self._principal(self.client)
        with self._refused("is paid at once"):
            self._send(data)
        self.assertEqual(self._principal(self.client), before)
        self._assert_books()

    def test_another_company_asks_for_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self.till.copy({"login": "elsewhere", "company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        wallets, cards = self.env["salon.wallet"].with_user(user), self.env["salon.treatment.card"].with_user(user)
        config, client = self.config.id, self.client.id
        for ask in (
            lambda: wallets.load_till_wallet(config, client),
            lambda: wallets.hold_value(config, client, "x", 10),
            lambda: wallets.release_value(config, ["x"]),
            lambda: wallets.begin_validation(config, "x"),
            lambda: wallets.set_pin(config, client, "1234"),
            lambda: wallets.topup_preview(config, client, 100),
            lambda: wallets.load_topup_steps(config, client),
            lambda: cards.load_till_cards(config, client),
            lambda: cards.hold_session(config, client, "x", "y", self.facial.id),
            lambda: cards.release_sessions(config, "x"),
        ):
            with self.assertRaises(AccessError):
                ask()

    def test_clients_and_cashiers_read_no_balances_beside_the_till(self):
        card = self._sell_card()
        wallet = self._wallet()
        portal = self.env["res.users"].create(
            {"name": "P", "login": "portal_f", "partner_id": self.client.id,
             "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]}
        )  # fmt: skip
        for user in (portal, self.till):
            for record in (wallet, wallet.lot_ids, wallet.move_ids, card.move_ids):
                with self.assertRaises(AccessError), mute_logger("odoo.models"):
                    record.with_user(user).read()
                with self.assertRaises(AccessError), mute_logger("odoo.models"):
                    record.with_user(user).search([])
        for ask in (
            lambda: wallet.with_user(portal).load_till_wallet(self.config.id, self.fraud.id),
            lambda: wallet.with_user(portal).hold_value(self.config.id, self.fraud.id, "x", 10),
            lambda: card.with_user(portal).load_till_cards(self.config.id, self.fraud.id),
            lambda: wallet.with_user(portal).action_check(),
            lambda: wallet.with_user(portal).action_block(),
            lambda: wallet.with_user(self.till).action_unblock(),
            lambda: wallet.with_user(self.till).action_reset_pin(),
            lambda: wallet.with_user(self.till).write({"state": "active"}),
            lambda: wallet.with_user(self.till).message_post(body="x"),
            lambda: self.env["salon.wallet.book"].with_user(self.till).create({"partner_id": self.client.id}),
            lambda: self.env["salon.topup.rule"].with_user(self.till).create({"amount_from": 1, "bonus": 9}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                ask()


@tagged("post_install", "-at_install")
class TestPastTheTill(CheatCommon):
    """Orders that are made or changed by RPC, past what settles them."""

    def test_an_order_that_is_written_paid_is_settled(self):
        self._top_up(100)
        data = self._prepare_paid_by_value(110, 110)
        draft = self._send({**data, "state": "draft", "payment_ids": []})
        draft.with_user(self.till).write({"payment_ids": data["payment_ids"]})
        with self._refused("paid at the till"):
            draft.with_user(self.till).write({"state": "paid"})
            self.env.flush_all()

    def test_an_order_that_is_created_paid_is_settled_with_its_session(self):
        self._top_up(100)
        data = self._prepare_paid_by_value(110, 110)
        created = {key: value for key, value in data.items() if key not in ("name", "pos_session_id")}
        order = self.env["pos.order"].with_user(self.till).create({**created, "state": "paid"})
        self.assertEqual(order.state, "paid")
        self._close()
        self._assert_wallet(0, 0)
        self._assert_books()

    def test_a_settled_order_gets_no_prepaid_line(self):
        order = self._sell(self._line(self.shampoo, 100), partner=self.fraud)
        line = {"product_id": self.topup_product.id, "qty": 1, "price_unit": 100, "price_subtotal": 100,
                "price_subtotal_incl": 100, "order_id": order.id}  # fmt: skip
        for change in (
            lambda: self.env["pos.order.line"].with_user(self.till).create(line),
            lambda: order.lines.with_user(self.till).write({"product_id": self.topup_product.id}),
            lambda: order.lines.with_user(self.till).write({"product_id": self.ten.id}),
            lambda: order.with_user(self.till).write({"lines": [(0, 0, line)]}),
        ):
            with self._refused("Refund the order instead"), self.env.cr.savepoint():
                change()
                self.env.flush_all()
        self._close()
        self._assert_books()

    def test_what_paid_for_a_top_up_stays(self):
        """Who takes the cash out of the books takes it out of the drawer."""
        order = self._top_up(100, method=self.cash_method)
        sold = self._sell_card().pos_order_line_id.order_id
        for payment in (order | sold).payment_ids.with_user(self.till):
            for change in (
                lambda payment=payment: payment.write({"amount": 1}),
                payment.unlink,
                lambda payment=payment: payment.copy({"amount": -99}),
                lambda payment=payment: payment.write({"payment_method_id": self.later_method.id}),
            ):
                with self._refused("Refund the order instead"), self.env.cr.savepoint():
                    change()
                    self.env.flush_all()

    def test_a_till_that_takes_stored_value_has_a_customer_account(self):
        methods = self.config.payment_method_ids
        later = methods.filtered(lambda method: method.type == "pay_later")
        with self._refused("Customer Account"):
            self.config.payment_method_ids -= later
        with self._refused("Customer Account"):
            later.active = False
        self.config.payment_method_ids -= self.prepaid_methods | later
        self.assertEqual(self.config.payment_method_ids, methods - self.prepaid_methods - later)
