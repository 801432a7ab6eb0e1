"""Vouchers that several tills redeem at once, and of an order whose worker is killed: each is used once."""

import random

import pytest

import deal_shop
import wallet_shop
from committed import environment, run_at_once
from test_points_clash import _as_the_till, _killed

CONNECTIONS, ORDERS = 8, 64
STEPS = (  # the methods in which a worker is killed, before and after what they do
    ("pos.order", "create"),
    ("pos.order", "action_pos_order_paid"),
    ("salon.deal.voucher", "_claim"),
    ("pos.order", "read_pos_data"),
)


@pytest.fixture
def shop(database):
    """A registry on a database of the test's own, and the ids of what is sold to whom."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = deal_shop.prepare(env)
    return registry, facts


def _redeem(registry, facts, number, seed, sent):
    """Send a share of the orders, each with one or two codes of a few that all tills use; some are sent again."""
    drawn = random.Random(seed)
    for _order in range(number):
        codes = drawn.sample(range(deal_shop.CODES), drawn.choice((1, 1, 2)))
        order = deal_shop.order(facts, drawn.choice(facts["clients"]), *(f"C{code}" for code in codes))
        for _time in range(drawn.choice((1, 1, 2))):
            answer = _as_the_till(registry, lambda env, order=order: env["pos.order"].sync_from_ui([order]))
            assert not isinstance(answer, Exception), answer
        sent.append(order["uuid"])


@pytest.mark.template("salon")
def test_eight_tills_redeem_each_code_once_and_lose_no_sale(shop):
    registry, facts = shop
    sent = []
    errors = run_at_once(lambda seed: _redeem(registry, facts, ORDERS // CONNECTIONS, seed, sent), CONNECTIONS)
    assert not errors
    with environment(registry) as env:
        orders = env["pos.order"].search([("uuid", "in", sent)])
        assert len(orders) == ORDERS, "an order was lost"
        assert set(orders.mapped("state")) == {"paid"}
        _assert_once(env, facts, orders)


def _assert_once(env, facts, orders):
    """Check that each code is redeemed once, that vouchers are what the platform pays, and clients owe the rest."""
    vouchers = env["salon.deal.voucher"].search([("platform_id", "=", facts["platform"])])
    codes = vouchers.mapped("code")
    assert len(codes) == len(set(codes)), "a code was redeemed twice"
    paid, owed = 0, 0
    for payment in orders.payment_ids:
        if payment.payment_method_id.id == facts["deal_method"]:
            paid += payment.amount
        else:
            assert payment.payment_method_id.id == facts["later_method"]
            owed += payment.amount
    assert sum(vouchers.mapped("amount")) == paid == wallet_shop.PRICE * len(codes)
    assert paid + owed == sum(orders.mapped("amount_total"))
    lines = orders.lines.filtered("salon_deal_code")
    assert sorted(lines.mapped("salon_deal_code")) == sorted(codes)


@pytest.mark.template("salon")
def test_an_order_whose_worker_was_killed_redeems_once_when_it_is_sent_again(shop):
    from odoo.tools import mute_logger

    registry, facts = shop
    steps = [(model, method, when) for model, method in STEPS for when in ("before", "after")] + [(None, None, "after")]
    uuids = []
    for number, (model, method, when) in enumerate(steps):
        order = deal_shop.order(facts, facts["clients"][0], f"K{number}")
        uuids.append(order["uuid"])

        def send(env, order=order):
            return env["pos.order"].sync_from_ui([order])

        assert _killed(registry, send, model, method, when), (model, method, when)
        for _time in range(2):
            with mute_logger("odoo.sql_db"):  # what the dead worker holds is let go a moment later
                answer = _as_the_till(registry, send)
            assert not isinstance(answer, Exception), answer
    with environment(registry) as env:
        orders = env["pos.order"].search([("uuid", "in", uuids)])
        assert len(orders) == len(steps)
        vouchers = env["salon.deal.voucher"].search([("platform_id", "=", facts["platform"])])
        assert sorted(vouchers.mapped("code")) == [f"K{number}" for number in range(len(steps))]
        _assert_once(env, facts, orders)
