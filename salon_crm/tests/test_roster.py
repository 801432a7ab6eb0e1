from datetime import date, datetime, timedelta

from psycopg2.errors import ExclusionViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestRoster(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._lang_get("en_US").week_start = "1"
        cls.shifts = cls.env["salon.shift"]
        cls.env.company.resource_calendar_id.tz = "UTC"
        cls.early, cls.late, cls.off = (
            cls.env.ref(f"salon_crm.shift_template_{name}") for name in ("early", "late", "off")
        )
        today = fields.Date.today()
        # A week that is all to come, from its Monday on.
        cls.monday = today + timedelta(days=14 - today.weekday())
        cls.hours = cls.env["resource.calendar"].create(
            {
                "name": "Mornings",
                "tz": "UTC",
                "attendance_ids": [(5,)]
                + [(0, 0, {"name": "Day", "dayofweek": str(day), "hour_from": 8, "hour_to": 12}) for day in range(5)],
            }
        )

    def _day(self, number):
        return fields.Date.to_string(self.monday + timedelta(days=number))

    def _row(self, week, stylist):
        return next(row for row in week["stylists"] if row["id"] == stylist.id)

    def _cell(self, week, stylist, number):
        day = self._day(number)
        return next(cell for cell in self._row(week, stylist)["cells"] if cell["date"] == day)

    def _labels(self, week, stylist, number):
        return [shift["label"] or shift["name"] for shift in self._cell(week, stylist, number)["shifts"]]

    def _put(self, stylist, number, template, user=None):
        return self.shifts.with_user(user or self.manager).roster_put(stylist.id, self._day(number), template.id)

    def test_the_first_templates_are_early_late_and_day_off(self):
        self.assertEqual(
            [(t.kind, t.hour_from, t.hour_to) for t in (self.early, self.late)], [("work", 9, 17), ("work", 12, 20)]
        )
        self.assertEqual(self.off.kind, "off")
        self.assertFalse((self.early | self.late | self.off).company_id, "they are for every company")

    def test_a_week_begins_on_the_first_day_of_the_users_week(self):
        self.assertEqual(self.shifts.roster_load(self._day(3))["first"], self._day(0))
        self.env["res.lang"]._lang_get("en_US").week_start = "7"
        self.assertEqual(self.shifts.roster_load(self._day(3))["first"], self._day(-1))

    def test_a_template_on_a_day_makes_a_shift_with_its_hours(self):
        week = self._put(self.anna, 1, self.early)
        self.assertEqual(self._labels(week, self.anna, 1), ["9:00–17:00"])
        self.assertEqual(self._row(week, self.anna)["hours"], "8:00")
        shift = self.shifts.search([("employee_id", "=", self.anna.id)])
        self.assertEqual((shift.date, shift.template_id), (self.monday + timedelta(days=1), self.early))

    def test_what_a_shift_overlaps_gives_way_and_what_it_does_not_stays(self):
        self._put(self.anna, 1, self.early)
        self.assertEqual(self._labels(self._put(self.anna, 1, self.late), self.anna, 1), ["12:00–20:00"])
        morning = self.env["salon.shift.template"].create({"name": "Morning", "hour_from": 8, "hour_to": 12})
        week = self._put(self.anna, 1, morning)
        self.assertEqual(self._labels(week, self.anna, 1), ["8:00–12:00", "12:00–20:00"])
        self.assertEqual(self._row(week, self.anna)["hours"], "12:00")
        self.assertEqual(self._labels(self._put(self.anna, 1, self.off), self.anna, 1), ["Day off"])
        self.assertEqual(self._labels(self._put(self.anna, 1, self.early), self.anna, 1), ["9:00–17:00"])

    def test_a_shift_moves_to_another_day_and_to_another_stylist(self):
        self._put(self.anna, 1, self.early)
        shift = self.shifts.search([("employee_id", "=", self.anna.id)])
        week = self.shifts.with_user(self.manager).roster_move(shift.id, self.ben.id, self._day(2))
        self.assertEqual(self._labels(week, self.anna, 1), [])
        self.assertEqual(self._labels(week, self.ben, 2), ["9:00–17:00"])
        self.assertEqual(
            shift.start, datetime.combine(self.monday + timedelta(days=2), datetime.min.time()).replace(hour=9)
        )

    def test_a_shift_moves_past_another_that_it_would_only_meet_on_its_old_day(self):
        self._put(self.anna, 0, self.early)
        self._put(self.ben, 0, self.late)
        shift = self.shifts.search([("employee_id", "=", self.ben.id)])
        week = self.shifts.with_user(self.manager).roster_move(shift.id, self.anna.id, self._day(1))
        self.assertEqual(self._labels(week, self.anna, 0), ["9:00–17:00"])
        self.assertEqual(self._labels(week, self.anna, 1), ["12:00–20:00"])

    def test_a_shift_that_is_put_down_where_it_was_stays(self):
        self._put(self.anna, 1, self.early)
        shift = self.shifts.search([("employee_id", "=", self.anna.id)])
        self.shifts.roster_move(shift.id, self.anna.id, self._day(1))
        self.assertTrue(shift.exists())

    def test_a_shift_is_removed_and_its_day_goes_by_the_working_hours_again(self):
        self.anna.resource_calendar_id = self.hours
        week = self._put(self.anna, 1, self.late)
        self.assertEqual(self._row(week, self.anna)["hours"], "24:00", "16 by the calendar, 8 by the shift")
        shift = self.shifts.search([("employee_id", "=", self.anna.id)])
        week = self.shifts.with_user(self.manager).roster_remove(shift.id)
        self.assertEqual(self._cell(week, self.anna, 1)["calendar"], ["8:00–12:00"])
        self.assertEqual(self._row(week, self.anna)["hours"], "20:00")

    def test_what_is_gone_is_said_in_words(self):
        with self.assertRaisesRegex(UserError, "somebody changed the roster"):
            self.shifts.roster_remove(2**31 - 1)
        with self.assertRaisesRegex(UserError, "template is gone"):
            self.shifts.roster_put(self.anna.id, self._day(0), 2**31 - 1)
        nobody = self.env["hr.employee"].create({"name": "Cleaner"})
        with self.assertRaisesRegex(UserError, "Only the stylists"):
            self.shifts.roster_put(nobody.id, self._day(0), self.early.id)

    def test_a_day_without_shifts_shows_the_working_hours(self):
        self.anna.resource_calendar_id = self.hours
        week = self.shifts.roster_load(self._day(0))
        self.assertEqual(self._cell(week, self.anna, 0)["calendar"], ["8:00–12:00"])
        self.assertEqual(self._cell(week, self.anna, 5)["calendar"], [])
        self.assertFalse(self._cell(week, self.anna, 5)["asked"])
        self.assertEqual(self._row(week, self.anna)["hours"], "20:00")
        self.assertTrue(self._cell(week, self.ben, 0)["asked"], "without a calendar one works whenever asked")
        self.assertEqual(self._row(week, self.ben)["hours"], "0:00")

    def test_who_works_by_roster_only_has_no_other_hours(self):
        self.anna.write({"resource_calendar_id": self.hours.id, "salon_roster_only": True})
        cell = self._cell(self.shifts.roster_load(self._day(0)), self.anna, 0)
        self.assertEqual((cell["calendar"], cell["asked"]), ([], False))

    def test_time_off_and_blocked_time_are_seen_and_time_off_does_not_count(self):
        self.anna.resource_calendar_id = self.hours
        midnight = datetime.combine(self.monday, datetime.min.time())
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Dentist",
                    "resource_id": self.anna.resource_id.id,
                    "calendar_id": self.hours.id,
                    "date_from": midnight + timedelta(hours=10),
                    "date_to": midnight + timedelta(hours=11),
                },
                {
                    "name": "Operation",
                    "resource_id": self.anna.resource_id.id,
                    "calendar_id": self.hours.id,
                    "date_from": midnight + timedelta(days=1),
                    "date_to": midnight + timedelta(days=2),
                },
            ]
        )
        self.env["salon.blocked.time"].create(
            {
                "kind": "training",
                "stylist_id": self.anna.id,
                "start": midnight + timedelta(days=2, hours=8),
                "stop": midnight + timedelta(days=2, hours=9, minutes=30),
            }
        )
        week = self.shifts.roster_load(self._day(0))
        cell = self._cell(week, self.anna, 0)
        self.assertEqual((cell["calendar"], cell["absent"]), (["8:00–10:00", "11:00–12:00"], ["Time off 10:00–11:00"]))
        self.assertEqual(self._cell(week, self.anna, 1)["absent"], ["Time off"])
        self.assertNotIn("Operation", str(week), "why somebody is off is not for everybody")
        blocked = self._cell(week, self.anna, 2)["blocked"]
        self.assertEqual([(b["label"], b["kind"]) for b in blocked], [("8:00–9:30", "Training")])
        self.assertEqual(self._row(week, self.anna)["hours"], "15:00")
        seen = self.shifts.with_user(self.other_stylist_user).roster_load(self._day(0))
        self.assertEqual(self._cell(seen, self.anna, 2)["blocked"], [], "stylists see their own blocked times")

    def test_a_public_holiday_is_named_and_takes_the_working_hours_out(self):
        self.anna.resource_calendar_id = self.hours
        midnight = datetime.combine(self.monday, datetime.min.time())
        self.env["resource.calendar.leaves"].create(
            {"name": "Founding Day", "date_from": midnight, "date_to": midnight + timedelta(days=1)}
        )
        week = self.shifts.roster_load(self._day(0))
        self.assertEqual([day["holiday"] for day in week["days"]][:2], ["Founding Day", False])
        self.assertEqual(self._cell(week, self.anna, 0)["calendar"], [])
        self.shifts.roster_fill(self._day(0))
        self.assertFalse(self.shifts.search([("employee_id", "=", self.anna.id), ("date", "=", self.monday)]))

    def test_a_week_is_copied_on_and_days_that_have_shifts_are_kept_and_counted(self):
        self._put(self.anna, 0, self.early)
        self._put(self.anna, 1, self.off)
        self._put(self.ben, 0, self.late)
        self._put(self.anna, 7, self.late)
        answer = self.shifts.with_user(self.manager).roster_copy(self._day(0))
        self.assertIn("Shifts copied: 2.", answer["message"])
        self.assertIn("they had shifts: 1.", answer["message"])
        self.assertEqual(answer["first"], self._day(0), "the week that is looked at stays")
        week = self.shifts.roster_load(self._day(7))
        self.assertEqual(self._labels(week, self.anna, 7), ["12:00–20:00"])
        self.assertEqual(self._labels(week, self.anna, 8), ["Day off"])
        self.assertEqual(self._labels(week, self.ben, 7), ["12:00–20:00"])
        copied = self.shifts.search([("employee_id", "=", self.ben.id), ("date", "=", self._day(7))])
        self.assertEqual(copied.template_id, self.late)

    def test_a_week_is_copied_on_to_several_weeks_and_again_without_harm(self):
        self._put(self.anna, 0, self.early)
        self.shifts.roster_copy(self._day(0), 3)
        answer = self.shifts.roster_copy(self._day(0), 4)
        self.assertIn("Shifts copied: 1.", answer["message"])
        self.assertIn("they had shifts: 3.", answer["message"])
        dates = self.shifts.search([("employee_id", "=", self.anna.id)]).mapped("date")
        self.assertEqual(sorted(dates), [self.monday + timedelta(weeks=number) for number in range(5)])

    def test_copying_asks_for_shifts_and_a_sensible_number_of_weeks(self):
        with self.assertRaisesRegex(UserError, "no shifts to copy"):
            self.shifts.roster_copy(self._day(0))
        for weeks in (0, -1, 53):
            with self.assertRaisesRegex(UserError, "1 to 52 weeks"):
                self.shifts.roster_copy(self._day(0), weeks)

    def test_a_copied_shift_keeps_its_local_hours_over_the_change_of_clocks(self):
        self.env.company.resource_calendar_id.tz = "Europe/Berlin"
        shift = self.shifts.create({"employee_id": self.anna.id, "date": date(2027, 3, 22), "hour_to": 17})
        self.shifts.roster_copy("2027-03-22")
        copied = self.shifts.search([("date", "=", date(2027, 3, 29))])
        self.assertEqual((shift.start.hour, copied.start.hour), (8, 7), "the clocks went forward on 28 March")
        week = self.shifts.roster_load("2027-03-29")
        self.assertEqual([s["label"] for s in self._row(week, self.anna)["cells"][0]["shifts"]], ["9:00–17:00"])

    def test_filling_makes_shifts_of_the_working_hours_where_there_are_none(self):
        self.anna.resource_calendar_id = self.hours
        morning = self.env["salon.shift.template"].create({"name": "Morning", "hour_from": 8, "hour_to": 12})
        self._put(self.anna, 2, self.off)
        answer = self.shifts.with_user(self.manager).roster_fill(self._day(0))
        self.assertIn("from the working hours: 4.", answer["message"])
        self.assertIn("Ben", answer["message"], "who works whenever asked is named")
        self.assertEqual([len(cell["shifts"]) for cell in self._row(answer, self.anna)["cells"]], [1, 1, 1, 1, 1, 0, 0])
        self.assertEqual(self._labels(answer, self.anna, 2), ["Day off"])
        self.assertEqual(self._labels(answer, self.anna, 0), ["8:00–12:00"])
        filled = self.shifts.search([("employee_id", "=", self.anna.id), ("date", "=", self.monday)])
        self.assertEqual(filled.template_id, morning, "hours of a template get its name")
        self.assertFalse(self.shifts.search([("employee_id", "=", self.ben.id)]))

    def test_bookings_that_lie_outside_new_hours_are_counted_and_stay(self):
        booking = self._book_on(1, 10)
        inside = self._book_on(1, 14)
        answer = self._put(self.anna, 1, self.late)
        self.assertEqual(answer["now_outside"], booking.ids)
        self.assertEqual(self._cell(answer, self.anna, 1)["outside"], booking.ids)
        self.assertEqual((booking | inside).mapped("salon_state"), ["booked", "booked"])
        self.assertEqual(self._put(self.ben, 1, self.late)["now_outside"], [], "another's hours say nothing of these")
        action = self.shifts.with_user(self.manager).roster_bookings(answer["now_outside"])
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), booking)
        answer = self._put(self.anna, 1, self.early)
        self.assertEqual(answer["now_outside"], [])

    def test_a_booking_may_lie_over_processing_time_that_is_not_worked(self):
        start = datetime.combine(self.monday + timedelta(days=1), datetime.min.time()) + timedelta(hours=11, minutes=20)
        self._book((self.colour, self.anna), start=start)
        answer = self._put(
            self.anna, 1, self.env["salon.shift.template"].create({"name": "A", "hour_from": 9, "hour_to": 12})
        )
        self.assertTrue(answer["now_outside"], "finishing begins at 12:30")
        afternoon = self.env["salon.shift.template"].create({"name": "B", "hour_from": 12.5, "hour_to": 17})
        self.assertFalse(self._put(self.anna, 1, afternoon)["now_outside"], "between the two shifts it develops")

    def test_what_was_agreed_outside_working_hours_or_is_off_is_not_counted(self):
        agreed = self._book_on(1, 10)
        agreed.salon_off_hours = True
        self._book_on(1, 11).action_salon_cancel()
        self.assertEqual(self._put(self.anna, 1, self.late)["now_outside"], [])

    def test_copying_names_bookings_of_the_weeks_that_it_changes(self):
        booking = self._book_on(8, 10)
        self._put(self.anna, 1, self.late)
        self.assertEqual(self.shifts.roster_copy(self._day(0), 2)["now_outside"], booking.ids)

    def _book_on(self, number, hour):
        start = datetime.combine(self.monday + timedelta(days=number), datetime.min.time()) + timedelta(hours=hour)
        return self._book((self.cut, self.anna), start=start)

    def test_reception_and_stylists_look_at_the_roster_and_managers_change_it(self):
        week = self._put(self.anna, 0, self.early)
        self.assertTrue(week["can_edit"])
        shift = self._cell(week, self.anna, 0)["shifts"][0]["id"]
        for user in (self.reception, self.stylist_user):
            shifts = self.shifts.with_user(user)
            week = shifts.roster_load(self._day(0))
            self.assertFalse(week["can_edit"])
            self.assertEqual(self._labels(week, self.anna, 0), ["9:00–17:00"])
            for call in (
                lambda s: s.roster_put(self.anna.id, self._day(2), self.early.id),
                lambda s: s.roster_move(shift, self.ben.id, self._day(2)),
                lambda s: s.roster_remove(shift),
                lambda s: s.roster_copy(self._day(0)),
                lambda s: s.roster_fill(self._day(0)),
            ):
                with self.assertRaises(AccessError):
                    call(shifts)
        with self.assertRaises(AccessError):
            self.shifts.with_user(self.plain_user).roster_load()

    def test_a_stylist_is_told_of_own_bookings_alone(self):
        booking = self._book_on(1, 10)
        self._put(self.anna, 1, self.late)
        for user, seen in (
            (self.stylist_user, booking.ids),
            (self.other_stylist_user, []),
            (self.reception, booking.ids),
        ):
            week = self.shifts.with_user(user).roster_load(self._day(0))
            self.assertEqual(self._cell(week, self.anna, 1)["outside"], seen, user.login)

    def test_every_company_has_a_roster_of_its_own(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "manager_2", "salon_crm.group_salon_manager")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        shift = self._cell(self._put(self.anna, 0, self.early), self.anna, 0)["shifts"][0]["id"]
        shifts = self.shifts.with_user(elsewhere).with_company(company)
        week = shifts.roster_load(self._day(0))
        self.assertEqual(week["stylists"], [])
        self.assertIn(self.early.id, [template["id"] for template in week["templates"]])
        with self.assertRaises(UserError):
            shifts.roster_put(self.anna.id, self._day(1), self.early.id)
        with self.assertRaises(AccessError):
            shifts.roster_remove(shift)

    def test_a_week_of_many_takes_as_few_queries_as_a_week_of_two(self):
        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.shifts.roster_load(self._day(0))
            return self.cr.sql_log_count - before

        self.shifts.roster_load(self._day(0))
        few = count()
        stylists = self.env["hr.employee"].create(
            [
                {"name": f"Stylist {n}", "is_salon_stylist": True, "resource_calendar_id": self.hours.id}
                for n in range(10)
            ]
        )
        self.shifts.roster_fill(self._day(0))
        self._book(
            (self.cut, stylists[0]), start=datetime.combine(self.monday, datetime.min.time()) + timedelta(hours=9)
        )
        self.shifts.roster_load(self._day(0))
        many = count()
        self.assertLessEqual(many, 30)
        self.assertLessEqual(many - few, 6, "not by stylist, not by shift")

    def test_hours_that_overlap_are_refused_by_the_database(self):
        values = {"employee_id": self.anna.id, "date": self.monday}
        self.shifts.create({**values, "hour_from": 9, "hour_to": 17})
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.shifts.create({**values, "hour_from": 16, "hour_to": 20})
