"""Fifty requests at the same moment, on a server with four workers: exactly one books, all others get a good answer."""
import re

import pytest

import rush
from committed import environment


@pytest.fixture
def salon(database, sandbox):
    """A session on a running server, and what there is to book."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = rush.prepare(env)

    def booked():
        with environment(registry) as env:
            lines = env["salon.booking.line"].search([])
            return [(line.event_id.id, line.product_id.id, line.stylist_id.id, line.start) for line in lines]

    with rush.serve(sandbox, database) as (session, log):
        yield session, facts, booked
        bad = re.findall(r"^.* (?:ERROR|CRITICAL) .*$|^.*deadlock.*$", log.read_text(), re.MULTILINE)
        assert not bad, bad


def _answers(results):
    for _seconds, answer in results:
        assert "result" in answer, answer
        yield answer["result"]


@pytest.mark.template("salon")
def test_of_fifty_exactly_one_books_and_the_others_learn_what_else_is_free(salon):
    session, facts, booked = salon
    for start in ("2030-01-07 10:00:00", "2030-01-08 10:00:00"):
        answers = list(_answers(rush.book_one(session, facts, start)))
        assert sum(bool(answer["booking_id"]) for answer in answers) == 1
        for answer in answers:
            if not answer["booking_id"]:
                assert "is not free any more" in answer["message"]
                assert answer["offers"]
                assert start not in [offer["start"] for offer in answer["offers"]]
    assert len(booked()) == 2


@pytest.mark.template("salon")
def test_three_services_are_booked_whole_or_not_at_all(salon):
    session, facts, booked = salon
    answers = list(_answers(rush.book_chain(session, facts, "2030-01-07 10:00:00")))
    assert sum(bool(answer["booking_id"]) for answer in answers) == 1
    assert all(answer["booking_id"] or answer["offers"] for answer in answers)
    lines = booked()
    assert [line[1] for line in lines] == facts["services"]
    assert len({line[0] for line in lines}) == 1


@pytest.mark.template("salon")
def test_two_bookings_moved_onto_each_others_place_stay_where_they_are(salon):
    session, facts, booked = salon
    wish = [{"product_id": facts["services"][0], "stylist_id": facts["stylists"][0]}]
    starts = ("2030-01-07 10:00:00", "2030-01-07 11:00:00")
    first, second = (
        session.request("calendar.event", "salon_book", [
            {"client_id": facts["clients"][0], "start": start, "lines": wish}])()[1]["result"]["booking_id"]
        for start in starts)
    before = booked()
    for _round in range(10):
        results = rush.at_once([
            session.request("calendar.event", "write", [[first], {"start": starts[1]}]),
            session.request("calendar.event", "write", [[second], {"start": starts[0]}])])
        for _seconds, answer in results:
            assert answer["error"]["data"]["name"] == "odoo.exceptions.ValidationError", answer
            assert "Anna is taken from" in answer["error"]["data"]["message"]
        assert booked() == before
