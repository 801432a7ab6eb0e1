from odoo import Command
from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsSpeed(MembershipCommon):
    """What points cost an order: few questions to the database more than an order of somebody who has none."""

    def _queries(self, partner, points=0):
        """Return how many queries it takes to sync an order, and what the till does after it."""
        lines = [self._points_line(points / 10)] if points else []
        data = self._prepare_sale((self.shampoo, 1), *lines, partner=partner, uuid=f"speed-{self.number}")
        if points:
            self._hold(points, data["uuid"], partner)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order = self._sync(data)
        self.env.flush_all()
        self.number += 1
        self.assertEqual((order.state, bool(order.salon_points)), ("paid", partner == self.client))
        return self.env.cr.sql_log_count - before

    def setUp(self):
        super().setUp()
        self.number = 1
        self._program().salon_points_for_one = 10
        self.env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
        self.usual = [self._queries(self.guest) for _warm in range(2)][-1]

    def test_earning_costs_few_queries(self):
        counts = [self._queries(self.client) for _warm in range(3)]
        # Lock, lot, move, history, what counts for the tier, the card.
        self.assertLessEqual(counts[-1] - self.usual, 6)

    def test_spending_costs_few_queries(self):
        self._give(2000)
        counts = [self._queries(self.client, points=100) for _warm in range(3)]
        # The line of points has its product, then come the hold and the lots.
        self.assertLessEqual(counts[-1] - self.usual, 17)

    def test_an_order_is_written_once(self):
        """Points do not make the server write order, lines and payments more often than for who has none."""
        written = [self._updates(partner) for partner in (self.guest, self.client)]
        self.assertEqual(written[1], written[0])

    def _updates(self, partner):
        data = self._prepare_sale((self.shampoo, 1), (self.shampoo, 2), partner=partner)
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            self._sync(data)
            self.env.flush_all()
        tables = ("pos_order", "pos_order_line", "pos_payment")
        return {table: sum(f'UPDATE "{table}"' in line for line in log.output) for table in tables}

    def test_settings_that_are_cached_are_forgotten_when_they_change(self):
        program, company = self._program(), self.env.company
        terms = program._get_salon_terms
        self.assertEqual((terms(company).per_unit, terms(company).for_one), (1, 10))
        program.rule_ids.reward_point_amount = 3
        program.salon_points_for_one = 50
        self.assertEqual((terms(company).per_unit, terms(company).for_one), (3, 50))
        program.rule_ids = [Command.create({"reward_point_mode": "money", "reward_point_amount": 1})]
        self.assertEqual(terms(company).per_unit, 4)
        program.rule_ids[:1].active = False  # tills load no archived rule
        self.assertEqual(
            terms(company).per_unit, sum(program.rule_ids.filtered("active").mapped("reward_point_amount"))
        )
        self.assertLess(terms(company).per_unit, 4)
        program.active = False
        self.assertEqual(terms(company).per_unit, 0)

    def test_a_new_product_does_not_empty_what_orders_ask_for(self):
        programs, company = self._program(), self.env.company
        known = programs._get_salon_terms(company), programs._get_prepaid(company)
        self.env["product.product"].create({"name": "New"})
        with self.assertQueryCount(0):
            self.assertEqual((programs._get_salon_terms(company), programs._get_prepaid(company)), known)

    def test_members_are_written_to_when_they_reach_so_many_points(self):
        program, card = self._program(), self.membership.card_id
        self.assertFalse(program._get_salon_terms(self.env.company).has_milestones)
        letter = self.env.ref("loyalty.mail_template_loyalty_card")
        plan = {"trigger": "points_reach", "points": 10, "mail_template_id": letter.id}
        program.communication_plan_ids = [Command.create(plan)]
        written = self._letters_to(card)
        self._sell((self.shampoo, 1))
        self.assertEqual(self._letters_to(card), written + 1)
        program.communication_plan_ids.unlink()
        self.assertFalse(program._get_salon_terms(self.env.company).has_milestones)

    def _letters_to(self, card):
        domain = [("model", "=", card._name), ("res_id", "=", card.id), ("message_type", "=", "email_outgoing")]
        return self.env["mail.message"].search_count(domain)

    def test_new_kinds_of_prepaid_money_are_known_at_once(self):
        programs = self.env["loyalty.program"]
        before, products = programs._get_prepaid(self.env.company)
        wallet = programs.create(
            {"name": "Wallet", "program_type": "ewallet", "company_id": self.env.company.id, "pos_ok": True,
             "rule_ids": [Command.create({"product_ids": self.shampoo.ids})]}
        )  # fmt: skip
        self.assertEqual(programs._get_prepaid(self.env.company), ({*before, wallet.id}, {*products, self.shampoo.id}))
        self.shampoo.active = False
        self.assertEqual(programs._get_prepaid(self.env.company)[1], products)
        self.shampoo.active = True
        self.assertIn(self.shampoo.id, programs._get_prepaid(self.env.company)[1])
        wallet.trigger_product_ids = [Command.clear()]
        self.assertNotIn(self.shampoo.id, programs._get_prepaid(self.env.company)[1])
        wallet.active = False
        self.assertEqual(programs._get_prepaid(self.env.company)[0], before)

    def test_tiers_and_days_of_expiry_follow_their_settings(self):
        self.assertIn(self.silver, self.env.company._salon_tiers())
        self.silver.active = False
        self.assertNotIn(self.silver, self.env.company._salon_tiers())
        self.silver.active = True
        self.assertIn(self.silver, self.env.company._salon_tiers())

    def test_a_price_without_taxes_is_what_the_tax_engine_says(self):
        prices = [(1, 80), (3, 33.333), (0.335, 19.99), (-2, 7.005), (1.5, 0.01), (7, 1.115)]
        order = self._sell(*[(self.shampoo, 1) for _price in prices])
        for rounding in ("round_per_line", "round_globally"):
            self.env.company.tax_calculation_rounding_method = rounding
            for discount in (0, 10, 33.33):
                for line, (quantity, price) in zip(order.lines, prices, strict=True):
                    line.write({"qty": quantity, "price_unit": price, "discount": discount})
                plain = order._salon_amounts()
                for line, amount in order._salon_amounts_with_taxes().items():
                    self.assertAlmostEqual(plain[line], amount, 6, (rounding, discount, line.qty, line.price_unit))
