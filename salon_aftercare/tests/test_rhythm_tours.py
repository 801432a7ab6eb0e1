from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_rhythm import RhythmCommon


class RhythmTours(RhythmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.lost = cls._client("Lotte Lost")
        cls._came(cls.lost, *cls._days(300, 270, 240, today=cls.today))
        cls.rhythms._refresh_clients(cls.company, cls.lost.ids)
        cls.plan = cls.env["salon.care.plan"].create(
            {
                "name": "A calm scalp",
                "partner_id": cls.lost.id,
                "product_ids": [(6, 0, cls.facial.ids)],
                "visit_count": 2,
            }
        )


@tagged("post_install", "-at_install")
class TestRhythmTours(RhythmTours, HttpCase):
    def test_the_desk_asks_a_lost_client_why(self):
        self.start_tour("/odoo/salon-clients", "salon_aftercare_asks_why", login="salon_reception")
        answer = self.env["salon.lost.answer"].search([("partner_id", "=", self.lost.id)])
        self.assertEqual(answer.reason_id, self.env.ref("salon_aftercare.salon_lost_reason_price_dear"))
        self.assertEqual((answer.note, answer.user_id), ("Cheaper next door", self.reception))

    def test_the_desk_agrees_on_a_care_plan(self):
        self.start_tour("/odoo/salon-care-plans", "salon_aftercare_care_plan", login="salon_reception")
        self.assertEqual((self.plan.state, len(self.plan.line_ids)), ("agreed", 2))

    def test_the_manager_looks_at_the_states(self):
        self.start_tour("/odoo/salon-coming-back", "salon_aftercare_coming_back", login="salon_manager")


@tagged("post_install", "-at_install")
class TestRhythmPhoneTours(RhythmTours, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_the_desk_agrees_on_a_care_plan_on_the_phone(self):
        self.start_tour("/odoo/salon-care-plans", "salon_aftercare_care_plan_phone", login="salon_reception")
        self.assertEqual(self.plan.state, "agreed")
