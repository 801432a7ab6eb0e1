from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestPointsTour(SalonCommon, TestPointOfSaleHttpCommon):
    """Points at the till: a member with 1,000 of them, ten of which are worth 1.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "10 %", "amount": 10})
        cls.cut.taxes_id = cls.tax
        products = cls.env["product.product"]
        values = {"taxes_id": False, "available_in_pos": True}
        cls.shampoo = products.create({"name": "Shampoo", "list_price": 90, **values})
        cls.gold = cls.env.ref("salon_membership.tier_gold")
        cls.gold.write({"discount": 0, "product_discount": 0, "points_factor": 1})
        cls.membership = cls.env["salon.membership"]._enrol(cls.client, cls.gold)
        cls.program = cls.membership.card_id.program_id
        cls.program.salon_points_for_one = 10
        cls.membership._grant(1000, "test", "Test")
        cls.env["res.partner"].create({"name": "Greta Guest"})
        newcomer = cls.env["res.partner"].create({"name": "Nora New"})
        cls.env["salon.membership"]._enrol(newcomer, cls.gold)

    def _run(self, tour):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(tour)
        return self.env["pos.order"].search([("partner_id", "=", self.client.id)], order="id")

    def _assert_balances(self):
        self.env.invalidate_all()
        member = self.membership
        self.assertEqual(member.points, sum(member.lot_ids.mapped("remaining")))
        self.assertEqual(member.points, sum(member.lot_ids.move_ids.mapped("amount")))
        self.assertEqual(member.points, member.card_id.points)
        history = member.card_id.history_ids
        self.assertEqual(member.points, sum(history.mapped("issued")) - sum(history.mapped("used")))
        self.assertFalse(member.hold_ids)

    def test_points_pay_a_part_and_come_back_with_the_refund(self):
        sale, refund = self._run("salon_till_points_pay")
        self.assertEqual((sale.amount_total, sale.salon_points_spent, sale.salon_points), (150, 500, 150))
        # 50 off 200, of which 110 with a tax of 10 %: 27.50 off those, 2.50 of it tax.
        self.assertAlmostEqual(sale.amount_tax, 7.5)
        # 110 of 200 come back, and so much of the points; taxes are rounded for each line.
        self.assertEqual((refund.amount_total, refund.salon_points_spent), (-82.49, -275))
        self.assertAlmostEqual(refund.amount_tax, -8.62, delta=0.011)
        self._assert_balances()

    def test_without_a_connection_points_are_refused_and_the_rest_sells(self):
        order = self._run("salon_till_points_offline")
        self.assertEqual((order.amount_total, order.salon_points_spent, order.salon_points), (90, 0, 90))
        self._assert_balances()

    def test_rewards_are_paid_with_points(self):
        self.program.reward_ids = [
            Command.create({"reward_type": "product", "reward_product_id": self.shampoo.id, "required_points": 400}),
            Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 200}),
        ]
        order = self._run("salon_till_points_reward")
        self.assertEqual((order.amount_total, order.salon_points_spent, order.salon_points), (180, 700, 180))
        self._assert_balances()

    def test_the_till_says_why_no_points_can_be_used(self):
        self._run("salon_till_points_reasons")
        self._assert_balances()

    def test_the_tills_preview_agrees_with_the_server(self):
        hair = self.env["product.category"].create({"name": "Hair"})
        care = self.env["product.category"].create({"name": "Care", "parent_id": hair.id})
        self.gold.write({"discount": 15, "points_factor": 1.15})
        values = {"taxes_id": False, "available_in_pos": True}
        __, comb, __ = self.env["product.product"].create(
            [
                {"name": "Wax", "list_price": 12.99, "categ_id": care.id, **values},
                {"name": "Comb", "list_price": 3.33, **values},
                {"name": "Odd", "list_price": 0.07, **values, "taxes_id": self.tax.ids},
            ]
        )
        rules = [
            {"categ_id": hair.id, "value": 2.5},
            {"product_tmpl_id": comb.product_tmpl_id.id, "kind": "points", "value": 7},
            {"product_tmpl_id": self.shampoo.product_tmpl_id.id, "value": 0},
        ]
        self.env["salon.points.rule"].create([{"program_id": self.program.id, **rule} for rule in rules])
        day = {"name": "Always", "program_id": self.program.id, "date_from": "2020-01-01", "factor": 3}
        self.env["salon.points.day"].create(day)
        self.assertEqual(len(self._run("salon_till_points_preview")), 7)
        self._assert_balances()
