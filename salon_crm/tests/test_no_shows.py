from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestNoShows(SalonCommon):
    """How reliably a client comes, and what follows from it."""

    def _past(self, days, state, service=None, **values):
        booking = self._book((service or self.cut, self.anna), start=self.start - timedelta(days=7 + days), **values)
        booking.sudo()._salon_set_state("arrived" if state == "done" else state)
        if state == "done":
            booking.action_salon_done()
        return booking

    def test_no_shows_and_late_cancellations_of_a_year_are_counted(self):
        self._past(10, "no_show")
        self._past(20, "done")
        self._past(30, "done")
        self._past(40, "done")
        self._past(50, "cancelled")
        self._past(400, "no_show")
        reason = self.env["salon.cancel.reason"].create({"name": "We are ill", "by_client": False})
        self._past(60, "booked")._salon_set_state("cancelled", salon_cancel_reason_id=reason.id)
        self._book((self.cut, self.anna)).action_salon_cancel()  # in time
        client = self.client.with_user(self.reception)
        self.assertEqual((client.salon_no_show_count, client.salon_late_cancel_count), (1, 1))
        self.assertEqual(client.salon_no_show_rate, 25)
        self.assertEqual(client.salon_file_ids.no_show_count, 1)
        self.assertEqual(self.env["calendar.event"].search_count(client._salon_lost_domain()), 2)
        self.assertEqual(self._book((self.cut, self.anna)).with_user(self.reception).salon_no_show_count, 2)

    def test_the_figures_of_many_clients_are_one_query(self):
        others = self.env["res.partner"].create([{"name": f"Client {number}"} for number in range(5)])
        for number, other in enumerate(others):
            self._past(10 + number, "no_show", client=other)
        clients = (self.client | others).with_user(self.reception)
        clients.mapped("name")
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(clients.mapped("salon_no_show_count"), [0, 1, 1, 1, 1, 1])

    def test_from_the_limit_on_the_salon_confirms(self):
        company = self.env.company
        company.salon_no_show_limit = 2
        self._past(10, "no_show")
        self.assertFalse(self.client._salon_needs_confirmation(company))
        self._past(20, "cancelled")
        self.assertTrue(self.client._salon_needs_confirmation(company))
        elsewhere = self.env["res.company"].create({"name": "Second Salon", "salon_no_show_limit": 1})
        self.assertFalse(self.client._salon_needs_confirmation(elsewhere))
        company.salon_no_show_limit = 0
        self.assertFalse(self.client._salon_needs_confirmation(company))

    def test_the_figures_are_for_the_salon_alone_and_by_company(self):
        self._past(10, "no_show")
        with self.assertRaises(AccessError):
            self.client.with_user(self.plain_user).read(["salon_no_show_count"])
        self.assertEqual(self.client.with_user(self.other_stylist_user).salon_no_show_count, 1)
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "reception_2", "salon_crm.group_salon_reception")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertEqual(self.client.with_user(elsewhere).salon_no_show_count, 0)


@tagged("post_install", "-at_install")
class TestNextVisit(SalonCommon):
    """Whoever leaves can book the next visit with one click."""

    def _next(self, record, user=None):
        record = record.with_user(user or self.reception)
        action = record.action_book_next() if record._name == "salon.visit" else record.action_salon_book_next()
        context = action["context"]
        start = fields.Datetime.to_datetime(context["default_start"])
        return start, [command[2] for command in context["default_salon_line_ids"]], context

    def _book_as_proposed(self, context):
        events = self.env["calendar.event"].with_user(self.reception).with_context(**context)
        return Form(events, "salon_crm.salon_booking_view_form").save()

    def _served(self, *lines):
        booking = self._book(*lines, start=fields.Datetime.now().replace(hour=10, minute=0) - timedelta(days=1))
        booking.action_salon_arrive()
        booking.action_salon_done()
        return booking

    def test_the_shortest_interval_of_the_services_counts(self):
        self.cut.salon_interval_days = 42
        self.colour.salon_interval_days = 28
        booking = self._served((self.cut, self.anna), (self.colour, self.ben))
        start, lines, context = self._next(booking)
        self.assertEqual((start.date() - fields.Date.today()).days, 28)
        self.assertEqual([line["stylist_id"] for line in lines], [self.anna.id, self.ben.id])
        self.assertEqual(context["default_salon_client_id"], self.client.id)
        stop = fields.Datetime.to_datetime(context["default_stop"])
        self.assertGreaterEqual(stop - start, timedelta(minutes=120))
        booked = self._book_as_proposed(context)
        self.assertEqual(booked.salon_line_ids.product_id, self.cut | self.colour)

    def test_the_till_is_told_the_same_day_and_what_is_free_around_it(self):
        self.cut.salon_interval_days = 42
        self.colour.salon_interval_days = 28
        values = {
            "client_id": self.client.id,
            "lines": [{"product_id": service.id} for service in (self.cut, self.colour, self.facial)],
        }
        events = self.env["calendar.event"].with_user(self.reception)
        found = events.salon_next_offers(values)
        due = fields.Date.today() + timedelta(days=28)
        self.assertEqual(fields.Date.to_date(found["due"]), due)
        days = {fields.Date.to_date(offer["start"][:10]) for offer in found["offers"]}
        self.assertIn(due, days)
        self.assertLessEqual(max(abs((day - due).days) for day in days), 4)
        picked = fields.Date.today() + timedelta(days=10)
        found = events.salon_next_offers({**values, "day": str(picked)})
        self.assertEqual(fields.Date.to_date(found["due"]), due)
        days = {fields.Date.to_date(offer["start"][:10]) for offer in found["offers"]}
        self.assertTrue(days and max(abs((day - picked).days) for day in days) <= 1)
        with self.assertRaisesRegex(UserError, "needs a client"):
            events.salon_next_offers({**values, "client_id": False})
        with self.assertRaises(AccessError):
            events.with_user(self.plain_user).salon_next_offers(values)

    def test_without_one_the_client_comes_as_often_as_ever(self):
        for days in (61, 41, 21):
            visit = self.env["salon.visit"].create(
                {"partner_id": self.client.id, "date": fields.Datetime.now() - timedelta(days=days)}
            )
            visit.action_done()
        booking = self._book((self.cut, self.anna))
        start, _lines, _context = self._next(booking)
        self.assertEqual((start.date() - fields.Date.today()).days, 20)

    def test_and_a_new_client_in_five_weeks_at_the_same_time_of_day(self):
        booking = self._served((self.cut, self.anna))
        start, _lines, _context = self._next(booking.salon_visit_ids)
        self.assertEqual((start.date() - fields.Date.today()).days, 35)
        self.assertLessEqual(abs((start.hour - 10) * 60 + start.minute), 90)

    def test_what_is_offered_is_free_and_with_the_same_stylist(self):
        booking = self._served((self.cut, self.anna))
        day = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=35)
        self.env["salon.blocked.time"].create(
            {"stylist_id": self.anna.id, "start": day - timedelta(hours=4), "stop": day + timedelta(hours=30)}
        )
        start, lines, context = self._next(booking)
        self.assertEqual(abs((start - day).days), 1)
        self.assertEqual(lines[0]["stylist_id"], self.anna.id)
        self.assertEqual(self._book_as_proposed(context).start, start)

    def test_a_stylist_who_left_is_not_proposed(self):
        booking = self._served((self.cut, self.anna))
        self.anna.is_salon_stylist = False
        _start, lines, _context = self._next(booking.salon_visit_ids)
        self.assertEqual(lines[0]["stylist_id"], self.ben.id)

    def test_a_sale_without_a_booking_leads_to_a_next_visit_too(self):
        performer = (0, 0, {"employee_id": self.anna.id})
        visit = self.env["salon.visit"].create(
            {
                "partner_id": self.client.id,
                "line_ids": [(0, 0, {"product_id": self.cut.id, "performer_ids": [performer]})],
            }
        )
        _start, lines, _context = self._next(visit, user=self.stylist_user)
        self.assertEqual((lines[0]["product_id"], lines[0]["stylist_id"]), (self.cut.id, self.anna.id))
