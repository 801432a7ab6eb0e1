"""What clients have ends: salon_membership keeps it, salon_aftercare has them told, and neither knows the other."""
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.salon_membership.tests.treatment_shop import TreatmentCommon

ENDINGS = ("coupon_end", "card_end", "points_end", "bonus_end", "principal_end")


@tagged("post_install", "-at_install")
class TestEnding(TreatmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"salon_message_from": 0, "salon_message_to": 24})
        cls.plans = {name: cls.env.ref(f"salon_aftercare.salon_followup_plan_{name}") for name in ENDINGS}
        for plan in cls.plans.values():
            plan.active = True
            plan.step_ids.since = datetime(2020, 1, 1)
        cls.client.write({"phone": "+86 139 0000 0001", "email": "clara@example.com"})
        cls.client._make_salon_clients()
        cls.client.salon_file_ids._set_contact_choice("marketing", "email", True)

    def _planned(self, name):
        with self.enter_registry_test_mode():
            self.env.ref("salon_aftercare.ir_cron_sweep").method_direct_trigger()
        self.env.invalidate_all()
        return self.env["salon.followup"].search([("plan_id", "=", self.plans[name].id)], order="due_at, id")

    def _day(self, days):
        return self.env.company._salon_today() + timedelta(days=days)

    def _lot(self, points, days):
        with patch.object(type(self._program()), "_salon_expires_on", lambda program, day: self._day(days)):
            lot = self.membership._new_lot(fields.Datetime.now())
        self.membership._show_on_card(lot._book(points, "adjust"))
        return lot

    def test_all_of_it_can_be_chosen(self):
        names = [key for key, _name in self.plans["card_end"]._selection_date_source()]
        self.assertEqual(sorted(names), sorted(ENDINGS))
        self.assertEqual(set(self.env["salon.followup.plan"].browse(
            [plan.id for plan in self.plans.values()]).mapped("is_known")), {True})

    def test_points_that_end_on_one_day_are_one_call(self):
        self._lot(100, 9)
        self._lot(20, 9)
        followup = self._planned("points_end")
        self.assertEqual((followup.partner_id, followup.channel), (self.client, "call"))
        self.assertIn("120 points", followup.script)

    def test_points_that_are_spent_end_no_more(self):
        lot = self._lot(100, 9)
        followup = self._planned("points_end")
        self.membership._show_on_card(lot._book(-100, "adjust"))
        followup.due_at = fields.Datetime.now() - timedelta(minutes=1)
        with self.enter_registry_test_mode():
            self.env.ref("salon_aftercare.ir_cron_due").method_direct_trigger()
        self.assertEqual(followup.skip_code, "gone")

    def test_who_got_the_letter_of_their_points_gets_no_second_one(self):
        lot = self._lot(100, 9)
        dates = self.env["salon.client.date"]
        self.assertFalse(dates._find_told("points_end", lot))
        self.membership.points_told_until = lot.expires_on
        self.assertEqual(dates._find_told("points_end", lot), lot)

    def test_a_treatment_card_with_sessions_left_is_called_for_before_it_ends(self):
        card = self._sell_card()
        self.env.cr.execute("UPDATE salon_treatment_card SET expires_on = %s WHERE id = %s", [self._day(16), card.id])
        card.invalidate_recordset()
        followup = self._planned("card_end")
        self.assertEqual((followup.partner_id, followup.due_at.date()), (self.client, self._day(2)))
        self.assertIn("10 Facials, 10 of 10 left", followup.script)
        dates = self.env["salon.client.date"]
        self.assertFalse(dates._find_told("card_end", card))
        card._note_news("ending")
        self.assertEqual(dates._find_told("card_end", card), card)

    def test_a_coupon_is_reminded_of_and_a_used_one_is_not(self):
        program = self.env["loyalty.program"].create({
            "name": "Ten off", "program_type": "coupons", "applies_on": "current", "trigger": "with_code",
            "reward_ids": [(0, 0, {"reward_type": "discount", "discount": 10})],
        })
        cards = self.env["loyalty.card"].create([
            {"program_id": program.id, "partner_id": self.client.id, "points": points, "expiration_date": self._day(9)}
            for points in (1, 0)
        ])
        followup = self._planned("coupon_end")
        self.assertEqual((followup.origin_id, followup.channel), (cards[0].id, "email"))
        self.assertIn(f"Ten off ({cards[0].code})", followup.script)
