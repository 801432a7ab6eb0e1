from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsSpending(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.write({"discount": 0, "product_discount": 0, "points_factor": 1})
        cls.membership.card_id.program_id.salon_points_for_one = 10

    def _debts(self, membership=None):
        domain = [("membership_id", "=", (membership or self.membership).id)]
        return self.env["salon.points.debt"].search(domain, order="id").mapped("amount")

    # Part payment -----------------------------------------------------------------------------------

    def test_points_pay_a_part_and_earn_nothing_on_it(self):
        self._give(500)
        order = self._sell((self.cut, 1), self._points_line(30))
        self.assertEqual((order.amount_total, order.salon_points_spent, order.salon_points), (70, 300, 70))
        self._assert_ledger(self.membership, 500, -300, 70)

    def test_the_lots_that_end_first_are_spent_first(self):
        self._give(100)
        self._give(200)
        self._give(300)
        first, second, third = self.membership.lot_ids.sorted("id")
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute("UPDATE salon_points_lot SET expires_on = '2040-01-01' WHERE id = %s", (third.id,))
        self.env.cr.execute("UPDATE salon_points_lot SET expires_on = NULL WHERE id != %s", (third.id,))
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self._sell((self.cut, 1), self._points_line(45))
        self.env.invalidate_all()
        self.assertEqual([first.remaining, second.remaining, third.remaining], [0, 150, 0])

    def test_the_servers_worth_counts_not_the_tills(self):
        self._give(500)
        self._program().salon_points_for_one = 3
        order = self._sell((self.cut, 1), self._points_line(33.34))
        self.assertEqual(order.salon_points_spent, 101)

    def test_a_cent_of_rounding_is_not_another_wish(self):
        self._give(1000)
        self._program().salon_points_for_one = 100
        data = self._prepare_sale((self.cut, 1), self._points_line(3.34))
        self._hold(333, data["uuid"])
        self.assertEqual(self._sync(data).salon_points_spent, 333)

    def test_taxes_are_lessened_by_the_part_that_points_pay(self):
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        self.cut.taxes_id = tax
        self._give(600)
        order = self._sell((self.cut, 1), self._points_line(55, tax))
        self.assertEqual((order.amount_total, order.amount_tax), (55, 5))
        self.assertEqual((order.salon_points_spent, order.salon_points), (550, 55))

    def test_the_same_order_spends_once(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        order = self._sync({**data})
        self.assertEqual(self._sync({**data}), order)
        order.action_pos_order_paid()
        self._assert_ledger(self.membership, 500, -300, 70)
        with self.assertRaisesRegex(UserError, "paid already"):
            self._hold(300, data["uuid"])

    def test_an_invoice_at_the_till_settles_once(self):
        self._give(500)
        order = self._sell((self.cut, 1), self._points_line(30), to_invoice=True)
        self.assertEqual((order.state, order.account_move.amount_total), ("done", 70))
        self._assert_ledger(self.membership, 500, -300, 70)

    def test_an_invoice_made_later_changes_no_points(self):
        self._give(500)
        order = self._sell((self.cut, 1), self._points_line(30))
        order.action_pos_order_invoice()
        self.assertEqual(order.account_move.amount_total, 70)
        self._assert_ledger(self.membership, 500, -300, 70)

    # Holds ------------------------------------------------------------------------------------------

    def test_what_one_order_holds_no_other_gets(self):
        self._give(500)
        self.assertEqual(self._hold(300, "one"), {"points": 500, "points_held": 300, "held": 300})
        with self.assertRaisesRegex(UserError, "can use 200 points now, not 201"):
            self._hold(201, "two")
        self.assertEqual(self._hold(200, "two")["points_held"], 500)

    def test_asking_again_changes_the_hold(self):
        self._give(500)
        self._hold(300, "one")
        self.assertEqual(self._hold(500, "one")["points_held"], 500)
        self.assertEqual(self._hold(100, "one")["points_held"], 100)
        self.assertEqual(self._hold(0, "one")["points_held"], 0)
        self.assertFalse(self.membership.hold_ids)

    def test_a_hold_ends_by_itself(self):
        self._give(500)
        self._hold(500, "one")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=29)), self.assertRaises(UserError):
            self._hold(1, "two")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.assertEqual(self._hold(500, "two")["points_held"], 500)
            self.env["salon.points.hold"]._gc_holds()
            self.assertEqual(self.membership.hold_ids.order_uuid, "two")

    def test_paying_captures_the_hold(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        self._sync(data, self.till)
        self.assertFalse(self.membership.hold_ids)
        self._assert_ledger(self.membership, 500, -300, 70)

    def test_another_client_of_the_order_takes_the_hold_over(self):
        self._give(500)
        friend = self.env["res.partner"].create({"name": "Friend"})
        theirs = self.env["salon.membership"]._enrol(friend, self.regular)
        self._hold(300, "one")
        with self.assertRaises(UserError):
            self._hold(300, "one", friend)
        self._give(400, theirs)
        self._hold(300, "one", friend)
        self.assertEqual((self.membership.points_held, theirs.points_held), (0, 300))
        with self.assertRaisesRegex(UserError, "Only members"):
            self._hold(300, "one", self.guest)

    def test_an_order_whose_client_is_another_in_the_end_spends_theirs(self):
        self._give(500)
        friend = self.env["res.partner"].create({"name": "Friend"})
        theirs = self.env["salon.membership"]._enrol(friend, self.regular)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        self._sync({**data, "partner_id": friend.id})
        self.assertFalse(self.membership.hold_ids)
        self._assert_ledger(self.membership, 500)
        self.assertEqual((theirs.points, theirs.points_debt), (0, 230))

    def test_a_cancelled_order_lets_go_of_its_points(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        order = self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        self.assertEqual(self.membership.points_held, 300)
        order.action_pos_order_cancel()
        self._assert_ledger(self.membership, 500)
        self.assertFalse(self.membership.hold_ids)

    def test_a_deleted_order_lets_go_of_its_points(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0}).unlink()
        self.assertFalse(self.membership.hold_ids)

    def test_an_order_edited_in_the_back_office_settles_as_it_was_paid(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        order = self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        line = order.lines.filtered(lambda one: one.price_unit < 0)
        line.price_unit = -10
        line._onchange_amount_line_all()
        order._compute_prices()
        context = {"active_id": order.id, "active_ids": order.ids}
        payment = self.env["pos.make.payment"].with_context(**context)
        payment.create({"amount": 90, "payment_method_id": self.cash_pm1.id}).with_context(**context).check()
        self.assertEqual(order.state, "paid")
        self.assertFalse(self.membership.hold_ids)
        self._assert_ledger(self.membership, 500, -100, 90)

    def test_only_the_till_may_ask_for_points(self):
        plain = self.env["res.users"].create({"name": "Plain", "login": "plain"})
        with self.assertRaises(AccessError):
            self.env["salon.membership"].with_user(plain).hold_points(self.client.id, self.config.id, "one", 1)
        self._give(10)
        self.env["salon.membership"].with_user(self.till).hold_points(self.client.id, self.config.id, "one", 1)

    def test_what_is_held_and_owed_is_kept_by_the_database(self):
        order = self._give(500)
        self._hold(300, "one")
        self.membership._owe(1, "shortfall", order)
        self.env.flush_all()
        for query in (
            "UPDATE salon_membership SET points_held = 0",
            "UPDATE salon_membership SET points_debt = 5",
            "UPDATE salon_points_debt SET amount = 5",
            "DELETE FROM salon_points_debt",
            "TRUNCATE salon_points_debt",
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(query)

    # Debt -------------------------------------------------------------------------------------------

    def test_no_sale_is_lost_for_points_that_are_not_there(self):
        self._give(100)
        order = self._sell((self.cut, 1), self._points_line(30))
        self.assertEqual((order.state, order.salon_points_spent), ("paid", 100))
        # The 70 that it earns pay the first part of what is missing.
        self._assert_ledger(self.membership, 100, -100, 70, -70)
        self.assertEqual(self._debts(), [200, -70])
        self._give(200)
        self._assert_ledger(self.membership, 100, -100, 70, -70, 200, -130)
        self.assertEqual((self._debts(), self.membership.points_debt), ([200, -70, -130], 0))

    def test_points_that_another_order_holds_are_not_there(self):
        self._give(500)
        self._hold(400, "another")
        self._sell((self.cut, 1), self._points_line(30))
        self.assertEqual((self.membership.points, self.membership.points_held), (400, 400))
        self.assertEqual(self.membership.points_debt, 130)

    def test_a_refund_after_the_points_were_spent_is_owed(self):
        order = self._give(300)
        self._sell((self.cut, 1), self._points_line(30))
        self._refund(order)
        self._assert_ledger(self.membership, 300, -300, 70, -70)
        self.assertEqual(self._debts(), [300, -70])

    def test_a_debt_is_never_more_than_paid_back(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.membership._owe(-1, "waive")

    # By hand ----------------------------------------------------------------------------------------

    def _adjust(self, user, kind, points, note="Card of before"):
        values = {"membership_id": self.membership.id, "kind": kind, "points": points, "note": note}
        self.env["salon.points.adjust"].with_user(user).create(values).action_adjust()

    def test_a_manager_adjusts_points_with_a_reason(self):
        self._give(100)
        manager = new_test_user(self.env, "boss", "base.group_user,salon_crm.group_salon_manager")
        self._adjust(manager, "add", 50)
        self._adjust(manager, "take", 120, "Counted twice")
        self._assert_ledger(self.membership, 100, 50, -100, -20)
        self.assertEqual(self._moves().mapped("note"), [False, "Card of before", "Counted twice", "Counted twice"])
        self.assertEqual(self._moves()[-1].created_by, manager.id)
        with self.assertRaisesRegex(UserError, "30 points are free"):
            self._adjust(manager, "take", 31)
        self.membership._owe(40, "refund")
        self._adjust(manager, "waive", 5)
        self._adjust(manager, "add", 10)
        self.assertEqual((self.membership.points, self.membership.points_debt), (5, 0))
        with self.assertRaisesRegex(UserError, "0 points are owed"):
            self._adjust(manager, "waive", 5)

    def test_nobody_else_adjusts_points(self):
        for user in (self.reception, self.till):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._adjust(user, "add", 50)

    # Refunds ----------------------------------------------------------------------------------------

    def test_a_refund_gives_back_what_was_spent_to_the_lots_it_came_from(self):
        self._give(100)
        self._give(400)
        first, second = self.membership.lot_ids.sorted("id")
        order = self._sell((self.cut, 1), self._points_line(30))
        refund = self._refund(order)
        self.assertEqual((refund.amount_total, refund.salon_points_spent, refund.salon_points), (-70, -300, -70))
        self._assert_ledger(self.membership, 100, 400, -100, -200, 70, -70, 200, 100)
        self.assertEqual([first.remaining, second.remaining], [100, 400])
        refund.action_pos_order_paid()
        self._assert_ledger(self.membership, 100, 400, -100, -200, 70, -70, 200, 100)

    def test_partial_refunds_give_back_their_part_and_all_of_it_in_the_end(self):
        self._give(500)
        order = self._sell((self.shampoo, 3), self._points_line(10))
        given = [self._refund(order, {self.shampoo: 1}).salon_points_spent for _number in range(3)]
        self.assertEqual(sum(given), -100)
        self.assertEqual(given[0], -33)
        self.assertEqual((self.membership.points, self.membership.points_debt), (500, 0))

    def test_a_refund_gives_back_what_was_owed_for_the_order(self):
        self._give(100)
        order = self._sell((self.cut, 1), self._points_line(30))
        refund = self._refund(order)
        self.assertEqual(refund.salon_points_spent, -300)
        self.assertEqual((self.membership.points, self.membership.points_debt), (100, 0))

    def test_the_back_office_refunds_as_the_till_does(self):
        self._give(500)
        order = self._sell((self.shampoo, 2), self._points_line(40))
        self._refund(order, {self.shampoo: 1})
        self.assertEqual(self.membership.points, 500 - 200 + 60)
        refund = order._refund()
        self.assertEqual(refund.amount_total, -60)
        context = {"active_id": refund.id, "active_ids": refund.ids}
        payment = self.env["pos.make.payment"].with_context(**context)
        payment.create({"amount": -60, "payment_method_id": self.cash_pm1.id}).with_context(**context).check()
        self.assertEqual(refund.state, "paid")
        self.assertEqual((self.membership.points, self.membership.points_debt), (500, 0))

    def test_a_refund_in_another_clients_name_goes_to_who_spent(self):
        self._give(500)
        order = self._sell((self.cut, 1), self._points_line(30))
        order.partner_id = self.guest
        self._refund(order)
        self._assert_ledger(self.membership, 500, -300, 70, -70, 300)

    def test_who_is_no_member_any_more_spends_what_was_held(self):
        self._give(500)
        data = self._prepare_sale((self.cut, 1), self._points_line(30))
        self._hold(300, data["uuid"])
        self.membership.action_end()
        order = self._sync(data)
        self.assertEqual((order.salon_points_spent, order.salon_points), (300, 0))
        self.assertEqual(self.membership.points, 200)

    def test_merged_clients_pay_with_the_points_of_the_one_what_the_other_owes(self):
        friend = self.env["res.partner"].create({"name": "Friend"})
        theirs = self.env["salon.membership"]._enrol(friend, self.silver)
        self._give(500)
        order = self._sell((self.cut, 1), partner=friend)
        earned = theirs.points
        self._hold(earned, "held", friend)
        theirs._owe(60, "refund", order)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | friend).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual((theirs.points, theirs.points_held, theirs.points_debt), (0, 0, 0))
        self.assertEqual(
            (self.membership.points, self.membership.points_held, self.membership.points_debt),
            (500 + earned - 60, earned, 0),
        )
