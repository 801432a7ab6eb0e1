"""The rhythm of a client as plain Python says it: what the database's sets are compared with."""

from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NamedTuple

TWO_YEARS = timedelta(days=730)


class Rules(NamedTuple):
    """The settings of a salon, and its own intervals: in all (None where not known) and by category."""

    usual: int = 45
    risk: Decimal = Decimal("1.5")
    lost: Decimal = Decimal("2.5")
    lost_days: int = 365
    back: int = 60
    norm: int | None = None
    norms: dict = {}


def interval(rules, days, categories):
    """Return (days until the next visit, whose interval it is), as it was known after the last of the visits `days`.

    :param set categories: those of the services of that last visit
    """
    counted = [day for day in days if day >= days[-1] - TWO_YEARS]
    if len(counted) >= 3:
        mean = Decimal((counted[-1] - counted[0]).days) / (len(counted) - 1)
        return int(mean.to_integral_value(ROUND_HALF_UP)), "own"
    if known := [rules.norms[category] for category in categories if category in rules.norms]:
        return min(known), "category"
    return (rules.norm, "salon") if rules.norm else (rules.usual, "setting")


def bounds(rules, last, days):
    """Return from when on who came last on the day `last` is due, at risk and lost."""
    lost = times(days, rules.lost)
    if rules.lost_days:
        lost = min(lost, rules.lost_days)
    risk = min(times(days, rules.risk), lost)
    return last + timedelta(days), last + timedelta(risk), last + timedelta(lost)


def times(days, factor):
    return int((days * factor).to_integral_value(ROUND_CEILING))


def state_on(rules, visits, today):
    """Return the state on one day, from the visits until then.

    :param dict visits: {day: categories of the services done then}
    """
    days = sorted(day for day in visits if day <= today)
    back_until = None
    for number, day in enumerate(days[:-1], 1):
        lost = bounds(rules, day, interval(rules, days[:number], visits[day])[0])[2]
        if days[number] > lost:  # on the very day is in time
            back_until = days[number] + timedelta(days=rules.back)
    due, risk, lost = bounds(rules, days[-1], interval(rules, days, visits[days[-1]])[0])
    if today >= lost:
        return "lost"
    if today >= risk:
        return "at_risk"
    if today >= due:
        return "due"
    if back_until and today < back_until:
        return "back"
    return "new" if len(days) == 1 else "active"


def state_since(rules, visits, today):
    """Return the state on a day and its first day: by looking at one day after the other, backwards.

    A visit of who was due, at risk or lost begins the state anew.
    """
    state, first = state_on(rules, visits, today), min(visits)
    day = today
    while day > first and state_on(rules, visits, day - timedelta(days=1)) == state:
        # Due, came, and due again on the very same day can't be: an interval is a day at least.
        if day in visits and state in ("due", "at_risk", "lost"):
            break
        day -= timedelta(days=1)
    return state, day
