"""The hours of a day in which one may be written to."""

from datetime import datetime, time, timedelta

from .frame import local_day, utc


class DecentHours:
    """Hours of the day on one person's clocks, the same every day. All moments are naive UTC."""

    def __init__(self, zone, begin, end):
        """Mean the hours from `begin` to `end` (9.5 is 9:30, `end` up to 24) in a time zone of pytz."""
        self.zone, self.begin, self.end = zone, begin, end

    def next(self, moment):
        """Return the first decent moment that is not before `moment`."""
        day = self.day(moment)
        for number in range(3):
            start, stop = self._of(day + timedelta(days=number))
            if moment < stop:
                return max(moment, start)
        return moment  # only where clocks are put forward over a very short day

    def last(self, moment, spare):
        """Return the last decent moment before `moment`, so far before the end of the hours as `spare` (timedelta)."""
        day = self.day(moment)
        for number in range(3):
            start, stop = self._of(day - timedelta(days=number))
            if start < moment:
                return max(min(moment, stop - spare), start)
        return moment

    def day(self, moment):
        """Return the day of `moment` on these clocks."""
        return local_day(self.zone, moment)

    def _of(self, day):
        midnight = datetime.combine(day, time())
        return tuple(utc(self.zone, midnight + timedelta(hours=hour)) for hour in (self.begin, self.end))
