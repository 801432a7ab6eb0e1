from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestLink(SalonCommon):
    def test_a_link_leads_to_its_booking_until_a_day_after_it(self):
        booking = self._book((self.cut, self.anna))
        link = booking._salon_link()
        token = link.rpartition("/")[2]
        self.assertEqual(booking._salon_link(), link, "a booking keeps its link")
        self.assertNotEqual(self._book((self.cut, self.anna), minutes=300)._salon_link(), link)
        events = self.env["calendar.event"].with_user(self.env.ref("base.public_user"))
        self.assertEqual(events._salon_by_token(token), booking)
        for wrong in (token[:-1], token + "A", "", None, "%" * 30, "é" * 30, "\x00" * 30, ["x"]):
            self.assertFalse(events._salon_by_token(wrong))
        with freeze_time(booking.stop + timedelta(hours=23)):
            self.assertEqual(events._salon_by_token(token), booking)
        with freeze_time(booking.stop + timedelta(hours=25)):
            self.assertFalse(events._salon_by_token(token))

    def test_the_link_of_a_booking_that_goes_to_another_client_ends(self):
        booking = self._book((self.cut, self.anna))
        token = booking._salon_link().rpartition("/")[2]
        booking.with_user(self.reception).salon_client_id = self.env["res.partner"].create({"name": "Dora"})
        self.assertFalse(self.env["calendar.event"]._salon_by_token(token))

    def test_nobody_reads_or_writes_a_token(self):
        booking = self._book((self.cut, self.anna))
        token = booking._salon_link().rpartition("/")[2]
        for user in (self.reception, self.manager):
            with self.assertRaises(AccessError):
                booking.with_user(user).read(["salon_token"])
            with self.assertRaises(AccessError):
                self.env["calendar.event"].with_user(user).search([("salon_token", "=like", "a%")])
        self.assertNotIn("salon_token", booking.with_user(self.manager).fields_get())
        self.assertEqual(booking.copy_data()[0].get("salon_token", False), False)
        booking.with_user(self.reception).start += timedelta(minutes=5)
        self.assertEqual(booking._salon_link().rpartition("/")[2], token, "who moves a booking keeps its link")

    def test_the_front_desk_opens_what_the_client_sees(self):
        booking = self._book((self.cut, self.anna))
        action = booking.with_user(self.reception).action_salon_client_page()
        self.assertEqual(action["url"], booking._salon_link())
        for user in (self.other_stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                booking.with_user(user).action_salon_client_page()
