from datetime import date, datetime, timedelta

import pytz

from odoo import api, models, tools

from ..tools import timeline

# Attendances are kept by stretches of this many days: long enough that a month takes two, short enough to fill fast.
CHUNK_DAYS = 28
EPOCH = datetime(1970, 1, 1)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        self.env["salon.freed.time"]._watch_hours()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache("calendar_id")
    def _salon_zone(self, calendar_id):
        """Return the name of the time zone of a calendar, kept between requests: each asks, and few ever change."""
        return self.sudo().browse(calendar_id).tz or "UTC"

    @api.model
    def _salon_attendances(self, calendar_id, zone, first, last):
        """Return [(local date ordinal, start, stop)] of the days `first` to `last`, in minutes since 1970 UTC.

        Odoo's own reckoning, kept between requests: for 20 stylists and a month it takes longer than all the rest.

        :param str zone: the time zone of the person who works by this calendar
        :param date first, last: local dates
        """
        first, last = first.toordinal(), last.toordinal()
        return [
            attendance
            for chunk in range(first // CHUNK_DAYS, last // CHUNK_DAYS + 1)
            for attendance in self._salon_attendance_chunk(calendar_id, zone, chunk)
            if first <= attendance[0] <= last
        ]

    @api.model
    def _salon_attended(self, calendar_id, zone, first, last, offset):
        """Return `_salon_attendances` as bits of the minutes from `offset` (since 1970 UTC) on.

        Whole stretches of days: so with hours of days before `first` and after `last`.
        """
        bits = 0
        for chunk in range(first.toordinal() // CHUNK_DAYS, last.toordinal() // CHUNK_DAYS + 1):
            begin, found = self._salon_attended_chunk(calendar_id, zone, chunk)
            bits |= found << begin - offset if begin >= offset else found >> offset - begin
        return bits

    @api.model
    @tools.ormcache("calendar_id", "zone", "chunk")
    def _salon_attended_chunk(self, calendar_id, zone, chunk):
        """Return (minute since 1970 UTC, bits of the minutes from there on) of a stretch of days."""
        parts = self._salon_attendance_chunk(calendar_id, zone, chunk)
        begin = min((start for _day, start, _stop in parts), default=0)
        end = max((stop for _day, _start, stop in parts), default=0)
        return begin, timeline.fill(end - begin, [(start - begin, stop - begin) for _day, start, stop in parts])

    @api.model
    @tools.ormcache("calendar_id", "zone", "chunk")
    def _salon_attendance_chunk(self, calendar_id, zone, chunk):
        zone = pytz.timezone(zone)
        first = datetime.combine(date.fromordinal(max(chunk * CHUNK_DAYS, 1)), datetime.min.time())
        start, stop = zone.localize(first), zone.localize(first + timedelta(days=CHUNK_DAYS))
        calendar = self.sudo().browse(calendar_id)
        intervals = calendar._attendance_intervals_batch(start, stop, tz=zone)[False]
        return tuple(
            (begin.toordinal(), _minutes(begin), _minutes(end)) for begin, end, _attendance in intervals if begin < end
        )


def _minutes(moment):
    naive = moment.astimezone(pytz.utc).replace(tzinfo=None)
    # Odoo ends a day of 24 hours a microsecond early.
    return round((naive - EPOCH).total_seconds() / 60)
