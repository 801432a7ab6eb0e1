from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestDeskTours(SalonCommon, HttpCase):
    """The front desk's day in the calendar, as a person clicks it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Olga Other"})
        (cls.reception | cls.stylist_user).tz = "UTC"
        # Whenever the tests run: in the calendar's first view is today.
        cls.noon = fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)

    def test_the_usual_visit_of_a_returning_client_takes_four_clicks(self):
        for weeks in (4, 8):
            booking = self._book((self.colour, self.ben, self.chair_2), start=self.start - timedelta(weeks=weeks))
            booking.salon_line_ids.assignment = "asked"
        self.start_tour("/odoo/salon-bookings", "salon_desk_usual_visit", login="salon_reception")
        booking = self.client.salon_booking_ids.filtered(lambda event: event.start > fields.Datetime.now())
        line = booking.salon_line_ids
        self.assertEqual((line.product_id, line.stylist_id, line.station_id), (self.colour, self.ben, self.chair_2))
        self.assertEqual(line.assignment, "asked")

    def _today(self):
        self.client.is_salon_client = True
        self.client.salon_file_ids.alert = "avoid ammonia"
        self.env["salon.cancel.reason"].create({"name": "Fell ill"})
        self._book(
            (self.cut, self.anna),
            start=self.noon,
            salon_line_ids=[
                Command.create(self._prepare_line(self.cut, self.anna, self.chair)),
                Command.create(self._prepare_line(self.facial, self.ben, self.chair_2, sequence=20)),
            ],
        )
        return self._book((self.cut, self.anna), start=self.noon + timedelta(hours=3), client=self.other)

    def test_a_booking_goes_through_its_states_by_one_click_each(self):
        other = self._today()
        self.start_tour("/odoo/salon-bookings", "salon_desk_states", login="salon_reception")
        self.assertEqual(self.client.salon_visit_ids.state, "done")
        self.assertEqual((other.salon_state, other.salon_cancel_reason_id.name), ("cancelled", "Fell ill"))

    def test_a_new_client_is_made_from_what_was_typed(self):
        self.start_tour("/odoo/salon-bookings", "salon_desk_new_client", login="salon_reception")
        client = self.env["res.partner"].search([("name", "=", "Wang Fang")])
        self.assertEqual(client.phone, "139 0000 1111")
        line = client.salon_booking_ids.salon_line_ids
        self.assertEqual((line.product_id, line.assignment), (self.cut, "assigned"))


@tagged("post_install", "-at_install")
class TestDeskPhoneTours(TestDeskTours):
    """The same at phone size, by a stylist with own bookings."""

    browser_size = "390x844"
    touch_enabled = True

    test_the_usual_visit_of_a_returning_client_takes_four_clicks = None
    test_a_booking_goes_through_its_states_by_one_click_each = None
    test_a_new_client_is_made_from_what_was_typed = None

    def test_a_stylist_receives_and_books_on_a_phone(self):
        self._today()
        self.start_tour("/odoo/salon-bookings", "salon_desk_phone", login="salon_stylist")
        bookings = self.other.salon_booking_ids
        self.assertEqual(len(bookings), 2)
        self.assertEqual(bookings.salon_line_ids.stylist_id, self.anna)
