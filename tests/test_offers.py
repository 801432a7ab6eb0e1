"""Offer and acceptance on the real database: random salons, each offered time books, no other one does."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

# Days on which the clocks are put forward or back in New York and in Berlin, and one on which nothing happens.
DAYS = (date(2027, 3, 14), date(2027, 11, 7), date(2027, 3, 28), date(2027, 10, 31), date(2027, 6, 9))
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu")
HOURS = ((9, 17), (12, 24), (0, 5), (8, 12), (13, 20))

hours = st.lists(st.sampled_from(HOURS), min_size=1, max_size=2, unique=True).filter(
    lambda chosen: len(chosen) < 2 or chosen[0][1] <= chosen[1][0] or chosen[1][1] <= chosen[0][0]
)


@st.composite
def salons(draw):
    """Draw a salon with two stylists and a chair, what is booked there, and what somebody wants."""
    minutes = st.sampled_from((0, 5, 15, 20))
    service = st.tuples(st.sampled_from((20, 45, 90)), minutes, minutes, minutes)
    moments = st.integers(-6 * 60, 30 * 60)
    return {
        "day": draw(st.sampled_from(DAYS)),
        "zone": draw(st.sampled_from(ZONES)),
        "user_zone": draw(st.sampled_from(ZONES)),
        "hours": [draw(hours), draw(hours)],
        "opening": draw(st.one_of(st.none(), hours)),
        "shifts": draw(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(((20, 26), (10, 14), None))), max_size=1)),
        "leaves": draw(st.lists(st.tuples(st.sampled_from((0, 1, None)), moments, st.integers(30, 300)), max_size=2)),
        "blocked": draw(st.lists(st.tuples(st.integers(0, 1), moments, st.integers(15, 120)), max_size=2)),
        "booked": draw(st.lists(st.tuples(st.integers(0, 1), moments, st.booleans()), max_size=4)),
        "services": [draw(service) for _number in range(draw(st.integers(1, 2)))],
        "station_free": draw(st.booleans()),
        "needs_station": draw(st.booleans()),
        "wish": draw(st.sampled_from((None, 0, 1))),
        "tried": draw(st.lists(moments, min_size=6, max_size=6)),
    }


@tagged("post_install", "-at_install")
class TestOffers(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env = self.env(context={**self.env.context, "tracking_disable": True, "mail_create_nolog": True})
        self.client = self.env["res.partner"].create({"name": "Clara", "is_salon_client": True})

    @contextmanager
    def _undone(self):
        """Leave the database as it was."""
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.registry.clear_cache()

    def _calendar(self, hours, zone):
        return self.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": start, "hour_to": stop})
                    for day in range(7)
                    for start, stop in hours
                ],
            }
        )

    def _build(self, salon):
        """Make the salon that was drawn."""
        self.env.user.tz = salon["user_zone"]
        zone = salon["zone"]
        company = self.env.company
        company.salon_opening_calendar_id = self._calendar(salon["opening"] or [(0, 24)], zone)
        self.midnight = (
            pytz.timezone(zone)
            .localize(datetime.combine(salon["day"], datetime.min.time()))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
        )
        stylists = self.env["hr.employee"]
        for number, its_hours in enumerate(salon["hours"]):
            calendar = self._calendar(its_hours, zone)
            stylists |= stylists.create(
                {"name": f"S{number}", "is_salon_stylist": True, "resource_calendar_id": calendar.id, "tz": zone}
            )
        self.stylists = stylists
        self.chair = self.env["salon.station"].create({"name": "Chair"})
        self.services = self.env["product.product"].create(
            [
                {
                    "name": f"Service {number}",
                    "type": "service",
                    "is_salon_service": True,
                    "salon_active_minutes": active,
                    "salon_processing_minutes": processing,
                    "salon_finishing_minutes": finishing,
                    "salon_cleanup_minutes": cleanup,
                    "salon_station_free": salon["station_free"],
                    "salon_station_ids": [(6, 0, self.chair.ids if salon["needs_station"] and not number else [])],
                    "salon_stylist_ids": [(6, 0, stylists.ids)],
                }
                for number, (active, processing, finishing, cleanup) in enumerate(salon["services"])
            ]
        )
        self._fill(salon)

    def _fill(self, salon):
        """Put shifts, time off, blocked times and bookings into it; what does not fit is left out."""
        for number, template in salon["shifts"]:
            values = {"employee_id": self.stylists[number].id, "date": salon["day"]}
            hours_from, hours_to = template or (0, 0)
            kind = "work" if template else "off"
            self.env["salon.shift"].create({**values, "kind": kind, "hour_from": hours_from, "hour_to": hours_to})
        for number, start, length in salon["leaves"]:
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Away",
                    "resource_id": False if number is None else self.stylists[number].resource_id.id,
                    "calendar_id": False,
                    "company_id": self.env.company.id,
                    "date_from": self.midnight + timedelta(minutes=start),
                    "date_to": self.midnight + timedelta(minutes=start + length),
                }
            )
        for number, start, length in salon["blocked"]:
            self._try(
                lambda number=number, start=start, length=length: self.env["salon.blocked.time"].create(
                    {
                        "stylist_id": self.stylists[number].id,
                        "start": self.midnight + timedelta(minutes=start),
                        "stop": self.midnight + timedelta(minutes=start + length),
                    }
                )
            )
        for number, start, with_chair in salon["booked"]:
            line = self._line(self.services[0], self.stylists[number], self.chair if with_chair else None)
            self._try(lambda start=start, line=line: self._book(start, [line], salon_off_hours=True))

    def _try(self, make):
        try:
            with self.env.cr.savepoint():
                return make()
        except ValidationError:
            return None

    def _line(self, service, stylist, station=None, wait=0):
        return {
            "product_id": service.id,
            "stylist_id": stylist.id,
            "station_id": bool(station) and station.id,
            "wait_minutes": wait,
        }

    def _book(self, minute, lines, **values):
        return self.env["calendar.event"].create(
            {
                "is_salon_booking": True,
                "salon_client_id": self.client.id,
                "start": self.midnight + timedelta(minutes=minute),
                "salon_line_ids": [(0, 0, {**line, "sequence": number}) for number, line in enumerate(lines)],
                **values,
            }
        )

    def _ways(self, wish):
        """Yield some ways to book the services: everyone who may, and waits between them."""
        stylists = self.stylists if wish is None else self.stylists[wish]
        if len(self.services) == 1:
            yield from ([self._line(self.services, stylist)] for stylist in stylists)
            return
        for first in stylists:
            for second in stylists:
                for wait in (0, 1, 7, 15, 16):
                    yield [self._line(self.services[0], first), self._line(self.services[1], second, wait=wait)]

    def _check(self, salon):
        self._build(salon)
        wish = salon["wish"]
        stylist_id = None if wish is None else self.stylists[wish].id
        requests = [{"product_id": service.id, "stylist_id": stylist_id} for service in self.services]
        offers = {
            offer["start"]: offer
            for offer in self.env["salon.availability"].find_offers(
                requests, self.midnight - timedelta(hours=6), self.midnight + timedelta(hours=30)
            )
        }
        tried = {self.midnight + timedelta(minutes=minute) for minute in salon["tried"]}
        # Where one can begin and a minute earlier or later can't is where a mistake would be.
        edges = sorted(offers)
        edges = [
            start for start in edges if {start - timedelta(minutes=1), start + timedelta(minutes=1)} - offers.keys()
        ]
        for start in edges[:4]:
            tried |= {start, start - timedelta(minutes=1), start + timedelta(minutes=1)}
        for start in tried:
            minute = (start - self.midnight).total_seconds() / 60
            if offer := offers.get(start):
                lines = [{name: line[name] for name in line.keys() - {"start", "stop"}} for line in offer["lines"]]
                with self._undone():
                    booking = self._book(minute, lines)
                    self.assertEqual((booking.start, booking.stop), (start, offer["stop"]))
                    self.assertEqual(
                        [(line.start, line.stop) for line in booking.salon_line_ids],
                        [(line["start"], line["stop"]) for line in offer["lines"]],
                    )
                    self._check_blocks()
            elif -6 * 60 <= minute < 30 * 60:
                for lines in self._ways(wish):
                    with self._undone():
                        self.assertIsNone(self._try(lambda: self._book(minute, lines)), f"{start} was not offered")  # noqa: B023

    def _check_blocks(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT count(*) FROM salon_booking_block a JOIN salon_booking_block b
                ON a.id < b.id AND a.resource_id = b.resource_id
               AND tsrange(a.start, a.stop) && tsrange(b.start, b.stop)
             WHERE a.active AND b.active
            """
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_every_offered_start_books_and_every_other_is_refused(self):
        @settings(max_examples=settings().max_examples // 8, suppress_health_check=list(HealthCheck))
        @given(salons())
        def check(salon):
            with self._undone():
                self._check(salon)

        check()
