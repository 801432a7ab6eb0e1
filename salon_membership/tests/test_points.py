import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPoints(MembershipCommon):
    def test_points_are_what_was_paid_times_the_tiers_factor(self):
        order = self._sell((self.cut, 1), (self.shampoo, 1))
        self.assertEqual(order.amount_total, 144)
        self._assert_ledger(self.membership, 216)
        self.assertEqual((order.salon_points, order.salon_points_balance), (216, 216))

    def test_points_are_rounded_down_for_the_order_as_a_whole(self):
        self.gold.write({"discount": 0, "product_discount": 0, "points_factor": 1.15})
        self.cut.list_price, self.shampoo.list_price = 33.3, 66.7
        self._sell((self.cut, 1), (self.shampoo, 1))  # 100.00 × 1.15: as a float 114.99999999999999
        self._assert_ledger(self.membership, 115)
        self.cut.list_price = 0.99
        self._sell((self.cut, 1))  # 1.1385
        self._assert_ledger(self.membership, 115, 1)

    def test_points_count_the_price_with_tax(self):
        self.cut.taxes_id = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        self._sell((self.cut, 1))
        self._assert_ledger(self.membership, 132)

    def test_the_programs_rate_counts(self):
        self.membership.card_id.program_id.rule_ids.reward_point_amount = 2
        self._sell((self.cut, 1))
        self._assert_ledger(self.membership, 240)

    def test_the_programs_end_ends_earning(self):
        self.membership.card_id.program_id.active = False
        self._sell((self.cut, 1))
        self._assert_ledger(self.membership)

    def test_tips_and_top_ups_earn_nothing(self):
        tip = self.env.ref("point_of_sale.product_product_tip")
        self.config.write({"iface_tipproduct": True, "tip_product_id": tip.id})
        top_up = self.env["product.product"].create({"name": "Top-up", "list_price": 500, "taxes_id": False})
        programs = self.env["loyalty.program"]
        program = programs.create({**programs._get_template_values()["ewallet"], "company_id": self.env.company.id})
        program.rule_ids.product_ids = top_up
        self._sell((self.cut, 1), (tip, 20), (top_up, 1))
        self._assert_ledger(self.membership, 120)

    def test_who_is_no_member_earns_nothing(self):
        order = self._sell((self.cut, 1), partner=self.guest)
        self.assertEqual(order.salon_points, 0)
        self.membership.action_end()
        self._sell((self.cut, 1))
        self.assertFalse(self.env["salon.points.move"].search([("pos_order_id", "in", order.session_id.order_ids.ids)]))

    def test_a_cashier_without_a_salon_role_sells_and_settles(self):
        data = self._prepare_sale((self.cut, 1))
        order = self._sync(data, self.till)
        self.assertEqual(order.salon_points, 120)
        self.assertEqual(self._moves().created_by, self.till.id)

    def test_the_same_order_settles_once(self):
        data = self._prepare_sale((self.cut, 1))
        order = self._sync({**data})
        self.assertEqual(self._sync({**data}), order)
        order._salon_settle_points()
        order.action_pos_order_paid()
        self._assert_ledger(self.membership, 120)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.membership._earn(5, order)

    def test_a_refund_takes_back_what_the_order_earned(self):
        order = self._sell((self.cut, 1), (self.shampoo, 1))
        refund = self._refund(order)
        self.assertEqual((refund.salon_points, refund.salon_points_balance), (-216, 0))
        self._assert_ledger(self.membership, 216, -216)
        refund._salon_settle_points()
        self._assert_ledger(self.membership, 216, -216)

    def test_partial_refunds_take_back_their_part_and_all_of_it_in_the_end(self):
        self.gold.points_factor = 1.01
        order = self._sell((self.shampoo, 3))  # 192 × 1.01 = 193.92
        for amount in (-65, -64, -64):
            refund = self._refund(order, {self.shampoo: 1})
            self.assertEqual(refund.salon_points, amount)
        self._assert_ledger(self.membership, 193, -65, -64, -64)

    def test_a_refund_takes_back_by_the_tier_of_the_sale(self):
        order = self._sell((self.cut, 1))
        self.membership.sudo().tier_id = self.regular
        self._refund(order)
        self._assert_ledger(self.membership, 120, -120)

    def test_what_a_lot_has_no_more_is_taken_from_the_others_and_the_rest_is_owed(self):
        order = self._sell((self.cut, 1))
        self._sell((self.shampoo, 1))
        self.membership.lot_ids.sorted("id")[0]._book(-100, "adjust", note="spent")
        refund = self._refund(order)
        self.assertEqual(refund.salon_points, -20)
        self.assertEqual((self.membership.points, self.membership.points_debt), (0, 4))

    def test_a_refund_of_an_ended_membership_takes_back_too(self):
        order = self._sell((self.cut, 1))
        self.membership.action_end()
        self._refund(order)
        self.assertEqual(self.membership.points, 0)

    def test_an_exchange_takes_back_and_earns(self):
        order = self._sell((self.shampoo, 1))
        back = {"product": self.shampoo, "quantity": -1, "refunded_orderline_id": order.lines.id}
        exchange = self._sell(back, {"product": self.cut, "quantity": 1})
        self.assertEqual(exchange.salon_points, 120 - 96)
        self._assert_ledger(self.membership, 96, -96, 120)

    def test_the_back_office_settles_as_the_till_does(self):
        data = self._prepare_sale((self.cut, 1))
        order = self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        self._assert_ledger(self.membership)
        context = {"active_id": order.id, "active_ids": order.ids}
        payment = (
            self.env["pos.make.payment"]
            .with_context(**context)
            .create({"amount": order.amount_total, "payment_method_id": self.cash_pm1.id})
        )
        payment.with_context(**context).check()
        self.assertEqual(order.state, "paid")
        self._assert_ledger(self.membership, 120)

    def test_a_change_of_client_before_payment_counts_for_who_pays(self):
        friend = self.env["res.partner"].create({"name": "Friend"})
        theirs = self.env["salon.membership"]._enrol(friend, self.regular)
        data = self._prepare_sale((self.cut, 1))
        self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        self._sync({**data, "lines": [], "partner_id": friend.id, "access_token": False})
        self._assert_ledger(self.membership)
        self._assert_ledger(theirs, 80)

    def test_an_order_in_another_currency_earns_nothing(self):
        self.config = self.other_currency_config
        order = self._sell((self.cut, 1))
        self.assertEqual((order.state, order.salon_points), ("paid", 0))

    # What Odoo shows --------------------------------------------------------------------------------

    def test_what_the_till_says_about_points_changes_nothing(self):
        order = self._sell((self.cut, 1))
        card = self.membership.card_id
        orders = order.with_user(self.till)
        answer = orders.confirm_coupon_programs(
            {
                str(card.id): {
                    "points": 9999,
                    "program_id": card.program_id.id,
                    "coupon_id": card.id,
                    "partner_id": self.client.id,
                }
            }
        )
        self.assertEqual([update["points"] for update in answer["coupon_updates"]], [120])
        answer = orders.confirm_coupon_programs(
            {"-7": {"points": 9999, "program_id": card.program_id.id, "coupon_id": -7}}
        )
        self.assertEqual([(update["old_id"], update["id"]) for update in answer["coupon_updates"]], [(-7, card.id)])
        self._assert_ledger(self.membership, 120)

    def test_other_programs_stay_stock(self):
        programs = self.env["loyalty.program"]
        program = programs.create({**programs._get_template_values()["loyalty"], "company_id": self.env.company.id})
        order = self._sell((self.cut, 1))
        data = {"-1": {"points": 7, "program_id": program.id, "coupon_id": -1, "partner_id": self.client.id}}
        answer = order.confirm_coupon_programs(data)
        self.assertEqual([update["points"] for update in answer["coupon_updates"]], [7])
        self.assertEqual(program.coupon_ids.points, 7)
        program.coupon_ids.points = 9

    def test_nobody_else_writes_the_salons_cards(self):
        card = self.membership.card_id
        program = card.program_id
        attempts = [
            lambda: card.with_user(self.till).write({"points": 1000}),
            lambda: card.sudo().write({"points": 1000}),
            lambda: card.with_context(salon_by=True).write({"points": 1000}),
            lambda: card.copy({"partner_id": self.guest.id, "code": "another"}),
            lambda: self.env["loyalty.card"].create({"program_id": program.id, "partner_id": self.guest.id}),
            lambda: self.env["loyalty.history"].create({"card_id": card.id, "description": "Gift", "issued": 5}),
            card.unlink,
            lambda: (
                self.env["loyalty.card.update.balance"]
                .create({"card_id": card.id, "new_balance": 50, "description": "Gift"})
                .action_update_card_point()
            ),
        ]
        for attempt in attempts:
            with self.subTest(attempt=attempt), self.assertRaises(UserError):
                attempt()

    def test_a_client_has_one_card_for_the_salons_points(self):
        card = self.membership.card_id
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO loyalty_card (program_id, partner_id, code, active, is_salon_card)"
                " VALUES (%s, %s, 'x', true, true)",
                (card.program_id.id, self.client.id),
            )

    def test_the_salons_program_has_nothing_that_the_till_would_compute_differently(self):
        program = self.membership.card_id.program_id
        for vals in (
            {"date_to": "2020-01-01"},
            {"limit_usage": True, "max_usage": 3},
            {"rule_ids": [Command.update(program.rule_ids.id, {"reward_point_mode": "order"})]},
            {"rule_ids": [Command.update(program.rule_ids.id, {"minimum_amount": 50})]},
            {"rule_ids": [Command.update(program.rule_ids.id, {"product_ids": self.cut.ids})]},
            {"reward_ids": [Command.create({"discount": 5, "required_points": 10, "clear_wallet": True})]},
            {"reward_ids": [Command.create({"discount": 5, "required_points": 10, "discount_mode": "per_point"})]},
            {"reward_ids": [Command.create({"discount": 5, "required_points": 1.5})]},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                program.write(vals)

    # The ledger -------------------------------------------------------------------------------------

    def test_the_ledger_is_append_only(self):
        self._sell((self.cut, 1))
        self.env.flush_all()
        for query in (
            "UPDATE salon_points_move SET amount = 5",
            "UPDATE salon_points_move SET pos_order_id = NULL",
            "DELETE FROM salon_points_move",
            "TRUNCATE salon_points_move",
            "UPDATE salon_points_lot SET remaining = remaining + 1",
            "DELETE FROM salon_points_lot",
            "TRUNCATE salon_points_lot CASCADE",
            "UPDATE salon_membership SET points = points + 1",
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(query)

    def test_no_balance_is_ever_negative(self):
        self._sell((self.cut, 1))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.membership.lot_ids._book(-121, "adjust")
        self._assert_ledger(self.membership, 120)

    def test_a_membership_starts_without_points_whatever_was_sent(self):
        membership = self.env["salon.membership"].create(
            {"partner_id": self.guest.id, "tier_id": self.gold.id, "points": 500}
        )
        membership.invalidate_recordset()
        self.assertEqual(membership.points, 0)

    def test_a_deleted_user_leaves_the_ledger_as_it_was(self):
        self._sync(self._prepare_sale((self.cut, 1)), self.till)
        move, till_id = self._moves(), self.till.id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pos_order SET user_id = NULL, create_uid = NULL WHERE id = %s", (move.pos_order_id.id,)
        )
        self.till.unlink()
        self.env.invalidate_all()
        self.assertEqual((move.created_by, move.created_by_name), (till_id, "Deleted user"))
