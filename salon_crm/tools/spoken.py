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
    zone = zone or pytz.timezone(env.user.tz or "UTC")
    locale = babel_locale_parse(get_lang(env).code)
    local = pytz.utc.localize(moment).astimezone(zone)
    if long:
        day = babel.dates.format_date(local, "full", locale=locale)
    else:
        day = babel.dates.format_skeleton(DAY, local, tzinfo=zone, locale=locale)
    time = babel.dates.format_time(local, "short", tzinfo=zone, locale=locale)
    together = str(babel.dates.get_datetime_format("medium", locale=locale))
    return together.replace("'", "").replace("{0}", time).replace("{1}", day)


def clock(hour):
    """Return "9:30" for 9.5."""
    return "{}:{:02}".format(*divmod(round(hour * 60), 60))
