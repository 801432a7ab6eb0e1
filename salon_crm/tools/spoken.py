"""Moments as people say them: with the day of the week, in their language's own order."""

import babel.dates
import pytz

from odoo.tools.misc import babel_locale_parse, get_lang

DAY = "MMMEd"  # a skeleton: each language puts it in its own order


def spoken(env, moment, zone=None, long=False):
    """Return a moment for reading: "Tue, Nov 25, 10:00 AM".

    :param datetime moment: naive UTC
    :param zone: time zone of pytz; the user's where not given
    :param bool long: with the year, and nothing shortened
    """
    locale = _locale(env)
    together = str(babel.dates.get_datetime_format("medium", locale=locale))
    day, time = spoken_day(env, moment, zone, long), spoken_time(env, moment, zone)
    return together.replace("'", "").replace("{0}", time).replace("{1}", day)


def spoken_day(env, moment, zone=None, long=False):
    """Return the day alone: "Tue, Nov 25"."""
    local = _local(env, moment, zone)
    if long:
        return babel.dates.format_date(local, "full", locale=_locale(env))
    return babel.dates.format_skeleton(DAY, local, tzinfo=local.tzinfo, locale=_locale(env))


def spoken_time(env, moment, zone=None):
    """Return the time alone: "10:00 AM", or "10:00" where people count to 24."""
    local = _local(env, moment, zone)
    time = babel.dates.format_time(local, "short", tzinfo=local.tzinfo, locale=_locale(env))
    return time.replace("\u202f", " ")  # the narrow space that babel puts before "AM" is lost in many a font


def _local(env, moment, zone):
    return pytz.utc.localize(moment).astimezone(zone or pytz.timezone(env.user.tz or "UTC"))


def _locale(env):
    return babel_locale_parse(get_lang(env).code)


def clock(hour):
    """Return "9:30" for 9.5."""
    return "{}:{:02}".format(*divmod(round(hour * 60), 60))
