import re
from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .prepaid_shop import PrepaidCommon


@tagged("post_install", "-at_install")
class TestTopUp(PrepaidCommon):
    def test_a_top_up_is_principal_with_a_bonus_and_no_revenue(self):
        order = self._top_up(200)
        self._assert_wallet(200, 20)
        wallet = self._wallet()
        self.assertRegex(wallet.number, r"^V\d{5}$")
        self.assertEqual(wallet.lot_ids.pos_order_line_id, order.lines)
        self.assertEqual(
            (order.salon_wallet_principal, order.salon_wallet_bonus, order.salon_wallet_left), (200, 20, 220)
        )
        self.assertEqual(order.amount_tax, 0)
        self.assertEqual((order.salon_points, order.salon_spend), (0, 0))
        self._assert_books()
        session = self._close()
        self.assertEqual(self._liability(), 200)
        income = session.move_id.line_ids.filtered(lambda line: line.account_id.account_type == "income")
        self.assertFalse(income)
        self._assert_books()

    def test_the_best_rule_counts_and_tiers_and_days_limit_it(self):
        rules = self.env["salon.topup.rule"]
        self.rule.write({"kind": "fixed", "bonus": 15})
        rules.create({"amount_from": 500, "kind": "fixed", "bonus": 100, "repeats": True})
        gold = rules.create({"amount_from": 100, "kind": "percent", "percent": 20, "tier_ids": [(6, 0, self.gold.ids)]})
        today = self.company._salon_today()
        rules.create({"amount_from": 100, "kind": "fixed", "bonus": 999, "date_to": today - timedelta(days=1)})

        def best(partner, amount):
            return rules._best(self.company, partner, amount)[0]

        self.assertEqual([best(self.guest, amount) for amount in (99.99, 100, 499, 500, 999, 1000, 1500)],
                         [0, 15, 15, 100, 100, 200, 300])  # fmt: skip
        self.assertEqual([best(self.client, amount) for amount in (99.99, 100, 400, 600)], [0, 20, 80, 120])
        answer = self.env["salon.wallet"].topup_preview(self.config.id, self.client.id, 400)
        self.assertEqual(answer, {"bonus": 80, "rule": gold.display_name})

    def test_a_top_up_needs_a_client_and_no_tax(self):
        data = self._pay(self._prepare_sale(self._topup_line(50)), (self.card_method, 50))
        with self._refused("Choose the client"):
            self._sync({**data, "partner_id": False})
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        line = {**self._topup_line(100), "tax_ids": [(6, 0, tax.ids)], "price_subtotal_incl": 110}
        data = self._pay(self._prepare_sale(line), (self.card_method, 110))
        with self._refused("no tax"):
            self._sync(data)
        self.assertFalse(self._wallet())

    def test_the_first_top_up_makes_a_member_where_the_club_says_so(self):
        self._top_up(100, partner=self.guest)
        member = self.env["salon.membership"]._get_active(self.guest, self.company)
        self.assertEqual(member.change_ids.reason, "topup")
        self.company.salon_enrol_topup = False
        other = self.env["res.partner"].create({"name": "Olga Other"})
        self._top_up(100, partner=other)
        self.assertFalse(self.env["salon.membership"]._get_active(other, self.company))
        self._assert_wallet(100, 10, other)

    def test_taking_a_top_up_back_pays_principal_alone_and_ends_its_bonus(self):
        first, second = self._top_up(100), self._top_up(300)
        self._give_back(second, method=self.cash_method)
        self._assert_wallet(100, 10)
        self._give_back(first, part=0.5, method=self.cash_method)
        self._assert_wallet(50, 5)
        self.assertEqual(
            self._wallet().move_ids.filtered(lambda move: move.kind == "payout").mapped("principal"), [-50, -300]
        )
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 50)

    def test_a_top_up_that_is_used_already_is_not_taken_back(self):
        order = self._top_up(100)
        self._buy(60, 55)
        self._assert_wallet(50, 5)
        with self._refused("can't be paid back"):
            self._give_back(order, method=self.cash_method)
        self._give_back(order, part=0.5, method=self.cash_method)
        self._assert_wallet(0, 0)
        self._assert_books()


@tagged("post_install", "-at_install")
class TestUse(PrepaidCommon):
    def setUp(self):
        super().setUp()
        self._top_up(100)
        self._top_up(200)
        self._assert_wallet(300, 30)

    def test_principal_and_bonus_are_used_in_proportion_and_the_bonus_is_a_discount(self):
        split = self._hold_value(110, "split")
        self.assertEqual(
            split,
            {"principal": 100, "bonus": 10, "left_principal": 200, "left_bonus": 20, "wallet_id": self._wallet().id},
        )
        self.env["salon.wallet"].release_value(self.config.id, ["split"])
        order = self._buy(110, 110)
        self._assert_wallet(200, 20)
        self.assertEqual((order.amount_total, order.amount_paid), (100, 100))
        self.assertEqual(order.payment_ids.payment_method_id, self.wallet_method)
        self.assertFalse(self._wallet().hold_ids)
        # What was sold is 100: the bonus part gives neither points nor tier.
        self.assertEqual(order.salon_spend, 100)
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 200)

    def test_one_part_before_the_other_by_setting(self):
        for use, expected in (("principal", (300, 10)), ("bonus", (280, 30)), ("proportion", (281.82, 28.18))):
            self.company.salon_wallet_use = use
            split = self._hold_value(310, f"use-{use}")
            self.assertEqual((split["principal"], split["bonus"]), expected)
            self.env["salon.wallet"].release_value(self.config.id, [f"use-{use}"])

    def test_a_part_of_an_order_is_paid_by_it(self):
        order = self._buy(100, 33.33)
        wallet = self._wallet()
        self.assertEqual(wallet.principal, 300 - 30.3)
        self.assertEqual(wallet.bonus, 30 - 3.03)
        self.assertEqual(sum(order.payment_ids.mapped("amount")), 100 - 3.03)
        self.assertEqual(wallet._mistakes(), [])
        self._assert_books()

    def test_what_one_order_holds_no_other_gets(self):
        self._hold_value(200, "first")
        with self._refused("can use"):
            self._hold_value(131, "second")
        split = self._hold_value(130, "second")
        self.assertEqual(round(split["principal"] + split["bonus"], 2), 130)
        wallet = self._wallet()
        self.assertEqual((wallet.principal_held, wallet.bonus_held), (300, 30))
        # Asking again replaces; nothing ends it.
        self._hold_value(50, "first")
        self._hold_value(0, "second")
        self.assertEqual(wallet.hold_ids.mapped("order_uuid"), ["first"])
        self.assertEqual(wallet.principal_held + wallet.bonus_held, 50)

    def test_a_hold_ends_by_itself_but_not_once_validation_began(self):
        self._hold_value(330, "late")
        self.env["salon.wallet"].begin_validation(self.config.id, "late")
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            with self.assertRaises(UserError):
                self._hold_value(1, "other")
            self.env["salon.wallet"].release_value(self.config.id, ["late"])
            self._hold_value(330, "other")
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            with self._refused("not held any more"):
                self.env["salon.wallet"].begin_validation(self.config.id, "other")
            self._hold_value(330, "third")
        with self._refused("not held any more"):
            self.env["salon.wallet"].begin_validation(self.config.id, "nobody")

    def test_a_hold_whose_time_is_over_is_asked_for_again_or_used_if_nobody_else_got_it(self):
        self._hold_value(100, "mine")
        data = self._prepare_paid_by_value(110, 110)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.assertEqual(self._hold_value(110, "mine")["principal"], 100)
            self._hold_value(0, "mine")
            self._sync({**data})
        self._assert_wallet(200, 20)
        self.assertFalse(self._wallet().hold_ids)

    def test_an_order_that_is_sent_again_is_booked_once(self):
        data = self._prepare_paid_by_value(110, 110)
        order = self._sync({**data})
        self.assertEqual(self._sync({**data}), order)
        order.action_pos_order_paid()
        self._assert_wallet(200, 20)
        with self._refused("paid already"):
            self._hold_value(10, data["uuid"])

    def test_what_is_not_there_any_more_the_client_owes(self):
        data = self._prepare_paid_by_value(330, 330)
        self.env["salon.wallet"].release_value(self.config.id, [data["uuid"]])
        self._buy(220, 220)
        order = self._sync(data)
        self._assert_wallet(0, 0)
        by_method = {payment.payment_method_id: payment.amount for payment in order.payment_ids}
        self.assertEqual(by_method, {self.wallet_method: 100, self.later_method: 200})
        self.assertEqual(order.state, "paid")
        self.assertIn("owes", "".join(order.message_ids.mapped("body")))
        self.assertIn("bonus", "".join(order.message_ids.mapped("body")))
        self._assert_books()
        self._close()
        self._assert_books()
        self.assertEqual(self.client.credit, 200)

    def test_a_blocked_card_pays_nothing_but_what_was_held_before(self):
        data = self._prepare_paid_by_value(110, 110)
        self._wallet().action_block()
        with self._refused("blocked"):
            self._hold_value(10, "blocked")
        self._sync(data)
        self._assert_wallet(200, 20)
        order = self._buy(50, 50, hold=False)
        self._assert_wallet(200, 20)
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self._top_up(10)
        self._wallet().action_unblock()
        self._buy(10, 10)
        self._assert_books()

    def test_more_than_the_order_is_never_taken(self):
        data = self._prepare_sale(self._line(self.shampoo, 50))
        self._pay(data, (self.wallet_method, 80), (self.cash_method, -30))
        order = self._sync(data)
        self.assertEqual(self._wallet().principal, 250)
        self.assertEqual(
            sorted((payment.payment_method_id.type, payment.amount) for payment in order.payment_ids),
            [("bank", 50), ("cash", -30), ("pay_later", 30)],
        )
        self._assert_books()

    def test_stored_value_tops_nothing_up(self):
        data = self._prepare_sale(self._topup_line(100), self._line(self.shampoo, 20))
        with self._refused("is paid at once"):
            self._sync(self._pay(data, (self.wallet_method, 120)))
        data = self._prepare_sale(self._topup_line(100), self._bonus_line(20))
        with self._refused("no discount"):
            self._sync(self._pay(data, (self.cash_method, 80)))

    def test_a_refund_goes_back_in_the_parts_it_came_from(self):
        order = self._buy(165, 165)
        self._assert_wallet(150, 15)
        self._give_back(order, part=0.5)
        self._assert_wallet(225, 22.5)
        self._give_back(order, part=0.5)
        self._assert_wallet(300, 30)
        self.assertEqual(self._wallet().lot_ids.mapped("principal_left"), [100, 200])
        self.assertEqual(self._wallet().lot_ids.mapped("bonus_left"), [10, 20])
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 300)

    def test_a_refund_that_leaves_the_bonus_out_is_refused(self):
        order = self._buy(110, 110)
        goods = order.lines.filtered(lambda line: line.product_id == self.shampoo)
        line = self._line(self.shampoo, 110, -1, refunded_orderline_id=goods.id)
        with self._refused("bonus"):
            self._sync(self._pay(self._prepare_sale(line), (self.cash_method, -110)))

    def test_the_money_of_a_refund_can_be_put_on_the_card(self):
        order = self._sell(self._line(self.shampoo, 40))
        self._give_back(order)
        self._assert_wallet(340, 30)
        self._assert_books()

    def test_a_session_whose_net_is_a_refund_books_the_liability(self):
        order = self._buy(110, 110)
        self._close()
        self.assertEqual(self._liability(), 200)
        self._give_back(order)
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 300)
        self._assert_books()

    def test_no_difference_is_counted_on_prepaid_money(self):
        self._buy(110, 110)
        session = self.config.current_session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        answer = session.close_session_from_ui([(self.wallet_method.id, -5)])
        self.assertFalse(answer["successful"])
        self.assertIn("clients' cards", answer["message"])
        with self._refused("clients' cards"):
            session.action_pos_session_closing_control(bank_payment_method_diffs={self.wallet_method.id: 5})
        self.assertNotEqual(session.state, "closed")

    def test_an_invoice_at_the_till(self):
        data = self._prepare_paid_by_value(110, 110)
        order = self._sync({**data, "to_invoice": True})
        self.assertEqual(order.account_move.payment_state, "paid")
        self.assertEqual(order.account_move.amount_total, 100)
        data = self._pay(self._prepare_sale(self._topup_line(50)), (self.card_method, 50))
        top_up = self._sync({**data, "to_invoice": True})
        self.assertEqual(top_up.account_move.invoice_line_ids.account_id, self.wallet_account)
        self._assert_wallet(250, 20)
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 250)

    def test_an_invoice_that_is_asked_for_after_the_closing(self):
        order, top_up = self._buy(110, 110), self._top_up(50)
        self._close()
        self.assertEqual(self._liability(), 250)
        (order | top_up).mapped(lambda one: one.action_pos_order_invoice())
        self._assert_books()
        self.assertEqual(self._liability(), 250)

    def test_an_order_that_arrives_after_the_closing(self):
        data = self._prepare_paid_by_value(110, 110)
        self._close()
        self.assertEqual(self._liability(), 300)
        with self.assertRaises(UserError), mute_logger("odoo.addons.point_of_sale.models.pos_order"):
            self._sync({**data})
        self.open_new_session()
        with mute_logger("odoo.addons.point_of_sale.models.pos_order"):
            self._sync({**data})
        self._assert_wallet(200, 20)
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 200)

    def test_the_back_office_changes_nothing_that_is_booked(self):
        order, top_up = self._buy(110, 110), self._top_up(50)
        payment = order.payment_ids
        for change in (
            lambda: payment.write({"amount": 50}),
            lambda: payment.write({"payment_method_id": self.cash_method.id}),
            payment.unlink,
            lambda: top_up.payment_ids.write({"payment_method_id": self.wallet_method.id}),
            lambda: order.add_payment(
                {"pos_order_id": order.id, "amount": 5, "payment_method_id": self.wallet_method.id}
            ),
            lambda: top_up.lines.write({"price_unit": 500}),
        ):
            with self._refused("Refund the order instead"):
                change()

    def test_the_back_office_refunds_with_the_bonus(self):
        order = self._buy(110, 110)
        refund = order._refund()
        self.assertEqual(refund.amount_total, -100)
        wizard = self.env["pos.make.payment"].with_context(active_id=refund.id, active_ids=refund.ids)
        wizard.create({"payment_method_id": self.wallet_method.id, "amount": -100}).check()
        self.assertEqual(refund.state, "paid")
        self._assert_wallet(300, 30)
        self._assert_books()

    def test_a_given_up_order_lets_go(self):
        data = self._prepare_paid_by_value(110, 110)
        draft = self._sync({**data, "state": "draft", "payment_ids": []})
        self.assertEqual(self._wallet().principal_held, 100)
        self.env["pos.order"].remove_from_ui(draft.ids)
        self.assertEqual(self._wallet().principal_held, 0)


@tagged("post_install", "-at_install")
class TestTax(PrepaidCommon):
    def test_the_bonus_lessens_revenue_and_tax(self):
        """100.00 with 15 % tax included, 10.00 of it bonus: revenue and tax are those of 90.00."""
        tax = self.env["account.tax"].create(
            {"name": "15 % incl.", "amount": 15, "price_include_override": "tax_included"}
        )
        self.rule.write({"amount_from": 1, "kind": "fixed", "bonus": 10})
        self._top_up(90, partner=self.guest)
        split = self._hold_value(100, "taxed", self.guest)
        self.assertEqual((split["principal"], split["bonus"]), (90, 10))
        lines = [self._line(self.shampoo, 100, tax=tax), self._bonus_line(10, tax=tax)]
        data = self._prepare_sale(*lines, partner=self.guest, uuid="taxed")
        order = self._sync(self._pay(data, (self.wallet_method, 90)))
        self._assert_wallet(0, 0, self.guest)
        session = self._close()
        lines = session.move_id.line_ids
        self.assertAlmostEqual(-sum(lines.filtered("tax_line_id").mapped("balance")), 11.74)
        self.assertAlmostEqual(-sum(lines.filtered("tax_ids").mapped("balance")), 78.26)
        self.assertAlmostEqual(order.amount_tax, 11.74)
        self._assert_books()


@tagged("post_install", "-at_install")
class TestLedger(PrepaidCommon):
    def test_the_database_changes_no_line(self):
        self._top_up(100)
        wallet = self._wallet()
        self.env.flush_all()
        for statement in (
            "UPDATE salon_wallet_move SET principal = 1000",
            "UPDATE salon_wallet_move SET note = 'x'",
            "DELETE FROM salon_wallet_move",
            "TRUNCATE salon_wallet_move",
            "UPDATE salon_wallet_lot SET principal_left = 50",
            "UPDATE salon_wallet_lot SET bonus_expires_on = NULL, principal = 90",
            "DELETE FROM salon_wallet_lot",
            "UPDATE salon_wallet SET principal = 1000",
            "UPDATE salon_wallet SET bonus_held = 10",
        ):
            with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.env.cr.execute(statement)
        with self.assertRaises(ValidationError):
            wallet.partner_id = self.guest
        with self.assertRaises(UserError):
            wallet.unlink()
        self._assert_wallet(100, 10)

    def test_the_check_names_what_differs(self):
        self._top_up(100)
        wallet = self._wallet()
        self.assertEqual(wallet.action_check()["params"]["type"], "success")
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute("UPDATE salon_wallet SET principal = 90 WHERE id = %s", [wallet.id])
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        wallet.invalidate_recordset()
        answer = wallet.action_check()["params"]
        self.assertEqual(answer["type"], "danger")
        self.assertIn(wallet.number, answer["message"])

    def test_a_client_with_stored_value_is_not_erased(self):
        self._top_up(100)
        file = self.client.salon_file_ids
        self.assertIn("pay it out", "\n".join(file._erasure_obstacles()))

    def test_merged_clients_have_one_stored_value(self):
        first = self._top_up(100)
        self._top_up(200, partner=self.guest)
        self._hold_value(50, "merging", self.guest)
        ids = [self.client.id, self.guest.id]
        self.env["base.partner.merge.automatic.wizard"]._merge(ids, self.client)
        self._assert_wallet(300, 30)
        wallet = self._wallet()
        self.assertEqual(wallet.hold_ids.order_uuid, "merging")
        closed = self.env["salon.wallet"].search([("state", "=", "closed")])
        self.assertEqual((closed.principal, closed.partner_id), (0, self.client))
        self.assertEqual(closed._mistakes(), [])
        self._give_back(first, method=self.cash_method)
        self._assert_wallet(200, 20)
        self._assert_books()

    def test_what_was_bought_before_merging_is_given_back_after_it(self):
        top_up = self._top_up(200, partner=self.guest)
        order = self._buy(220, 220, partner=self.guest)
        self._top_up(100)
        self.env["base.partner.merge.automatic.wizard"]._merge([self.client.id, self.guest.id], self.client)
        self._give_back(order)
        self._assert_wallet(300, 30)
        self._give_back(top_up, method=self.cash_method)
        self._assert_wallet(100, 10)
        self._assert_books()

    def test_a_till_goes_on_with_a_client_who_was_merged_meanwhile(self):
        """The till has loaded who is there no more, and took the money: no order is lost, and nobody's money."""
        self._top_up(200, partner=self.guest)
        self._top_up(100)
        uuid = self._uuid()
        paid = self._prepare_paid_by_value(110, 110, partner=self.guest, uuid=uuid)
        self.env["salon.wallet"].begin_validation(self.config.id, uuid)
        top_up = self._prepare_sale(self._topup_line(50), partner=self.guest, uuid=self._uuid())
        top_up = self._pay(top_up, (self.cash_method, 50))
        ids = [self.client.id, self.guest.id]
        self.env["base.partner.merge.automatic.wizard"]._merge(ids, self.client)
        self.assertFalse(self.guest.exists())
        orders = self._sync(paid) | self._sync(top_up)
        self.assertEqual(orders.partner_id, self.client)
        self.assertEqual(set(orders.mapped("state")), {"paid"})
        self.assertEqual((self._wallet().principal, self._wallet().principal_held), (250, 0))
        self._assert_books()
        # And who stayed is merged once more.
        other = self.env["res.partner"].create({"name": "Olga Other"})
        again = self._prepare_sale(self._topup_line(10), uuid=self._uuid())
        again = {**self._pay(again, (self.cash_method, 10)), "partner_id": ids[1]}
        self.env["base.partner.merge.automatic.wizard"]._merge([self.client.id, other.id], other)
        self.assertEqual(self._sync(again).partner_id, other)

    def test_a_refund_in_a_later_session_goes_back_in_the_parts_it_came_from(self):
        """Paid by stored value in part; its bonus has ended since, and the client was merged."""
        self.company.salon_bonus_months = 1
        self._top_up(100, partner=self.guest)
        order = self._buy(110, 55, partner=self.guest)
        self._close()
        self._assert_books()
        with freeze_time(fields.Datetime.now() + timedelta(days=60)):
            self.env["base.partner.merge.automatic.wizard"]._merge([self.client.id, self.guest.id], self.client)
            self._wallet()._expire_bonus(self.company._salon_today())
            self._assert_wallet(50, 0)
            moves = self._give_back(order).salon_wallet_move_ids.sorted("id")
            # What was used comes back as it was; what was paid by card is new principal, as the client wished.
            self.assertEqual(moves.mapped("principal"), [50, 55])
            self.assertEqual(moves.mapped("bonus"), [5, 0])
            self._assert_wallet(155, 5)
            self._wallet()._expire_bonus(self.company._salon_today())
            self._assert_wallet(155, 0)
            with self._refused(""):
                self._give_back(order)
            self._close()
            self._assert_books()


@tagged("post_install", "-at_install")
class TestPin(PrepaidCommon):
    def setUp(self):
        super().setUp()
        self._top_up(500)
        self.company.salon_pin_from = 100
        self.wallets = self.env["salon.wallet"]

    def _set_pin(self, pin, old=None):
        return self.wallets.set_pin(self.config.id, self.client.id, pin, old)

    def test_from_an_amount_on_the_client_types_a_pin(self):
        self.assertTrue(self._hold_value(99.99, "small")["wallet_id"])
        self.assertEqual(self._hold_value(100, "big")["pin"], "none")
        with self.assertRaises(UserError):
            self._set_pin("12a4")
        self.assertEqual(self._set_pin("1234"), {})
        self.assertEqual(self._hold_value(100, "big")["pin"], "missing")
        self.assertEqual(self._hold_value(100, "big", pin="4321")["pin"], "wrong")
        self.assertTrue(self._hold_value(100, "big", pin="1234")["wallet_id"])
        self.assertEqual(self._wallet().pin_tries, 0)
        self.assertEqual(self._set_pin("5678", "0000")["pin"], "wrong")
        self.assertEqual(self._set_pin("5678", "1234"), {})
        self.assertEqual(self._hold_value(100, "big", pin="1234")["pin"], "wrong")

    def test_five_wrong_ones_block_it_until_a_manager_resets_it(self):
        self._set_pin("1234")
        answers = [self._hold_value(100, "big", pin="0000")["pin"] for _time in range(5)]
        self.assertEqual(answers, ["wrong"] * 4 + ["blocked"])
        self.assertEqual(self._hold_value(100, "big", pin="1234")["pin"], "blocked")
        self.assertFalse(self._wallet().hold_ids)
        self._wallet().with_user(self.manager).action_reset_pin()
        self.assertEqual(self._hold_value(100, "big", pin="1234")["pin"], "none")

    def test_who_set_it_is_noted_and_the_client_is_told(self):
        self.company.salon_tell_prepaid = self.company.salon_send_contract = False
        self.client.email = "client@example.com"
        wallet = self._wallet()
        wallets = self.wallets.with_user(self.till)
        wallets.set_pin(self.config.id, self.client.id, "1234")
        wallets.set_pin(self.config.id, self.client.id, "5678", "1234")
        wallet.with_user(self.manager).action_reset_pin()
        said = wallet.message_ids.sorted("id").filtered(lambda message: "PIN" in message.body)
        till = self.config.name
        self.assertEqual([m.preview for m in said], [f"PIN set at {till}.", f"PIN changed at {till}.", "PIN reset."])
        self.assertEqual(said.author_id, (self.till | self.manager).partner_id)
        notices = self.env["salon.wallet.notice"].search([("wallet_id", "=", wallet.id)], order="id")
        notices = notices.filtered(lambda notice: notice.kind != "topup")
        self.assertEqual(notices.mapped("kind"), ["pin", "pin", "pin_reset"], "whatever else the salon tells")
        night = self.company._salon_midnight(self.company._salon_today()) + timedelta(days=1, hours=3)
        self.env.ref("salon_membership.mail_template_pin").auto_delete = False
        self.env.flush_all()
        with freeze_time(night), self.enter_registry_test_mode(), self.mock_mail_gateway():
            self.env.ref("salon_membership.cron_tell_wallets").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(notices.mapped("state")), {"sent"}, "at once, at any hour")
        self.assertIn("A PIN was set for your stored value", notices[0].mail_id.body_html)
        self.assertNotIn("1234", notices[0].mail_id.body_html)

    def test_where_codes_are_sent_the_first_one_takes_the_clients_code(self):
        self.company.salon_pin_way = "either"
        self.client.write({"phone": "+86 139 0000 0777", "country_id": self.env.ref("base.cn").id})
        self.assertEqual(self._set_pin("1234")["pin"], "code")
        self.wallets.send_code(self.config.id, self.client.id)
        sms = self.env["sms.sms"].search([("number", "=", self.client.phone_sanitized)], order="id desc", limit=1)
        code = re.search(r"\d{6}", sms.body)[0]
        wrong = f"{(int(code) + 1) % 1000000:06}"
        answer = self.wallets.set_pin(self.config.id, self.client.id, "1234", None, wrong)
        self.assertEqual(answer["pin"], "code_wrong")
        self.assertFalse(self._wallet().has_pin)
        self.assertEqual(self.wallets.set_pin(self.config.id, self.client.id, "1234", None, code), {})
        self.assertTrue(self._wallet().has_pin)
        self.assertEqual(self._set_pin("5678", "1234"), {}, "who has one types that")
        # Whose number is not known sets it at the till.
        self._wallet().with_user(self.manager).action_reset_pin()
        self.client.phone = False
        self.assertEqual(self._set_pin("1234"), {})

    def test_nobody_reads_it(self):
        self._set_pin("1234")
        wallet = self._wallet().with_user(self.manager)
        self.assertTrue(wallet.has_pin)
        self.assertNotIn("pin_hash", wallet.read()[0])
        self.assertNotIn("1234", wallet.sudo().pin_hash)
