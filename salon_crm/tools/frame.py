"""The stretch of time that a search looks at, in minutes from its beginning."""

from datetime import datetime, timedelta

import pytz

EPOCH = datetime(1970, 1, 1)
MARGIN = 60  # minutes before the first start: what is left free before a booking counts
LONGEST = 12 * 60  # minutes; no visit is longer
CLEANUP = 4 * 60  # minutes; no clean-up is longer


class Frame:
    """A range of possible starts, and the time around it that has a say in them. All moments are naive UTC."""

    def __init__(self, start, stop):
        """Look at starts from `start` to before `stop`."""
        self.start, self.stop = start, stop
        self.base = start.replace(second=0, microsecond=0) - timedelta(minutes=MARGIN)
        self.size = self.minute(stop, up=True) + LONGEST + CLEANUP
        self.end = self.moment(self.size)
        self.offset = round((self.base - EPOCH).total_seconds()) // 60

    def minute(self, moment, up=False):
        """Return the number of the minute in which `moment` lies, or at whose end where `up`."""
        seconds = (moment - self.base).total_seconds()
        return int(-(-seconds // 60) if up else seconds // 60)

    def moment(self, minute):
        """Return when a minute begins."""
        return self.base + timedelta(minutes=minute)

    def days(self):
        """Return the first and the last day that a part of this time can have anywhere on earth."""
        return (self.base - timedelta(days=1)).date(), (self.end + timedelta(days=1)).date()

    def local_minutes(self, zone, day, until=None):
        """Return the minutes at which the local `day` begins, and the day `until` (or this one) ends."""
        bounds = (day, (until or day) + timedelta(days=1))
        return tuple(self.minute(utc(zone, datetime.combine(bound, datetime.min.time()))) for bound in bounds)

    def clock(self, zone, day, minute):
        """Return what the local clocks show when a minute begins, in hours since `day` began: 25.5 is 1:30 next day."""
        local = pytz.utc.localize(self.moment(minute)).astimezone(zone)
        return (local.date() - day).days * 24 + local.hour + local.minute / 60


def local_day(zone, moment):
    """Return the local date of a naive UTC moment."""
    return pytz.utc.localize(moment).astimezone(zone).date()


def utc(zone, local):
    """Return the naive UTC moment of a naive local one."""
    return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
