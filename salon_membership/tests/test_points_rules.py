from datetime import date, datetime

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsRules(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.write({"discount": 0, "product_discount": 0})
        cls.program = cls.membership.card_id.program_id
        cls.hair = cls.env["product.category"].create({"name": "Hair"})
        cls.care = cls.env["product.category"].create({"name": "Care", "parent_id": cls.hair.id})
        cls.shampoo.categ_id = cls.care

    def _rule(self, kind, value, **scope):
        return self.env["salon.points.rule"].create(
            {"program_id": self.program.id, "kind": kind, "value": value}
            | {name: record.id for name, record in scope.items()}
        )

    def _earns(self, *lines):
        return self._sell(*lines).salon_points

    def test_a_category_earns_by_its_factor_and_what_is_below_it_too(self):
        self._rule("factor", 2, categ_id=self.hair)
        self.assertEqual(self._earns((self.shampoo, 1), (self.cut, 1)), 240 + 150)

    def test_the_nearest_rule_counts(self):
        self._rule("factor", 2, categ_id=self.hair)
        rule = self._rule("factor", 0, categ_id=self.care)
        self.assertEqual(self._earns((self.shampoo, 1)), 0)
        self._rule("factor", 3, product_tmpl_id=self.shampoo.product_tmpl_id)
        self.assertEqual(self._earns((self.shampoo, 1)), 360)
        rule.value = 10
        self.assertEqual(self._earns((self.shampoo, 1)), 360)

    def test_a_product_gives_its_own_points_for_each_piece(self):
        self._rule("points", 10, product_tmpl_id=self.shampoo.product_tmpl_id)
        self.assertEqual(self._earns((self.shampoo, 3), (self.cut, 1)), 45 + 150)

    def test_a_program_that_is_archived_gives_nothing(self):
        self._rule("points", 10, product_tmpl_id=self.shampoo.product_tmpl_id)
        self.program.active = False
        self.assertEqual(self._earns((self.shampoo, 3), (self.cut, 1)), 0)

    def test_what_points_pay_lessens_own_points_too(self):
        self.program.salon_points_for_one = 1
        self.membership._grant(100, "test", "Test")
        self._rule("points", 10, product_tmpl_id=self.shampoo.product_tmpl_id)
        self.assertEqual(self._earns((self.shampoo, 1), self._points_line(40)), 7)  # 10 × 1.5 × half

    def test_a_refund_takes_back_what_the_refunded_product_earned(self):
        self._rule("factor", 0, product_tmpl_id=self.cut.product_tmpl_id)
        order = self._sell((self.shampoo, 1), (self.cut, 1))
        self.assertEqual(order.salon_points, 120)
        self.assertEqual(self._refund(order, {self.cut: 1}).salon_points, 0)
        self.env["salon.points.rule"].search([]).unlink()
        self.assertEqual(self._refund(order, {self.shampoo: 1}).salon_points, -120)

    def test_days_with_more_points(self):
        days = self.env["salon.points.day"]
        days.create(
            [
                {"name": "Wednesdays", "program_id": self.program.id, "weekday": "2", "factor": 2},
                {
                    "name": "Birthday of the salon",
                    "program_id": self.program.id,
                    "date_from": date(2026, 5, 13),
                    "date_to": date(2026, 5, 14),
                    "factor": 3,
                },
            ]
        )
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        for moment, factor in (
            ("2026-05-05 20:00:00", 2),  # Wednesday in Shanghai
            ("2026-05-06 20:00:00", 1),
            ("2026-05-13 10:00:00", 3),  # the best of both
            ("2026-05-14 15:59:00", 3),
            ("2026-05-14 16:00:00", 1),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(self.program._salon_day_factor(datetime.fromisoformat(moment)), factor)
        order = self._sell((self.cut, 1), date_order="2026-05-14 10:00:00")
        self.assertEqual(order.salon_points, 450)

    def test_a_day_is_some_day(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.env["salon.points.day"].create({"name": "None", "program_id": self.program.id})

    def test_a_rule_is_for_one_thing_and_the_only_one_for_it(self):
        self._rule("factor", 2, categ_id=self.hair)
        for error, scope in (
            (psycopg2.errors.UniqueViolation, {"categ_id": self.hair}),
            (psycopg2.errors.CheckViolation, {}),
            (psycopg2.errors.CheckViolation, {"categ_id": self.care, "product_tmpl_id": self.cut.product_tmpl_id}),
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(error), self.env.cr.savepoint():
                self._rule("factor", 2, **scope)
