"""A till with clients whose stored value several connections want at once: for the tests and for the benchmarks."""

import datetime
import uuid

PRICE = 50


def prepare(env, clients, amount, bonus):
    """Make a till that is open and takes prepaid money, and clients with stored value; return their ids."""
    # A club that enrols by a top-up would make members of all of them.
    env.company.write({"salon_enrol_topup": False, "salon_tell_prepaid": False})
    env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
    partners = env["res.partner"].create([{"name": f"Client {number}"} for number in range(clients)])
    product = env["product.product"].create({"name": "Care", "type": "service", "list_price": PRICE, "taxes_id": False})
    journal, methods = env["pos.config"]._create_journal_and_payment_methods()
    config = env["pos.config"].create(
        {"name": "Prepaid", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]}
    )
    env["salon.prepaid.setup"].create({"config_ids": [(6, 0, config.ids)], "sure": True}).action_set_up()
    company = config.company_id
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id), ("id", "!=", company.salon_prepaid_journal_id.id)],
        limit=1,
    )
    rule = env["salon.topup.rule"].create({"amount_from": amount, "kind": "fixed", "bonus": bonus})
    wallets = env["salon.wallet"]
    for partner in partners:
        book = {"kind": "topup", "partner_id": partner.id, "amount": amount, "journal_id": bank.id}
        env["salon.wallet.book"].create(book).action_book()
        wallets |= wallets._get_open(partner, company)
    rule.active = False
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    others = config.payment_method_ids - company.salon_wallet_method_id - company.salon_treatment_method_id
    return {
        "clients": partners.ids,
        "wallets": wallets.ids,
        "config": config.id,
        "session": session.id,
        "company": company.id,
        "product": product.id,
        "bonus_product": company.salon_bonus_product_id.id,
        "topup_product": company.salon_topup_product_id.id,
        "account": company.salon_wallet_account_id.id,
        "wallet_method": company.salon_wallet_method_id.id,
        "later_method": others.filtered(lambda one: one.type == "pay_later")[:1].id,
        "method": others.filtered(lambda one: one.type == "bank")[:1].id,
    }


def order(facts, client, pieces, principal=0, bonus=0, topup=0, number=None):
    """Return a paid order as the till sends it: some pieces, a part of which is paid by stored value."""
    lines = [(facts["product"], pieces, PRICE)] if pieces else []
    if bonus:
        lines.append((facts["bonus_product"], 1, -bonus))
    if topup:
        lines.append((facts["topup_product"], 1, topup))
    total = round(sum(quantity * price for _product, quantity, price in lines), 2)
    rest = round(total - principal, 2)
    payments = [(facts["wallet_method"], principal), (facts["method"], rest)]
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    return {
        "uuid": number or str(uuid.uuid4()), "access_token": str(uuid.uuid4()), "session_id": facts["session"],
        "state": "paid", "company_id": facts["company"], "partner_id": client, "user_id": 1, "pricelist_id": False,
        "fiscal_position_id": False, "to_invoice": False, "date_order": now, "last_order_preparation_change": "{}",
        "amount_paid": total, "amount_total": total, "amount_tax": 0, "amount_return": 0,
        "lines": [(0, 0, {
            "uuid": str(uuid.uuid4()), "product_id": product, "qty": quantity, "price_unit": price,
            "price_subtotal": quantity * price, "price_subtotal_incl": quantity * price, "discount": 0,
            "tax_ids": [(6, 0, [])], "pack_lot_ids": [],
        }) for product, quantity, price in lines],
        "payment_ids": [(0, 0, {
            "uuid": str(uuid.uuid4()), "amount": amount, "payment_method_id": method, "name": now,
        }) for method, amount in payments if amount],
    }  # fmt: skip


def mistakes(env, facts):
    """Return what does not add up: balances against moves, and principal against the books (invariants 7 and 8)."""
    wallets = env["salon.wallet"].browse(facts["wallets"])
    found = wallets._mistakes()
    env.cr.execute(
        """
        SELECT (SELECT COALESCE(SUM(principal), 0) FROM salon_wallet WHERE company_id = %(company)s),
               (SELECT COALESCE(-SUM(balance), 0) FROM account_move_line
                 WHERE account_id = %(account)s AND parent_state = 'posted'),
               (SELECT COALESCE(SUM(l.price_subtotal), 0) FROM pos_order_line l
                  JOIN pos_order o ON o.id = l.order_id JOIN pos_session s ON s.id = o.session_id
                 WHERE l.product_id = %(topup_product)s AND o.state IN ('paid', 'done')
                   AND o.account_move IS NULL AND s.state <> 'closed'),
               (SELECT COALESCE(SUM(p.amount), 0) FROM pos_payment p
                  JOIN pos_order o ON o.id = p.pos_order_id JOIN pos_session s ON s.id = o.session_id
                 WHERE p.payment_method_id = %(wallet_method)s AND o.state IN ('paid', 'done') AND s.state <> 'closed')
        """,
        facts,
    )
    principal, booked, sold, used = env.cr.fetchone()
    if round(principal - booked - sold + used, 2):  # to the cent: psycopg gives them as floating-point numbers
        found.append(f"clients have {principal}, the books say {booked} + {sold} - {used}")
    return found
