"""Stored value that many want at once, and of an order whose worker is killed: real connections, real commits.

With 2,000 spends: `HYPOTHESIS_PROFILE=deep make test TESTS=tests/test_wallet_clash.py`
"""

import os
import random
import threading

import pytest

import wallet_shop
from committed import environment, open_till, run_at_once
from test_points_clash import _as_the_till, _killed

CONNECTIONS, CARDS = 8, 10
ORDERS = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 120
BEGIN, BONUS = 3000, 600
STEPS = (  # the methods in which a worker is killed, before and after what they do
    ("pos.order", "create"),
    ("pos.order", "action_pos_order_paid"),
    ("salon.wallet.hold", "unlink"),
    ("salon.wallet.move", "create"),
    ("pos.order", "read_pos_data"),
)


@pytest.fixture
def shop(database):
    """A registry on a database of the test's own, and the ids of what is sold to whom."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = wallet_shop.prepare(env, CARDS, BEGIN, BONUS)
    return registry, facts


def _spend(registry, facts, number, seed, sold):
    """Sell a share of the orders, most of them paid by stored value, as a till does: hold, begin, send, send again."""
    from odoo.exceptions import UserError

    drawn = random.Random(seed)
    for _order in range(number):
        place = drawn.randrange(CARDS)
        client, pieces = facts["clients"][place], drawn.randint(1, 2)
        wanted = drawn.choice((0, 12.34, pieces * wallet_shop.PRICE, pieces * wallet_shop.PRICE))
        order = wallet_shop.order(facts, client, pieces)
        split = {"principal": 0, "bonus": 0}
        if wanted:
            arguments = (facts["config"], client, order["uuid"], wanted)
            answer = _as_the_till(registry, lambda env, arguments=arguments: env["salon.wallet"].hold_value(*arguments))
            if not isinstance(answer, UserError):
                split = answer
                order = wallet_shop.order(
                    facts, client, pieces, split["principal"], split["bonus"], number=order["uuid"]
                )
                begun = _as_the_till(
                    registry,
                    lambda env, number=order["uuid"]: env["salon.wallet"].begin_validation(facts["config"], number),
                )
                assert begun is True, begun
        for _time in range(drawn.choice((1, 1, 1, 2))):
            answer = _as_the_till(registry, lambda env, order=order: env["pos.order"].sync_from_ui([order]))
            assert not isinstance(answer, Exception), answer
        sold.append((order["uuid"], facts["wallets"][place], split["principal"], split["bonus"]))


@pytest.mark.template("salon")
def test_eight_connections_spend_the_same_stored_value_once(shop):
    registry, facts = shop
    with environment(registry) as env:
        tills = [open_till(env, facts) for _number in range(CONNECTIONS)]
    sold = []
    errors = run_at_once(lambda seed: _spend(registry, tills[seed], ORDERS // CONNECTIONS, seed, sold), CONNECTIONS)
    assert not errors
    assert len(sold) == ORDERS // CONNECTIONS * CONNECTIONS
    with environment(registry) as env:
        assert wallet_shop.mistakes(env, facts) == []
        orders = env["pos.order"].search([("uuid", "in", [uuid for uuid, *_rest in sold])])
        assert len(orders) == len(sold), "an order was lost"
        assert set(orders.mapped("state")) == {"paid"}
        assert not orders.payment_ids.filtered(lambda one: one.payment_method_id.id == facts["later_method"]), (
            "somebody used what another order held"
        )
        rounded = env.company.currency_id.round
        for wallet in env["salon.wallet"].browse(facts["wallets"]):
            own = [one for one in sold if one[1] == wallet.id]
            assert wallet.principal == rounded(BEGIN - sum(one[2] for one in own))
            assert wallet.bonus == rounded(BONUS - sum(one[3] for one in own))
            assert (wallet.principal_held, wallet.bonus_held) == (0, 0)


@pytest.mark.template("salon")
def test_two_tills_open_one_stored_value_for_a_new_client(shop):
    registry, facts = shop
    with environment(registry) as env:
        new = env["res.partner"].create({"name": "New"}).id
    orders = [wallet_shop.order(facts, new, 0, topup=20) for _number in range(CONNECTIONS)]
    errors, start = [], threading.Barrier(CONNECTIONS)

    def send(order):
        start.wait()
        answer = _as_the_till(registry, lambda env: env["pos.order"].sync_from_ui([order]))
        if isinstance(answer, Exception):
            errors.append(answer)

    from odoo.tools import mute_logger

    threads = [threading.Thread(target=send, args=(order,)) for order in orders]
    with mute_logger("odoo.sql_db"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors
    with environment(registry) as env:
        wallet = env["salon.wallet"].search([("partner_id", "=", new)])
        assert len(wallet) == 1
        assert (wallet.principal, len(wallet.lot_ids)) == (20 * CONNECTIONS, CONNECTIONS)
        facts["wallets"].append(wallet.id)
        assert wallet_shop.mistakes(env, facts) == []


@pytest.mark.template("salon")
def test_an_order_whose_worker_was_killed_spends_once_when_it_is_sent_again(shop):
    from odoo.tools import mute_logger

    registry, facts = shop
    steps = [(model, method, when) for model, method in STEPS for when in ("before", "after")] + [(None, None, "after")]
    for number, (model, method, when) in enumerate(steps):
        client, wallet_id = facts["clients"][number % CARDS], facts["wallets"][number % CARDS]
        uuid = wallet_shop.order(facts, client, 2)["uuid"]
        with environment(registry) as env:
            before = env["salon.wallet"].browse(wallet_id).principal
            split = env["salon.wallet"].hold_value(facts["config"], client, uuid, 100)
            env["salon.wallet"].begin_validation(facts["config"], uuid)
        order = wallet_shop.order(facts, client, 2, split["principal"], split["bonus"], topup=10, number=uuid)

        def send(env, order=order):
            return env["pos.order"].sync_from_ui([order])

        assert _killed(registry, send, model, method, when), (model, method, when)
        for _time in range(2):
            with mute_logger("odoo.sql_db"):  # what the dead worker holds is let go a moment later
                answer = _as_the_till(registry, send)
            assert not isinstance(answer, Exception), answer
        with environment(registry) as env:
            wallet = env["salon.wallet"].browse(wallet_id)
            after = env.company.currency_id.round(before - split["principal"] + 10)
            assert wallet.principal == after, (model, method, when)
            assert not wallet.principal_held
            assert env["pos.order"].search_count([("uuid", "=", uuid), ("state", "=", "paid")]) == 1
            assert wallet_shop.mistakes(env, facts) == []


@pytest.mark.template("salon")
def test_a_crash_between_hold_and_order_spends_nothing_and_the_hold_ends(shop):
    registry, facts = shop
    client, wallet_id = facts["clients"][0], facts["wallets"][0]

    def hold(env):
        return env["salon.wallet"].hold_value(facts["config"], client, "crash", 100)

    assert _killed(registry, hold, "salon.wallet.hold", "create", "after")
    with environment(registry) as env:
        wallet = env["salon.wallet"].browse(wallet_id)
        assert (wallet.principal_held, wallet.hold_ids.ids) == (0, [])
    assert _killed(registry, hold, None, None, "after")
    with environment(registry) as env:
        wallet = env["salon.wallet"].browse(wallet_id)
        assert wallet.principal_held > 0
        env.cr.execute("UPDATE salon_wallet_hold SET expires_at = now() AT TIME ZONE 'UTC' - interval '1 second'")
    with environment(registry) as env:
        free = env["salon.wallet"].load_till_wallet(facts["config"], client)
        assert (free["free_principal"], free["free_bonus"]) == (BEGIN, BONUS)
        assert wallet_shop.mistakes(env, facts) == []


@pytest.mark.template("salon")
def test_an_order_that_is_paid_while_its_session_is_closed_is_booked(shop):
    """Its transaction began before the closing: what it sees is an open session, and it would never be posted."""
    import odoo
    from odoo.service.model import retrying
    from odoo.tools import mute_logger

    registry, facts = shop
    order = wallet_shop.order(facts, facts["clients"][0], 0, topup=30)
    seen = []

    def pay(env):
        session = env["pos.session"].browse(facts["session"])
        seen.append(session.state)
        if len(seen) == 1:  # somebody else closes it just now, and opens the till anew
            with environment(registry) as other:
                closed = other["pos.session"].browse(facts["session"])
                closed.update_closing_control_state_session("")
                assert closed.close_session_from_ui() == {"successful": True}
                again = other["pos.session"].create({"config_id": facts["config"], "user_id": other.uid})
                again.set_opening_control(0, "")
        return env["pos.order"].sync_from_ui([order])

    with mute_logger("odoo.sql_db"), registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        retrying(lambda: pay(env), env)
    assert seen == ["opened", "closed"], "the database refused it once"
    with environment(registry) as env:
        paid = env["pos.order"].search([("uuid", "=", order["uuid"])])
        assert (paid.state, paid.session_id.state) == ("paid", "opened")
        assert wallet_shop.mistakes(env, facts) == []


@pytest.mark.template("salon")
def test_a_closing_waits_for_the_order_that_is_being_paid(shop):
    import psycopg2

    registry, facts = shop
    order = wallet_shop.order(facts, facts["clients"][0], 0, topup=30)
    with environment(registry) as env:
        env["pos.order"].sync_from_ui([order])  # and is not committed yet
        env.flush_all()
        with pytest.raises(psycopg2.errors.LockNotAvailable), environment(registry) as other:
            other["pos.session"].browse(facts["session"]).action_pos_session_closing_control()
    with environment(registry) as env:
        env["pos.session"].browse(facts["session"]).action_pos_session_closing_control()
        assert env["pos.session"].browse(facts["session"]).state == "closed"
        assert wallet_shop.mistakes(env, facts) == []
