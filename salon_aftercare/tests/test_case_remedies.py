from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseRemedies(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.product_tmpl_id.salon_guarantee_days = 7

    def test_within_the_guarantee_a_free_redo_is_offered_by_itself(self):
        visit = self._done_visit(self.anna)
        case = self._case(visit_id=visit.id)
        self.assertEqual((case.remedy, case.redo_service_ids), ("redo", self.cut))
        self.assertAlmostEqual((case.guarantee_until - fields.Date.today()).days, 7, delta=1)

    def test_after_the_guarantee_or_without_one_nothing_is_offered(self):
        old = self._done_visit(self.anna, date=fields.Datetime.now() - timedelta(days=9))
        self.cut.product_tmpl_id.salon_guarantee_days = 7
        self.assertFalse(self._case(visit_id=old.id).remedy)
        self.cut.product_tmpl_id.salon_guarantee_days = 0
        case = self._case(visit_id=self._done_visit(self.anna).id)
        self.assertFalse(case.remedy or case.guarantee_until)

    def _redo(self, case):
        """Book what the button proposes, and return the booking."""
        action = case.action_book_redo()
        bookings = self.env["calendar.event"].with_user(case.env.user)
        with Form(bookings.with_context(**action["context"]), "salon_crm.salon_booking_view_form") as form:
            form.start = self.start
        return form.record

    def test_a_free_redo_is_a_booking_that_is_tied_to_the_case(self):
        visit = self._done_visit(self.anna)
        case = self._case(visit_id=visit.id, user=self.reception)
        booking = self._redo(case)
        self.assertEqual(booking.sudo().salon_redo_case_id, case)
        self.assertEqual((booking.salon_client_id, booking.salon_line_ids.product_id), (self.client, self.cut))
        self.assertEqual((case.redo_count, case.action_view_redo()["domain"]), (1, [("id", "in", booking.ids)]))

    def test_nobody_else_has_it_for_free(self):
        case = self._case(visit_id=self._done_visit(self.anna).id)
        booking = self._book((self.cut, self.anna), client=self.env["res.partner"].create({"name": "Other"}))
        with self.assertRaisesRegex(ValidationError, "client of its case"):
            booking.sudo().salon_redo_case_id = case

    def test_only_what_is_done_again_is_free_and_once(self):
        case = self._case(visit_id=self._done_visit(self.anna).id)
        booking = self._redo(case)
        booking.action_salon_arrive()
        visit = booking.salon_visit_ids
        self.assertEqual(visit.line_ids.mapped("is_redo"), [True])
        more = self.env["salon.visit.line"].create(
            [{"visit_id": visit.id, "product_id": product.id} for product in (self.cut, self.facial)]
        )
        self.env.invalidate_all()
        self.assertEqual([line.is_redo for line in visit.line_ids[:1] + more], [True, False, False])
        self.assertEqual(visit.line_ids[:1].redo_case_id, case)

    def test_without_a_client_or_an_order_the_sentence_says_so(self):
        case = self._case(partner_id=False)
        with self.assertRaisesRegex(UserError, "which client"):
            case.action_book_redo()
        with self.assertRaisesRegex(UserError, "Nothing was paid"):
            case.action_refund()

    def test_a_free_redo_does_not_lower_the_average_ticket(self):
        visit = self._done_visit(self.anna, date=fields.Datetime.now() - timedelta(days=3))
        file = self.client.salon_file_ids
        case = self._case(visit_id=visit.id)
        self.start = fields.Datetime.now() + timedelta(hours=1)
        booking = self._redo(case)
        booking.action_salon_arrive()
        redone = booking.salon_visit_ids
        self.assertEqual(file._get_unpaid_redo_days(), {})
        redone.action_done()
        self.env.invalidate_all()
        self.assertEqual(file.visit_count, 2)
        self.assertEqual(file._get_unpaid_redo_days(), {self.client.id: 1})
