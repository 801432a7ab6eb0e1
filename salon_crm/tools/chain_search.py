"""The search for services one after the other, for one client or for guests in turn."""

from collections import defaultdict

from . import timeline
from .free_times import Search, has, stretches


class ChainSearch(Search):
    """Exact, and fast because each dead end is met once.

    What makes it hard is the clean-up: it is waived where a stylist or a station goes on with the same client, so that
    whether a choice is good can hang on the choice after it.
    """

    def offers(self):
        """Return the best offer for each possible start, in the order of time."""
        self.dead = set()  # (number of a task, minute) from where on nothing fits
        self.owing = False  # whether a clean-up that is owed made a difference
        self.uses, self.places = {}, {}  # what `_uses` and `_places` found before
        possible = self._rank_all() & self.wanted
        found = ((minute, self._choose_next(0, minute, (), {})) for minute in timeline.minutes(possible))
        return [self._offer_of(minute, choices) for minute, choices in found if choices]

    # Masks: more than is really possible, but not much more ------------------------------------------------

    def _rank_all(self):
        """Rank the choices of each task from the last to the first; return the starts that they leave."""
        after, later = None, defaultdict(int)
        for number in range(len(self.tasks) - 1, -1, -1):
            after = self._rank_task(number, after, later)
        return after

    def _rank_task(self, number, after, later):
        """Rank the choices of a task; return the minutes at which it can begin.

        :param int after: the minutes at which the next one can begin, None for the last
        :param dict later: by resource the minutes at which a later task can begin with it; this task is added
        """
        task, possible = self.tasks[number], 0
        used = defaultdict(int)
        for option in task.options:
            bits = self._works(option) & self._goes_on(option.resource, option, later)
            if after is not None:
                bits &= timeline.before(after >> option.length, self.max_wait)
            if task.stations:
                somewhere = 0
                for station in task.stations:
                    there = bits & self._station_fits(task, option, station) & self._goes_on(station, option, later)
                    used[station] |= there
                    somewhere |= there
                bits = somewhere
            used[option.resource] |= bits
            possible |= bits
            self._rank(number, option, bits)
        for resource, bits in used.items():
            later[resource] |= bits
        self.ranked[number].sort(key=lambda entry: entry[0])
        return possible

    def _goes_on(self, resource, option, later):
        """Return the starts of a service after which its clean-up finds this resource free, or is waived because a
        later service may begin with it before that is over."""
        if not option.cleanup:
            return self.all
        return self._cleaned(resource, option) | timeline.before(later[resource] >> option.length, option.cleanup - 1)

    # Choices ------------------------------------------------------------------------------------------------

    def _choose_next(self, number, end, chosen, held):
        """Choose for the tasks from `number` on, of which the first can begin at `end`.

        :param tuple chosen: (rank, option, station, at, wait) of the tasks before
        :param dict held: by resource (deadline, clean-up, free): it was last used for something that needs so much
            clean-up, up to the deadline; where that time is not free, it must go on with this client before
        :return: all choices, None where nothing fits
        """
        if number == len(self.tasks):
            return chosen if all(free for _deadline, _cleanup, free in held.values()) else None
        if any(not free and deadline <= end for deadline, _cleanup, free in held.values()):
            return None
        bound = any(not free for _deadline, _cleanup, free in held.values())
        if not bound and (number, end) in self.dead:
            return None
        task = self.tasks[number]
        owing = self.owing
        self.owing = False
        for wait in self._waits(task, first=not chosen):
            at = end + wait
            for rank, option, bits in self.ranked[number]:
                if at >= self.size or not has(bits, at):
                    continue
                after = self._hold(held, option.resource, self._uses(task, option)[0], at)
                if after is None:
                    continue
                dead = not bound and (number + 1, at + option.length) in self.dead
                for station, settled in self._settle_stations(task, option, at, after, dead):
                    choice = (rank, option, station, at, wait)
                    found = self._choose_next(number + 1, at + option.length, (*chosen, choice), settled)
                    if found is not None:
                        return found
        if not bound and not self.owing:
            self.dead.add((number, end))
        self.owing = self.owing or owing
        return None

    def _hold(self, held, resource, uses, at):
        """Return `held` after a resource was used; None where a clean-up was not done that nothing waived.

        The same rule as in timeline.clean, one use after the other.

        :param uses: (start, stop, clean-up minutes) of one service that begins at `at`, counted from there
        """
        deadline, owed, free = held.get(resource, (0, 0, True))
        for start, stop, cleanup in uses:
            if at + start < deadline:
                if owed > cleanup:
                    self.owing = True  # whether this fits depends on what came before
                cleanup = max(cleanup, owed)
            elif not free:
                return None
            free = not cleanup or bool(has(self._start_bytes(resource, cleanup), at + stop))
            deadline, owed = at + stop + cleanup, cleanup
        return {**held, resource: (deadline, owed, free)}

    def _uses(self, task, option):
        """Return what a service uses of its stylist, and of a station: lists of (start, stop, clean-up minutes),
        counted from its beginning."""
        key = (option, task.station_free)
        if key not in self.uses:
            stylist, station = [], []
            for is_station, *use in stretches(False, True, 0, option[2:6], task.station_free):
                (station if is_station else stylist).append(use)
            self.uses[key] = stylist, station
        return self.uses[key]

    def _places(self, task, option):
        """Return (station, minutes at which it is free for the service) for each that can serve, the best first."""
        key = (option, task.station_free, *task.stations)
        if key not in self.places:
            self.places[key] = [(station, self._station_bytes(task, option, station)) for station in task.stations]
        return self.places[key]

    def _settle_stations(self, task, option, at, held, dead):
        """Yield (station, held after it).

        Stations that are free for the clean-up too are as good as each other: as many as there are services will do.
        Where nothing can follow by itself, `dead`, only those come into question that must be gone on with.
        """
        if not task.stations:
            if not dead or not all(free for _deadline, _cleanup, free in held.values()):
                yield None, held
            return
        tries, bound = 0 if dead else len(self.tasks), []
        uses = self._uses(task, option)[1]
        for station, bits in self._places(task, option):
            if not has(bits, at):
                continue
            settled = self._hold(held, station, uses, at)
            if settled is None:
                continue
            if station in held or not all(free for _deadline, _cleanup, free in settled.values()):
                bound.append((station, settled))
            elif tries:
                tries -= 1
                yield station, settled
        yield from bound
