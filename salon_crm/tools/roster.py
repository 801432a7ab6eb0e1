"""What the database knows of the time of stylists and stations, as bits for the search for free times."""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import pytz

from odoo import fields
from odoo.tools import SQL

from . import timeline


class Stylist(NamedTuple):
    """Who serves clients, as far as the search needs to know."""

    id: int
    resource_id: int  # what is taken when they are: one for a person, however many employees that is
    resource_ids: list  # of all employees of this person: their time off counts everywhere
    tz: str
    gender: str | None
    level_id: int | None
    online: bool
    roster_only: bool
    name: str
    contact_id: int | None  # the partner by whom the calendar shows their events


class Sheet(NamedTuple):
    """What the hours of a stylist are made of, as bits of minutes."""

    worked: int  # all in all
    fixed: int  # by the working hours alone, public holidays taken out
    asked: int  # when no working hours are fixed: whenever asked, public holidays taken out
    absent: int  # time off


def load_stylists(env, company, only=None):
    """Return {id: Stylist} of those who serve the clients of `company`, in the order of their turns.

    :param only: ids of those who are asked about, where not about all
    """
    employee_fields = (
        "name", "is_salon_stylist", "active", "company_id", "user_id", "resource_id", "salon_level_id", "salon_online",
        "salon_roster_only", "salon_sequence", "current_version_id", "work_contact_id",
    )  # fmt: skip
    env["hr.employee"].flush_model(employee_fields)
    env["hr.version"].flush_model(["sex"])
    env["resource.resource"].flush_model(["tz"])
    rows = env.execute_query(
        SQL(
            """
            SELECT e.id, e.resource_id,
                   CASE WHEN e.user_id IS NOT NULL
                        THEN ARRAY(SELECT twin.resource_id FROM hr_employee twin WHERE twin.user_id = e.user_id) END,
                   r.tz, v.sex, e.salon_level_id, e.salon_online, e.salon_roster_only, e.name,
                   COALESCE(u.partner_id, e.work_contact_id)
              FROM hr_employee e
              JOIN resource_resource r ON r.id = e.resource_id
         LEFT JOIN res_users u ON u.id = e.user_id
         LEFT JOIN hr_version v ON v.id = e.current_version_id
             WHERE e.company_id = %s AND e.active AND e.is_salon_stylist AND %s
          ORDER BY e.salon_sequence, e.id
            """,
            company.id,
            SQL("TRUE") if only is None else SQL("e.id = ANY(%s::int[])", list(only)),
        )
    )
    return {
        stylist_id: Stylist(stylist_id, min(twins or [resource_id]), twins or [resource_id], *others)
        for stylist_id, resource_id, twins, *others in rows
    }


class Roster:
    """Who and what is free in a frame of time."""

    def __init__(self, env, company, frame, hours=True, buffer=0):
        """Look at `frame` in `company`.

        :param bool hours: whether working hours, roster and time off count, or bookings and blocked times alone
        :param int buffer: minutes around what is taken from a stylist that count as taken
        """
        self.env, self.company, self.frame = env, company, frame
        self.hours, self.buffer = hours, buffer
        self.absences = None  # what `_leaves` returned last
        self.hours_kept = {}  # of working hours, which many stylists have in common

    def free(self, stylists, places, ignored_line_ids=(), without=()):
        """Return {resource id: bits of its free minutes}.

        :param stylists: list of Stylist
        :param set places: ids of the resources of stations
        :param ignored_line_ids: ids of salon.booking.line whose blocks count as free
        :param without: (resource id, start, stop) in naive UTC that count as taken as well
        """
        size = self.frame.size
        taken = self._taken({stylist.resource_id for stylist in stylists} | places, ignored_line_ids)
        for resource_id, start, stop in without:
            taken[resource_id].append((self.frame.minute(start), self.frame.minute(stop, up=True)))
        free = {place: timeline.run(size) for place in places}
        if self.hours:
            leaves = self._leaves(stylists, places)
            free.update(self._worked(stylists, leaves))
            for place in places:
                free[place] &= ~leaves.get(place, 0)
        else:
            free.update({stylist.resource_id: timeline.run(size) for stylist in stylists})
        for resource_id, bits in free.items():
            busy = timeline.fill(size, taken[resource_id])
            buffer = 0 if resource_id in places else self.buffer
            free[resource_id] = bits & ~timeline.around(busy, buffer, size)
        return free

    def worked(self, stylists):
        """Return {resource id: bits of the minutes that this stylist works}, bookings or not."""
        return self._worked(stylists, self._leaves(stylists, set()))

    def present(self, stylists, places):
        """Return {resource id: bits of the minutes} in which a stylist works while the salon is open, or a station is
        there, bookings or not."""
        leaves = self._leaves(stylists, places)
        opening = self.opening()
        bits = {place: timeline.run(self.frame.size) & ~leaves.get(place, 0) for place in places}
        for resource_id, worked in self._worked(stylists, leaves).items():
            bits[resource_id] = worked if opening is None else worked & opening
        return bits

    def sheets(self, stylists):
        """Return {stylist id: Sheet}: what these stylists work, and what of it comes from where."""
        leaves = self._leaves(stylists, set())
        worked = self._worked(stylists, leaves)
        periods = self._calendar_periods([stylist.id for stylist in stylists])
        sheets = {}
        for stylist in stylists:
            fixed = asked = absent = 0
            for period in periods[stylist.id]:
                bits = self._period_hours(stylist, period, (), leaves)
                fixed, asked = (fixed, asked | bits) if period[3] else (fixed | bits, asked)
            for resource_id in stylist.resource_ids:
                absent |= leaves.get(resource_id, 0)
            sheets[stylist.id] = Sheet(worked[stylist.resource_id], fixed, asked, absent)
        return sheets

    def opening(self):
        """Return the bits of the minutes in which clients are served; None when the salon leaves that open."""
        calendar = self.company.sudo().salon_opening_calendar_id
        if not calendar:
            return None
        hours = self._attended(calendar.id, calendar._salon_zone(calendar.id), *self.frame.days())
        # Public holidays come with whatever absences were read before.
        leaves = self._leaves([], set()) if self.absences is None else self.absences
        closed = leaves.get(("calendar", calendar.id), 0) | leaves.get(("calendar", None), 0)
        return timeline.fill(self.frame.size, [part[1:] for part in hours]) & ~closed

    # Bookings, blocked times, holds ---------------------------------------------------------------------

    def _taken(self, resource_ids, ignored_line_ids):
        """Return {resource id: [(start, stop)]} in minutes of the frame, of what is booked, blocked, or held still."""
        counts = SQL(
            "(hold_id IS NULL OR hold_id IN (SELECT id FROM salon_booking_hold WHERE expires_at > %s))",
            fields.Datetime.now(),
        )
        if ignored_line_ids:
            counts = SQL("%s AND (line_id IS NULL OR line_id <> ALL(%s))", counts, list(ignored_line_ids))
        # Blocks of one resource never overlap: of those that began before, at most the last one reaches into the frame.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT resource_id,
                       floor(date_part('epoch', start - %(base)s) / 60)::int,
                       ceil(date_part('epoch', stop - %(base)s) / 60)::int
                  FROM salon_booking_block
                 WHERE resource_id = ANY(%(resources)s::int[]) AND active
                   AND start >= %(base)s AND start < %(end)s AND %(counts)s
             UNION ALL
                SELECT before.resource_id, 0, ceil(date_part('epoch', before.stop - %(base)s) / 60)::int
                  FROM unnest(%(resources)s::int[]) AS wanted(id)
            CROSS JOIN LATERAL (
                       SELECT resource_id, stop, line_id, hold_id
                         FROM salon_booking_block
                        WHERE resource_id = wanted.id AND active AND start < %(base)s
                     ORDER BY start DESC LIMIT 1
                       ) AS before
                 WHERE before.stop > %(base)s AND %(counts)s
                """,
                base=self.frame.base,
                end=self.frame.end,
                resources=sorted(resource_ids),
                counts=counts,
            )
        )
        taken = defaultdict(list)
        for resource_id, start, stop in rows:
            taken[resource_id].append((start, stop))
        return taken

    # Working hours ------------------------------------------------------------------------------------------

    def _worked(self, stylists, leaves):
        """Return {resource id: bits}: by the roster on days that have shifts in it, else by the working hours that
        hold on that day, public holidays taken out. Time off counts against both."""
        first, last = self.frame.days()
        shifts, rostered = self._shifts([stylist.id for stylist in stylists], first, last)
        periods = self._calendar_periods([stylist.id for stylist in stylists])
        worked = {}
        for stylist in stylists:
            bits = timeline.fill(self.frame.size, shifts[stylist.id])
            if not stylist.roster_only:
                for period in periods[stylist.id]:
                    bits |= self._period_hours(stylist, period, rostered[stylist.id], leaves)
            for resource_id in stylist.resource_ids:
                bits &= ~leaves.get(resource_id, 0)
            worked[stylist.resource_id] = bits
        return worked

    def _period_hours(self, stylist, period, rostered, leaves):
        """Return the bits of the working hours of one employee version, on the days that are not in the roster."""
        first, last, calendar_id, flexible = period
        start, stop = self.frame.days()
        first, last = max(first, start), min(last, stop)
        if first > last:
            return 0
        key = (stylist.tz, first, last, calendar_id, flexible, frozenset(rostered))
        if key not in self.hours_kept:
            self.hours_kept[key] = self._read_hours(*key)
        return self.hours_kept[key] & ~(leaves.get(("calendar", calendar_id), 0) | leaves.get(("calendar", None), 0))

    def _read_hours(self, zone, first, last, calendar_id, flexible, rostered):
        """Return the bits of `_period_hours`, public holidays not taken out."""
        zone = zone or "UTC"
        if not flexible and not rostered and (first, last) == self.frame.days():  # as nearly always
            calendars = self.env["resource.calendar"]
            bits = calendars._salon_attended(calendar_id, zone, first, last, self.frame.offset)
            return bits & timeline.run(self.frame.size)
        hours = self._whole_days(zone, first, last) if flexible else self._attended(calendar_id, zone, first, last)
        return timeline.fill(self.frame.size, [part[1:] for part in hours if part[0] not in rostered])

    def _attended(self, calendar_id, zone, first, last):
        """Return [(day, start, stop)] of a calendar's hours."""
        hours = self.env["resource.calendar"]._salon_attendances(calendar_id, zone, first, last)
        offset = self.frame.offset
        return [(day, start - offset, stop - offset) for day, start, stop in hours]

    def _whole_days(self, zone, first, last):
        """Return [(day, start, stop)] for somebody who works whenever asked."""
        zone = pytz.timezone(zone)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [(day.toordinal(), *self.frame.local_minutes(zone, day)) for day in days]

    def _shifts(self, stylist_ids, first, last):
        """Return the shifts as {stylist id: [(start, stop)]}, and {stylist id: days that have any}."""
        self.env["salon.shift"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT employee_id, date, kind, start, stop FROM salon_shift"
                " WHERE employee_id = ANY(%s::int[]) AND date BETWEEN %s AND %s",
                stylist_ids,
                first,
                last,
            )
        )
        hours, days = defaultdict(list), defaultdict(set)
        for employee_id, day, kind, start, stop in rows:
            days[employee_id].add(day.toordinal())
            if kind == "work":
                hours[employee_id].append((self.frame.minute(start), self.frame.minute(stop)))
        return hours, days

    def _calendar_periods(self, stylist_ids):
        """Return {stylist id: [(first day, last day, calendar id or None, flexible)]} of their employee versions.

        Without a calendar, or with flexible hours, one works whenever asked. The first version also holds for the
        days before it; where there is a contract, one works within it alone.
        """
        version_fields = (
            "employee_id", "date_version", "contract_date_start", "contract_date_end", "resource_calendar_id", "active",
        )  # fmt: skip
        self.env["hr.version"].flush_model(version_fields)
        self.env["resource.calendar"].flush_model(["flexible_hours"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT v.employee_id, v.date_version, v.contract_date_start, v.contract_date_end,
                       c.id, COALESCE(c.flexible_hours, c.id IS NULL)
                  FROM hr_version v
             LEFT JOIN resource_calendar c ON c.id = v.resource_calendar_id
                 WHERE v.employee_id = ANY(%s::int[]) AND v.active
              ORDER BY v.employee_id, v.date_version
                """,
                stylist_ids,
            )
        )
        versions = defaultdict(list)
        for employee_id, *version in rows:
            versions[employee_id].append(version)
        return defaultdict(list, {employee_id: _periods(known) for employee_id, known in versions.items()})

    def _leaves(self, stylists, places):
        """Return bits of absences by resource id, and of public holidays by ("calendar", id), or None for all."""
        self.env["resource.calendar.leaves"].flush_model()
        resource_ids = places | {resource_id for stylist in stylists for resource_id in stylist.resource_ids}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT resource_id, calendar_id, date_from, date_to
                  FROM resource_calendar_leaves
                 WHERE (resource_id = ANY(%s::int[]) OR resource_id IS NULL AND (company_id IS NULL OR company_id = %s))
                   AND (time_type = 'leave' OR time_type IS NULL)
                   AND date_from < %s AND date_to > %s
                """,
                sorted(resource_ids),
                self.company.id,
                self.frame.end,
                self.frame.base,
            )
        )
        stretches = defaultdict(list)
        for resource_id, calendar_id, start, stop in rows:
            key = resource_id or ("calendar", calendar_id)
            stretches[key].append((self.frame.minute(start), self.frame.minute(stop, up=True)))
        self.absences = {key: timeline.fill(self.frame.size, parts) for key, parts in stretches.items()}
        return self.absences


def _periods(versions):
    """Return when which calendar holds, by the versions of one employee in the order of their dates."""
    periods = []
    for number, (begin, hired, left, calendar_id, flexible) in enumerate(versions):
        start = begin if number else date.min
        stop = versions[number + 1][0] - timedelta(days=1) if number + 1 < len(versions) else date.max
        if hired:
            start, stop = max(start, hired), min(stop, left or date.max)
        periods.append((start, stop, calendar_id, flexible))
    return periods
