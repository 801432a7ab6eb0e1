from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SalonMailCommon


@tagged("post_install", "-at_install")
class TestSeries(SalonMailCommon):
    def _repeat(self, booking, user=None, **values):
        values = {"every": 5, "unit": "weeks", "count": 6, **values}
        repeat = self.env["salon.repeat"].with_user(user or self.reception).create({"event_id": booking.id, **values})
        repeat.action_search()
        return repeat

    def _after(self, weeks, minutes=0):
        return self.start + timedelta(weeks=weeks, minutes=minutes)

    def test_every_five_weeks_six_times_is_booked_as_one(self):
        booking = self._book((self.cut, self.anna, self.chair), (self.colour, self.ben))
        booking.salon_line_ids[0].write({"assignment": "asked", "active_minutes": 35})
        repeat = self._repeat(booking)
        self.assertEqual(repeat.line_ids.mapped("is_free"), [True] * 6)
        repeat.action_book()
        series = booking.salon_series_id
        self.assertEqual((series.every, series.unit, series.count, series.event_id), (5, "weeks", 6, booking))
        made = (series.booking_ids - booking).sorted("start")
        zone = self.env.company._salon_timezone()
        wall = {pytz.utc.localize(one.start).astimezone(zone).time() for one in made | booking}
        self.assertEqual((len(made), len(wall)), (6, 1))
        for one in made:
            self.assertEqual(one.salon_line_ids.stylist_id, self.anna | self.ben)
            self.assertEqual(one.salon_line_ids[0].active_minutes, 35)
            self.assertEqual(one.salon_line_ids.mapped("assignment"), ["asked", "assigned"])
            self.assertEqual(one.salon_line_ids[0].station_id, self.chair)
            self.assertFalse(one.recurrency or one.recurrence_id)

    def test_a_clash_says_why_and_proposes_the_day_somebody_else_and_other_days(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        booking = self._book((self.cut, self.anna))
        self._book((self.cut, self.anna), minutes=2 * 7 * 24 * 60, client=self.env["res.partner"].create({"name": "X"}))
        repeat = self._repeat(booking, every=1, count=3)
        free, taken, other = repeat.line_ids
        self.assertEqual((free.is_free, taken.is_free, other.is_free), (True, False, True))
        self.assertRegex(taken.why, "Anna is taken from")
        places = taken.proposal_ids.filtered(lambda proposal: proposal.kind == "place")
        self.assertEqual(places[0].start.date(), self._after(2).date())
        self.assertTrue(places.filtered(lambda one: one.start == self._after(2) and "Ben" in one.name))
        self.assertTrue(places.filtered(lambda one: one.start.date() != self._after(2).date()))
        taken.proposal_id = taken.proposal_ids.filtered(lambda proposal: "Ben" in proposal.name)[:1]
        repeat.action_book()
        second = booking.salon_series_id.booking_ids.filtered(lambda one: one.start == self._after(2))
        self.assertEqual(second.salon_line_ids.stylist_id, self.ben)
        self.assertEqual(second.salon_line_ids.assignment, "assigned")

    def test_a_date_can_be_skipped(self):
        booking = self._book((self.cut, self.anna))
        repeat = self._repeat(booking, every=1, count=2)
        repeat.line_ids[0].proposal_id = repeat.line_ids[0].proposal_ids[-1]
        repeat.action_book()
        self.assertEqual(booking.salon_series_id.booking_ids.sorted("start").mapped("start")[1:], [self._after(2)])
        repeat.line_ids.proposal_id = False
        with self.assertRaisesRegex(UserError, "Every date is skipped"):
            repeat.action_book()

    def test_a_date_taken_meanwhile_is_named_and_nothing_is_booked(self):
        booking = self._book((self.cut, self.anna))
        repeat = self._repeat(booking, every=1, count=3)
        self._book((self.cut, self.anna), minutes=3 * 7 * 24 * 60)
        with self.assertRaisesRegex(UserError, "can't be booked any more: Anna is taken"), self.env.cr.savepoint():
            repeat.action_book()
        self.assertFalse(booking.salon_series_id)
        self.assertFalse(self.env["calendar.event"].search([("start", "=", self._after(1))]))

    def test_the_time_of_day_stays_when_the_clocks_change(self):
        self.env.company.resource_calendar_id.tz = "Europe/Paris"
        with freeze_time("2030-10-01 08:00:00"):
            booking = self._book((self.cut, self.anna), start=datetime(2030, 10, 21, 8))
            repeat = self._repeat(booking, every=1, count=1)
            # 10:00 in Paris: 8:00 UTC in summer, 9:00 in winter, from October 27, 2030 on.
            self.assertEqual(repeat.line_ids.start, datetime(2030, 10, 28, 9))
            self.reception.tz = "Asia/Tokyo"
            self.assertIn("Mon, Oct 28, 6:00", repeat.line_ids.when.replace("\u202f", " "))

    def test_months_end_where_the_month_ends(self):
        with freeze_time("2030-01-01 08:00:00"):
            booking = self._book((self.cut, self.anna), start=datetime(2030, 1, 31, 10))
            repeat = self._repeat(booking, every=1, unit="months", count=2)
            self.assertEqual(
                [str(start.date()) for start in repeat.line_ids.mapped("start")], ["2030-02-28", "2030-03-31"]
            )

    def test_the_dates_of_a_series_do_not_take_each_others_time(self):
        booking = self._book((self.facial, self.anna))
        self.ben.is_salon_stylist = False
        # Somebody has Anna all the next day: a place on the day after is proposed, which is the third date's own.
        self.env["salon.blocked.time"].create(
            {
                "stylist_id": self.anna.id,
                "start": self.start + timedelta(hours=15),
                "stop": self.start + timedelta(hours=39),
            }
        )
        repeat = self._repeat(booking, every=1, unit="days", count=2)
        self.assertFalse(repeat.line_ids[0].is_free)
        repeat.action_book()
        self.assertEqual(len(booking.salon_series_id.booking_ids), 3)

    def test_a_stylist_repeats_own_bookings_and_nobody_elses(self):
        booking = self._book((self.cut, self.anna))
        other = self._book((self.cut, self.ben), minutes=60)
        self._repeat(booking, user=self.stylist_user, every=1, count=2).action_book()
        self.assertEqual(len(booking.salon_series_id.booking_ids), 3)
        self.assertTrue(booking.salon_series_id.with_user(self.stylist_user).read(["every"]))
        with self.assertRaises(AccessError):
            booking.salon_series_id.with_user(self.other_stylist_user).read(["every"])
        with self.assertRaises(AccessError):
            self._repeat(other, user=self.stylist_user)
        with self.assertRaises(AccessError):
            self._repeat(booking, user=self.plain_user)

    def test_all_that_is_still_to_come_is_cancelled_for_one_reason_and_said_once(self):
        self.client.email = "clara@example.com"
        booking = self._book((self.cut, self.anna))
        repeat = self._repeat(booking, every=1, count=3)
        repeat.action_book()
        mail = self._send_messages()
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertEqual(mail.body_html.count("<tr"), 3)
        series = booking.salon_series_id
        done = series.booking_ids.sorted("start")[0]
        done.action_salon_arrive()
        self.assertEqual(series.coming_count, 3)
        reason = self.env["salon.cancel.reason"].create({"name": "Moved away"})
        cancel = (
            self.env["salon.series.cancel"]
            .with_user(self.reception)
            .create({"series_id": series.id, "reason_id": reason.id})
        )
        cancel.action_cancel()
        self.assertEqual(len(self._send_messages()), 1)
        self.assertEqual((series.booking_ids - done).mapped("salon_state"), ["cancelled"] * 3)
        self.assertEqual((series.booking_ids - done).salon_cancel_reason_id, reason)
        self.assertEqual(done.salon_state, "arrived")
        with self.assertRaisesRegex(UserError, "still to come"):
            series.action_cancel_coming()

    def test_a_rhythm_makes_sense(self):
        booking = self._book((self.cut, self.anna))
        for values in ({"every": 0}, {"count": 0}, {"count": 53}):
            with self.assertRaisesRegex(UserError, "Choose how often"):
                self._repeat(booking, **values)
