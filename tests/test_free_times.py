"""The search for free times against the plainest of searches: try everything, ask the booking's own rule."""

import itertools
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.salon_crm.tools import timeline
from odoo.addons.salon_crm.tools.free_times import Option, Task, stretches
from odoo.addons.salon_crm.tools.search import search

SIZE = 40  # minutes: small enough to try all
STYLISTS, STATIONS = (1, 2, 3), (11, 12)


class Salon(NamedTuple):
    """A salon and what is wanted of it."""

    free: dict
    tasks: list
    wanted: int
    opening: int | None
    max_wait: int
    one_after_the_other: bool


@st.composite
def free_minutes(draw, holes):
    """Draw when a resource is free: all the time but for some holes."""
    busy = draw(st.lists(st.tuples(st.integers(0, SIZE), st.integers(1, 12)), max_size=holes))
    return timeline.run(SIZE) & ~timeline.fill(SIZE, [(start, start + length) for start, length in busy])


@st.composite
def tasks(draw, guest):
    """Draw a service that one to three stylists can do, each in their own time."""
    able = draw(st.lists(st.sampled_from(STYLISTS), min_size=1, max_size=2, unique=True))
    options = [
        Option(
            stylist,
            1 if stylist == 3 and draw(st.booleans()) else stylist,  # now and then two employees are one person
            draw(st.integers(1, 4)),
            draw(st.integers(0, 4)),
            draw(st.integers(0, 3)),
            draw(st.integers(0, 3)),
            order=stylist,
        )
        for stylist in able
    ]
    return Task(
        options,
        stations=draw(st.lists(st.sampled_from(STATIONS), max_size=2, unique=True)),
        station_free=draw(st.booleans()),
        guest=guest,
        parallel=draw(st.booleans()),
        wait=draw(st.sampled_from((None, None, 0, 2))),
    )


@st.composite
def salons(draw):
    """Draw a salon and what is wanted of it."""
    guests = draw(st.lists(st.sampled_from((0, 0, 1)), min_size=1, max_size=3))
    wanted = [draw(tasks(guest)) for guest in sorted(guests)]
    free = {resource: draw(free_minutes(holes=2)) for resource in STYLISTS}
    free |= {resource: draw(free_minutes(holes=1)) for resource in STATIONS}
    starts = draw(free_minutes(holes=1)) & timeline.run(20)
    opening = draw(st.one_of(st.none(), free_minutes(holes=1)))
    return Salon(free, wanted, starts, opening, 2, draw(st.booleans()))


def everything(salon, minute):
    """Yield all ways in which the wanted services could begin at `minute`: [(option, station, offset, wait)]."""
    ways = []
    for task in salon.tasks:
        waits = range(salon.max_wait + 1) if task.wait is None else (task.wait,)
        ways.append(list(itertools.product(task.options, task.stations or (None,), waits)))
    for chosen in itertools.product(*ways):
        services = [
            (task.guest, task.parallel, wait, option.length)
            for task, (option, _station, wait) in zip(salon.tasks, chosen, strict=True)
        ]
        offsets, _length = timeline.chain(services, salon.one_after_the_other)
        yield [(option, station, offset, wait) for (option, station, wait), offset in zip(chosen, offsets, strict=True)]


def fits(salon, minute, choices):
    """Tell whether a booking of these choices would find all that it takes free: minute by minute."""
    taken = {}
    for task, (option, station, offset, _wait) in zip(salon.tasks, choices, strict=True):
        at = minute + offset
        if salon.opening is not None and not all(
            salon.opening >> moment & 1 for moment in range(at, at + option.length)
        ):
            return False
        for resource, *stretch in stretches(option.resource, station, at, option[2:6], task.station_free):
            taken.setdefault(resource, []).append((*stretch, None))
    for resource, parts in taken.items():
        minutes = [moment for start, stop, _key in timeline.clean(parts) for moment in range(start, stop)]
        if len(set(minutes)) != len(minutes):  # twice at the same time
            return False
        if not all(salon.free[resource] >> moment & 1 for moment in minutes):
            return False
    return True


@given(salons())
def test_what_is_offered_fits_and_what_fits_is_offered(salon):
    offered = {offer.start: offer for offer in search(SIZE, *salon[:2], salon.wanted, *salon[3:])}
    for minute in range(20):
        possible = salon.wanted >> minute & 1 and any(fits(salon, minute, way) for way in everything(salon, minute))
        assert bool(possible) == (minute in offered), f"minute {minute}"
        if offer := offered.get(minute):
            assert fits(salon, minute, offer.choices)
            services = [
                (task.guest, task.parallel, choice[3], choice[0].length)
                for task, choice in zip(salon.tasks, offer.choices, strict=True)
            ]
            offsets, length = timeline.chain(services, salon.one_after_the_other)
            assert offsets == [choice[2] for choice in offer.choices]
            assert offer.stop == minute + length


def test_two_guests_with_two_services_each_are_offered_a_start_that_few_combinations_fit():
    free = {
        1: [(0, 43), (118, 163), (403, 448)],
        2: [(0, 31), (121, 181), (331, 376), (496, 526)],
        3: [(0, 29), (404, 494), (554, 584)],
        4: [(0, 113), (173, 338), (458, 488)],
        5: [(0, 46), (166, 346), (436, 496)],
        6: [(0, 15), (75, 105), (150, 210), (405, 495)],
        11: [(0, 74), (134, 359)],
        12: [(0, 58), (163, 283), (358, 403), (448, 600)],
        13: [(0, 10), (100, 325), (370, 600)],
        14: [(0, 196), (226, 286), (376, 600)],
    }
    free = {resource: timeline.fill(600, stretches) for resource, stretches in free.items()}
    wanted = [
        Task([Option(number, number, *minutes, order=number) for number in range(1, 7)], [11, 12, 13, 14], guest=guest)
        for guest in (1, 2)
        for minutes in ((30, 0, 0, 5), (30, 35, 20, 5))
    ]
    salon = Salon(free, wanted, 1 << 180, None, 15, False)
    (offer,) = search(600, *salon[:2], salon.wanted, *salon[3:])
    assert offer.start == 180 and fits(salon, 180, offer.choices)


@given(free_minutes(holes=4), st.integers(0, 15))
def test_bits_say_what_minutes_would(free, length):
    starts = timeline.starts(free, length) & timeline.run(SIZE)
    near = timeline.around(free, length, SIZE)
    for minute in range(SIZE):
        assert bool(starts >> minute & 1) == all(free >> moment & 1 for moment in range(minute, minute + length))
        assert bool(near >> minute & 1) == any(
            free >> moment & 1 for moment in range(max(minute - length, 0), minute + length + 1)
        )
    assert list(timeline.minutes(free)) == [minute for minute in range(SIZE) if free >> minute & 1]


@given(st.lists(st.tuples(st.integers(-5, SIZE + 5), st.integers(-5, SIZE + 5)), max_size=6))
def test_stretches_become_the_bits_of_their_minutes(stretches):
    bits = timeline.fill(SIZE, stretches)
    for minute in range(-5, SIZE + 10):
        covered = 0 <= minute < SIZE and any(start <= minute < stop for start, stop in stretches)
        assert covered == bool(minute >= 0 and bits >> minute & 1)
