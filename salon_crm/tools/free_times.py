"""The search for free times: which starts are possible for some services, with whom and where.

Nothing in here knows Odoo or a database: it gets the free minutes of stylists and stations as bits (see timeline)
and says what fits. One rule serves offering and accepting: to accept is to search with everything fixed.
"""

from typing import NamedTuple

from . import timeline

SHORTEST = 30  # minutes; a gap shorter than that is no use to anyone
FLUSH, USEFUL, USELESS = 0, 1, 3  # what a gap before or after costs


class Option(NamedTuple):
    """A stylist who can do a service, with the minutes that it takes them."""

    stylist: int  # id of the employee
    resource: int  # id of the resource that is taken: one person, however many employees
    active: int
    processing: int
    finishing: int
    cleanup: int
    penalty: int = 0  # how far this is from what the client would like best
    order: int = 0  # whose turn it is, where all else is equal

    @property
    def length(self):
        """Minutes in which the client is there."""
        return self.active + self.processing + self.finishing


class Task(NamedTuple):
    """One service of the wanted visit."""

    options: list
    stations: list = ()  # ids of resources, the best first; none when it needs no station
    station_free: bool = False  # while it processes, the station takes somebody else
    guest: int = 0
    parallel: bool = False
    wait: int | None = None  # minutes before it where they are fixed


class Offer(NamedTuple):
    """A start that is possible, and what is best for it."""

    start: int  # minute
    stop: int
    penalty: int
    waiting: int  # minutes between services
    gaps: int  # what is left around it is worth less, the higher
    choices: list  # (option, station or None, offset, wait) by task


class Search:
    """What all kinds of search know: which minutes fit one service for itself."""

    def __init__(self, size, free, tasks, starts, opening=None, max_wait=0, one_after_the_other=False):
        """Hold what `search` describes."""
        self.size, self.free, self.tasks, self.wanted = size, free, tasks, starts
        self.opening, self.max_wait = opening, max_wait
        self.one_after_the_other = one_after_the_other
        self.all = timeline.run(size)
        self.kept = {}
        self.ranked = [[] for _task in tasks]  # by task: (rank, option, the minutes that fit it), the best first

    def _starts(self, resource, length):
        """Return the minutes from which on this resource is free for `length` minutes."""
        key = (resource, length)
        if key not in self.kept:
            self.kept[key] = timeline.starts(self.free.get(resource, 0), length) & self.all
        return self.kept[key]

    def _start_bytes(self, resource, length):
        """Return `_starts` for asking of single minutes."""
        key = ("bytes", resource, length)
        if key not in self.kept:
            self.kept[key] = self._starts(resource, length).to_bytes(self.size // 8 + 1, "little")
        return self.kept[key]

    def _station_bytes(self, task, option, station):
        """Return the minutes at which a station is free for a service, clean-up aside, for asking of single ones."""
        key = ("bytes", station, task.station_free, option[2:5])
        if key not in self.kept:
            bits = self._station_fits(task, option, station)
            self.kept[key] = bits.to_bytes(self.size // 8 + 1, "little")
        return self.kept[key]

    def _works(self, option):
        """Return the minutes at which this stylist can begin, with the client in the salon; clean-up aside."""
        bits = self.all if self.opening is None else timeline.starts(self.opening, option.length) & self.all
        for start, stop in timeline.parts(0, option.active, option.processing, option.finishing):
            bits &= self._starts(option.resource, stop - start) >> start
        return bits

    def _fits(self, task, option):
        """Return the minutes at which this stylist can begin and has a station; clean-up aside."""
        bits = self._works(option)
        if task.stations:
            somewhere = 0
            for station in task.stations:
                somewhere |= self._station_fits(task, option, station)
            bits &= somewhere
        return bits

    def _station_fits(self, task, option, station):
        """Return the minutes at which a station is free for a service; clean-up aside."""
        key = (station, task.station_free, option[2:5])
        if key not in self.kept:
            bits = self.all
            for start, stop in self._station_parts(task, option, 0):
                bits &= self._starts(station, stop - start) >> start
            self.kept[key] = bits
        return self.kept[key]

    def _cleaned(self, resource, option):
        """Return the starts of a service after which its clean-up finds this resource free."""
        return self._starts(resource, option.cleanup) >> option.length if option.cleanup else self.all

    def _station_parts(self, task, option, start):
        if task.station_free:
            return timeline.parts(start, option.active, option.processing, option.finishing)
        return [(start, start + option.length)]

    def _by_gaps(self, option, bits):
        """Yield (cost, bits): the starts in `bits` by what is left free before and after them."""
        free = self.free.get(option.resource, 0)
        roomy = timeline.starts(free, SHORTEST)
        end = option.length + option.cleanup
        rooms = []
        for flush, useful in (
            (~(free << 1), roomy << SHORTEST),
            (~(free >> end), roomy >> end),
        ):
            rooms.append(((FLUSH, flush), (USEFUL, ~flush & useful), (USELESS, ~flush & ~useful)))
        for cost_before, left in rooms[0]:
            for cost_after, right in rooms[1]:
                if found := bits & left & right & self.all:
                    yield cost_before + cost_after, found

    def _rank(self, number, option, bits):
        width = self.size // 8 + 1
        for cost, found in self._by_gaps(option, bits):
            rank = (option.penalty, cost, option.order, option.stylist)
            self.ranked[number].append((rank, option, found.to_bytes(width, "little")))

    def _waits(self, task, first):
        """Nobody waits before the first service: then the visit would begin later."""
        if first:
            return (0,)
        return range(self.max_wait + 1) if task.wait is None else (task.wait,)

    def _offer_of(self, minute, choices):
        """Return the offer that these choices make: (rank, option, station, at, wait) by task."""
        return Offer(
            minute,
            max(at + option.length for _rank, option, _station, at, _wait in choices),
            sum(rank[0] for rank, *_choice in choices),
            sum(wait for *_choice, wait in choices),
            sum(rank[1] for rank, *_choice in choices),
            [(option, station, at - minute, wait) for _rank, option, station, at, wait in choices],
        )


class SingleSearch(Search):
    """One service: the masks say all."""

    def offers(self):
        """Take the best choice for every start that it fits, then the next best for those that are left."""
        (task,) = self.tasks
        ranked = []
        for option in task.options:
            bits = (
                self._works(option) & self._cleaned(option.resource, option) & self._placed(task, option) & self.wanted
            )
            for cost, found in self._by_gaps(option, bits):
                ranked.append(((option.penalty, cost, option.order, option.stylist), option, found))
        ranked.sort(key=lambda entry: entry[0])
        offers, left = [], self.wanted
        for rank, option, found in ranked:
            taken = found & left
            left &= ~taken
            for minute in timeline.minutes(taken):
                offers.append(
                    self._offer_of(minute, [(rank, option, self._station_at(task, option, minute), minute, 0)])
                )
        offers.sort(key=lambda offer: offer.start)
        return offers

    def _placed(self, task, option):
        """Return the minutes at which some station is free for the service and its clean-up."""
        if not task.stations:
            return self.all
        key = ("placed", option[2:6])  # the same for all who take the same time
        if key not in self.kept:
            somewhere = 0
            for station in task.stations:
                somewhere |= self._station_fits(task, option, station) & self._cleaned(station, option)
            self.kept[key] = somewhere
        return self.kept[key]

    def _station_at(self, task, option, minute):
        return next(
            (
                station
                for station in task.stations
                if has(self._station_bytes(task, option, station), minute)
                and (not option.cleanup or has(self._start_bytes(station, option.cleanup), minute + option.length))
            ),
            None,
        )


def stretches(stylist, station, at, minutes, station_free):
    """Yield (resource, start, stop, clean-up minutes) of what a service takes.

    The stylist while at work, which with processing time between is twice, and the station throughout, or as the
    stylist where it is free meanwhile. Clean-up comes after the last of it, when the client has gone.

    :param minutes: active, processing, finishing and clean-up minutes
    """
    active, processing, finishing, cleanup = minutes
    end = at + active + processing + finishing
    worked = timeline.parts(at, active, processing, finishing)
    for start, stop in worked:
        yield stylist, start, stop, cleanup if stop == end else 0
    if worked[-1][1] != end and cleanup:
        yield stylist, end, end, cleanup
    if station:
        held = worked if station_free else [(at, end)]
        for start, stop in held:
            yield station, start, stop, cleanup if stop == end else 0
        if held[-1][1] != end and cleanup:
            yield station, end, end, cleanup


def has(bits, minute):
    return bits[minute >> 3] >> (minute & 7) & 1


def meet(these, those):
    return any(start < until and begin < stop for start, stop in these for begin, until in those)
