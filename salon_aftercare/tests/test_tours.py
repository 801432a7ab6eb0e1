from odoo.tests import HttpCase, tagged

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestTours(AftercareCommon, HttpCase):
    def test_a_stylist_works_through_the_follow_ups_of_the_day(self):
        followup = self._followup(self.anna, hours_ago=30)
        skipped = self._followup(
            self.anna, hours_ago=26, client=self.env["res.partner"].create({"name": "Dora Client", "phone": "139 2"})
        )
        later = self.env["res.partner"].create({"name": "Emma Tomorrow"})
        self._followup(self.anna, hours_ago=-24, client=later)
        self.start_tour("/odoo/salon-followups-today", "salon_aftercare_followups", login="salon_stylist")
        self.assertEqual((followup.state, followup.reached, followup.rating), ("done", "yes", "5"))
        self.assertEqual((followup.said, followup.done_by), ("Wants the same again", self.stylist_user))
        self.assertFalse(followup.activity_id.active)
        self.assertEqual((skipped.state, skipped.reason), ("skipped", "Was here again yesterday"))


@tagged("post_install", "-at_install")
class TestPhoneTours(AftercareCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_stylist_notes_a_result_on_the_phone(self):
        followup = self._followup(self.anna, hours_ago=30)
        self.start_tour("/odoo/salon-followups-today", "salon_aftercare_followups_phone", login="salon_stylist")
        self.assertEqual((followup.state, followup.reached, followup.said), ("done", "no", "No answer"))
