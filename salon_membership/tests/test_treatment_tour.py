from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestTreatmentTour(SalonCommon, TestPointOfSaleHttpCommon):
    """Courses at the till: ten facials for 1,600. One costs 220, of which 20 are tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.main_pos_config.company_id
        cls.facial.taxes_id = cls.env["account.tax"].create({"name": "10 %", "amount": 10})
        values = {"taxes_id": False, "available_in_pos": True}
        cls.env["product.product"].create({"name": "Shampoo", "list_price": 90, **values})
        wizard = cls.env["salon.prepaid.setup"].create({"config_ids": [(6, 0, cls.main_pos_config.ids)], "sure": True})
        wizard.action_set_up()
        cls.ten = cls.env["product.product"].create(
            {
                "name": "10 Facials",
                "type": "service",
                "list_price": 1599.99,
                "is_salon_card": True,
                "salon_card_sessions": 10,
                "salon_card_service_ids": [(6, 0, cls.facial.product_tmpl_id.ids)],
                **values,
            }
        )
        cls.env["res.partner"].create({"name": "Greta Guest", "phone": "+86 139 0000 0779"})

    def _give(self, amount=1599.99):
        """Have the client have a card, as if it was sold at another till before."""
        cards, today = self.env["salon.treatment.card"].sudo(), self.company._salon_today()
        values = cards._prepare_card_values(self.ten, self.client, self.company, today, amount=amount)
        card = cards.create(values)
        card._book(10, amount, "sell")
        return card

    def _run(self, tour):
        """Run a tour and return the paid orders, the first one first."""
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(tour)
        self.env.invalidate_all()
        return self.env["pos.order"].search([("state", "in", ("paid", "done"))], order="id")

    def _assert_card(self, card, sessions, amount):
        self.assertEqual((card.sessions_left, card.amount_left), (sessions, amount))
        self.assertEqual(card._mistakes(), [])
        self.assertFalse(card.hold_ids, "nothing stays held")

    def _payments(self, order):
        return {payment.payment_method_id.name: payment.amount for payment in order.payment_ids}

    def test_a_course_is_sold_and_used(self):
        sale, use = self._run("salon_till_course")
        self.assertEqual((sale.amount_total, sale.amount_tax), (1599.99, 0))
        card = self.env["salon.treatment.card"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(self._payments(use), {"Bank": 90, "Treatment Card": 160})
        self.assertEqual(use.amount_total, 250)
        self.assertAlmostEqual(use.amount_tax, 14.55)
        self._assert_card(card, 9, 1439.99)
        session = self.main_pos_config.current_session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        self.assertEqual(session.close_session_from_ui(), {"successful": True})
        lines = self.env["account.move.line"].search([("account_id", "=", self.company.salon_treatment_account_id.id)])
        self.assertAlmostEqual(sum(lines.mapped("balance")), -1439.99)

    def test_the_open_visit_is_paid_by_a_session_and_a_refund_gives_it_back(self):
        card = self._give()
        booking = self._book((self.facial, self.anna))
        booking.action_salon_arrive()
        use, refund = self._run("salon_till_course_visit")
        self.assertEqual(booking.salon_visit_ids.line_ids.pos_order_line_id, use.lines)
        self.assertEqual(self._payments(use), {"Treatment Card": 160})
        self.assertEqual(self._payments(refund), {"Treatment Card": -160})
        self._assert_card(card, 10, 1599.99)

    def test_an_unused_course_is_taken_back_whole(self):
        self.assertEqual(self._run("salon_till_course_withdrawn").mapped("amount_total"), [1599.99, -1599.99])
        card = self.env["salon.treatment.card"].search([("partner_id", "=", self.client.id)])
        self._assert_card(card, 0, 0)

    def test_a_course_that_is_used_in_part_is_a_managers(self):
        self._run("salon_till_course")
        self.assertEqual(len(self._run("salon_till_course_used_in_part")), 2, "nothing is paid out")
        self.pos_user.group_ids |= self.env.ref("salon_crm.group_salon_manager")
        self.assertEqual(self._run("salon_till_course_refunded")[-1].amount_total, -1439.99)
        card = self.env["salon.treatment.card"].search([("partner_id", "=", self.client.id)])
        self._assert_card(card, 0, 0)

    def test_without_a_connection_or_for_somebody_else_no_session_is_used(self):
        card = self._give()
        order = self._run("salon_till_course_refused")
        self.assertEqual(self._payments(order), {"Bank": 220})
        self._assert_card(card, 10, 1599.99)
