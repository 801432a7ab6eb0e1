from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestBookingSpeed(SalonCommon):
    """What a booking reads is read once: each query that comes back is paid for by every booking of every salon."""

    def _queries_of(self, action, user=None):
        """Return how many queries `action` asks, as a request finds the caches, when it was done once before."""
        env = self.env(user=user or self.env.ref("base.user_root"))
        for number in range(2):
            env.flush_all()
            env.invalidate_all()
            before = env.cr.sql_log_count
            action(env, number)
            env.flush_all()
        return env.cr.sql_log_count - before

    def _make(self, env, number, *lines, **values):
        lines = [Command.create(self._prepare_line(*line)) for line in lines]
        start = self.start + timedelta(days=number)
        client = {"is_salon_booking": True, "salon_client_id": self.client.id}
        return env["calendar.event"].create({**client, "start": start, "salon_line_ids": lines, **values})

    def test_a_booking_asks_few_queries(self):
        def book(env, number):
            self._make(env, number, (self.cut, self.anna, self.chair))

        self.assertLessEqual(self._queries_of(book), 18)

    def test_the_front_desk_asks_few_more(self):
        def book(env, number):
            self._make(env, number, (self.cut, self.anna, self.chair))

        self.assertLessEqual(self._queries_of(book, self.reception), 19)

    def test_more_services_are_not_read_one_by_one(self):
        self.cut.salon_station_ids = self.facial.salon_station_ids = self.chair | self.chair_2

        def book(env, number):
            self._make(env, number, (self.cut, self.anna, self.chair), (self.facial, self.ben, self.chair_2))

        self.assertLessEqual(self._queries_of(book), 18)

    def test_a_search_asks_few_queries(self):
        def search(env, number):
            offers = env["salon.availability"].find_offers(
                [{"product_id": self.cut.id}, {"product_id": self.facial.id}],
                self.start,
                self.start + timedelta(days=14),
                client=env["res.partner"].browse(self.client.id),
                every=15,
            )
            self.assertTrue(offers)

        self.assertLessEqual(self._queries_of(search), 11)

    # What is read once is checked as before -----------------------------------------------------------------

    def test_what_does_not_fit_is_refused_in_the_words_of_its_line(self):
        self.cut.salon_stylist_ids = self.env["hr.employee.public"].browse(self.ben.id)
        self.facial.salon_station_ids = self.chair
        elsewhere = self.env["res.company"].create({"name": "Second Salon"})
        foreign = self.env["hr.employee"].create(
            {"name": "Fay", "is_salon_stylist": True, "company_id": elsewhere.id, "resource_calendar_id": False}
        )
        office = self.env["hr.employee"].create({"name": "Otto Office"})
        tip = self.env["product.product"].create({"name": "Tip", "type": "service", "salon_active_minutes": 5})
        theirs = self.env["salon.station"].create({"name": "Their Chair", "company_id": elsewhere.id})
        gone = self.env["salon.station"].create({"name": "Old Chair", "active": False})
        for line, error, words in (
            ((self.cut, self.anna), ValidationError, "Anna does not perform Cut. Choose one of: Ben"),
            ((self.facial, self.anna, self.chair_2), ValidationError, "Facial can't be done at Chair 2"),
            ((self.facial, office), ValidationError, "Otto Office does not serve clients"),
            ((tip, self.anna), ValidationError, "Tip can't be booked: it is no salon service"),
            ((self.colour, self.anna, gone), ValidationError, "Old Chair is out of use"),
            ((self.colour, foreign), UserError, "company"),
            ((self.colour, self.anna, theirs), UserError, "company"),
        ):
            # Also where no time is taken, so that the search for free times is not asked.
            for state in ("booked", "cancelled"):
                with self.subTest(words, state=state), self.assertRaisesRegex(error, words), self.env.cr.savepoint():
                    self._make(self.env, 0, line, salon_state=state)

    def test_a_service_that_is_guarded_is_looked_at(self):
        substance = self.env["salon.substance"].create({"name": "Ammonia"})
        add_on = self.env["product.product"].create(self._prepare_service("Toner", 20, active=10))
        add_on.salon_contraindication_ids = substance
        self.client._make_salon_clients()
        file = self.env["salon.client.file"].search([("partner_id", "=", self.client.id)])
        self.env["salon.sensitivity"].create({"file_id": file.id, "substance_id": substance.id})
        self._make(self.env, 0, (self.cut, self.anna))
        line = self._prepare_line(self.cut, self.anna) | {"addon_ids": [Command.set(add_on.ids)]}
        with self.assertRaises(ValidationError):
            self._make(self.env, 1, salon_line_ids=[Command.create(line)])
        offers = self.env["salon.availability"].find_offers(
            [{"product_id": self.cut.id, "addon_ids": add_on.ids}],
            self.start,
            self.start + timedelta(days=1),
            client=self.client,
        )
        self.assertFalse(offers)

    def test_attendees_are_named_as_core_names_them(self):
        booking = self._make(self.env, 0, (self.cut, self.anna), (self.facial, self.ben))
        contacts = self.stylist_user.partner_id | self.other_stylist_user.partner_id
        self.assertEqual(booking.partner_ids, contacts)
        self.assertEqual(booking.attendee_ids.partner_id, contacts)
        self.env.flush_all()
        self.env.invalidate_all()
        for attendee in booking.attendee_ids:
            self.assertEqual(attendee.common_name, attendee.partner_id.name)

    def test_a_plain_event_has_nothing_of_a_booking(self):
        event = self.env["calendar.event"].create({"name": "Staff meeting", "start": self.start, "stop": self.start})
        self.assertFalse(event.company_id or event.salon_stylist_id or event.salon_station_id)
