from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseTours(CaseCommon, HttpCase):
    def test_a_complaint_to_a_solved_case(self):
        self.cut.product_tmpl_id.salon_guarantee_days = 7
        visit = self._done_visit(self.anna)
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_case_solved", login="salon_manager")
        case = visit.case_ids
        self.assertEqual((case.state, case.partner_id, case.remedy), ("closed", self.client, "redo"))
        self.assertEqual((case.handling_rating, case.handling_said), ("4", "Fine now"))
        self.assertEqual(case.cause_id, self.env.ref("salon_aftercare.salon_case_cause_service_hurry"))

    def test_an_incident_from_the_chair(self):
        visit = self._open_visit(self.anna)
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_incident", login="salon_stylist")
        case = visit.case_ids
        self.assertEqual((case.kind, case.incident_kind, case.witnesses), ("incident", "burn", "Ben"))
        self.assertEqual((case.todo_ids[0].is_done, case.todo_ids[0].done_by), (True, self.stylist_user))


@tagged("post_install", "-at_install")
class TestCasePhoneTours(CaseCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_an_incident_on_the_phone(self):
        visit = self._open_visit(self.anna)
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_incident_phone", login="salon_stylist")
        case = visit.case_ids
        self.assertEqual((case.incident_kind, case.todo_ids[0].is_done), ("allergy", True))


@tagged("post_install", "-at_install")
class TestCaseTillTours(CaseCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("salon_crm.group_salon_manager")

    def test_a_free_redo_is_not_charged_at_the_till(self):
        self.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        (self.cut | self.facial).taxes_id = False
        case = self._case(visit_id=self._done_visit(self.anna).id, remedy="redo")
        case.redo_service_ids = self.cut
        booking = self._book((self.cut, self.anna, self.chair), (self.facial, self.ben, self.chair_2))
        booking.sudo().salon_redo_case_id = case
        booking.action_salon_arrive()
        self.main_pos_config.with_user(self.reception).open_ui()
        self.start_pos_tour("salon_till_free_redo", login=self.reception.login)
        order = booking.salon_visit_ids.pos_order_ids
        self.assertEqual((order.amount_total, order.state, booking.salon_visit_ids.state), (200, "paid", "done"))
        free = order.lines.filtered(lambda line: line.product_id == self.cut)
        self.assertEqual((free.price_subtotal_incl, free.customer_note), (0, "Free redo"))
        self.assertTrue(free.salon_visit_line_id)
