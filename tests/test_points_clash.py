"""Points that many want at once, and points of an order whose worker is killed: real connections, real commits.

With 2,000 orders: `HYPOTHESIS_PROFILE=deep make test TESTS=tests/test_points_clash.py`
"""
import contextlib
import os
import random
import signal

import pytest

import points_shop
from committed import environment, open_till, run_at_once

CONNECTIONS, CARDS = 8, 10
ORDERS = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 120
BEGIN = 5000  # points of each member at the start
STEPS = (  # the methods in which a worker is killed, before and after what they do
    ("pos.order", "create"),
    ("pos.order", "action_pos_order_paid"),
    ("salon.points.hold", "_take"),
    ("salon.points.move", "create"),
    ("loyalty.history", "create"),
    ("pos.order", "read_pos_data"),
)


@pytest.fixture
def shop(database):
    """A registry on a database of the test's own, and the ids of what is sold to whom."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = points_shop.prepare(env, CARDS, BEGIN)
    return registry, facts


def _as_the_till(registry, call):
    """Call until it is heard, as a till does; return the answer, or the error that stands."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    for _time in range(30):
        with contextlib.suppress(_too_busy()), registry.cursor() as cr:
            import odoo

            env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
            try:
                return retrying(lambda env=env: call(env), env)
            except UserError as error:
                cr.rollback()
                return error
    raise AssertionError("an order was not heard")


def _too_busy():
    import psycopg2

    return psycopg2.OperationalError


def _sell(registry, facts, number, seed, sold):
    """Sell a share of the orders: some spend points, which are asked for before; note what each should have booked."""
    drawn = random.Random(seed)
    for _order in range(number):
        place = drawn.randrange(CARDS)
        client, pieces = facts["clients"][place], drawn.randint(1, 3)
        points = drawn.choice((0, 100, 777, 2500))
        order = points_shop.order(facts, client, pieces, points)
        if points:
            arguments = (client, facts["config"], order["uuid"], points)
            answer = _as_the_till(
                registry, lambda env, arguments=arguments: env["salon.membership"].hold_points(*arguments)
            )
            if isinstance(answer, Exception):
                points = 0
                order = points_shop.order(facts, client, pieces)
        answer = _as_the_till(registry, lambda env, order=order: env["pos.order"].sync_from_ui([order]))
        assert not isinstance(answer, Exception), answer
        sold.append((order["uuid"], facts["memberships"][place], points, pieces * points_shop.PRICE - points // 100))


@pytest.mark.template("salon")
def test_eight_connections_spend_and_earn_on_the_same_cards(shop):
    registry, facts = shop
    with environment(registry) as env:
        tills = [open_till(env, facts) for _number in range(CONNECTIONS)]
    sold = []
    errors = run_at_once(lambda seed: _sell(registry, tills[seed], ORDERS // CONNECTIONS, seed, sold), CONNECTIONS)
    assert not errors
    assert len(sold) == ORDERS
    with environment(registry) as env:
        assert points_shop.mistakes(env, facts) == []
        orders = env["pos.order"].search([("uuid", "in", [uuid for uuid, *_rest in sold])])
        assert len(orders) == ORDERS, "an order was lost"
        assert set(orders.mapped("state")) == {"paid"}
        by_uuid = {order.uuid: order for order in orders}
        for membership in env["salon.membership"].browse(facts["memberships"]):
            own = [one for one in sold if one[1] == membership.id]
            assert membership.points_debt == 0, "somebody spent what another order held"
            spent, paid = sum(one[2] for one in own), sum(one[3] for one in own)
            # One point for each unit of money, rounded down for each order.
            assert sum(by_uuid[one[0]].salon_points_spent for one in own) == spent
            earned = sum(by_uuid[one[0]].salon_points for one in own)
            assert 0 <= paid - earned <= len(own)
            assert membership.points == BEGIN - spent + earned


def _killed(registry, call, model, method, when):
    """Run `call` in a process that kills itself before or after it calls `method`, or after it committed."""
    pid = os.fork()
    if not pid:
        try:
            _run_and_die(registry, call, model, method, when)
        finally:
            os._exit(7)  # never reached its end
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _run_and_die(registry, call, model, method, when):
    import odoo
    from odoo import sql_db
    from odoo.service.model import retrying

    sql_db._Pool = None  # the connections are the parent's
    registry._db = sql_db.db_connect(registry.db_name)

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        if method:
            cls = registry[model]
            original = getattr(cls, method)

            def step(self, *arguments, **named):
                if when == "before":
                    die()
                result = original(self, *arguments, **named)
                self.env.flush_all()
                die()
                return result

            setattr(cls, method, step)
        retrying(lambda: call(env), env)
        die()  # it is committed, and the till has not heard of it


@pytest.mark.template("salon")
def test_an_order_whose_worker_was_killed_is_settled_once_when_it_is_sent_again(shop):
    from odoo.tools import mute_logger

    registry, facts = shop
    steps = [(model, method, when) for model, method in STEPS for when in ("before", "after")] + [(None, None, "after")]
    for number, (model, method, when) in enumerate(steps):
        client, member = facts["clients"][number % CARDS], facts["memberships"][number % CARDS]
        order = points_shop.order(facts, client, 2, 700)

        def send(env, order=order):
            return env["pos.order"].sync_from_ui([order])

        with environment(registry) as env:
            before = env["salon.membership"].browse(member).points
            env["salon.membership"].hold_points(client, facts["config"], order["uuid"], 700)
        assert _killed(registry, send, model, method, when), (model, method, when)
        for _time in range(2):
            with mute_logger("odoo.sql_db"):  # what the dead worker holds is let go a moment later
                answer = _as_the_till(registry, send)
            assert not isinstance(answer, Exception), answer
        with environment(registry) as env:
            membership = env["salon.membership"].browse(member)
            assert membership.points == before - 700 + 93, (model, method, when)
            assert env["pos.order"].search_count([("uuid", "=", order["uuid"]), ("state", "=", "paid")]) == 1
            assert points_shop.mistakes(env, facts) == []
