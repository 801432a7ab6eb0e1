"""Prepaid money: an order paid from the card against one paid by bank, and the closing of a session of such orders."""
import os

import wallet_shop

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000"))
CLIENTS = 100
PIECES, PRINCIPAL, BONUS = 2, 90, 10  # an order of 100.00, a tenth of which is bonus


def _salon(env):
    """Make a till whose clients have stored value, and in its session orders that were paid by it."""
    facts = wallet_shop.prepare(env, CLIENTS, 90_000, 10_000)
    env.company.salon_tell_prepaid = True  # as it is by default
    return _fill(env, facts, lambda client: wallet_shop.order(facts, client, PIECES, PRINCIPAL, BONUS), _hold)


def _stock(env):
    """Make a till of Odoo's own, and in its session the same orders, each with a discount, paid by bank."""
    clients = env["res.partner"].create([{"name": f"Client {number}"} for number in range(CLIENTS)])
    product, discount = env["product.product"].create(
        [{"name": name, "type": "service", "list_price": 50, "taxes_id": False} for name in ("Care", "Discount")]
    )
    journal, methods = env["pos.config"]._create_journal_and_payment_methods()
    config = env["pos.config"].create({"name": "B", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    facts = {
        "clients": clients.ids, "config": config.id, "session": session.id, "company": session.company_id.id,
        "product": product.id, "bonus_product": discount.id, "wallet_method": False,
        "method": session.payment_method_ids.filtered(lambda one: one.type == "bank")[:1].id,
    }  # fmt: skip
    return _fill(env, facts, lambda client: wallet_shop.order(facts, client, PIECES, bonus=BONUS))


def _fill(env, facts, make, before=None):
    """Send so many orders of the session that is to be closed, commit them, and return the facts."""
    for number in range(ORDERS):
        client = facts["clients"][number % CLIENTS]
        order = make(client)
        if before:
            before(env, facts, client, order["uuid"])
        env["pos.order"].sync_from_ui([order])
        if number % 50 == 49:
            env.cr.commit()
            env.invalidate_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return facts


def _hold(env, facts, client, number):
    """Ask for what an order is to be paid by, and begin its validation, as the till does."""
    split = env["salon.wallet"].hold_value(facts["config"], client, number, PRINCIPAL + BONUS)
    if (split["principal"], split["bonus"]) != (PRINCIPAL, BONUS):
        raise ValueError(f"Other parts are held than this measures: {split}")
    env["salon.wallet"].begin_validation(facts["config"], number)


def _sync(context, principal=0, bonus=0):
    """Send a paid order, and see that it was paid by what it says."""
    env, facts = context.env, context.facts
    client = facts["clients"][0]
    data = wallet_shop.order(facts, client, PIECES, principal, bonus)
    if principal:
        _hold(env, facts, client, data["uuid"])
    env.flush_all()
    env.invalidate_all()
    with context.timed():
        answer = env["pos.order"].sync_from_ui([data])
    order = env["pos.order"].browse(answer["pos.order"][0]["id"])
    if (order.state, order.salon_wallet_principal) != ("paid", -principal):
        raise ValueError("The order was not booked as it should be")


def sync_prepaid(context):
    """Send an order that is paid from the card, which the server held."""
    _sync(context, PRINCIPAL, BONUS)


def sync_bank(context):
    """Send the same order paid by bank."""
    _sync(context)


def hold(context):
    """Hold stored value and begin validation: what the till asks before it sends the order."""
    order = wallet_shop.order(context.facts, context.facts["clients"][0], PIECES)
    context.env.invalidate_all()
    with context.timed():
        _hold(context.env, context.facts, order["partner_id"], order["uuid"])


def close(context):
    """Close a session as the till does, with nothing counted but what there is."""
    session = context.env["pos.session"].browse(context.facts["session"])
    context.env.invalidate_all()
    with context.timed():
        session.post_closing_cash_details(session.cash_register_balance_end)
        answer = session.close_session_from_ui()
    if answer != {"successful": True} or session.state != "closed" or session.order_count != ORDERS:
        raise ValueError(f"The session was not closed: {answer}")


PREPARE = {"with": _salon, "without": _stock}
ROWS = [
    {"name": "sync an order paid from the card, against bank", "goal": 1.25, "subject": ("with", sync_prepaid),
     "baseline": ("with", sync_bank)},
    {"name": "hold stored value for an order, and begin", "goal_ms": 100, "subject": ("with", hold)},
    {"name": f"close {ORDERS:,} orders paid from the card", "goal": 1.2, "rounds": 5, "subject": ("with", close),
     "baseline": ("without", close)},
]  # fmt: skip
