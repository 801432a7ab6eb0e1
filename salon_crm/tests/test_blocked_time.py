from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestBlockedTime(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "UTC"
        cls.day = cls.start.date()
        cls.blocked = cls.env["salon.blocked.time"]

    def _repeat(self, user=None, **values):
        repeats = self.env["salon.blocked.time.repeat"].with_user(user or self.reception)
        return repeats.create(
            {
                "stylist_ids": [(6, 0, self.anna.ids)],
                "date_from": self.day,
                "date_to": self.day + timedelta(days=6),
                "hour_from": 13,
                "hour_to": 13.5,
                **values,
            }
        )

    def _days(self, stylist):
        times = self.blocked.search([("stylist_id", "=", stylist.id)], order="start")
        return [(time.start.date() - self.day).days for time in times]

    def test_every_day_until_each_a_time_of_its_own(self):
        self._repeat(stylist_ids=[(6, 0, (self.anna | self.ben).ids)], note="Lunch").action_block()
        self.assertEqual(self._days(self.anna), list(range(7)))
        self.assertEqual(self._days(self.ben), list(range(7)))
        first = self.blocked.search([("stylist_id", "=", self.anna.id)], order="start", limit=1)
        self.assertEqual((first.kind, first.note), ("break", "Lunch"))
        self.assertEqual(first.start, datetime.combine(self.day, datetime.min.time()) + timedelta(hours=13))
        self.assertEqual(first.stop - first.start, timedelta(minutes=30))
        first.unlink()
        self.assertEqual(self._days(self.anna), list(range(1, 7)))

    def test_every_week_until(self):
        self._repeat(rhythm="weekly", date_to=self.day + timedelta(days=27)).action_block()
        self.assertEqual(self._days(self.anna), [0, 7, 14, 21])

    def test_days_that_are_booked_are_skipped_and_named(self):
        self._book((self.cut, self.anna), start=self.start.replace(hour=13) + timedelta(days=2))
        self.blocked.create(
            {
                "kind": "training",
                "stylist_id": self.anna.id,
                "start": self.start.replace(hour=12) + timedelta(days=4),
                "stop": self.start.replace(hour=14) + timedelta(days=4),
            }
        )
        repeat = self._repeat()
        action = repeat.action_block()
        self.assertEqual((action["res_model"], action["res_id"]), (repeat._name, repeat.id), "it is shown")
        self.assertEqual(repeat.made, 5)
        self.assertEqual(len(repeat.skipped.splitlines()), 2)
        self.assertIn("Anna is taken from", repeat.skipped)
        self.assertNotIn("Clara", repeat.skipped, "whose booking it is stays unsaid")
        breaks = self.blocked.search([("stylist_id", "=", self.anna.id), ("kind", "=", "break")])
        self.assertEqual(len(breaks), 5)

    def test_only_days_on_which_they_work(self):
        self.anna.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "One day",
                "tz": "UTC",
                "attendance_ids": [
                    (5,),
                    (0, 0, {"name": "Day", "dayofweek": str(self.day.weekday()), "hour_from": 9, "hour_to": 17}),
                ],
            }
        )
        self._repeat(date_to=self.day + timedelta(days=13)).action_block()
        self.assertEqual(self._days(self.anna), [0, 7])
        with self.assertRaisesRegex(UserError, "Nobody works then"):
            self._repeat(date_from=self.day + timedelta(days=1)).action_block()
        self._repeat(date_from=self.day + timedelta(days=1), only_worked=False).action_block()
        self.assertEqual(self._days(self.anna), [0, 1, 2, 3, 4, 5, 6, 7])

    def test_stations_are_blocked_too(self):
        self._repeat(stylist_ids=False, station_ids=[(6, 0, self.chair.ids)], kind="out_of_service").action_block()
        times = self.blocked.search([("station_id", "=", self.chair.id)])
        self.assertEqual((len(times), set(times.mapped("kind"))), (7, {"out_of_service"}))

    def test_what_makes_no_sense_is_refused_in_words(self):
        for values, words in (
            ({"date_to": self.day - timedelta(days=1)}, "last day comes after"),
            ({"date_to": self.day + timedelta(days=400)}, "at most a year"),
            ({"hour_to": 12}, "ends later"),
            ({"stylist_ids": False}, "at least one stylist or station"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self._repeat(**values)

    def test_a_blocked_time_offers_to_be_repeated_as_it_is(self):
        time = self.blocked.create(
            {
                "kind": "meeting",
                "note": "Team",
                "stylist_id": self.ben.id,
                "start": self.start,
                "stop": self.start + timedelta(minutes=45),
            }
        )
        action = time.with_user(self.reception).action_repeat()
        form = Form(self.env["salon.blocked.time.repeat"].with_user(self.reception).with_context(**action["context"]))
        form.date_to = self.day + timedelta(days=3)
        form.save().action_block()
        times = self.blocked.search([("stylist_id", "=", self.ben.id), ("kind", "=", "meeting")], order="start")
        self.assertEqual([t.start for t in times], [self.start + timedelta(days=n) for n in range(4)])
        self.assertEqual({(t.note, t.stop - t.start) for t in times}, {("Team", timedelta(minutes=45))})

    def test_hours_are_by_the_salons_clocks(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        self._repeat(date_to=self.day).action_block()
        self.assertEqual(self.blocked.search([("stylist_id", "=", self.anna.id)]).start.hour, 5)

    def test_stylists_see_their_own_and_stations_and_change_nothing(self):
        own, other, chair = (
            self.blocked.create({"start": self.start, "stop": self.start + timedelta(hours=1), **whose})
            for whose in ({"stylist_id": self.anna.id}, {"stylist_id": self.ben.id}, {"station_id": self.chair.id})
        )
        seen = self.blocked.with_user(self.stylist_user).search([("id", "in", (own | other | chair).ids)])
        self.assertEqual(seen, own | chair)
        with self.assertRaises(AccessError):
            own.with_user(self.stylist_user).unlink()
        with self.assertRaises(AccessError):
            self._repeat(user=self.stylist_user)

    def test_the_kinds_of_the_wizard_are_those_of_blocked_time(self):
        kinds = self.blocked._fields["kind"].get_values(self.env)
        self.assertEqual(self.env["salon.blocked.time.repeat"]._fields["kind"].get_values(self.env), kinds)
