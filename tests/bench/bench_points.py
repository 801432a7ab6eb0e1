"""Points: an order that earns them against Odoo's own loyalty, a till of many cards, the end of a million lots."""
import os
import resource

import points_shop

CARDS = int(os.environ.get("BENCH_CARDS", "100000"))
LOTS = int(os.environ.get("BENCH_LOTS", "1000000"))
MEMBERS = 1000
FLAT = 64 * 1024  # KiB that the process may grow while it ends a million lots


def _stock(env):
    """Make what `points_shop.prepare` makes, with a loyalty program of Odoo's own."""
    client = env["res.partner"].create({"name": "Client"})
    programs = env["loyalty.program"]
    program = programs.create({**programs._get_template_values()["loyalty"], "company_id": env.company.id})
    card = env["loyalty.card"].create({"program_id": program.id, "partner_id": client.id, "points": 500})
    product = env["product.product"].create({"name": "Care", "type": "service", "list_price": 50, "taxes_id": False})
    journal, methods = env["pos.config"]._create_journal_and_payment_methods()
    config = env["pos.config"].create({"name": "B", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    return {
        "clients": client.ids, "config": config.id, "session": session.id, "company": session.company_id.id,
        "product": product.id, "method": session.payment_method_ids.filtered(lambda one: one.type == "bank")[:1].id,
        "card": card.id, "program": program.id, "points_product": False,
    }  # fmt: skip


def _prepared(make):
    """Return what makes a side ready once: what a salon has for years is not what is measured."""

    def prepare(env):
        facts = make(env)
        env.cr.commit()
        return facts

    return prepare


def _salon(env):
    facts = points_shop.prepare(env, 1, 500)
    card = env["salon.membership"].browse(facts["memberships"]).card_id
    return {**facts, "card": card.id, "program": card.program_id.id}


def _sync(context, facts, points=0):
    """Send a paid order and what it means for the card, as the till does: two calls."""
    orders = context.env["pos.order"]
    data = points_shop.order(facts, facts["clients"][0], 2, points)
    if points:
        arguments = (facts["clients"][0], facts["config"], data["uuid"], points)
        context.env["salon.membership"].hold_points(*arguments)
    context.env.flush_all()
    context.env.invalidate_all()
    change = {"points": 100 - points, "program_id": facts["program"], "coupon_id": facts["card"], "barcode": False}
    with context.timed():
        answer = orders.sync_from_ui([data])
        orders.browse(answer["pos.order"][0]["id"]).confirm_coupon_programs({str(facts["card"]): change})


def sync_salon(context):
    """Send an order that earns points."""
    _sync(context, context.facts)


def sync_stock(context):
    """Send the same order for Odoo's own loyalty program."""
    _sync(context, context.facts)


def sync_spending(context):
    """Send an order that is paid in part by points, which the server held."""
    _sync(context, context.facts, points=200)


def _fill_cards(env, program):
    """Give 100,000 clients, who have a phone and an email as in life, a card of `program`."""
    env.flush_all()
    env.cr.execute(
        """
        WITH clients AS (
            INSERT INTO res_partner (name, complete_name, active, type, autopost_bills, lang, phone, phone_sanitized,
                                     email, email_normalized)
            SELECT 'Card ' || n, 'Card ' || n, TRUE, 'contact', 'ask', 'en_US', '+86 139 ' || n, '+86139' || n,
                   'card' || n || '@example.com', 'card' || n || '@example.com'
              FROM generate_series(10000001, 10000000 + %s) n RETURNING id
        )
        INSERT INTO loyalty_card (program_id, partner_id, code, points, active, company_id)
        SELECT %s, id, 'card-' || id, 10, TRUE, %s FROM clients
        """,
        [CARDS, program, env.company.id],
    )
    env.cr.execute("ANALYZE loyalty_card; ANALYZE res_partner")


def _load(context, facts):
    _fill_cards(context.env, facts["program"])
    session = context.env["pos.session"].browse(facts["session"])
    context.env.invalidate_all()
    with context.timed():
        session.load_data([])


def load_salon(context):
    """Open a till in a salon with 100,000 members' cards."""
    facts = context.facts
    context.env.flush_all()
    # The cards are as many members: made in a set, as an import would.
    _fill_cards(context.env, facts["program"])
    context.env.cr.execute(
        """
        UPDATE loyalty_card SET is_salon_card = TRUE WHERE program_id = %(program)s;
        INSERT INTO salon_membership
               (number, partner_id, tier_id, company_id, state, start_date, card_id, points_held, points_debt)
        SELECT 'B' || c.id, c.partner_id, m.tier_id, m.company_id, 'active', m.start_date, c.id, 0, 0
          FROM loyalty_card c, salon_membership m
         WHERE c.program_id = %(program)s AND m.id = %(member)s
           AND NOT EXISTS (SELECT FROM salon_membership o WHERE o.partner_id = c.partner_id);
        ANALYZE salon_membership
        """,
        {"program": facts["program"], "member": facts["memberships"][0]},
    )
    session = context.env["pos.session"].browse(facts["session"])
    context.env.invalidate_all()
    with context.timed():
        session.load_data([])


def load_stock(context):
    """Open a till of stock Odoo with 100,000 cards."""
    _load(context, context.facts)


def _fill_lots(env, number):
    """Make lots whose last day is over, spread over the members, with the moves by which they came."""
    facts = points_shop.prepare(env, MEMBERS, 0)
    env.flush_all()
    cr = env.cr
    tables = ("salon_points_lot", "salon_points_move", "salon_membership")
    for table in tables:
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cr.execute(
        """
        WITH lots AS (
            INSERT INTO salon_points_lot
                   (membership_id, company_id, earned_at, expires_on, remaining, created_at, created_by)
            SELECT (%(members)s::int[])[1 + n %% %(count)s], %(company)s, '2020-01-01', '2020-12-31', 7, now(), 1
              FROM generate_series(1, %(number)s) n RETURNING id
        )
        INSERT INTO salon_points_move (lot_id, kind, amount, date, created_at, created_by)
        SELECT id, 'earn', 7, '2020-01-01', now(), 1 FROM lots
        """,
        {"members": facts["memberships"], "count": MEMBERS, "company": facts["company"], "number": number},
    )
    cr.execute(
        """
        UPDATE salon_membership m SET points = (SELECT SUM(remaining) FROM salon_points_lot WHERE membership_id = m.id)
         WHERE id = ANY(%s)
        """,
        [facts["memberships"]],
    )
    for table in tables:
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cr.execute(
        """
        INSERT INTO loyalty_history (card_id, description, issued, used)
        SELECT card_id, 'Earned', points, 0 FROM salon_membership WHERE id = ANY(%s)
        """,
        [facts["memberships"]],
    )
    cr.commit()
    cr.execute("ANALYZE salon_points_lot; ANALYZE salon_points_move; ANALYZE salon_membership")
    return facts


def expire(context):
    """End the points of a year, in batches that are committed; the process must not grow, and the sums agree."""
    number = LOTS if context.round else min(LOTS, 20000)  # the warm-up is a small one
    facts = _fill_lots(context.env, number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with context.timed():
        context.env["salon.points.lot"]._cron_expire()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if context.round and grown > FLAT:
        raise AssertionError(f"the process grew by {grown} KiB")
    context.env.cr.execute(
        "SELECT COUNT(*), SUM(points) FROM salon_membership WHERE id = ANY(%s) AND points <> 0", [facts["memberships"]]
    )
    left = context.env.cr.fetchall()
    if left != [(0, None)] or (wrong := points_shop.mistakes(context.env, facts)):
        raise AssertionError(f"points are left: {left} {wrong[:5] if left == [(0, None)] else ''}")


PREPARE = {"with": _prepared(_salon), "without": _prepared(_stock)}
ROWS = [
    {"name": "sync an order with points, against pos_loyalty", "goal": 1.15, "subject": ("with", sync_salon),
     "baseline": ("without", sync_stock)},
    {"name": "sync an order paid in part by points", "goal": 1.5, "subject": ("with", sync_spending),
     "baseline": ("without", sync_stock)},
    {"name": f"load the till with {CARDS:,} cards", "goal": 1.1, "rounds": 7, "subject": ("with", load_salon),
     "baseline": ("without", load_stock)},
    {"name": f"end {LOTS:,} lots of points", "goal_ms": 300000, "rounds": 1, "subject": ("expiry", expire)},
]  # fmt: skip
