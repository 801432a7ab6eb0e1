import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestDeskForm(SalonCommon):
    """A booking while the front desk types it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Olga Other"})

    def _form(self, user=None, **defaults):
        events = self.env["calendar.event"].with_user(user or self.reception)
        context = {f"default_{name}": value for name, value in defaults.items()}
        start = defaults.get("start", self.start)
        events = events.with_context(
            **context, default_is_salon_booking=True, default_salon_state="booked", default_start=start
        )
        form = Form(events, "salon_crm.salon_booking_view_form")
        form._view["modifiers"]["salon_offer"]["invisible"] = "False"  # the times panel writes it, no field does
        return form

    def _offer(self, form_values, minutes):
        """Return what the times panel hands over for the offer `minutes` after the usual start."""
        at = self.start + timedelta(minutes=minutes)
        values = {**form_values, "date_from": at, "date_to": at + timedelta(minutes=1)}
        offer = self.env["calendar.event"].with_user(self.reception).salon_offers(values)[0]
        return json.dumps({"start": offer["start"], "lines": offer["lines"]}, default=str)

    def test_a_service_without_a_stylist_gets_whoever_is_free(self):
        self._book((self.facial, self.anna), client=self.other)
        with self._form() as form:
            form.salon_client_id = self.client
            with form.salon_line_ids.new() as line:
                line.product_id = self.cut
                self.assertFalse(line.stylist_id)
        line = form.record.salon_line_ids
        self.assertEqual((line.stylist_id, line.assignment), (self.ben, "assigned"))

    def test_a_service_without_a_stylist_takes_as_long_as_with_whom_the_search_finds(self):
        self.env["salon.service.variation"].create(
            {"product_tmpl_id": self.cut.product_tmpl_id.id, "stylist_id": self.ben.id, "active_minutes": 20}
        )
        self._book((self.facial, self.anna), client=self.other)
        with self._form() as form:
            form.salon_client_id = self.client
            with form.salon_line_ids.new() as line:
                line.product_id = self.cut
        self.assertEqual(form.record.salon_line_ids.active_minutes, 20)
        self.assertEqual(form.record.stop - form.record.start, timedelta(minutes=20))

    def test_where_nobody_is_free_the_sentence_says_what_to_do(self):
        self._book((self.facial, self.anna), minutes=60)
        self._book((self.facial, self.ben), minutes=60, client=self.other)
        with self.assertRaisesRegex(ValidationError, "Click one of the free times"):
            self.env["calendar.event"].with_user(self.reception).create(
                {
                    "is_salon_booking": True,
                    "salon_client_id": self.client.id,
                    "start": self.start + timedelta(minutes=60),
                    "salon_line_ids": [Command.create({"product_id": self.cut.id})],
                }
            )

    def test_a_service_added_to_a_booking_without_a_stylist_gets_one_as_well(self):
        booking = self._book((self.cut, self.anna))
        booking.with_user(self.reception).write(
            {"salon_line_ids": [Command.create({"product_id": self.facial.id, "sequence": 20})]}
        )
        self.assertEqual(booking.salon_line_ids.stylist_id, self.anna)
        self._book((self.facial, self.anna), minutes=105, client=self.other)
        booking.with_user(self.reception).write(
            {"salon_line_ids": [Command.create({"product_id": self.cut.id, "sequence": 30})]}
        )
        self.assertEqual(booking.salon_line_ids.sorted("sequence")[2].stylist_id, self.ben)
        first = booking.salon_line_ids.sorted("sequence")[0]
        booking.with_user(self.reception).write({"salon_line_ids": [Command.update(first.id, {"stylist_id": False})]})
        self.assertTrue(first.stylist_id)

    def test_a_stylist_named_by_hand_was_asked_for(self):
        form = self._form()
        form.salon_client_id = self.client
        with form.salon_line_ids.new() as line:
            line.product_id = self.cut
            self.assertEqual(line.assignment, "assigned")
            line.stylist_id = self.anna
            self.assertEqual(line.assignment, "asked")
        self.assertEqual(form.save().salon_line_ids.assignment, "asked")

    def test_a_click_on_a_free_time_sets_start_stylist_station_and_wait(self):
        self.cut.salon_station_ids = self.chair_2
        form = self._form()
        form.salon_client_id = self.client
        with form.salon_line_ids.new() as line:
            line.product_id = self.colour
            line.stylist_id = self.ben
        with form.salon_line_ids.new() as line:
            line.product_id = self.cut
        wishes = [{"product_id": self.colour.id, "stylist_id": self.ben.id}, {"product_id": self.cut.id}]
        form.salon_offer = self._offer({"lines": wishes, "client_id": self.client.id}, 120)
        self.assertEqual(form.start, self.start + timedelta(minutes=120))
        self.assertFalse(form.salon_offer)
        booking = form.save()
        first, second = booking.salon_line_ids.sorted("sequence")
        self.assertEqual((first.stylist_id, first.assignment), (self.ben, "asked"))
        self.assertEqual((second.assignment, second.station_id), ("assigned", self.chair_2))
        self.assertEqual(booking.start, self.start + timedelta(minutes=120))

    def test_a_time_that_was_offered_for_other_services_changes_nothing(self):
        form = self._form()
        form.salon_client_id = self.client
        offer = self._offer({"lines": [{"product_id": self.cut.id}] * 2}, 120)
        with form.salon_line_ids.new() as line:
            line.product_id = self.cut
        form.salon_offer = offer
        self.assertEqual(form.start, self.start)

    def test_free_times_keep_to_what_was_given_by_hand(self):
        self.facial.salon_station_ids = self.chair
        booking = self._book((self.cut, self.anna, self.chair_2), (self.facial, self.ben))
        cut, facial = booking.salon_line_ids.sorted("sequence")
        self.assertEqual((cut.station_wish, facial.station_wish), (True, False))
        self.assertEqual((cut.own_minutes, facial.own_minutes), ("{}", "{}"))
        cut.active_minutes = 50
        self.assertEqual(json.loads(cut.own_minutes), {"active_minutes": 50})
        form = Form(booking.with_user(self.reception), "salon_crm.salon_booking_view_form")
        with form.salon_line_ids.edit(1) as line:
            line.station_id = self.env["salon.station"]
            line.station_id = self.chair
            self.assertTrue(line.station_wish)

    # The usual visit ----------------------------------------------------------------------------------------

    def _history(self):
        for week, service in ((1, self.facial), (2, self.colour), (3, self.colour)):
            self._book(
                (service, self.ben, self.chair),
                start=self.start - timedelta(weeks=week + 1),
                salon_line_ids=[
                    Command.create(self._prepare_line(service, self.ben, self.chair, assignment="asked")),
                    Command.create(self._prepare_line(self.cut, self.anna, sequence=20)),
                ],
            )

    def test_a_returning_client_brings_the_usual_visit(self):
        self._history()
        form = self._form()
        form.salon_client_id = self.client
        booking = form.save()
        colour, cut = booking.salon_line_ids.sorted("sequence")
        self.assertEqual((colour.product_id, colour.stylist_id, colour.station_id), (self.colour, self.ben, self.chair))
        self.assertEqual((cut.product_id, cut.stylist_id), (self.cut, self.anna))
        self.assertEqual((colour.assignment, cut.assignment), ("asked", "assigned"))

    def test_the_usual_station_is_taken_only_where_it_is_free(self):
        self.colour.salon_station_ids = self.chair | self.chair_2
        self._history()
        self._book((self.facial, self.anna, self.chair), client=self.other)
        form = self._form()
        form.salon_client_id = self.client
        self.assertEqual(form.salon_line_ids.edit(0).station_id, self.chair_2)

    def test_the_usual_visit_asks_the_database_once_whatever_the_history(self):
        self._history()
        client = self.client.with_user(self.reception)
        events = self.env["calendar.event"].with_user(self.reception)
        events._salon_usual_booking(client, self.env.company)
        self.env.flush_all()
        with self.assertQueryCount(1):
            events._salon_usual_booking(client, self.env.company)

    def test_what_was_typed_is_not_replaced_and_what_was_filled_in_is(self):
        self._history()
        self._book((self.facial, self.anna), client=self.other, start=self.start - timedelta(weeks=6))
        form = self._form()
        form.salon_client_id = self.client
        form.salon_client_id = self.other
        self.assertEqual(len(form.salon_line_ids), 1)
        form = self._form()
        with form.salon_line_ids.new() as line:
            line.product_id = self.facial
        form.salon_client_id = self.client
        self.assertEqual(len(form.salon_line_ids), 1)

    def test_a_lost_booking_is_nobodys_usual_visit(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_cancel()
        self.assertFalse(self.env["calendar.event"]._salon_usual_lines(self.client, self.env.company))

    def test_a_stylist_repeats_own_visits_alone(self):
        self._history()
        self._book((self.cut, self.anna), start=self.start - timedelta(weeks=8))
        events = self.env["calendar.event"].with_user(self.stylist_user)
        lines = events._salon_usual_lines(self.client, self.env.company)
        self.assertEqual([line["stylist_id"] for line in lines], [self.anna.id])

    # Buttons ------------------------------------------------------------------------------------------------

    def test_done_closes_the_visits_of_a_booking(self):
        friend = self.env["res.partner"].create({"name": "Frieda Friend"})
        booking = self._book(
            (self.cut, self.anna),
            salon_line_ids=[
                Command.create(self._prepare_line(self.cut, self.anna)),
                Command.create(self._prepare_line(self.cut, self.ben, guest_id=friend.id)),
            ],
        )
        desk = booking.with_user(self.reception)
        desk.action_salon_arrive()
        desk.action_salon_start()
        desk.action_salon_done()
        self.assertEqual(booking.salon_state, "done")
        self.assertEqual(booking.salon_visit_ids.mapped("state"), ["done", "done"])
        with self.assertRaises(UserError):
            desk.action_salon_ask_cancel()

    def test_a_cancelled_booking_has_its_reason(self):
        reason = self.env["salon.cancel.reason"].create({"name": "We are ill", "by_client": False})
        booking = self._book((self.cut, self.anna), start=self.start - timedelta(days=7) + timedelta(hours=20))
        action = booking.with_user(self.reception).action_salon_ask_cancel()
        wizard = Form(self.env[action["res_model"]].with_user(self.reception).with_context(**action["context"]))
        wizard.reason_id = reason
        wizard.save().action_cancel()
        self.assertEqual((booking.salon_state, booking.salon_cancel_reason_id), ("cancelled", reason))
        self.assertFalse(booking.salon_late_cancel)

    def test_stylists_use_the_buttons_for_their_own_bookings_alone(self):
        own = self._book((self.cut, self.anna)).with_user(self.stylist_user)
        other = self._book((self.cut, self.ben), client=self.other, minutes=120).with_user(self.stylist_user)
        self.assertEqual(own.action_salon_client_file()["res_id"], self.client.salon_file_ids.id)
        own.action_salon_confirm()
        own.action_salon_arrive()
        own.action_salon_start()
        own.action_salon_done()
        self.assertEqual(own.salon_state, "done")
        self.assertEqual(own.action_salon_book_next()["res_model"], "calendar.event")
        own.read(["salon_no_show_count", "salon_visit_count", "salon_alert", "salon_stylist_ids", "salon_people"])
        for name in ("arrive", "confirm", "done", "ask_cancel", "no_show", "start", "book_next", "client_file"):
            with self.subTest(name), self.assertRaises(UserError):
                getattr(other, f"action_salon_{name}")()
        with self.assertRaises(AccessError):
            self.env["salon.booking.cancel"].with_user(self.stylist_user).create({"event_ids": other.ids})
        self.assertEqual(other.sudo().salon_state, "booked")

    def test_a_stylist_is_named_in_own_bookings_from_the_start(self):
        form = self._form(user=self.stylist_user)
        form.salon_client_id = self.client
        with form.salon_line_ids.new() as line:
            line.product_id = self.cut
        self.assertEqual(form.save().salon_line_ids.stylist_id.id, self.anna.id)

    def test_typing_a_booking_asks_the_database_no_more_with_a_longer_history(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            form = self._form()
            before = self.env.cr.sql_log_count
            form.salon_client_id = self.client
            return self.env.cr.sql_log_count - before

        self._history()
        queries()
        few = queries()
        for week in range(10, 30):
            self._book((self.facial, self.ben, self.chair), start=self.start - timedelta(weeks=week))
        queries()  # what a service takes is kept from the first time on
        self.assertLessEqual(queries(), few)
        self.assertLessEqual(few, 60)
