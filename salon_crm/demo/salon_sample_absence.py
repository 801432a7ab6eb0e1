"""Who of the sample clients stays away, as clients of a real salon do: drawn out of the appointments of a year."""

from datetime import timedelta
from functools import partial

FIRST = 31  # clients before it are those of whom other sample data tell
KEPT = (31, 33, 36, 38, 57)  # these come, or are told of, elsewhere
# How long a client stays away, in intervals of their own, and how many clients do so; see salon.client.rhythm.
AWAY = {"long_lost": (5.0, 9.0, 4), "lost": (2.8, 5.0, 2), "at_risk": (1.6, 2.4, 4), "due": (1.05, 1.4, 3)}
BACK, NEW = 3, 4
CALLED = timedelta(days=65)  # so long ago who is back was lost: there is time to see what a call brought about
MIN_VISITS = 4


def stay_away(appointments, clients, today):
    """Return the appointments that are left when some clients stay away, some came back, and some are new.

    :param list appointments: dicts with client and start, in the order of their start
    :param list clients: all sample clients, by their number
    :param datetime today: its beginning; what starts before it is past
    """
    chosen = [client for number, client in enumerate(clients, 1) if number >= FIRST and number not in KEPT]
    by_client = {client: [one for one in appointments if one["client"] == client] for client in chosen}
    dropped = set()
    for client, wanted in _share_out(by_client, today):
        dropped |= {id(one) for one in by_client[client]} - {id(one) for one in wanted}
    return [one for one in appointments if id(one) not in dropped]


def _share_out(by_client, today):
    """Yield (client, the appointments that are left) of those who do not come all the year."""
    free = list(by_client)
    tries = [(count, partial(_until, today=today, low=low, high=high)) for low, high, count in AWAY.values()]
    tries += [(BACK, partial(_with_gap, today=today)), (NEW, partial(_last_alone, today=today))]
    for count, left in tries:
        for client in list(free):
            if not count:
                break
            if wanted := left(by_client[client]):
                free.remove(client)
                count -= 1
                yield client, wanted


def _pace(own):
    """Return the mean interval between these appointments."""
    return (own[-1]["start"] - own[0]["start"]) / (len(own) - 1)


def _until(own, today, low, high):
    """Return these up to a last one that lies `low` to `high` intervals ago; None where there is none such."""
    past = [one for one in own if one["start"] < today]
    for number in range(len(past), MIN_VISITS - 1, -1):
        left = past[:number]
        if low <= (today - left[-1]["start"]) / _pace(left) < high:
            return left
    return None


def _with_gap(own, today):
    """Return these without those of a long time before the last visit, which was in the last weeks; None where they
    are too few."""
    past = [one for one in own if one["start"] < today]
    if not past or today - past[-1]["start"] > timedelta(days=40):
        return None
    for number in range(len(past) - 2, MIN_VISITS - 1, -1):
        left = past[:number]
        if (today - CALLED - left[-1]["start"]) / _pace(left) > AWAY["lost"][0]:
            return [*left, *own[len(past) - 1 :]]
    return None


def _last_alone(own, today):
    """Return the last visit, where it was in the last weeks, as if it were the first, and what is booked."""
    past = [one for one in own if one["start"] < today]
    if not past or today - past[-1]["start"] > timedelta(days=21):
        return None
    return own[len(past) - 1 :]
