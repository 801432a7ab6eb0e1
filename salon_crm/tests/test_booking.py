from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestBooking(SalonCommon):
    def test_times_follow_from_the_services(self):
        booking = self._book((self.cut, self.anna, self.chair), (self.colour, self.ben, self.chair_2))
        self.assertEqual(booking.stop - booking.start, timedelta(minutes=120))
        self.assertEqual(booking.duration, 2)
        cut, colour = booking.salon_line_ids
        self.assertEqual((cut.start, cut.stop), (booking.start, booking.start + timedelta(minutes=30)))
        self.assertEqual((colour.start, colour.stop), (cut.stop, booking.stop))
        self.assertEqual(booking.name, "Clara Client · Cut, Colour")

    def test_during_processing_the_stylist_is_free_and_the_station_is_not(self):
        booking = self._book((self.colour, self.anna, self.chair))
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 40), (70, 90)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 90)])
        self._book((self.cut, self.anna, self.chair_2), minutes=40)

    def test_clean_up_takes_stylist_and_station_but_not_the_client(self):
        booking = self._book((self.facial, self.anna, self.chair))
        self.assertEqual(booking.duration, 1)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 75)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 75)])

    def test_a_clash_names_who_is_taken_and_when(self):
        self._book((self.cut, self.anna, self.chair))
        with self.assertRaisesRegex(ValidationError, "Anna is taken from .*. Choose another time"):
            self._book((self.cut, self.anna, self.chair_2), minutes=15)
        with self.assertRaisesRegex(ValidationError, "Chair 1 is taken"):
            self._book((self.cut, self.ben, self.chair), minutes=15)
        self._book((self.cut, self.anna, self.chair), minutes=30)

    def test_a_booking_with_several_services_is_booked_whole_or_not_at_all(self):
        self._book((self.cut, self.ben), minutes=30)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._book((self.cut, self.anna), (self.cut, self.ben))
        self.assertFalse(self.env["salon.booking.block"].search([("resource_id", "=", self.anna.resource_id.id)]))
        self.assertFalse(
            self.anna.resource_id in self.env["calendar.event"].search([]).salon_line_ids.block_ids.resource_id
        )

    def test_who_goes_on_with_the_same_client_cleans_up_once_at_the_end(self):
        booking = self._book((self.facial, self.anna, self.chair), (self.cut, self.anna, self.chair))
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 60), (60, 105)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 60), (60, 105)])
        booking.salon_line_ids[1].stylist_id = self.ben
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 75)])
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(60, 90)])

    def test_the_database_itself_refuses_a_second_block(self):
        booking = self._book((self.cut, self.anna))
        values = (booking.salon_line_ids.id, self.anna.resource_id.id, booking.start, booking.stop)
        insert = (
            "INSERT INTO salon_booking_block (line_id, resource_id, start, stop, active) VALUES (%s, %s, %s, %s, true)"
        )
        with self.assertRaises(ExclusionViolation) as caught, self.env.cr.savepoint():
            self.env.cr.execute(insert, values, log_exceptions=False)
        message = self.env["salon.booking.block"]._sql_error_to_message(caught.exception)
        self.assertRegex(message, r"Anna is taken from \w{3}, .* \d+:00 [AP]M to \d+:30 [AP]M\. ")
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(insert, (*values[:2], booking.stop, booking.start), log_exceptions=False)

    def test_moving_the_event_moves_lines_and_blocks(self):
        booking = self._book((self.colour, self.anna, self.chair))
        # Less than its own length, as the calendar view does it: start and stop together.
        start = booking.start + timedelta(minutes=20)
        booking.write({"start": start, "stop": start + timedelta(minutes=90)})
        self.assertEqual((booking.start, booking.duration), (start, 1.5))
        self.assertEqual(booking.salon_line_ids.start, start)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 40), (70, 90)])

    def test_moving_onto_another_booking_is_refused(self):
        self._book((self.cut, self.anna))
        other = self._book((self.cut, self.anna), minutes=60)
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            other.write({"start": self.start + timedelta(minutes=10)})

    def test_resizing_the_event_stretches_the_last_service(self):
        booking = self._book((self.cut, self.anna, self.chair), (self.colour, self.anna, self.chair))
        booking.write({"stop": booking.stop + timedelta(minutes=30)})
        self.assertEqual(booking.salon_line_ids[1].finishing_minutes, 50)
        self.assertEqual(booking.duration, 2.5)
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 30), (30, 150)])
        booking.write({"duration": 2})
        self.assertEqual(booking.salon_line_ids[1].finishing_minutes, 20)
        with self.assertRaisesRegex(UserError, "“Colour” can't be that short"):
            booking.write({"stop": booking.start + timedelta(minutes=40)})

    def test_changing_a_line_moves_those_after_it(self):
        booking = self._book((self.cut, self.anna), (self.facial, self.ben))
        booking.salon_line_ids[0].active_minutes = 45
        self.assertEqual(booking.salon_line_ids[1].start, booking.start + timedelta(minutes=45))
        self.assertEqual(booking.duration, 1.75)
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(45, 120)])

    def test_replacing_services_in_one_save_exchanges_stylists(self):
        booking = self._book((self.cut, self.anna), (self.cut, self.ben))
        first, second = booking.salon_line_ids
        booking.write(
            {
                "salon_line_ids": [
                    (1, first.id, {"stylist_id": self.ben.id}),
                    (1, second.id, {"stylist_id": self.anna.id}),
                    (0, 0, self._prepare_line(self.cut, self.ben)),
                ]
            }
        )
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(0, 30), (60, 90)])
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(30, 60)])
        self.assertEqual(booking.salon_stylist_id, self.ben)
        booking.write({"salon_line_ids": [(2, first.id)]})
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 30)])

    def test_cancelling_frees_the_time_and_booking_again_takes_it(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_cancel()
        other = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            booking.action_salon_rebook()
        other.action_salon_no_show()
        booking.action_salon_rebook()
        self.assertEqual(booking.salon_state, "booked")

    def test_archiving_frees_the_time(self):
        booking = self._book((self.cut, self.anna))
        booking.active = False
        self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            booking.active = True

    def test_who_works_for_two_companies_is_one_person(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.stylist_user.company_ids |= company
        twin = self.env["hr.employee"].create(
            {
                "name": "Anna there",
                "is_salon_stylist": True,
                "user_id": self.stylist_user.id,
                "company_id": company.id,
                "resource_calendar_id": False,
            }
        )
        self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            self._book((self.cut, twin), company_id=company.id)

    def test_two_bookings_that_turn_out_to_be_of_one_person_clash(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.stylist_user.company_ids |= company
        twin = self.env["hr.employee"].create(
            {"name": "Anna there", "is_salon_stylist": True, "company_id": company.id, "resource_calendar_id": False}
        )
        self._book((self.cut, self.anna))
        self._book((self.cut, twin), company_id=company.id)
        with self.assertRaises(ValidationError):
            twin.user_id = self.stylist_user

    def test_a_booking_needs_client_and_service(self):
        with self.assertRaisesRegex(ValidationError, "at least one service"):
            self._book()
        booking = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "at least one service"):
            booking.salon_line_ids.unlink()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            booking.salon_client_id = False
            self.env.flush_all()

    def test_a_stylist_is_booked_for_what_they_perform(self):
        self.ben.salon_service_ids = self.cut.product_tmpl_id
        with self.assertRaisesRegex(ValidationError, "Anna does not perform Cut. Choose one of: Ben."):
            self._book((self.cut, self.anna))
        self.cut.salon_station_ids = self.chair
        with self.assertRaisesRegex(ValidationError, "Cut can't be done at Chair 2"):
            self._book((self.cut, self.ben, self.chair_2))

    def test_no_recurrence_and_no_whole_day(self):
        booking = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "recurring"):
            booking.write({"recurrency": True, "rrule_type_ui": "weekly", "count": 3})
        with self.assertRaisesRegex(ValidationError, "time of day"):
            booking.allday = True

    def test_an_event_of_the_calendar_becomes_a_booking(self):
        event = self.env["calendar.event"].create(
            {"name": "Later", "start": self.start, "stop": self.start + timedelta(hours=3)}
        )
        with Form(event) as form:
            form.is_salon_booking = True
            form.salon_client_id = self.client
            with form.salon_line_ids.new() as line:
                line.product_id = self.cut
                line.stylist_id = self.anna
        self.assertEqual((event.salon_state, event.duration, event.name), ("booked", 0.5, "Clara Client · Cut"))
        self.assertEqual(self._blocks(event, self.anna.resource_id), [(0, 30)])
        with self.assertRaisesRegex(UserError, "can't become a plain meeting"):
            event.is_salon_booking = False

    def test_the_form_shows_the_end_while_services_are_picked(self):
        form = Form(
            self.env["calendar.event"].with_context(default_is_salon_booking=True, default_start=self.start),
            view="salon_crm.salon_booking_view_form",
        )
        form.salon_client_id = self.client
        with form.salon_line_ids.new() as line:
            line.product_id = self.colour
            line.stylist_id = self.anna
            self.assertEqual(line.client_minutes, 90)
        self.assertEqual(form.stop, self.start + timedelta(minutes=90))
        booking = form.save()
        self.assertEqual(booking.salon_state, "booked")
        self.assertTrue(self.client.is_salon_client)
        self.assertEqual(len(self.client.salon_file_ids), 1)

    def test_no_one_is_written_to(self):
        self.client.email = "clara@example.com"
        booking = self._book((self.cut, self.anna))
        booking.write({"start": booking.start + timedelta(hours=1)})
        self.assertNotIn(self.client, booking.partner_ids)
        self.assertEqual(booking.partner_ids, self.stylist_user.partner_id)
        self.assertFalse(booking.description)
        mails = self.env["mail.mail"].search([("model", "in", ("calendar.event", "calendar.attendee"))])
        self.assertFalse(mails.filtered(lambda mail: mail.res_id in booking.ids + booking.attendee_ids.ids))

    def test_a_copy_is_a_booking_of_its_own(self):
        booking = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            booking.copy()
        copy = booking.copy({"start": booking.start + timedelta(hours=2)})
        self.assertEqual(self._blocks(copy, self.anna.resource_id), [(0, 30)])
        self.assertEqual(copy.salon_state, "booked")

    def test_plain_events_stay_as_they_were(self):
        event = self.env["calendar.event"].create(
            {"name": "Meeting", "start": self.start, "stop": self.start + timedelta(hours=2)}
        )
        self.assertFalse(event.salon_state or event.company_id or event.is_salon_booking)
        event.write({"stop": event.start + timedelta(hours=1)})
        self.assertEqual(event.duration, 1)
        self.assertEqual(event.user_id, self.env.user)

    def test_duration_and_end_are_stored_as_the_services_say(self):
        booking = self._book((self.cut, self.anna))
        for vals in (
            {"salon_line_ids": [(0, 0, self._prepare_line(self.facial, self.ben))]},
            {"salon_line_ids": [(0, 0, self._prepare_line(self.cut, self.ben))], "stop": booking.stop, "duration": 0.5},
            {"duration": 3},
        ):
            booking.write(vals)
            self.env.flush_all()
            booking.invalidate_recordset()
            self.assertEqual(booking.stop, max(booking.salon_line_ids.mapped("stop")))
            self.assertEqual(booking.duration * 60, sum(booking.salon_line_ids.mapped("client_minutes")))
        self.assertEqual(booking.duration, 3)
        with self.assertRaisesRegex(UserError, "12 hours at most"):
            booking.duration = 48
        with self.assertRaisesRegex(UserError, "can't be that short"):
            booking.duration = 0

    def test_a_service_stays_in_its_booking(self):
        booking = self._book((self.cut, self.anna))
        other = self._book((self.cut, self.ben))
        with self.assertRaisesRegex(UserError, "stays in its booking"):
            other.write({"salon_line_ids": [(4, booking.salon_line_ids.id)]})
        with self.assertRaisesRegex(ValidationError, "at least one service"):
            self._book(client=self.client, salon_line_ids=[(4, booking.salon_line_ids.id)], minutes=300)
        self.assertEqual(booking.salon_line_ids.stylist_id, self.anna)

    def test_a_booking_keeps_its_name_its_openness_and_its_stylists(self):
        booking = self._book((self.cut, self.anna))
        booking.with_user(self.stylist_user).write(
            {"privacy": "private", "name": "foo", "partner_ids": [(4, self.client.id)], "notes": "by the window"}
        )
        self.assertEqual((booking.privacy, booking.name), ("public", "Clara Client · Cut"))
        self.assertEqual(booking.partner_ids, self.stylist_user.partner_id)
        self.assertIn("by the window", booking.notes)
        self.client.name = "Clara Married"
        self.assertEqual(booking.name, "Clara Married · Cut")

    def test_a_state_follows_from_the_one_before(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_arrive()
        for state in ("booked", "cancelled", "no_show"):
            with self.assertRaisesRegex(UserError, "can't become"):
                booking.salon_state = state
        booking.salon_visit_ids.action_done()
        with self.assertRaisesRegex(UserError, "This booking is done"):
            booking.start += timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "This booking is done"):
            booking.salon_line_ids.active_minutes = 50
        with self.assertRaisesRegex(UserError, "has a visit"):
            booking.unlink()

    def test_closing_a_visit_asks_nobody_for_their_time(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_arrive()
        blocks, search = self.env.registry["salon.booking.block"], self.env.registry["salon.availability"]
        with patch.object(blocks, "_find_clash") as clash, patch.object(search, "find_offers") as offers:
            booking.salon_visit_ids.action_done()
        clash.assert_not_called()
        offers.assert_not_called()
        self.assertEqual(booking.salon_state, "done")

    def test_everything_of_a_booking_is_of_its_company(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        stranger = self.env["hr.employee"].create(
            {"name": "Stranger", "is_salon_stylist": True, "company_id": company.id, "resource_calendar_id": False}
        )
        with self.assertRaisesRegex(UserError, "Stranger"):
            self._book((self.cut, stranger))
        booking = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(UserError, "stays in its company"):
            booking.company_id = company

    def test_only_services_are_booked_and_only_with_who_serves(self):
        shampoo = self.env["product.product"].create({"name": "Shampoo"})
        clerk = self.env["hr.employee"].create({"name": "Clerk"})
        with self.assertRaisesRegex(ValidationError, "Shampoo can't be booked"):
            self._book(
                client=self.client,
                salon_line_ids=[(0, 0, {**self._prepare_line(shampoo, self.anna), "active_minutes": 10})],
            )
        with self.assertRaisesRegex(ValidationError, "Clerk does not serve clients"):
            self._book((self.cut, clerk))
        self.chair.active = False
        with self.assertRaisesRegex(ValidationError, "Chair 1 is out of use"):
            self._book((self.cut, self.anna, self.chair))

    def test_who_is_booked_is_not_archived(self):
        self._book((self.cut, self.anna, self.chair))
        with self.assertRaisesRegex(UserError, "Anna is booked 1 times from"):
            self.anna.active = False
        with self.assertRaisesRegex(UserError, "Chair 1 is booked 1 times from"):
            self.chair.active = False

    def test_splitting_a_person_gives_the_blocks_to_whom_they_belong(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.stylist_user.company_ids |= company
        twin = self.env["hr.employee"].create(
            {
                "name": "Anna there",
                "is_salon_stylist": True,
                "user_id": self.stylist_user.id,
                "company_id": company.id,
                "resource_calendar_id": False,
            }
        )
        booking = self._book((self.cut, twin), company_id=company.id)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 30)])
        twin.user_id = False
        self.assertEqual(self._blocks(booking, twin.resource_id), [(0, 30)])
        self._book((self.cut, self.anna))

    def test_everybody_who_could_open_a_product_still_can(self):
        for user in (self.plain_user, self.reception, self.stylist_user, self.manager):
            Form(self.cut.with_user(user))
            Form(self.cut.product_tmpl_id.with_user(user))
        self.cut.product_tmpl_id.with_user(self.manager).salon_stylist_ids = [(6, 0, self.anna.ids)]
        self.assertEqual(self.anna.salon_service_ids, self.cut.product_tmpl_id)
