"""Two who book the same time at the same moment: real connections, real commits, a database of their own."""
import threading
from datetime import datetime, timedelta

import pytest

from committed import environment

ROUNDS = 12


@pytest.fixture
def salon(database):
    """A registry on a database of the test's own, and the ids of a client, a service, two stylists and a chair."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        service = env["product.product"].create(
            {"name": "Cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30}
        )
        anna, ben = env["hr.employee"].create(
            [{"name": name, "is_salon_stylist": True, "resource_calendar_id": False} for name in ("Anna", "Ben")]
        )
        chair = env["salon.station"].create({"name": "Chair", "kind": "chair"})
        client = env["res.partner"].create({"name": "Clara"})
        ids = {"service": service.id, "anna": anna.id, "ben": ben.id, "chair": chair.id, "client": client.id}
    return registry, ids


def _book(registry, ids, start, stylists, barrier, outcomes):
    """Book `stylists` one after the other from `start`, as a request does, and note how it ended."""
    from odoo.service.model import retrying

    with environment(registry) as env:
        env["res.partner"].browse(ids["client"]).read(["name"])  # the transaction has begun, and sees no later booking

        def create():
            return env["calendar.event"].create(
                {
                    "is_salon_booking": True,
                    "salon_client_id": ids["client"],
                    "start": start,
                    "salon_line_ids": [
                        (0, 0, {"product_id": ids["service"], "stylist_id": ids[stylist]}) for stylist in stylists
                    ],
                }
            ).id

        barrier.wait()
        try:
            outcomes.append(("booked", retrying(create, env)))
        except Exception as error:
            env.cr.rollback()
            outcomes.append(("refused", error))


def _race(registry, ids, start, *bookings):
    """Have all `bookings` (stylists, minutes after start) made at once; return the outcomes."""
    barrier, outcomes = threading.Barrier(len(bookings)), []
    threads = [
        threading.Thread(
            target=_book, args=(registry, ids, start + timedelta(minutes=minutes), stylists, barrier, outcomes)
        )
        for stylists, minutes in bookings
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.template("salon")
def test_of_two_connections_at_once_exactly_one_books(salon):
    from odoo.exceptions import ValidationError

    registry, ids = salon
    for number in range(ROUNDS):
        start = datetime(2030, 1, 1, 9) + timedelta(days=number)
        outcomes = _race(registry, ids, start, (["anna"], 0), (["anna"], 10))
        assert sorted(kind for kind, _value in outcomes) == ["booked", "refused"]
        error = next(value for kind, value in outcomes if kind == "refused")
        assert isinstance(error, ValidationError), error
        assert "Anna is taken from" in str(error)
        with environment(registry) as env:
            blocks = env["salon.booking.block"].search([("start", ">=", start)])
            assert len(blocks) == 1


@pytest.mark.template("salon")
def test_crosswise_bookings_of_two_stylists_do_not_deadlock_and_are_whole_or_not_at_all(salon):
    registry, ids = salon
    for number in range(ROUNDS):
        start = datetime(2030, 6, 1, 9) + timedelta(days=number)
        # Each wants first what the other wants second, half an hour on: both can't be had.
        outcomes = _race(registry, ids, start, (["anna", "ben", "anna"], 0), (["ben", "anna", "ben"], 30))
        assert sorted(kind for kind, _value in outcomes) == ["booked", "refused"], outcomes
        with environment(registry) as env:
            blocks = env["salon.booking.block"].search([("start", ">=", start)])
            assert len(blocks) == 3
