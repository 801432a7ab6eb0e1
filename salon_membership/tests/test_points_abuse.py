from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsAbuse(MembershipCommon):
    """What a tampered till, or a cashier who calls the server by hand, gets: nothing that was not paid for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.write({"discount": 0, "product_discount": 0, "points_factor": 1})
        cls._points_program().salon_points_for_one = 10
        cls.env.company.write({"salon_tier_basis": "spend", "salon_club_form_id": False})
        cls.silver.spend, cls.gold.spend = 2000, 5000
        cls.friend = cls.env["res.partner"].create({"name": "Friend"})
        cls.theirs = cls.env["salon.membership"]._enrol(cls.friend, cls.regular)

    @classmethod
    def _points_program(cls):
        return cls.membership.card_id.program_id

    def _line(self, product, price, quantity=1, **values):
        return {
            "product": product,
            "quantity": quantity,
            "price_unit": price,
            "price_subtotal": price * quantity,
            "price_subtotal_incl": price * quantity,
            **values,
        }

    # Points and tiers from nothing ------------------------------------------------------------------

    def test_a_negative_tip_lessens_what_is_earned(self):
        self.config.tip_product_id = self.env["product.product"].create({"name": "Tip", "taxes_id": False})
        order = self._sell(
            self._line(self.shampoo, 5000), self._line(self.config.tip_product_id, -4990), partner=self.friend
        )
        self.assertEqual((order.amount_total, order.salon_points, order.salon_spend), (10, 10, 10))

    def test_prepaid_money_that_is_not_there_lessens_what_is_earned(self):
        programs = self.env["loyalty.program"]
        program = programs.create({**programs._get_template_values()["ewallet"], "company_id": self.env.company.id})
        card = self.env["loyalty.card"].create({"program_id": program.id, "partner_id": self.client.id, "points": 100})
        reward = program.reward_ids
        wallet = {"product": reward.discount_line_product_id, "reward_id": reward.id}
        paid = self._line(price=-80, coupon_id=card.id, **wallet)
        self.assertEqual(self._sell((self.shampoo, 1), paid).salon_points, 80)
        paid = self._line(price=-5000, coupon_id=card.id, **wallet)
        self.assertEqual(self._sell(self._line(self.shampoo, 5000), paid).salon_points, 0)
        paid = self._line(price=-5000, **wallet)
        order = self._sell(self._line(self.shampoo, 5000), paid)
        self.assertEqual((order.salon_points, order.salon_spend), (0, 0))

    def test_a_tip_that_is_given_back_counts_as_little_as_it_did(self):
        self.config.tip_product_id = tip = self.env["product.product"].create({"name": "Tip", "taxes_id": False})
        order = self._sell((self.shampoo, 1), self._line(tip, 10))
        refund = self._sell(self._line(tip, 10, -1, refunded_orderline_id=order.lines[1].id))
        self.assertEqual((order.salon_spend, refund.salon_spend), (80, 0))
        abuse = self._line(tip, 4990, -1, refunded_orderline_id=order.lines[1].id)
        self.assertEqual(self._sell(self._line(self.shampoo, 5000), abuse).salon_spend, 10)

    def test_money_back_for_what_was_never_sold_lessens_what_is_earned(self):
        sold = self._sell((self.shampoo, 1), partner=self.guest)
        refund = self._line(self.shampoo, 5000, -1, refunded_orderline_id=sold.lines.id)
        order = self._sell(self._line(self.shampoo, 5000), refund)
        self.assertEqual((order.amount_total, order.salon_points), (0, 80))

    def test_what_was_refunded_already_lessens_what_is_earned(self):
        sold = self._sell((self.shampoo, 1), partner=self.guest)
        refund = self._line(self.shampoo, 80, -1, refunded_orderline_id=sold.lines.id)
        self.assertEqual(self._sell((self.shampoo, 1), refund).salon_points, 80, "an exchange")
        self.assertEqual(self._sell((self.shampoo, 1), refund).salon_points, 0)

    def test_nothing_is_earned_on_the_points_line(self):
        order = self._sell(self._line(self._program().salon_points_product_id, 500))
        self.assertEqual(order.salon_points, 0)

    def test_goods_taken_back_without_their_sale_take_points_back(self):
        self._give(500)
        self._sell((self.shampoo, -2))
        self.assertEqual((self.membership.points, self.membership.points_debt), (340, 0))
        self._sell((self.shampoo, -5))
        self.assertEqual((self.membership.points, self.membership.points_debt), (0, 60))

    def test_a_gift_is_taken_back_although_goods_took_some_of_it(self):
        self.membership._grant(200, "test", "Test")
        self._sell((self.shampoo, -1))
        self.assertEqual(self.membership.points, 120)
        self.assertEqual(self.membership._take_gift_back("test", "Test"), 80)
        self.assertEqual((self.membership.points, self.membership.points_debt), (0, 80))

    def test_a_gift_that_ended_by_itself_is_not_owed(self):
        gift = self.membership._grant(200, "test", "Test")
        gift.lot_id._book(-200, "expire")
        self.assertEqual(self.membership._take_gift_back("test", "Test"), 0)
        self.assertEqual(self.membership.points_debt, 0)

    def test_the_tills_own_subtotal_counts_for_no_tier(self):
        line = {**self._line(self.shampoo, 80), "price_subtotal_incl": 90000}
        order = self._sell(line, partner=self.friend)
        self.assertEqual((order.salon_spend, self.theirs.tier_id), (80, self.regular))

    def test_what_counts_for_the_tier_can_not_be_typed(self):
        order = self._sell((self.shampoo, 1), salon_spend=90000)
        order.with_user(self.till).write({"salon_spend": 90000})
        order.lines.with_user(self.till).write({"salon_list_price": 9})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((order.salon_spend, order.lines.salon_list_price), (80, 80))

    def test_an_order_is_settled_for_its_client_when_it_was_paid(self):
        order = self._sell((self.shampoo, 1), partner=self.guest).with_user(self.till)
        order.partner_id = self.friend
        order.action_pos_order_paid()
        self.assertEqual((self.theirs.points, order.salon_points), (0, 0))

    def test_a_tills_clock_makes_points_no_younger(self):
        ahead = fields.Datetime.now() + timedelta(days=3000)
        self._sell((self.shampoo, 1), date_order=fields.Datetime.to_string(ahead))
        self.assertLess(self.membership.lot_ids.earned_at, ahead - timedelta(days=2000))

    # Spending ---------------------------------------------------------------------------------------

    def test_a_points_line_that_calls_itself_a_refund_spends(self):
        self._give(500)
        sold = self._sell((self.shampoo, 1), partner=self.guest)
        line = {**self._points_line(30), "refunded_orderline_id": sold.lines.id}
        order = self._sell((self.cut, 1), line)
        self.assertEqual((order.salon_points_spent, order.salon_points), (300, 70))

    def test_many_cents_by_points_are_no_rounding(self):
        self._give(500)
        order = self._sell((self.cut, 1), *[self._points_line(0.01) for _number in range(100)])
        self.assertEqual(order.salon_points_spent, 10)

    # Refunds ----------------------------------------------------------------------------------------

    def _refund_both(self, *sales, **values):
        """Refund several sales by one order: core lets a till do so that adds the second to a saved order."""
        lines = [
            self._line(line.product_id, line.price_unit, -line.qty, refunded_orderline_id=line.id)
            for line in sales[0].lines
        ]
        partner = values.pop("partner", self.client)
        data = self._prepare_sale(*lines, partner=partner)
        order = self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        for line in [line for sale in sales[1:] for line in sale.lines]:
            line.copy({**line._prepare_refund_data(order, self.env["pos.pack.operation.lot"]), "qty": -line.qty})
        order._compute_prices()
        context = {"active_id": order.id, "active_ids": order.ids}
        payment = self.env["pos.make.payment"].with_context(**context)
        payment.create({"amount": order.amount_total, "payment_method_id": self.cash_pm1.id}).with_context(
            **context
        ).check()
        self.assertEqual(order.state, "paid")
        return order

    def test_a_refund_of_two_orders_takes_back_the_points_of_both(self):
        one, two = self._give(500), self._give(300)
        self._refund_both(one, two)
        self._assert_ledger(self.membership, 500, 300, -500, -300)

    def test_a_refund_of_two_orders_whose_points_are_spent_owes_both(self):
        one, two = self._give(500), self._give(300)
        self._sell(self._line(self.cut, 100), self._points_line(80))
        self._refund_both(one, two)
        self.assertEqual((self.membership.points, self.membership.points_debt), (0, 780))

    def test_a_refund_of_two_orders_gives_back_what_both_spent_of_one_lot(self):
        self._give(500)
        one = self._sell((self.cut, 1), self._points_line(20))
        two = self._sell((self.cut, 1), self._points_line(30))
        self._refund_both(one, two)
        self.assertEqual((self.membership.points, self.membership.points_debt), (500, 0))

    def test_a_refund_is_taken_off_the_tier_of_who_bought(self):
        order = self._sell(self._line(self.cut, 6000), partner=self.friend)
        self.assertEqual(self.theirs.tier_id, self.gold)
        line = order.lines
        refund = self._line(self.cut, 6000, -1, refunded_orderline_id=line.id)
        self._sell(refund, partner=self.client)
        self.assertEqual(self.theirs.tier_id, self.regular)
        self.env.invalidate_all()
        self.assertEqual((self.theirs.next_tier_id, self.theirs.missing_spend), (self.silver, 2000))
        self.assertEqual(self.membership.last_active_at.date(), fields.Date.today())
        since = self.env.company._salon_counted_from(self.env.company._salon_today())
        self.assertEqual(self.membership._figures(since)[self.membership.id][0], 0)

    def test_a_tier_does_not_stay_where_what_led_to_it_was_refunded(self):
        first = self._sell(self._line(self.cut, 4990), partner=self.friend)
        self._sell(self._line(self.cut, 10), partner=self.friend)
        self.assertEqual(self.theirs.tier_id, self.gold)
        self._refund(first)
        self.assertNotEqual(self.theirs.tier_id, self.gold)

    def test_points_on_an_order_without_a_member_are_noted(self):
        order = self._sell((self.cut, 1), self._points_line(30), partner=self.guest)
        self.assertIn("no member", order.message_ids[:1].body)

    # Holds ------------------------------------------------------------------------------------------

    def test_a_till_lets_go_of_its_own_companys_points_alone(self):
        self._give(500)
        self._hold(300, "one")
        other = self.setup_other_company(name="Other")["company"]
        user = self.env["res.users"].create(
            {
                "name": "Other Till",
                "login": "other_till",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
                "group_ids": [
                    (4, self.env.ref("point_of_sale.group_pos_user").id),
                    (4, self.env.ref("base.group_user").id),
                ],
            }
        )
        config = self.env["pos.config"].with_company(other).create({"name": "Other", "company_id": other.id})
        memberships = self.env["salon.membership"].with_user(user).with_company(other)
        memberships.release_points(config.id, ["one"])
        memberships.hold_points(self.client.id, config.id, "one", 0)
        self.assertEqual(self.membership.points_held, 300)

    def test_a_hold_whose_time_is_over_keeps_no_points_from_a_sale(self):
        self._give(500)
        hold = (
            self.env["salon.points.hold"]
            .sudo()
            .create(
                {
                    "order_uuid": "gone",
                    "membership_id": self.membership.id,
                    "points": 500,
                    "expires_at": fields.Datetime.now() - timedelta(minutes=1),
                }
            )
        )
        self._sell((self.cut, 1), self._points_line(30))
        self.assertEqual((self.membership.points, self.membership.points_debt), (270, 0))
        self.assertFalse(hold.exists())

    # Cards and memberships --------------------------------------------------------------------------

    def test_no_cashier_makes_a_card_that_is_none_of_the_salons(self):
        card = self.membership.card_id.with_user(self.till)
        with self.assertRaises(UserError):
            card.write({"is_salon_card": False})
        with self.assertRaises(UserError):
            card.write({"is_salon_card": False, "points": 5000})
        program = self.env["loyalty.program"].create({"name": "Other", "program_type": "loyalty"})
        other = self.env["loyalty.card"].create({"program_id": program.id, "points": 5000})
        with self.assertRaises(UserError):
            other.with_user(self.till).write({"program_id": card.program_id.id})
        line = self.env["loyalty.history"].create(
            {"card_id": other.id, "description": "Gift", "issued": 5000, "used": 0}
        )
        with self.assertRaises(UserError):
            line.with_user(self.till).write({"card_id": card.id})

    def test_a_membership_stays_in_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        with self.assertRaises(UserError):
            self.membership.company_id = other

    # The rules of part payment ----------------------------------------------------------------------

    def _ask(self, points, paying, payable):
        memberships = self.env["salon.membership"].with_user(self.till)
        return memberships.hold_points(self.client.id, self.config.id, "one", points, paying, payable)

    def test_no_fewer_points_pay_than_the_least(self):
        self._give(500)
        self._program().salon_points_minimum = 100
        with self.assertRaisesRegex(UserError, "At least 100 points"):
            self._ask(99, 99, 50)
        self.assertEqual(self._ask(100, 100, 50)["held"], 100)
        self.assertEqual(self._ask(30, 0, 0)["held"], 30, "a reward may cost less")

    def test_no_more_of_an_order_is_paid_by_points_than_its_share(self):
        self._give(500)
        self._program().salon_points_share = 50
        with self.assertRaisesRegex(UserError, "50"):
            self._ask(260, 260, 50)
        self.assertEqual(self._ask(250, 250, 50)["held"], 250)
        self.assertEqual(self._ask(300, 250, 50)["held"], 300, "with a reward for 50")

    def test_points_that_may_not_pay_are_not_held(self):
        self._give(500)
        self._program().salon_points_for_one = 0
        with self.assertRaisesRegex(UserError, "don't pay"):
            self._ask(100, 100, 50)

    def test_what_was_paid_beyond_the_rules_is_told(self):
        self._give(500)
        self._program().write({"salon_points_share": 50, "salon_points_minimum": 100})
        right = self._sell((self.cut, 1), self._points_line(20))
        self.assertFalse(self._told(right))
        self._sell((self.cut, 1), self._points_line(5))
        beyond = self._sell((self.shampoo, 0.25), self._points_line(15))
        self.assertEqual(len(self._told(right)), 2)
        self.assertIn("50", beyond.message_ids[:1].body)

    def _told(self, order):
        return order.partner_id.activity_ids.filtered(lambda activity: activity.user_id == self.manager)

    # Points whose day is over -----------------------------------------------------------------------

    def _lots(self, *rows):
        """Give the member lots of (points, days until the last day on which they can be used)."""
        today = self.env.company._salon_today()
        for points, days in rows:
            lot = self.env["salon.points.lot"].sudo().create(
                {
                    "membership_id": self.membership.id,
                    "company_id": self.env.company.id,
                    "earned_at": fields.Datetime.now(),
                    "expires_on": today + timedelta(days=days),
                }
            )  # fmt: skip
            lot._book(points, "adjust")

    def test_points_whose_day_is_over_are_not_held(self):
        self._lots((100, -1), (50, 0))
        with self.assertRaisesRegex(UserError, "can use 50 points"):
            self._hold(51, "one")
        self.assertEqual(self._hold(50, "one")["points"], 50)

    def test_points_whose_day_is_over_are_not_shown_at_the_till(self):
        self._lots((100, -1), (50, 0))
        data = self.env["salon.membership"].load_till_membership(self.client.id, self.config.id)
        vals = data["salon.membership"][0]
        today = self.env.company._salon_today()
        self.assertEqual((vals["points"], vals["points_ending"], vals["points_ending_on"]), (50, 50, today))

    def test_points_whose_day_is_over_are_not_spent(self):
        self._lots((100, -1), (50, 0))
        self._sell((self.cut, 1), self._points_line(8))
        ended, last = self.membership.lot_ids.filtered("expires_on").sorted("expires_on")[:2]
        self.assertEqual((ended.remaining, last.remaining), (100, 0))
        debts = self.env["salon.points.debt"].search([("membership_id", "=", self.membership.id)])
        self.assertEqual(debts.filtered(lambda debt: debt.kind == "shortfall").amount, 30)

    def test_points_whose_day_is_over_pay_no_debt(self):
        self._lots((100, -1))
        self.membership._owe(30, "shortfall")
        self.membership._repay()
        self.assertEqual((self.membership.points, self.membership.points_debt), (100, 30))

    def test_what_was_held_before_midnight_is_spent_after_it(self):
        self._lots((100, 0))
        tomorrow = self.env.company._salon_midnight(self.env.company._salon_today() + timedelta(days=1))
        with freeze_time(tomorrow - timedelta(minutes=5)):
            data = self._prepare_sale((self.cut, 1), self._points_line(10))
            self._hold(100, data["uuid"])
            self.env["salon.points.hold"].sudo().search([]).flush_recordset()
        with freeze_time(tomorrow + timedelta(minutes=5)):
            self._sync(data)
        self.assertEqual(self.membership.points_debt, 0)

    def test_the_day_is_the_salons(self):
        """At 20:00 in New York it is tomorrow in Greenwich."""
        self.env.company.resource_calendar_id.tz = "America/New_York"
        with freeze_time("2026-07-02 00:30:00"):
            self._lots((100, 0))
            self.assertEqual(str(self.membership.lot_ids.expires_on), "2026-07-01")
            self.assertEqual(self._hold(100, "one")["held"], 100)
