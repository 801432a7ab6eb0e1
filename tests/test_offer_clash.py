"""Two who offer a freed time to the waiting list at the same moment: real connections, real commits."""
import logging
import threading
from datetime import datetime, timedelta

import pytest

from committed import environment

LATER = datetime.now().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=20)


@pytest.fixture
def salon(database):
    """A registry on a database of the test's own, with a service and a stylist who works two half hours a day."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        service = env["product.product"].create(
            {"name": "Cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30}
        )
        stylists = env["hr.employee"].create(
            [
                {"name": name, "is_salon_stylist": True, "salon_roster_only": True, "resource_calendar_id": False}
                for name in ("Anna", "Ben")
            ]
        )
        env.company.resource_calendar_id.tz = "UTC"
        ids = {"service": service.id, "stylists": stylists.ids}
    return registry, ids


def _at_once(*works):
    """Run these at the same moment, each in a thread; return what they returned or raised."""
    barrier, outcomes = threading.Barrier(len(works)), []

    def run(work):
        try:
            outcomes.append(work(barrier))
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def _offer_freed(registry, freed_id):
    """Return work that offers one freed time, anew where somebody was faster, as the cron does."""

    def work(barrier):
        for attempt in range(3):
            with environment(registry) as env:
                freed = env["salon.freed.time"].browse(freed_id)
                if not attempt:
                    freed.read(["start"])  # the transaction has begun, and sees no later offer
                    barrier.wait()
                if env["salon.waiting"]._offer_freed(freed):
                    return True
        return False

    return work


def _wait(env, ids, day, names, **values):
    partners = env["res.partner"].create([{"name": name} for name in names])
    return env["salon.waiting"].create(
        [
            {
                "partner_id": partner.id,
                "date_from": day.date(),
                "date_to": day.date(),
                "wish_ids": [(0, 0, {"product_id": ids["service"]})],
                **values,
            }
            for partner in partners
        ]
    )


def _free(env, ids, start, stylists):
    """Give stylists half an hour from `start`, which is noted as freed; return the ids of what was noted."""
    noted = env["salon.freed.time"]
    known = noted.search([])
    env["salon.shift"].create(
        [
            {
                "employee_id": stylist_id,
                "date": start.date(),
                "hour_from": start.hour + start.minute / 60,
                "hour_to": start.hour + start.minute / 60 + 0.5,
            }
            for stylist_id in stylists
        ]
    )
    env.cr.precommit.run()  # what the hours became is looked at when the transaction is through
    return (noted.search([]) - known).ids


@pytest.mark.template("salon")
def test_one_freed_time_is_held_for_one_client_though_two_offer_it_at_once(salon):
    registry, ids = salon
    for number in range(4):
        start = LATER + timedelta(days=number)
        with environment(registry) as env:
            _wait(env, ids, start, ("Wei", "Xia"))
            (freed,) = _free(env, ids, start, ids["stylists"][:1])
            # The same time, noted a second time: each of the two has a row of its own.
            again = env["salon.freed.time"].browse(freed).sudo().copy().id
        outcomes = _at_once(_offer_freed(registry, freed), _offer_freed(registry, again))
        assert outcomes == [True, True], outcomes
        with environment(registry) as env:
            offers = env["salon.waiting.offer"].search([("start", ">=", start)])
            assert len(offers) == 1, offers.mapped("start")
            assert len(offers.hold_id.block_ids) == 1


@pytest.mark.template("salon")
def test_a_client_gets_three_offers_a_day_though_four_are_made_at_once(salon, caplog):
    registry, ids = salon
    day = LATER + timedelta(days=30)
    with environment(registry) as env:
        client = env["res.partner"].create({"name": "Wei"})
        freed = []
        for number in range(4):
            start = day + timedelta(days=number)
            env["salon.waiting"].create(
                {
                    "partner_id": client.id,
                    "date_from": start.date(),
                    "date_to": start.date(),
                    "wish_ids": [(0, 0, {"product_id": ids["service"]})],
                }
            )
            freed += _free(env, ids, start, ids["stylists"][:1])[:1]
        client_id = client.id
    caplog.set_level(logging.ERROR)
    outcomes = _at_once(*(_offer_freed(registry, freed_id) for freed_id in freed))
    assert len(outcomes) == 4
    # Who comes second waits and tries anew: that is no error.
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR], caplog.text
    with environment(registry) as env:
        offers = env["salon.waiting.offer"].search([("partner_id", "=", client_id)])
        numbers = sorted(offers.mapped("day_number"))
        assert numbers == [1, 2, 3], (numbers, outcomes)


@pytest.mark.template("salon")
def test_an_offer_is_accepted_once_and_nobody_takes_its_time_meanwhile(salon):
    from odoo.exceptions import UserError, ValidationError
    from odoo.service.model import retrying

    registry, ids = salon
    start = LATER + timedelta(days=60)
    with environment(registry) as env:
        _wait(env, ids, start, ("Wei",))
        (freed,) = _free(env, ids, start, ids["stylists"][:1])
        env["salon.waiting"]._offer_freed(env["salon.freed.time"].browse(freed))
        offer = env["salon.waiting.offer"].search([("start", "=", start)])
        assert len(offer) == 1
        offer_id, stranger_id = offer.id, env["res.partner"].create({"name": "Stranger"}).id

    def request(call):
        def work(barrier):
            with environment(registry) as env:
                env["salon.waiting.offer"].browse(offer_id).read(["state"])
                barrier.wait()
                try:
                    return retrying(lambda: call(env), env)
                except Exception:
                    env.cr.rollback()
                    raise

        return work

    def accept(env):
        env["salon.waiting.offer"].browse(offer_id).action_accept()
        return "accepted"

    def book(env):
        env["calendar.event"].create(
            {
                "is_salon_booking": True,
                "salon_client_id": stranger_id,
                "start": start,
                "salon_line_ids": [(0, 0, {"product_id": ids["service"], "stylist_id": ids["stylists"][0]})],
            }
        )
        return "booked"

    outcomes = _at_once(request(accept), request(accept), request(book))
    assert outcomes.count("accepted") == 1 and "booked" not in outcomes, outcomes
    refusals = [outcome for outcome in outcomes if outcome != "accepted"]
    assert all(isinstance(error, (UserError, ValidationError)) for error in refusals), refusals
    with environment(registry) as env:
        blocks = env["salon.booking.block"].search([("start", ">=", start), ("start", "<", start + timedelta(hours=1))])
        assert len(blocks) == 1 and blocks.line_id.event_id.salon_client_id.name == "Wei"
