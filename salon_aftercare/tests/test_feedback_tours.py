from odoo.tests import HttpCase, tagged

from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFeedbackTours(FeedbackCommon, HttpCase):
    def test_a_manager_notes_what_was_said(self):
        visit = self._done_visit(self.anna)
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_aftercare_feedback_note", login="salon_manager")
        feedback = visit.feedback_ids
        self.assertEqual((feedback.rating, feedback.way, feedback.comment), ("2", "person", "Too short at the back"))
        self.assertEqual(feedback.noted_by_id, self.manager)

    def test_reception_reads_what_clients_said(self):
        self._answered("5", self.anna, comment="Lovely, thank you")
        silent = self._feedback(self.anna, client=self.env["res.partner"].create({"name": "Silent Sam"}))
        silent._link()
        self.start_tour("/odoo/salon-feedback", "salon_aftercare_feedback_list", login="salon_reception")

    def test_a_manager_reads_the_figures(self):
        self.anna.name = "Tour Stylist"
        self._answered("3", self.anna, reception="4", nps="8", advice="5")
        self.start_tour("/odoo/salon-satisfaction", "salon_aftercare_feedback_figures", login="salon_manager")


@tagged("post_install", "-at_install")
class TestFeedbackPhoneTours(FeedbackCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_stylist_notes_it_on_the_phone(self):
        visit = self._done_visit(self.anna)
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_aftercare_feedback_note_phone", login="salon_stylist")
        self.assertEqual((visit.feedback_ids.rating, visit.feedback_ids.noted_by_id), ("5", self.stylist_user))
