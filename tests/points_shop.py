"""A till with members whose points several connections want at once: for the tests and for the benchmarks."""
import datetime
import uuid

FOR_ONE = 100  # so many points are worth 1.00
PRICE = 50


def prepare(env, members, points):
    """Make a till that is open, and members with points; return their ids."""
    tier = env.ref("salon_membership.tier_regular")
    env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
    clients = env["res.partner"].create([{"name": f"Member {number}"} for number in range(members)])
    memberships = env["salon.membership"]._enrol(clients, tier).sorted("id")
    program = memberships.card_id.program_id
    program.write({"salon_points_for_one": FOR_ONE})
    for membership in memberships:
        if points:
            membership._grant(points, f"start,{membership.id}", "To begin with")
    product = env["product.product"].create({"name": "Care", "type": "service", "list_price": PRICE, "taxes_id": False})
    journal, methods = env["pos.config"]._create_journal_and_payment_methods()
    config = env["pos.config"].create(
        {"name": "Points", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]}
    )
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    return {
        "clients": memberships.partner_id.ids,
        "memberships": memberships.ids,
        "config": config.id,
        "session": session.id,
        "company": session.company_id.id,
        "product": product.id,
        "points_product": program.salon_points_product_id.id,
        "method": session.payment_method_ids.filtered(lambda one: one.type == "bank")[:1].id,
    }


def order(facts, client, pieces, points=0):
    """Return a paid order as the till sends it: some pieces, and `points` that pay a part."""
    lines = [(facts["product"], pieces, PRICE)]
    if points:
        lines.append((facts["points_product"], 1, -points / FOR_ONE))
    total = sum(quantity * price for _product, quantity, price in lines)
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    return {
        "uuid": str(uuid.uuid4()), "access_token": str(uuid.uuid4()), "session_id": facts["session"], "state": "paid",
        "company_id": facts["company"], "partner_id": client, "user_id": 1, "pricelist_id": False,
        "fiscal_position_id": False, "to_invoice": False, "date_order": now, "last_order_preparation_change": "{}",
        "amount_paid": total, "amount_total": total, "amount_tax": 0, "amount_return": 0,
        "lines": [(0, 0, {
            "uuid": str(uuid.uuid4()), "product_id": product, "qty": quantity, "price_unit": price,
            "price_subtotal": quantity * price, "price_subtotal_incl": quantity * price, "discount": 0,
            "tax_ids": [(6, 0, [])], "pack_lot_ids": [],
        }) for product, quantity, price in lines],
        "payment_ids": [(0, 0, {
            "uuid": str(uuid.uuid4()), "amount": total, "payment_method_id": facts["method"], "name": now,
        })],
    }  # fmt: skip


def mistakes(env, facts):
    """Return what does not add up in the ledger of these members: nothing, one hopes."""
    env.cr.execute(
        """
        SELECT m.id, m.points, m.points_held, m.points_debt, lots.left, lots.least, moves.sum, c.points, h.sum, d.sum
          FROM salon_membership m
          JOIN loyalty_card c ON c.id = m.card_id
          LEFT JOIN LATERAL (SELECT COALESCE(SUM(remaining), 0) AS left, MIN(remaining) AS least
                               FROM salon_points_lot WHERE membership_id = m.id) lots ON TRUE
          LEFT JOIN LATERAL (SELECT COALESCE(SUM(v.amount), 0) AS sum FROM salon_points_move v
                               JOIN salon_points_lot l ON l.id = v.lot_id WHERE l.membership_id = m.id) moves ON TRUE
          LEFT JOIN LATERAL (SELECT COALESCE(SUM(issued - used), 0) AS sum FROM loyalty_history
                              WHERE card_id = c.id) h ON TRUE
          LEFT JOIN LATERAL (SELECT COALESCE(SUM(amount), 0) AS sum FROM salon_points_debt
                              WHERE membership_id = m.id) d ON TRUE
         WHERE m.id = ANY(%s) AND NOT (
               m.points = lots.left AND m.points = moves.sum AND m.points = c.points AND m.points = h.sum
               AND m.points_debt = d.sum AND m.points >= 0 AND COALESCE(lots.least, 0) >= 0 AND m.points_held = 0)
        """,
        [facts["memberships"]],
    )
    return env.cr.fetchall()
