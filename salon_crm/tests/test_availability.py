from datetime import date, datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..tools.frame import Frame
from ..tools.roster import Roster, load_stylists
from .common import SalonCommon

MONDAY = datetime(2027, 6, 7)  # midnight UTC


@tagged("post_install", "-at_install")
class TestAvailability(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls._make_hours((9, 12), (13, 18))
        (cls.anna | cls.ben).resource_calendar_id = cls.hours
        cls.start = MONDAY + timedelta(hours=9)

    @classmethod
    def _make_hours(cls, *hours, tz="UTC"):
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": tz,
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": start, "hour_to": stop})
                    for day in range(6)
                    for start, stop in hours
                ],
            }
        )

    def _offers(self, *services, start=MONDAY, stop=None, every=30, **options):
        requests = [{"product_id": service.id} if not isinstance(service, dict) else service for service in services]
        return self.env["salon.availability"].find_offers(
            requests, start, stop or start + timedelta(days=1), every=every, **options
        )

    def _clock(self, offers):
        return sorted(offer["start"].strftime("%H:%M") for offer in offers)

    def _wish(self, service, **wishes):
        return {"product_id": service.id, **wishes}

    # Hours ----------------------------------------------------------------------------------------------

    def test_hours_are_those_that_odoo_itself_reckons(self):
        zones = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe")
        days = (date(2027, 3, 14), date(2027, 3, 28), date(2027, 11, 7), date(2027, 10, 31), date(2027, 10, 3))
        for zone in zones:
            calendar = self._make_hours((0, 5), (9, 12.5), (13, 24), tz=zone)
            self.anna.write({"resource_calendar_id": calendar.id, "tz": zone})
            self.env.flush_all()
            for day in days:
                start = datetime.combine(day, datetime.min.time()) - timedelta(hours=30)
                frame = Frame(start, start + timedelta(days=2))
                stylist = load_stylists(self.env, self.env.company)[self.anna.id]
                worked = Roster(self.env, self.env.company, frame).worked([stylist])[stylist.resource_id]
                intervals = calendar._work_intervals_batch(
                    pytz.utc.localize(frame.base), pytz.utc.localize(frame.end), self.anna.resource_id
                )[self.anna.resource_id.id]
                theirs = 0
                for begin, end, _attendance in intervals:
                    begin, end = (moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, end))
                    # Odoo ends a day a microsecond early.
                    first, last = frame.minute(begin), frame.minute(end + timedelta(seconds=1))
                    theirs |= ((1 << (last - first)) - 1) << first
                self.assertEqual(bin(worked), bin(theirs), f"{zone} {day}")

    def test_nobody_is_offered_outside_their_hours_and_breaks(self):
        self.assertEqual(
            self._clock(self._offers(self.facial)),
            [
                "09:00",
                "09:30",
                "10:00",
                "10:30",
                "13:00",
                "13:30",
                "14:00",
                "14:30",
                "15:00",
                "15:30",
                "16:00",
                "16:30",
            ],
        )  # an hour and 15 minutes of cleaning up end before lunch

    def test_booking_outside_working_hours_says_when_they_are_unless_that_is_agreed(self):
        with self.assertRaisesRegex(ValidationError, r"Anna works \d+:00 AM–.* on \w{3}, Jun 7\. "):
            self._book((self.cut, self.anna), minutes=-60)
        with self.assertRaisesRegex(ValidationError, "Anna does not work on"):
            self._book((self.cut, self.anna), minutes=-24 * 60)
        booking = self._book((self.cut, self.anna), minutes=-60, salon_off_hours=True)
        with self.assertRaisesRegex(ValidationError, "Anna works"):
            booking.salon_off_hours = False
        booking.write({"salon_off_hours": False, "start": self.start})

    def test_what_is_over_can_be_noted_as_it_was(self):
        past = datetime.now().replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=3)
        self.assertTrue(self._book((self.cut, self.anna), start=past))

    def test_time_off_and_public_holidays(self):
        leaves = self.env["resource.calendar.leaves"]
        values = {"name": "Off", "date_from": MONDAY, "date_to": MONDAY + timedelta(hours=14)}
        leaves.create({**values, "resource_id": self.anna.resource_id.id, "calendar_id": self.hours.id})
        wish = self._wish(self.cut, stylist_id=self.anna.id)
        self.assertEqual(self._clock(self._offers(wish))[0], "14:00")
        self.assertEqual(self._clock(self._offers(self._wish(self.cut, stylist_id=self.ben.id)))[0], "09:00")
        leaves.create({**values, "date_to": MONDAY + timedelta(days=1), "resource_id": False, "calendar_id": False})
        self.assertFalse(self._offers(self.cut))

    def test_hours_change_by_date_with_the_employees_version(self):
        late = self._make_hours((14, 20))
        self.anna.create_version({"date_version": date(2027, 6, 8), "resource_calendar_id": late.id})
        wish = self._wish(self.cut, stylist_id=self.anna.id)
        self.assertEqual(self._clock(self._offers(wish))[0], "09:00")
        self.assertEqual(self._clock(self._offers(wish, start=MONDAY + timedelta(days=1)))[0], "14:00")

    def test_a_day_with_shifts_goes_by_them(self):
        shifts = self.env["salon.shift"]
        shifts.create({"employee_id": self.anna.id, "date": MONDAY.date(), "hour_from": 20, "hour_to": 26})
        wish = self._wish(self.cut, stylist_id=self.anna.id)
        offers = self._offers(wish, stop=MONDAY + timedelta(days=1, hours=4))
        self.assertEqual((offers[0]["start"].hour, len(offers)), (20, 12))  # until two in the morning
        shifts.create({"employee_id": self.ben.id, "date": MONDAY.date(), "kind": "off"})
        self.assertFalse(self._offers(self._wish(self.cut, stylist_id=self.ben.id)))
        self.ben.salon_roster_only = True
        self.assertFalse(self._offers(self._wish(self.cut, stylist_id=self.ben.id), start=MONDAY + timedelta(days=1)))

    def test_opening_hours_hold_for_the_client_and_not_for_cleaning_up(self):
        self.env.company.salon_opening_calendar_id = self._make_hours((10, 11))
        self.assertEqual(self._clock(self._offers(self.facial)), ["10:00"])
        with self.assertRaisesRegex(ValidationError, "The salon is closed then"):
            self._book((self.cut, self.anna))

    def test_blocked_time_and_held_time_are_taken_until_they_end(self):
        self.env["salon.blocked.time"].create(
            {"stylist_id": self.anna.id, "start": self.start, "stop": self.start + timedelta(hours=1)}
        )
        wish = self._wish(self.cut, stylist_id=self.anna.id)
        self.assertEqual(self._clock(self._offers(wish))[0], "10:00")
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            self._book((self.cut, self.anna))
        stretch = (self.anna.resource_id.id, self.start + timedelta(hours=1), self.start + timedelta(hours=2))
        holds = self.env["salon.booking.hold"]
        holds._hold(self.env.company, [stretch], datetime.now() + timedelta(minutes=5))
        self.assertEqual(self._clock(self._offers(wish))[0], "11:00")
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            self._book((self.cut, self.anna), minutes=60)
        with freeze_time(datetime.now() + timedelta(minutes=6)):
            self.assertEqual(self._clock(self._offers(wish))[0], "10:00")
            self._book((self.cut, self.anna), minutes=60)
        self.assertFalse(holds.search([]))

    def test_what_began_long_ago_and_lasts_on_is_taken(self):
        blocked = self.env["salon.blocked.time"]
        for begins, hours in ((-30 * 24, 1), (-20 * 24, 20 * 24 + 2)):  # hours from the day's first
            start = self.start + timedelta(hours=begins)
            blocked.create({"stylist_id": self.anna.id, "start": start, "stop": start + timedelta(hours=hours)})
        wish = self._wish(self.cut, stylist_id=self.anna.id)
        self.assertEqual(self._clock(self._offers(wish, start=self.start))[0], "11:00")
        self.assertFalse(self._offers(wish, start=self.start, stop=self.start + timedelta(hours=2)))

    def test_a_booking_is_in_the_way_of_blocked_time(self):
        self._book((self.cut, self.anna))
        with self.assertRaisesRegex(ValidationError, "Anna is taken .* use “Out of Service or Ill”"):
            self.env["salon.blocked.time"].create(
                {"stylist_id": self.anna.id, "start": self.start, "stop": self.start + timedelta(hours=1)}
            )

    # Services -------------------------------------------------------------------------------------------

    def test_minutes_differ_by_stylist_and_by_level(self):
        senior = self.env["salon.stylist.level"].create({"name": "Senior"})
        self.ben.salon_level_id = senior
        self.env["salon.service.variation"].create(
            [
                {"product_tmpl_id": self.cut.product_tmpl_id.id, "stylist_id": self.anna.id, "active_minutes": 45},
                {
                    "product_tmpl_id": self.cut.product_tmpl_id.id,
                    "level_id": senior.id,
                    "active_minutes": 20,
                    "price": 150,
                },
            ]
        )
        self.assertEqual(self._book((self.cut, self.anna), minutes=60).duration, 0.75)
        booking = self._book((self.cut, self.ben))
        self.assertEqual(booking.salon_line_ids.client_minutes, 20)
        booking.salon_line_ids.stylist_id = self.anna
        self.assertEqual(booking.duration, 0.75)
        self.assertEqual(self.cut._get_salon_price_difference(self.ben), 50)
        self.assertEqual(self.cut._get_salon_price_difference(self.anna), 0)

    def test_add_ons_are_done_by_the_same_stylist_and_become_visit_lines(self):
        self.colour.product_tmpl_id.salon_addon_ids = self.cut
        line = self._prepare_line(self.colour, self.anna, addon_ids=[(6, 0, self.cut.ids)])
        booking = self._book(salon_line_ids=[(0, 0, line)])
        self.assertEqual(booking.salon_line_ids.finishing_minutes, 50)
        self.assertEqual(booking.duration, 2)
        booking.action_salon_arrive()
        self.assertEqual(booking.salon_visit_ids.line_ids.product_id, self.colour | self.cut)
        self.assertEqual(booking.salon_visit_ids.line_ids.performer_ids.employee_id, self.anna)

    def test_the_station_takes_another_client_meanwhile_where_the_service_says_so(self):
        self.colour.salon_station_ids = self.cut.salon_station_ids = self.chair
        self.colour.salon_station_free = True
        self._book((self.colour, self.anna, self.chair))
        self._book((self.cut, self.ben, self.chair), minutes=40)
        self.colour.salon_station_free = False
        with self.assertRaisesRegex(ValidationError, "Chair 1 is taken"):
            self._book((self.colour, self.ben, self.chair), minutes=-30, salon_off_hours=True)

    def test_a_service_at_the_same_time_has_another_stylist(self):
        wishes = (self._wish(self.colour, stylist_id=self.anna.id), self._wish(self.cut, parallel=True))
        offer = self._offers(*wishes)[0]
        self.assertEqual([line["stylist_id"] for line in offer["lines"]], [self.anna.id, self.ben.id])
        self.assertEqual(offer["stop"] - offer["start"], timedelta(minutes=90))
        lines = [self._prepare_line(self.colour, self.anna), self._prepare_line(self.cut, self.ben, parallel=True)]
        booking = self._book(salon_line_ids=[(0, 0, {**line, "sequence": n}) for n, line in enumerate(lines)])
        self.assertEqual(booking.duration, 1.5)
        self.assertEqual(booking.salon_line_ids.mapped("offset_minutes"), [0, 0])

    def test_what_runs_beside_a_service_may_be_the_longer(self):
        wishes = (self._wish(self.cut), self._wish(self.facial, parallel=True), self._wish(self.cut))
        offers = self._offers(*wishes)
        self.assertEqual(offers[0]["lines"][2]["start"] - offers[0]["start"], timedelta(hours=1))

    def test_guests_are_served_side_by_side_or_in_turn_and_each_has_a_visit(self):
        child = self.env["res.partner"].create({"name": "Cleo Child"})
        lines = [self._prepare_line(self.cut, self.anna), self._prepare_line(self.cut, self.ben, guest_id=child.id)]
        commands = [(0, 0, {**line, "sequence": number}) for number, line in enumerate(lines)]
        booking = self._book(salon_line_ids=commands)
        self.assertEqual((booking.duration, booking.salon_line_ids.mapped("offset_minutes")), (0.5, [0, 0]))
        self.assertTrue(child.is_salon_client)
        booking.salon_one_after_the_other = True
        self.assertEqual((booking.duration, booking.salon_line_ids.mapped("offset_minutes")), (1, [0, 30]))
        booking.action_salon_arrive()
        self.assertEqual(booking.salon_visit_ids.partner_id, self.client | child)
        booking.salon_visit_ids[0].action_done()
        self.assertEqual(booking.salon_state, "arrived")
        booking.salon_visit_ids[1].action_done()
        self.assertEqual(booking.salon_state, "done")

    def test_more_guests_than_chairs_find_no_time_at_once(self):
        self.cut.salon_station_ids = self.chair
        wishes = [self._wish(self.cut, guest=number) for number in (1, 2)]
        self.assertFalse(self._offers(*wishes))
        self.assertTrue(self._offers(*wishes, one_after_the_other=True))

    def test_a_booking_gets_the_station_that_its_service_needs(self):
        self.cut.salon_station_ids = self.chair | self.chair_2
        first, second = self._book((self.cut, self.anna)), self._book((self.cut, self.ben))
        self.assertEqual(first.salon_line_ids.station_id | second.salon_line_ids.station_id, self.chair | self.chair_2)
        third = self.env["hr.employee"].create(
            {"name": "Third", "is_salon_stylist": True, "resource_calendar_id": False}
        )
        with self.assertRaisesRegex(ValidationError, "No station for “Cut” is free then"):
            self._book((self.cut, third))

    def test_a_service_whose_stations_are_out_of_use_is_offered_nowhere(self):
        self.cut.salon_station_ids = self.chair
        self.chair.active = False
        self.assertFalse(self._offers(self.cut))

    # Wishes and order -----------------------------------------------------------------------------------

    def test_wishes_for_level_and_gender(self):
        senior = self.env["salon.stylist.level"].create({"name": "Senior"})
        self.ben.salon_level_id = senior
        self.anna.sex = "female"
        self.env.flush_all()
        stylists = {
            line["stylist_id"]
            for offer in self._offers(self._wish(self.cut, level_id=senior.id))
            for line in offer["lines"]
        }
        self.assertEqual(stylists, {self.ben.id})
        stylists = {
            line["stylist_id"]
            for offer in self._offers(self._wish(self.cut, gender="female"))
            for line in offer["lines"]
        }
        self.assertEqual(stylists, {self.anna.id})

    def test_the_clients_own_stylist_comes_first_and_then_the_fewest_gaps(self):
        self._book((self.cut, self.ben), minutes=60)
        self._book((self.cut, self.ben), minutes=-7 * 24 * 60)
        offers = self._offers(self.cut, client=self.client, every=15)
        self.assertTrue(offers[0]["own_stylist"])
        self.assertEqual(offers[0]["lines"][0]["stylist_id"], self.ben.id)
        # Flush on both sides: from ten past... the half hour before the booking, or right after it to no gap.
        self.assertIn(offers[0]["start"] - self.start, (timedelta(minutes=30), timedelta(0), timedelta(minutes=90)))
        other = [offer for offer in offers if offer["start"] == self.start + timedelta(minutes=60)]
        self.assertEqual(other[0]["lines"][0]["stylist_id"], self.anna.id)
        self.assertFalse(other[0]["own_stylist"])
        starts = [offer["start"] for offer in offers]
        useless = self.start + timedelta(minutes=15)  # leaves a quarter of an hour on both sides
        self.assertGreater(starts.index(useless), starts.index(self.start + timedelta(minutes=30)))

    def test_nobody_waits_longer_than_the_salon_says(self):
        self.env.company.salon_max_wait_minutes = 10
        self._book((self.cut, self.ben), minutes=30)
        wishes = (self._wish(self.cut, stylist_id=self.anna.id), self._wish(self.cut, stylist_id=self.ben.id))
        offers = {offer["start"]: offer for offer in self._offers(*wishes, every=10)}
        self.assertNotIn(self.start, offers)
        self.assertEqual(offers[self.start + timedelta(minutes=20)]["waiting"], 10)
        lines = [self._prepare_line(self.cut, self.anna), self._prepare_line(self.cut, self.ben, wait_minutes=30)]
        with self.assertRaisesRegex(ValidationError, "nobody wait longer than 10 minutes"):
            self._book(salon_line_ids=[(0, 0, {**line, "sequence": n}) for n, line in enumerate(lines)])

    def test_online_has_notice_horizon_grid_buffer_and_its_own_staff(self):
        company = self.env.company
        company.write(
            {"salon_notice_minutes": 120, "salon_horizon_days": 2, "salon_grid_minutes": 20, "salon_buffer_minutes": 10}
        )
        self.ben.salon_online = False
        self._book((self.cut, self.anna), minutes=60)
        with freeze_time(self.start - timedelta(hours=2)):
            offers = self._offers(self.cut, channel="online", every=None, stop=MONDAY + timedelta(days=7))
        starts = sorted(offer["start"] for offer in offers)
        self.assertEqual({line["stylist_id"] for offer in offers for line in offer["lines"]}, {self.anna.id})
        clock = [start.strftime("%H:%M") for start in starts if start.date() == MONDAY.date()]
        self.assertEqual(clock[:4], ["09:00", "09:20", "10:40", "11:00"])
        self.assertLess(starts[-1], self.start + timedelta(days=2))
        self.cut.salon_online = False
        with freeze_time(self.start - timedelta(hours=2)):
            self.assertFalse(self._offers(self.cut, channel="online"))

    def test_the_grid_is_that_of_the_salons_own_clocks(self):
        self.env.company.salon_opening_calendar_id = self._make_hours((0, 24), tz="Asia/Kathmandu")  # UTC+5:45
        self.env.company.salon_grid_minutes = 60
        with freeze_time(MONDAY - timedelta(days=1)):
            offers = self._offers(self.cut, channel="online", every=None)
        self.assertEqual({offer["start"].minute for offer in offers}, {15})

    # Booking by the search ----------------------------------------------------------------------------------

    def test_a_time_is_booked_or_the_nearest_others_are_named(self):
        with self.enter_registry_test_mode():
            self._check_a_time_is_booked_or_others_are_named()

    def _check_a_time_is_booked_or_others_are_named(self):
        events = self.env["calendar.event"].with_user(self.reception)
        values = {
            "client_id": self.client.id,
            "start": "2027-06-07 10:00:00",
            "lines": [{"product_id": self.cut.id, "stylist_id": self.anna.id}],
        }
        booked = events.salon_book(values)
        self.assertEqual(booked["name"], "Clara Client · Cut")
        line = events.browse(booked["booking_id"]).salon_line_ids
        self.assertEqual((line.stylist_id, line.assignment), (self.anna, "asked"))
        refused = events.salon_book(values)
        self.assertFalse(refused["booking_id"])
        self.assertIn("is not free any more", refused["message"])
        self.assertIn("2027-06-07 10:30:00", [offer["start"] for offer in refused["offers"]])
        other = events.salon_book({**values, "lines": [{"product_id": self.cut.id}]})
        self.assertEqual(events.browse(other["booking_id"]).salon_line_ids.stylist_id, self.ben)

    def test_free_times_are_for_those_who_may_book(self):
        values = {"lines": [{"product_id": self.cut.id}], "date_from": "2027-06-07", "date_to": "2027-06-08"}
        offers = self.env["calendar.event"].with_user(self.reception).salon_offers({**values, "every": 60})
        self.assertEqual(offers[0]["lines"][0]["stylist"], "Anna")
        company = self.env["res.company"].create({"name": "Second Salon"})
        with self.assertRaises(UserError):
            self.env["calendar.event"].with_user(self.reception).salon_offers({**values, "company_id": company.id})
        with self.assertRaises(UserError):
            self.env["calendar.event"].with_user(self.plain_user).salon_offers(values)

    def test_a_wrong_wish_gets_a_sentence(self):
        product = self.env["product.product"].create({"name": "Shampoo"})
        with self.assertRaisesRegex(UserError, "Shampoo can't be booked"):
            self._offers(product)
        with self.assertRaisesRegex(UserError, "at least one service"):
            self._offers()
        with self.assertRaisesRegex(UserError, "for a year at most"):
            self._offers(self.cut, stop=MONDAY + timedelta(days=400))
