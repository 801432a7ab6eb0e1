"""Sessions that many want at once, of real connections with real commits: each is used once or not at all."""

import threading
import uuid

import pytest

import wallet_shop
from committed import environment
from test_points_clash import _as_the_till

CONNECTIONS, SESSIONS, TRIES = 8, 12, 5


@pytest.fixture
def shop(database):
    """A registry on a database of the test's own, and the ids of what is sold to whom."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = _prepare(env)
    return registry, facts


def _prepare(env):
    """Make a till and a client with one card of so many sessions; return their ids."""
    facts = wallet_shop.prepare(env, 1, 1000, 100)
    company, product = env["res.company"].browse(facts["company"]), env["product.product"].browse(facts["product"])
    product.write({"is_salon_service": True, "salon_active_minutes": 30})
    card = env["product.product"].create(
        {
            "name": "Course",
            "type": "service",
            "taxes_id": False,
            "is_salon_card": True,
            "salon_card_sessions": SESSIONS,
            "salon_card_service_ids": [(6, 0, product.product_tmpl_id.ids)],
        }
    )
    banks = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)])
    values = {
        "kind": "sell",
        "partner_id": facts["clients"][0],
        "product_id": card.id,
        "price": 500,
        "journal_id": (banks - company.salon_prepaid_journal_id)[0].id,
    }
    facts["card"] = env["salon.treatment.book"].create(values).action_book()["res_id"]
    facts["treatment_method"] = company.salon_treatment_method_id.id
    return facts


def _use(registry, facts, used, refused):
    """Use a session as a till does: hold it, begin, send the order twice."""
    from odoo.exceptions import UserError

    client, number, line = facts["clients"][0], str(uuid.uuid4()), str(uuid.uuid4())
    arguments = (facts["config"], client, number, line, facts["product"])
    held = _as_the_till(registry, lambda env: env["salon.treatment.card"].hold_session(*arguments))
    if isinstance(held, UserError):
        refused.append(number)
        return
    assert not isinstance(held, Exception), held
    amount = held["amount"]
    order = wallet_shop.order(facts, client, 1, number=number)
    order["lines"][0][2].update(
        uuid=line, price_unit=amount, price_subtotal=amount, price_subtotal_incl=amount,
        salon_treatment_card_id=held["card_id"],
    )  # fmt: skip
    order.update(amount_total=amount, amount_paid=amount)
    order["payment_ids"] = order["payment_ids"][:1]
    order["payment_ids"][0][2].update(amount=amount, payment_method_id=facts["treatment_method"])
    begun = _as_the_till(
        registry, lambda env: env["salon.treatment.card"].begin_sessions(facts["config"], number, [line])
    )
    assert begun is True, begun
    for _time in range(2):
        answer = _as_the_till(registry, lambda env: env["pos.order"].sync_from_ui([order]))
        assert not isinstance(answer, Exception), answer
    used.append((number, amount))


@pytest.mark.template("salon")
def test_eight_tills_use_the_sessions_of_one_card_once(shop):
    registry, facts = shop
    used, refused, errors = [], [], []

    def run():
        try:
            for _time in range(TRIES):
                _use(registry, facts, used, refused)
        except BaseException as error:
            errors.append(error)
            raise

    from odoo.tools import mute_logger

    threads = [threading.Thread(target=run) for _number in range(CONNECTIONS)]
    with mute_logger("odoo.sql_db"):  # who comes second is told so, waits, and tries again
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors
    assert len(used) == SESSIONS, "a session was used twice, or lost"
    assert len(refused) == CONNECTIONS * TRIES - SESSIONS
    assert round(sum(amount for _number, amount in used), 2) == 500
    with environment(registry) as env:
        card = env["salon.treatment.card"].browse(facts["card"])
        assert (card.sessions_left, card.amount_left, card.sessions_held, card.state) == (0, 0, 0, "closed")
        assert card._mistakes() == []
        assert len(card.move_ids) == SESSIONS + 1
        orders = env["pos.order"].search([("uuid", "in", [number for number, _amount in used])])
        assert len(orders) == SESSIONS
        assert set(orders.payment_ids.payment_method_id.ids) == {facts["treatment_method"]}
