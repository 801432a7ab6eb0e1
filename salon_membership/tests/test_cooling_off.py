from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .treatment_shop import TreatmentCommon

SOLD = datetime(2026, 3, 2, 4, 0)  # noon in Shanghai


@tagged("post_install", "-at_install")
class TestCoolingOff(TreatmentCommon):
    """Unused and within seven days a sale is taken back whole by any cashier; anything else is a manager's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.company.salon_cooling_days = 7

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(SOLD))
        # The last moment on the salon's clocks, and the first after it.
        self.last = datetime(2026, 3, 9, 15, 59, 59)
        self.late = datetime(2026, 3, 9, 16, 0)

    def _as(self, user):
        """Have the till's orders be sent by this user from now on."""
        self.env = self.env(user=user)

    def _refund(self, order, user, at, **values):
        """Refund an order by hand at a till of this user, at this moment."""
        with freeze_time(at):
            lines, total = [], 0
            for line in order.lines:
                price = values.get("price", line.price_subtotal_incl / line.qty)
                quantity = values.get("quantity", line.qty)
                total -= price * quantity
                lines.append(self._line(line.product_id, price, -quantity, refunded_orderline_id=line.id))
            data = self._prepare_sale(*lines, partner=order.partner_id, is_refund=True, **values.get("more", {}))
            self._pay(data, (self.card_method, total))
            orders = self.env["pos.order"].with_user(user)
            created = orders.sync_from_ui([data])["pos.order"]
            return self.env["pos.order"].browse(created[0]["id"])

    def test_an_unused_top_up_within_the_time(self):
        order = self._top_up(100)
        lot = self._wallet().lot_ids
        self.assertEqual(lot._cooling_until(), fields.Date.to_date("2026-03-09"))
        self._refund(order, self.till, self.last)
        self._assert_wallet(0, 0)
        self._assert_books()

    def test_a_second_after_the_last_day_it_is_a_managers(self):
        order = self._top_up(100)
        with self._refused("ended on"):
            self._refund(order, self.till, self.late)
        self._assert_wallet(100, 10)
        self._refund(order, self._manager_at_the_till(), self.late)
        self._assert_wallet(0, 0)

    def _manager_at_the_till(self):
        self.manager.group_ids |= self.env.ref("point_of_sale.group_pos_user")
        return self.manager

    def test_the_salons_clocks_count_not_the_users(self):
        self.till.tz = "America/New_York"
        card = self._sell_card()
        for at, whole in ((self.last, True), (self.late, False)):
            with freeze_time(at):
                self.assertEqual(card._taken_back_whole(), whole)
        self.company.resource_calendar_id.tz = "America/New_York"
        self.assertEqual(card.with_context(tz="Asia/Shanghai")._taken_back_whole(self.late), True)

    def test_a_refund_that_arrives_a_little_late_counts_by_its_own_time(self):
        order = self._top_up(100)
        refund = {"more": {"date_order": fields.Datetime.to_string(self.last)}}
        self._refund(order, self.till, self.last + timedelta(minutes=30), **refund)
        self._assert_wallet(0, 0)

    def test_a_clock_that_is_turned_back_is_not_believed(self):
        order = self._top_up(100)
        refund = {"more": {"date_order": fields.Datetime.to_string(self.last)}}
        with self._refused("ended on"):
            self._refund(order, self.till, self.last + timedelta(hours=2), **refund)

    def test_what_is_used_is_a_managers_even_within_the_time(self):
        order = self._top_up(100)
        self._buy(11, 11)
        with self._refused("used in part"):
            self._refund(order, self.till, self.last, price=90)
        with self._refused("can't be paid back"):
            self._refund(order, self.till, self.last)
        self._refund(order, self._manager_at_the_till(), self.last, price=90)
        self._assert_wallet(0, 0)

    def test_what_was_used_and_came_back_is_unused(self):
        order = self._top_up(100)
        self._give_back(self._buy(11, 11))
        self._refund(order, self.till, self.last)
        self._assert_wallet(0, 0)

    def test_a_part_of_an_unused_top_up_is_a_managers(self):
        order = self._top_up(100)
        with self._refused("taken back whole"):
            self._refund(order, self.till, self.last, price=40)
        self._assert_wallet(100, 10)

    def test_what_names_no_sale_is_a_managers(self):
        self._top_up(100)
        data = self._prepare_sale(self._topup_line(100, quantity=1), is_refund=True)
        data["lines"][0][2].update(qty=-1, price_subtotal=-100, price_subtotal_incl=-100)
        data["amount_total"] = -100
        self._pay(data, (self.card_method, -100))
        with self._refused("Refund the order"):
            self.env["pos.order"].with_user(self.till).sync_from_ui([data])

    def test_no_cooling_off(self):
        self.company.salon_cooling_days = 0
        order = self._top_up(100)
        with self._refused("no cooling-off"):
            self._refund(order, self.till, SOLD)
        contract = self.env["salon.prepaid.contract"].search([("partner_id", "=", self.client.id)])
        self.assertFalse(contract.cooling_until)
        self.assertNotIn("Cooling-off", contract.text)

    def test_bonus_that_ended_by_itself_was_not_used(self):
        self.company.write({"salon_cooling_days": 60, "salon_bonus_months": 1})
        order = self._top_up(100)
        with freeze_time(SOLD + timedelta(days=40)):
            self._wallet()._expire_bonus(self.company._salon_today())
        self._assert_wallet(100, 0)
        self._refund(order, self.till, SOLD + timedelta(days=41))
        self._assert_wallet(0, 0)

    def test_merged_clients_may_still_withdraw(self):
        order = self._top_up(100, partner=self.guest)
        self._top_up(200)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.guest).ids, self.client)
        self._refund(order, self.till, self.last)
        self._assert_wallet(200, 20)

    # Treatment cards --------------------------------------------------------------------------------

    def test_an_unused_card_within_the_time(self):
        self.company.salon_treatment_refund = "list"
        card = self._sell_card()
        self._refund(card.pos_order_line_id.order_id, self.till, self.last)
        self._assert_card(card, 0, 0, "closed")
        self._assert_course_books()

    def test_an_unused_card_after_it(self):
        card = self._sell_card()
        order = card.pos_order_line_id.order_id
        with self._refused("ended on"):
            self._refund(order, self.till, self.late)
        self._assert_card(card, 10, 1600)
        self._refund(order, self._manager_at_the_till(), self.late)
        self._assert_card(card, 0, 0, "closed")

    def test_a_card_that_is_used_in_part_follows_the_formula(self):
        card = self._sell_card()
        self._use(card=card)
        order = card.pos_order_line_id.order_id
        with self._refused("used in part"):
            self._refund(order, self.till, self.last, price=1440)
        manager = self._manager_at_the_till()
        with self._refused("is refunded for what is left"):
            self._refund(order, manager, self.last)
        self._refund(order, manager, self.last, price=1440)
        self._assert_card(card, 0, 0, "closed")

    def test_of_two_cards_the_unused_one_comes_back(self):
        cards = self._sell_card(quantity=2)
        self._use(card=cards[0])
        order = cards.pos_order_line_id.order_id
        self._refund(order, self.till, self.last, quantity=1)
        self._assert_card(cards[1], 0, 0, "closed")
        self._assert_card(cards[0], 9, 1440)

    def test_the_back_office_says_so(self):
        card = self._sell_card()
        self.assertIn("cooling-off time until", card._refundable()[1])
        with freeze_time(self.late):
            self.assertIn("Unused: all of", card._refundable()[1])

    # What the till asks -----------------------------------------------------------------------------

    def _ask(self, order, user, at, quantity=1):
        lines = self.env["pos.order.line"].with_user(user)
        with freeze_time(at):
            return lines.load_till_take_back(self.config.id, {str(order.lines.id): quantity})

    def test_the_till_is_told_before_money_goes_out(self):
        order = self._top_up(100)
        [answer] = self._ask(order, self.till, self.last)
        self.assertTrue(answer["may"])
        self.assertIn("taken back whole", answer["message"])
        [answer] = self._ask(order, self.till, self.late)
        self.assertFalse(answer["may"])
        self.assertIn("a manager refunds it", answer["message"])
        [answer] = self._ask(order, self._manager_at_the_till(), self.late)
        self.assertTrue(answer["may"])
        self.assertIn("principal", answer["message"])
        self.assertEqual(self._ask(self._buy(80, 0, hold=False), self.till, self.last), [])

    def test_a_till_asks_of_its_own_company_alone(self):
        order = self._top_up(100)
        with self.assertRaises(AccessError):
            self._ask(order, self.plain_user, self.last)
