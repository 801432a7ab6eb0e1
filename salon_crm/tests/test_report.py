from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import SalonCommon

NOON = datetime(2031, 5, 14, 12)


@tagged("post_install", "-at_install")
class TestReport(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(NOON)
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def _figures(self, bookings, *measures, groupby=()):
        self.env.flush_all()
        report = self.env["salon.booking.report"].with_user(self.manager)
        return report._read_group([("event_id", "in", bookings.ids)], groupby, measures)

    def _served(self, minutes, arrived, started, *lines, **values):
        """Have a client booked `minutes` after noon arrive and begin, in minutes from the booked time."""
        start = NOON + timedelta(minutes=minutes)
        booking = self._book(*lines, start=start, **values)
        with freeze_time(start + timedelta(minutes=arrived)):
            booking.salon_state = "arrived"
        with freeze_time(start + timedelta(minutes=started)):
            booking.salon_state = "in_service"
        return booking

    def test_every_booked_service_is_a_row_and_every_booking_counts_once(self):
        booking = self._book((self.cut, self.anna, self.chair), (self.colour, self.ben, self.chair_2))
        rows = self._figures(booking, "bookings:sum", "minutes:sum", groupby=["stylist_id", "station_id", "product_id"])
        self.assertEqual(
            rows,
            [
                (self.anna, self.chair, self.cut, 1, 30),
                (self.ben, self.chair_2, self.colour, 0, 90),
            ],
        )
        self.assertEqual(self._figures(booking, "__count", "bookings:sum", "minutes:sum"), [(2, 1, 120)])

    def test_no_show_percent_is_no_shows_among_done_and_no_shows(self):
        states = ["done", "done", "done", "no_show", "cancelled", "booked", "arrived"]
        bookings = self.env["calendar.event"]
        for number, state in enumerate(states):
            booking = self._book((self.cut, self.anna), (self.cut, self.ben), minutes=number * 60)
            bookings |= booking
            if state == "done":
                booking.salon_state = "arrived"
            if state != "booked":
                booking.salon_state = state
        self.assertEqual(self._figures(bookings, "bookings:sum", "no_show_percent:avg"), [(7, 25.0)])
        self.assertEqual(self._figures(bookings[4:], "no_show_percent:avg"), [(False,)])

    def test_waits_of_booked_clients_and_of_walk_ins(self):
        late = self._served(0, 10, 16, (self.cut, self.anna), (self.facial, self.anna))  # came late: 6 minutes
        early = self._served(180, -30, 4, (self.cut, self.anna))  # came early: 4 minutes after the booked time
        on_the_dot = self._served(240, -5, -5, (self.cut, self.anna))  # was taken early: no wait
        unknown = self._book((self.cut, self.anna), start=NOON + timedelta(minutes=300))
        bookings = late | early | on_the_dot | unknown
        walk_in = self.env["salon.walk.in"].create({"name": "Ada", "wish_ids": [(0, 0, {"product_id": self.cut.id})]})
        with freeze_time(NOON + timedelta(minutes=12)):
            walk_in.action_take()
            walk_in.event_id.action_salon_start()
        bookings |= walk_in.event_id
        rows = self._figures(bookings, "wait_minutes:avg", groupby=["channel"])
        self.assertEqual(dict(rows), {"desk": 10 / 3, "walk_in": 12})
        for booking in late | early | on_the_dot | walk_in.event_id:  # the same as the booking itself says
            self.assertEqual(self._figures(booking, "wait_minutes:avg"), [(booking.salon_wait_minutes,)])

    def test_late_cancellations_are_those_of_clients(self):
        reason = self.env["salon.cancel.reason"].create({"name": "We are closed", "by_client": False})
        late, ours, early = (
            self._book((self.cut, self.anna), start=NOON + timedelta(hours=hours)) for hours in (2, 3, 90)
        )
        late.action_salon_cancel()
        ours.write({"salon_state": "cancelled", "salon_cancel_reason_id": reason.id})
        early.action_salon_cancel()
        self.assertEqual(self._figures(late | ours | early, "late_cancellations:sum"), [(1,)])

    def test_a_figure_leads_to_the_booking(self):
        booking = self._book((self.cut, self.anna))
        row = self.env["salon.booking.report"].with_user(self.manager).search([("event_id", "=", booking.id)])
        self.assertEqual((row.partner_id, row.state, row.channel), (self.client, "booked", "desk"))
        self.assertEqual(row.action_open_booking()["res_id"], booking.id)
        for view in ("pivot", "graph", "list", "search"):
            self.env["salon.booking.report"].with_user(self.manager).get_view(view_type=view)
