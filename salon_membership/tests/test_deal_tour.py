from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestDealTour(SalonCommon, TestPointOfSaleHttpCommon):
    """Vouchers at the till: a platform sells a cut and a facial, which cost 110 each with 10 tax, for 133.33."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.main_pos_config.company_id
        tax = cls.env["account.tax"].create({"name": "10 %", "amount": 10})
        (cls.cut | cls.facial).write({"taxes_id": [(6, 0, tax.ids)], "list_price": 100})
        cls.env["product.product"].create(
            {"name": "Shampoo", "list_price": 90, "taxes_id": False, "available_in_pos": True}
        )
        cls.meituan = cls._make_platform("Meituan")
        cls.douyin = cls._make_platform("Douyin")
        offers = cls.env["salon.deal.offer"]
        cls.bundle = offers.create(
            {
                "name": "Cut and Facial",
                "platform_id": cls.meituan.id,
                "price": 133.33,
                "item_ids": [(0, 0, {"product_id": cls.cut.id}), (0, 0, {"product_id": cls.facial.id})],
            }
        )
        cls.single = offers.create(
            {
                "name": "Cut",
                "platform_id": cls.douyin.id,
                "price": 59.9,
                "item_ids": [(0, 0, {"product_id": cls.cut.id})],
            }
        )

    @classmethod
    def _make_platform(cls, name):
        values = {"name": name, "fee_percent": 6, "config_ids": [(6, 0, cls.main_pos_config.ids)], "sure": True}
        wizard = cls.env["salon.deal.setup"].create(values)
        return cls.env["salon.deal.platform"].browse(wizard.action_set_up()["res_id"])

    def _run(self, tour):
        """Run a tour and return the paid orders, the first one first."""
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(tour)
        self.env.invalidate_all()
        return self.env["pos.order"].search([("state", "in", ("paid", "done"))], order="id")

    def _payments(self, order):
        return {payment.payment_method_id.name: payment.amount for payment in order.payment_ids}

    def _vouchers(self):
        return self.env["salon.deal.voucher"].search([], order="id")

    def test_a_voucher_is_redeemed_and_the_rest_paid_otherwise(self):
        order, second = self._run("salon_till_deal")
        self.assertEqual(self._payments(order), {"Meituan": 133.33, "Bank": 90})
        self.assertEqual(order.amount_total, 223.33)
        self.assertAlmostEqual(order.amount_tax, 12.12)
        self.assertEqual(self._payments(second), {"Douyin": 59.9})
        vouchers = self._vouchers()
        self.assertEqual(vouchers.mapped("code"), ["12345678", "X99"])
        self.assertEqual(vouchers[0].amount, 133.33)
        session = self.main_pos_config.current_session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        self.assertEqual(session.close_session_from_ui(), {"successful": True})
        lines = self.env["account.move.line"].search([("account_id", "=", self.meituan.clearing_account_id.id)])
        self.assertAlmostEqual(sum(lines.mapped("balance")), 133.33)

    def test_the_services_of_the_visit_are_those_that_the_voucher_pays(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_arrive()
        order = self._run("salon_till_deal_visit")
        self.assertEqual(self._payments(order), {"Douyin": 59.9})
        self.assertEqual(booking.salon_visit_ids.line_ids.pos_order_line_id, order.lines)

    def test_a_refund_gives_the_voucher_back_or_it_stays_used(self):
        first, back, second, money = self._run("salon_till_deal_refund")
        self.assertEqual(self._payments(back), {"Meituan": -133.33})
        self.assertEqual(self._payments(money), {"Bank": -133.33})
        self.assertEqual(
            [(one.code, one.state, one.pos_order_id) for one in self._vouchers()],
            [("A1", "given_back", first), ("A2", "redeemed", second)],
        )

    def test_what_is_used_or_asked_for_offline_is_refused(self):
        order = self._run("salon_till_deal_refused")
        self.assertEqual(self._payments(order), {"Bank": 110})
        self.assertFalse(self._vouchers().filtered(lambda one: one.pos_order_id == order))

    def test_the_accountant_reads_a_statement(self):
        accountant = new_test_user(self.env, "deal_accountant", "account.group_account_user")
        self.assertFalse(accountant.has_group("salon_crm.group_salon_stylist"))
        self.main_pos_config.with_user(self.pos_user).open_ui()
        session = self.main_pos_config.current_session_id
        for code in ("1001", "1002"):
            order = self.env["pos.order"].create(
                {
                    "session_id": session.id, "company_id": self.company.id, "amount_total": 100, "amount_tax": 0,
                    "amount_paid": 100, "amount_return": 0,
                }
            )  # fmt: skip
            self.env["salon.deal.voucher"].sudo()._claim(self.bundle, code, 133.33, order)
        self.start_tour("/odoo/accounting", "salon_deal_statement", login=accountant.login, timeout=120)
        self.env.invalidate_all()
        statement = self.env["salon.deal.statement"].search([])
        self.assertEqual((statement.number, statement.state, statement.line_count), ("2026-11", "confirmed", 3))
        self.assertEqual(self._vouchers().mapped("state"), ["settled", "disputed"])
        self.assertEqual(statement.account_move_id.state, "draft")
        self.assertEqual(statement.date_to, fields.Date.to_date("2026-11-02"))
