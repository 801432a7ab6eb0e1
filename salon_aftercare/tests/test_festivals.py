from datetime import date, datetime, timedelta
from math import radians, sin

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftercareCommon

# Month and day by the lunar calendar.
LUNAR = {
    "spring": (1, 1),
    "lantern": (1, 15),
    "dragon": (5, 5),
    "qixi": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
}
EPOCH = datetime(2000, 1, 1, 12)
BEIJING = timedelta(hours=8)


def days_from_epoch(day):
    return (datetime(day.year, day.month, day.day) - BEIJING - EPOCH) / timedelta(days=1)


def beijing_day(moment):
    return (EPOCH + timedelta(days=moment) + BEIJING).date()


def new_moon(number):
    """Return the moment of a new moon in days from 2000-01-01 12:00 (Meeus, chapter 49; number 0 is January 2000).

    The larger terms alone, and without the difference of the clocks (about a minute): good for some minutes.
    """
    t = number / 1236.85
    moment = 5.09766 + 29.530588861 * number + 0.00015437 * t * t
    sun = radians(2.5534 + 29.10535670 * number)
    moon = radians(201.5643 + 385.81693528 * number + 0.0107582 * t * t)
    node = radians(160.7108 + 390.67050284 * number - 0.0016118 * t * t)
    eccentric = 1 - 0.002516 * t
    return moment + (
        -0.40720 * sin(moon)
        + 0.17241 * eccentric * sin(sun)
        + 0.01608 * sin(2 * moon)
        + 0.01039 * sin(2 * node)
        + 0.00739 * eccentric * sin(moon - sun)
        - 0.00514 * eccentric * sin(moon + sun)
        + 0.00208 * eccentric**2 * sin(2 * sun)
        - 0.00111 * sin(moon - 2 * node)
        - 0.00057 * sin(moon + 2 * node)
        + 0.00056 * eccentric * sin(2 * moon + sun)
        - 0.00042 * sin(3 * moon)
        + 0.00042 * eccentric * sin(sun + 2 * node)
        + 0.00038 * eccentric * sin(sun - 2 * node)
    )


def sun_longitude(moment):
    """Return where the sun stands, in degrees (Meeus, chapter 25), `moment` days from 2000-01-01 12:00."""
    t = moment / 36525
    mean = 280.46646 + 36000.76983 * t
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (1.914602 - 0.004817 * t) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    return (mean + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))) % 360


def lunar_months(year):
    """Return {month: first day} of a year of China's calendar, by its rules and the sky alone; no leap months.

    A month begins on the day of the new moon in Beijing; the winter solstice is in the eleventh. Of thirteen months
    from one solstice to the next the first in which the sun enters no sign is a leap month.
    """
    near = round((days_from_epoch(date(year - 1, 11, 15)) - 5) / 29.530588861)
    starts = [beijing_day(new_moon(number)) for number in range(near - 1, near + 17)]
    signs = [int(sun_longitude(days_from_epoch(start)) // 30) for start in starts]
    solstices = [index for index in range(len(starts) - 1) if signs[index] < 9 <= signs[index + 1] < 11]
    first, last = solstices[0], solstices[1]
    has_leap = last - first == 13
    months, number = {}, 11
    for index in range(first, last):
        if has_leap and signs[index] == signs[index + 1]:
            has_leap = False
            continue
        months[number] = starts[index]
        number = number % 12 + 1
    return months


@tagged("post_install", "-at_install")
class TestFestivals(AftercareCommon):
    def test_the_lunar_festivals_are_on_the_days_that_the_sky_says(self):
        for name, (month, day) in LUNAR.items():
            festival = self.env.ref(f"salon_aftercare.festival_{name}")
            expected = [lunar_months(year)[month] + timedelta(days=day - 1) for year in range(2025, 2036)]
            self.assertEqual(festival.date_ids.sorted("date").mapped("date"), expected, name)

    def test_a_day_that_is_the_same_each_year_gets_its_dates_by_itself(self):
        with freeze_time("2026-05-01"):
            festival = self.env["salon.festival"].create({"name": "Fair", "month": 6, "day": 7})
            self.assertEqual(festival.date_ids.mapped("year"), [2026, 2027, 2028, 2029])
            self.assertEqual(festival.next_date, date(2026, 6, 7))
        with freeze_time("2027-05-01"):
            festival._add_fixed_dates()
            festival._add_fixed_dates()
            self.assertEqual(festival.date_ids.mapped("year"), [2026, 2027, 2028, 2029, 2030])
            festival.day = 8
            days = {one.year: one.date.day for one in festival.date_ids}
            self.assertEqual(days, {2026: 7, 2027: 8, 2028: 8, 2029: 8, 2030: 8})

    def test_the_database_refuses_days_that_are_not_in_each_year_and_two_dates_in_one(self):
        festivals = self.env["salon.festival"]
        for month, day in ((2, 29), (4, 31), (13, 1), (5, 0), (0, 5)):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                festivals.create({"name": "Wrong", "month": month, "day": day})
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            festivals.create({"name": "Twice", "date_ids": [(0, 0, {"date": date(2026, 1, day)}) for day in (1, 2)]})
