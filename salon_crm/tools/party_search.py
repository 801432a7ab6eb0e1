"""The search for several at once: guests side by side, and services at the same time."""

from collections import defaultdict

from . import timeline
from .free_times import Search, has, meet, stretches

# Combinations that are tried at one start before it counts as not possible; at all starts of a search together, and
# at each when these are used up. Whatever is offered can be booked; a start at which hundreds of combinations of
# guests, stylists and waits fail one another late may be left out.
TRIES, TRIES_IN_ALL, TRIES_AT_LEAST = 5_000, 40_000, 250


class PartySearch(Search):
    """Tries what each service for itself leaves possible, and asks of all together whether it is free.

    What fails says because of which services: the search goes back to them at once, whatever lies between. Of stylists
    and stations that do the same and are free at the same times, one stands for all.
    """

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
        self._prepare()
        offers, left = [], TRIES_IN_ALL
        for minute in timeline.minutes(possible):
            self.tries = granted = min(TRIES, max(left, TRIES_AT_LEAST))
            if self._enough(minute):
                self.signs = self._signs(minute)
                choices, _reasons = self._choose_together(minute, (), {})
                left -= granted - self.tries
                if choices:
                    offers.append(self._offer_of(minute, choices))
        return offers

    def _prepare(self):
        """Note what all starts have in common: who and what can be used by which service, when, and for how long."""
        options = [option for task in self.tasks for option in task.options]
        self.cleanup = max((option.cleanup for option in options), default=0)
        self.span = self.cleanup + sum(
            max((option.length for option in task.options), default=0) + max(self.max_wait, task.wait or 0)
            for task in self.tasks
        )
        self.near = self.cleanup + max((option.length for option in options), default=0)
        self.places = {}  # what `_has_place` found before
        self.reach = []  # by task: {resource: bits of the minutes at which it can begin to use it}
        for task, ranked in zip(self.tasks, self.ranked, strict=True):
            reach = defaultdict(int)
            for _rank, option, found in ranked:
                bits = int.from_bytes(found, "little")
                for begin, _stop in timeline.parts(0, option.active, option.processing, option.finishing):
                    reach[option.resource] |= bits << begin
                for station in task.stations:
                    there = bits & self._station_fits(task, option, station)
                    for begin, _stop in self._station_parts(task, option, 0):
                        reach[station] |= there << begin
            self.reach.append(reach)
        self.uses = defaultdict(list)  # by resource: what it can do, alike for those who can do the same
        for number, task in enumerate(self.tasks):
            for option in task.options:
                self.uses[option.resource].append((number, *option[2:6]))
            for station in task.stations:
                self.uses[station].append(number)

    def _signs(self, minute):
        """Return {resource: a sign that is the same for those who do the same and are free at the same times of a
        visit that begins at `minute`}: where one of them is no way out, none of the others is."""
        mask, signs = timeline.run(self.span), {}
        return {
            resource: signs.setdefault((self.free.get(resource, 0) >> minute & mask, *uses), len(signs))
            for resource, uses in self.uses.items()
        }

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
        """Choose for the tasks from number `len(chosen)` on.

        :param tuple chosen: (rank, option, station, at, wait) of the tasks before
        :param dict clocks: (start, end, guest) of the present service, by guest where they are side by side; the same
            rule as in timeline.chain
        :return tuple: (all choices, None), or (None, because of what before nothing fits): while that stays as it is,
            nothing will fit whatever the others do. Of each task it has two bits: when and with whom, and where
        """
        number = len(chosen)
        if number == len(self.tasks):
            reasons = self._taken_together(chosen)
            return (None, reasons) if reasons else (chosen, None)
        task = self.tasks[number]
        clock = None if self.one_after_the_other else task.guest
        start, end, served = clocks.get(clock, (minute, minute, None))
        beside = task.parallel and clock in clocks and served == task.guest
        # When it begins follows from the services before it.
        reasons = sum(
            1 << 2 * n for n in range(number) if self.one_after_the_other or self.tasks[n].guest == task.guest
        )
        useless = None
        for choice, met in self._candidates(number, chosen, start if beside else end, first=clock not in clocks):
            reasons |= met
            if choice is None or (choice[1], choice[3]) == useless:
                continue
            self.tries -= 1
            if self.tries < 0:
                return None, 0  # given up: no other choice for the services before is tried either
            _rank, option, station, at, _wait = choice
            found, why = None, self._taken_together((*chosen, choice), (option.resource, station))
            if not why:
                stop = at + option.length
                further = {**clocks, clock: (start, max(end, stop), served) if beside else (at, stop, task.guest)}
                found, why = self._choose_together(minute, (*chosen, choice), further)
            if found is not None:
                return found, None
            here = why >> 2 * number & 3
            if not here:
                return None, why
            if not here & 2:
                useless = option, at  # at another station it would be the same
            reasons |= why & ~(3 << 2 * number)
        return None, reasons

    def _candidates(self, number, chosen, start, first):
        """Yield (choice, 0) for each choice for a service that the choices before it leave, and (None, whose choices
        they are, as bits) for the others; where one of several that are alike was yielded the others are not."""
        task = self.tasks[number]
        used = {resource for _rank, option, station, *_when in chosen for resource in (option.resource, station)}
        for wait in self._waits(task, first):
            at, tried = start + wait, set()
            for rank, option, bits in self.ranked[number] if at < self.size else ():
                if not has(bits, at):
                    continue
                if met := self._stylist_meets(chosen, option, at):
                    yield None, met
                    continue
                for station in task.stations or (None,):
                    signs = (one if one in used else (self.signs.get(one),) for one in (option.resource, station))
                    alike = option[2:6], *signs
                    if alike in tried or not self._has_place(number, option, station, at):
                        continue
                    if met := station and self._station_meets(chosen, task, option, station, at):
                        yield None, met
                        continue
                    tried.add(alike)
                    yield (rank, option, station, at, wait), 0

    def _has_place(self, number, option, station, at):
        """Tell whether a service can be done at a station at a minute, for itself, with the clean-up after it."""
        key = number, option.stylist, station, at
        if key not in self.places:
            task = self.tasks[number]
            there = not station or has(self._station_bytes(task, option, station), at)
            self.places[key] = there and self._may_be_clean(number, option, station, at)
        return self.places[key]

    def _may_be_clean(self, number, option, station, at):
        """Tell whether the clean-up after a service finds its time free, or may be waived."""
        by_resource = defaultdict(list)
        for resource, *stretch in stretches(option.resource, station, at, option[2:6], self.tasks[number].station_free):
            by_resource[resource].append((*stretch, None))
        return all(
            not (taken := self._taken(resource, parts)) or self._others(resource, *taken, 3 << 2 * number)
            for resource, parts in by_resource.items()
        )

    def _others(self, resource, begin, end, users):
        """Return which services but `users`, as bits, may begin to use a resource from `begin` up to `end`."""
        begin = max(begin, 0)
        mask = timeline.run(max(end - begin, 0))
        return sum(
            3 << 2 * number
            for number, reach in enumerate(self.reach)
            if not users >> 2 * number & 3 and reach.get(resource, 0) >> begin & mask
        )

    def _stylist_meets(self, chosen, option, at):
        """Return the first service of this visit at which this stylist is at that time, as bits; 0 for none."""
        own = timeline.parts(at, option.active, option.processing, option.finishing)
        for number, (_rank, other, _station, there, _wait) in enumerate(chosen):
            if other.resource == option.resource and meet(
                own, timeline.parts(there, other.active, other.processing, other.finishing)
            ):
                return 1 << 2 * number
        return 0

    def _station_meets(self, chosen, task, option, station, at):
        """Return the first service of this visit that is at this station at that time, as bits; 0 for none."""
        own = self._station_parts(task, option, at)
        for number, (_rank, other, used, there, _wait) in enumerate(chosen):
            if used == station and meet(own, self._station_parts(self.tasks[number], other, there)):
                return 3 << 2 * number
        return 0

    def _taken_together(self, chosen, only=None):
        """Return because of which services, as bits, something that these choices take is not free, clean-up as it will
        be; 0 where all is free, or may be: a clean-up is waived by who goes on with the same client.

        :param tuple chosen: of the first tasks, or of all
        :param only: the resources to look at
        """
        by_resource, users = defaultdict(list), defaultdict(int)
        for number, (task, (_rank, option, station, at, _wait)) in enumerate(zip(self.tasks, chosen, strict=False)):
            if only is None or option.resource in only or station in only:
                for resource, *stretch in stretches(option.resource, station, at, option[2:6], task.station_free):
                    if only is None or resource in only:
                        by_resource[resource].append((*stretch, None))
                        users[resource] |= (3 if resource == station else 1) << 2 * number
        for resource, parts in by_resource.items():
            if not (taken := self._taken(resource, parts)):
                continue
            others = self._others(resource, *taken, users[resource])
            if not others >> 2 * len(chosen):
                return users[resource] | others
        return 0

    def _taken(self, resource, parts):
        """Return from when to when another service of this visit would have to begin with a resource, so that it is
        free for what it is used for: then the clean-up that is in the way is waived. None where it is free."""
        last = 0
        for start, stop, _key in timeline.clean(parts):
            if start < last or stop > self.size or not has(self._start_bytes(resource, stop - start), start):
                later = any(stop <= begin <= stop + self.cleanup for begin, *_rest in parts)
                # Who comes before may have so much to clean up that who comes later goes on at once.
                return min(start, last) - self.near if later or start < last else start, stop + self.cleanup
            last = stop
        return None
