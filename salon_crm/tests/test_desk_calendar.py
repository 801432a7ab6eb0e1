from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..models.calendar_event_state import NEXT_STATES
from .common import SalonCommon

SHOWN = [
    "display_name", "start", "stop", "salon_stylist_id", "salon_client_id", "salon_client_phone", "salon_line_ids",
    "salon_stylist_ids", "salon_station_ids", "salon_people", "salon_state", "salon_alert", "salon_next_states",
    "user_can_edit",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestDeskCalendar(SalonCommon):
    """What the calendar of the front desk shows of a booking."""

    def _two_stylists(self, **values):
        return self._book(
            (self.cut, self.anna),
            salon_line_ids=[
                Command.create(self._prepare_line(self.cut, self.anna, self.chair)),
                Command.create(self._prepare_line(self.facial, self.ben, self.chair_2, sequence=20)),
            ],
            **values,
        )

    def test_everyone_and_every_place_of_a_booking_is_shown_and_found(self):
        booking = self._two_stylists()
        desk = self.env["calendar.event"].with_user(self.reception)
        shown = desk.search_read([("id", "=", booking.id)], SHOWN)[0]
        self.assertEqual(shown["salon_stylist_ids"], [self.anna.id, self.ben.id])
        self.assertEqual(shown["salon_station_ids"], [self.chair.id, self.chair_2.id])
        self.assertEqual(shown["salon_people"], "Anna, Ben · Chair 1, Chair 2")
        for field, record in (("salon_stylist_ids", self.ben), ("salon_station_ids", self.chair_2)):
            self.assertIn(booking, desk.search([(field, "in", record.ids)]))
            self.assertNotIn(booking, desk.search([(field, "not in", record.ids)]))
        self.assertIn(booking, desk.search([("salon_stylist_ids", "ilike", "Ben")]))

    def test_the_buttons_are_those_of_the_possible_states(self):
        booking = self._book((self.cut, self.anna))
        for step in ("confirm", "arrive", "start", "done"):
            self.assertEqual(booking.salon_next_states, ",".join(NEXT_STATES[booking.salon_state]))
            getattr(booking, f"action_salon_{step}")()
        self.assertFalse(booking.salon_next_states)
        self.assertFalse(self.env["calendar.event"].new({"name": "Meeting"}).salon_next_states)

    def test_a_longer_day_asks_the_database_no_more(self):
        def queries(user):
            self.env.flush_all()
            self.env.invalidate_all()
            events = self.env["calendar.event"].with_user(user)
            before = self.env.cr.sql_log_count
            found = events.search_read([("salon_state", "!=", False), ("start", ">=", self.start)], SHOWN)
            return self.env.cr.sql_log_count - before, len(found)

        for user in (self.reception, self.stylist_user):
            self._two_stylists()
            queries(user)
            few, count = queries(user)
            for number in range(1, 9):
                client = self.env["res.partner"].create({"name": f"Client {number}", "phone": f"139 000{number}"})
                self._two_stylists(minutes=number * 120, client=client)
            many, more = queries(user)
            self.assertEqual((many, more), (few, count + 8))
            self.assertLessEqual(many, 25)
            self.env["calendar.event"].search([("is_salon_booking", "=", True)]).action_salon_cancel()
            self.env["calendar.event"].search([("is_salon_booking", "=", True)]).active = False

    def test_a_booking_dragged_onto_another_stays_with_a_sentence(self):
        booking = self._book((self.cut, self.anna))
        other = self._book((self.cut, self.anna), minutes=60)
        with self.assertRaisesRegex(Exception, "Anna is taken from"):
            other.with_user(self.reception).write(
                {"start": self.start + timedelta(minutes=15), "stop": self.start + timedelta(minutes=45)}
            )
        self.assertEqual(booking.start, self.start)
