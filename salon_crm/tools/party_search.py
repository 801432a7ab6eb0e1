"""The search for several at once: guests side by side, and services at the same time."""

from collections import defaultdict

from . import timeline
from .free_times import Search, has, meet, stretches

TRIES = 20_000  # combinations that are tried at one start, before it counts as not possible


class PartySearch(Search):
    """Tries what each service for itself leaves possible, and asks of all together whether it is free."""

    def offers(self):
        """Return the best offer for each possible start, in the order of time."""
        self.firsts = []  # numbers of the tasks with which the guests begin
        possible = self.wanted
        for chain in self._chains():
            after = None
            for group in reversed(chain):
                after = self._rank_group(group, after)
            self.firsts.append(chain[0][0])
            possible &= after
        offers = []
        for minute in timeline.minutes(possible):
            self.tries = TRIES
            if self._enough(minute) and (choices := self._choose_together(minute, (), {})):
                offers.append(self._offer_of(minute, choices))
        return offers

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
                bits = self._fits(self.tasks[number], option)
                somehow |= bits
                longest = max(longest, option.length)
                self._rank(number, option, bits)
            together &= self._waited(somehow, self.tasks[number])
            self.ranked[number].sort(key=lambda entry: entry[0])
        slack = self.max_wait + (longest + self.max_wait if beside else 0)
        possible = 0
        for option in self.tasks[main].options:
            bits = self._fits(self.tasks[main], option) & together
            if after is not None:
                bits &= timeline.before(after >> option.length, slack)
            possible |= bits
            self._rank(main, option, bits)
        self.ranked[main].sort(key=lambda entry: entry[0])
        return possible

    def _waited(self, bits, task):
        return bits >> task.wait if task.wait is not None else timeline.before(bits, self.max_wait)

    def _enough(self, minute):
        """Tell whether there are stylists and stations enough for the guests who begin together.

        Else the search would try all of them in every order before it gave up.
        """
        if len(self.firsts) < 2:
            return True
        people, places, seated = set(), set(), 0
        for number in self.firsts:
            task = self.tasks[number]
            able = [option for _rank, option, bits in self.ranked[number] if has(bits, minute)]
            people.update(option.resource for option in able)
            seated += bool(task.stations)
            places.update(
                station
                for station in task.stations
                if any(has(self._station_bytes(task, option, station), minute) for option in able)
            )
        return len(people) >= len(self.firsts) and len(places) >= seated

    def _choose_together(self, minute, chosen, clocks):
        """Choose for the tasks from number `len(chosen)` on; return all choices, None where none fits.

        :param tuple chosen: (rank, option, station, at, wait) of the tasks before
        :param dict clocks: (start, end, guest) of the present service, by guest where they are side by side; the same
            rule as in timeline.chain
        """
        number = len(chosen)
        if number == len(self.tasks):
            return chosen if self._free_together(chosen) else None
        task = self.tasks[number]
        clock = None if self.one_after_the_other else task.guest
        start, end, served = clocks.get(clock, (minute, minute, None))
        beside = task.parallel and clock in clocks and served == task.guest
        for wait in self._waits(task, first=clock not in clocks):
            at = (start if beside else end) + wait
            for rank, option, bits in self.ranked[number]:
                if at >= self.size or not has(bits, at) or not self._apart(chosen, option, at):
                    continue
                stop = at + option.length
                further = {**clocks, clock: (start, max(end, stop), served) if beside else (at, stop, task.guest)}
                for station in task.stations or (None,):
                    self.tries -= 1
                    if self.tries < 0:
                        return None
                    if station and not self._station_apart(chosen, task, option, station, at):
                        continue
                    choice = (rank, option, station, at, wait)
                    found = self._choose_together(minute, (*chosen, choice), further)
                    if found is not None:
                        return found
        return None

    def _apart(self, chosen, option, at):
        """Tell whether this stylist is at no other service of this visit at that time."""
        own = timeline.parts(at, option.active, option.processing, option.finishing)
        return not any(
            other.resource == option.resource
            and meet(own, timeline.parts(there, other.active, other.processing, other.finishing))
            for _rank, other, _station, there, _wait in chosen
        )

    def _station_apart(self, chosen, task, option, station, at):
        """Tell whether this station is free then, also of the other services of this visit."""
        if not has(self._station_bytes(task, option, station), at):
            return False
        own = self._station_parts(task, option, at)
        return not any(
            used == station and meet(own, self._station_parts(self.tasks[number], other, there))
            for number, (_rank, other, used, there, _wait) in enumerate(chosen)
        )

    def _free_together(self, chosen):
        """Tell whether all that these choices take is free, clean-up as it will be."""
        by_resource = defaultdict(list)
        for task, (_rank, option, station, at, _wait) in zip(self.tasks, chosen, strict=True):
            for resource, *stretch in stretches(option.resource, station, at, option[2:6], task.station_free):
                by_resource[resource].append((*stretch, None))
        for resource, parts in by_resource.items():
            last = 0
            for start, stop, _key in timeline.clean(parts):
                if start < last or stop > self.size:
                    return False
                last = stop
                if not has(self._start_bytes(resource, stop - start), start):
                    return False
        return True
