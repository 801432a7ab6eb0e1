from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestMessageTours(SalonCommon, HttpCase):
    """The list of those to call, as a person clicks it."""

    tour = "salon_reception_calls_to_confirm"

    def test_who_has_not_confirmed_is_called(self):
        self.client.email = "clara@example.com"
        dana = self.env["res.partner"].create({"name": "Dana", "phone": "+86 139 0000 0002"})
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=1)
        told = self._book((self.cut, self.anna), start=start)
        untold = self._book((self.cut, self.ben), start=start, client=dana)
        messages = self.env["salon.message"]
        messages._count_all_as_told()
        for booking, values in (
            (told, {"channel": "email", "state": "sent"}),
            (untold, {"channel": "none", "state": "skipped", "reason": "no_address"}),
        ):
            to_remind = messages._find_to_remind(self.env.company, 48)
            [found] = [found for found in to_remind if found["event_id"] == booking.id]
            facts = {"company_id": self.env.company.id, "partner_id": booking.salon_client_id.id, "round": None}
            messages._insert(
                [{**messages._facts_now(found), **facts, **values, "kind": "reminder", "due_at": fields.Datetime.now()}]
            )
        self.start_tour("/odoo/salon-to-confirm", self.tour, login="salon_reception")
        self.assertEqual({told.salon_state, untold.salon_state}, {"booked", "confirmed"})


@tagged("post_install", "-at_install")
class TestMessagePhoneTours(TestMessageTours):
    browser_size = "390x844"
    touch_enabled = True
    tour = "salon_reception_calls_to_confirm_phone"
