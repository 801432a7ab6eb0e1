"""The search for free times: which starts are possible for some services, with whom and where.

Nothing in here knows Odoo or a database: it gets the free minutes of stylists and stations as bits (see timeline)
and says what fits. One rule serves offering and accepting: to accept is to search with everything fixed.
"""

from collections import defaultdict
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
    """One search over a stretch of time."""

    def __init__(self, size, free, tasks, starts, opening=None, max_wait=0, one_after_the_other=False):
        """Prepare it.

        :param int size: minutes of the stretch
        :param dict free: bits of the free minutes by resource
        :param list tasks: the wanted services in their order
        :param int starts: bits of the minutes at which the visit may begin
        :param int opening: bits of the minutes in which clients may be there; None for all
        :param int max_wait: minutes that a client may wait between two services
        :param bool one_after_the_other: guests are served in turn instead of side by side
        """
        self.size, self.free, self.tasks, self.wanted = size, free, tasks, starts
        self.opening, self.max_wait = opening, max_wait
        self.one_after_the_other = one_after_the_other
        self.all = timeline.run(size)
        self.kept = {}

    def offers(self):
        """Return the best offer for each possible start, in the order of time."""
        if len(self.tasks) == 1:
            return self._offers_of_one()
        possible = self._possible()
        return [offer for minute in timeline.minutes(possible) if (offer := self._offer(minute))]

    # Masks ------------------------------------------------------------------------------------------

    def _starts(self, resource, length):
        """Return the minutes from which on this resource is free for `length` minutes."""
        key = (resource, length)
        if key not in self.kept:
            self.kept[key] = timeline.starts(self.free.get(resource, 0), length) & self.all
        return self.kept[key]

    def _fits(self, task, option, cleanup):
        """Return the minutes at which this stylist can begin, with the client in the salon and a station free."""
        bits = self.all if self.opening is None else timeline.starts(self.opening, option.length) & self.all
        for start, stop in timeline.parts(0, option.active, option.processing, option.finishing):
            last = stop == option.length
            bits &= self._starts(option.resource, stop - start + (cleanup if last else 0)) >> start
        if cleanup and option.processing and not option.finishing:
            bits &= self._starts(option.resource, cleanup) >> option.length
        if task.stations:
            somewhere = 0
            for station in task.stations:
                somewhere |= self._station_fits(task, option, station, cleanup)
            bits &= somewhere
        return bits

    def _station_fits(self, task, option, station, cleanup):
        key = (station, task.station_free, option[2:5], cleanup)
        if key not in self.kept:
            bits = self.all
            parts = self._station_parts(task, option, 0)
            for start, stop in parts:
                bits &= self._starts(station, stop - start + (cleanup if stop == option.length else 0)) >> start
            if cleanup and parts[-1][1] != option.length:
                bits &= self._starts(station, cleanup) >> option.length
            self.kept[key] = bits
        return self.kept[key]

    def _station_parts(self, task, option, start):
        if task.station_free:
            return timeline.parts(start, option.active, option.processing, option.finishing)
        return [(start, start + option.length)]

    def _by_gaps(self, option, bits, cleanup):
        """Yield (cost, bits): the starts in `bits` by what is left free before and after them."""
        free = self.free.get(option.resource, 0)
        roomy = timeline.starts(free, SHORTEST)
        end = option.length + cleanup
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

    # One service --------------------------------------------------------------------------------------

    def _offers_of_one(self):
        """For one service the masks say all: take the best choice for every start it fits, then the next best."""
        (task,) = self.tasks
        ranked = []
        for option in task.options:
            bits = self._fits(task, option, option.cleanup) & self.wanted
            for cost, found in self._by_gaps(option, bits, option.cleanup):
                ranked.append((option.penalty, cost, option.order, option.stylist, option, found))
        ranked.sort(key=lambda entry: entry[:4])
        offers, left = [], self.wanted
        for penalty, cost, _order, _stylist, option, found in ranked:
            taken = found & left
            left &= ~taken
            for minute in timeline.minutes(taken):
                station = self._station_at(task, option, minute)
                choice = (option, station, 0, 0)
                offers.append(Offer(minute, minute + option.length, penalty, 0, cost, [choice]))
        offers.sort(key=lambda offer: offer.start)
        return offers

    def _station_at(self, task, option, minute):
        for station in task.stations:
            if self._station_fits(task, option, station, option.cleanup) >> minute & 1:
                return station
        return None

    # Several services -----------------------------------------------------------------------------------

    def _possible(self):
        """Return the starts that no service for itself rules out, and rank the choices of each service.

        That is more than is really possible, for it looks at each service alone; `_offer` looks at all together.
        """
        self.ranked = [[] for _task in self.tasks]
        self.firsts = []
        possible = self.wanted
        for chain in self._chains():
            after = None
            for group in reversed(chain):
                after = self._rank_group(group, after)
            self.firsts.append(chain[0][0])
            possible &= after
        return possible

    def _chains(self):
        """Return the numbers of the tasks: a list for each guest, of groups that run at the same time."""
        chains = {}
        for number, task in enumerate(self.tasks):
            groups = chains.setdefault(0 if self.one_after_the_other else task.guest, [])
            same_guest = groups and self.tasks[groups[-1][0]].guest == task.guest
            if task.parallel and same_guest:
                groups[-1].append(number)
            else:
                groups.append([number])
        return list(chains.values())

    def _rank_group(self, group, after):
        """Rank the choices of a service and of those beside it; return the minutes at which it can begin.

        :param int after: the minutes at which the next one can begin, None when there is none
        """
        main, *beside = group
        together, longest = self.all, 0
        for number in beside:
            somehow = 0
            for option in self.tasks[number].options:
                bits = self._fits(self.tasks[number], option, 0)
                somehow |= bits
                longest = max(longest, option.length)
                self._rank(number, option, bits)
            together &= self._waited(somehow, self.tasks[number])
            self.ranked[number].sort(key=lambda entry: entry[0])
        slack = self.max_wait + (longest + self.max_wait if beside else 0)
        possible = 0
        for option in self.tasks[main].options:
            bits = self._fits(self.tasks[main], option, 0) & together
            if after is not None:
                bits &= timeline.before(after >> option.length, slack)
            possible |= bits
            self._rank(main, option, bits)
        self.ranked[main].sort(key=lambda entry: entry[0])
        return possible

    def _waited(self, bits, task):
        return bits >> task.wait if task.wait is not None else timeline.before(bits, self.max_wait)

    def _rank(self, number, option, bits):
        width = self.size // 8 + 1
        for cost, found in self._by_gaps(option, bits, option.cleanup):
            rank = (option.penalty, cost, option.order, option.stylist)
            self.ranked[number].append((rank, option, found.to_bytes(width, "little")))

    def _offer(self, minute):
        """Return the best offer that begins at `minute`, None when there is none."""
        choices = self._choose(minute, [], {}) if self._enough(minute) else None
        if choices is None:
            return None
        chosen = [choice for choice, _rank in choices]
        return Offer(
            minute,
            max(minute + offset + option.length for option, _station, offset, _wait in chosen),
            sum(rank[0] for _choice, rank in choices),
            sum(wait for _option, _station, _offset, wait in chosen),
            sum(rank[1] for _choice, rank in choices),
            chosen,
        )

    def _enough(self, minute):
        """Tell whether there are stylists and stations enough for the guests who begin together.

        Else the search would try all of them in every order before it gave up.
        """
        if len(self.firsts) < 2:
            return True
        people, places, seated = set(), set(), 0
        for number in self.firsts:
            task = self.tasks[number]
            able = [option for _rank, option, bits in self.ranked[number] if _has(bits, minute)]
            people.update(option.resource for option in able)
            seated += bool(task.stations)
            places.update(
                station
                for station in task.stations
                if any(self._station_fits(task, option, station, 0) >> minute & 1 for option in able)
            )
        return len(people) >= len(self.firsts) and len(places) >= seated

    def _choose(self, minute, chosen, clocks):
        """Choose for the tasks from number `len(chosen)` on; return all choices, None where none fits.

        :param dict clocks: (start, end, guest) of the present service, by guest where they are side by side; the same
            rule as in timeline.chain
        """
        number = len(chosen)
        if number == len(self.tasks):
            return chosen if self._free_together(minute, [choice for choice, _rank in chosen]) else None
        task = self.tasks[number]
        clock = None if self.one_after_the_other else task.guest
        start, end, served = clocks.get(clock, (minute, minute, None))
        beside = task.parallel and clock in clocks and served == task.guest
        for wait in self._waits(task, first=clock not in clocks):
            at = (start if beside else end) + wait
            if at >= self.size:
                break
            for rank, option, bits in self.ranked[number]:
                if not _has(bits, at) or not self._apart(minute, chosen, option, at):
                    continue
                stop = at + option.length
                further = {**clocks, clock: (start, max(end, stop), served) if beside else (at, stop, task.guest)}
                for station in task.stations or (None,):
                    if station and not self._station_apart(minute, chosen, task, option, station, at):
                        continue
                    choice = ((option, station, at - minute, wait), rank)
                    found = self._choose(minute, [*chosen, choice], further)
                    if found is not None:
                        return found
        return None

    def _waits(self, task, first):
        """Nobody waits before the first service: then the visit would begin later."""
        if first:
            return (0,)
        return range(self.max_wait + 1) if task.wait is None else (task.wait,)

    def _apart(self, minute, chosen, option, at):
        """Tell whether this stylist is at no other service of this visit at that time."""
        own = timeline.parts(at, option.active, option.processing, option.finishing)
        return not any(
            other.resource == option.resource
            and _meet(own, timeline.parts(minute + offset, other.active, other.processing, other.finishing))
            for (other, _station, offset, _wait), _rank in chosen
        )

    def _station_apart(self, minute, chosen, task, option, station, at):
        """Tell whether this station is free then, also of the other services of this visit."""
        if not self._station_fits(task, option, station, 0) >> at & 1:
            return False
        own = self._station_parts(task, option, at)
        return not any(
            there == station and _meet(own, self._station_parts(self.tasks[number], other, minute + offset))
            for number, ((other, there, offset, _wait), _rank) in enumerate(chosen)
        )

    def _free_together(self, minute, choices):
        """Tell whether all that these choices take is free, clean-up as it will be."""
        by_resource = defaultdict(list)
        for task, (option, station, offset, _wait) in zip(self.tasks, choices, strict=True):
            for resource, start, stop, cleanup in self._stretches(task, option, station, minute + offset):
                by_resource[resource].append((start, stop, cleanup, None))
        for resource, stretches in by_resource.items():
            last = None
            for start, stop, _key in timeline.clean(stretches):
                if (last is not None and start < last) or stop > self.size:
                    return False
                last = stop
                if ~(self.free.get(resource, 0) >> start) & timeline.run(stop - start):
                    return False
        return True

    def _stretches(self, task, option, station, at):
        """Yield (resource, start, stop, clean-up) of one service: as SalonBookingLine._stretches does."""
        yield from stretches(
            option.resource, station, at, (option.active, option.processing, option.finishing, option.cleanup),
            task.station_free,
        )  # fmt: skip


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


def _has(bits, minute):
    return bits[minute >> 3] >> (minute & 7) & 1


def _meet(these, those):
    return any(start < until and begin < stop for start, stop in these for begin, until in those)
