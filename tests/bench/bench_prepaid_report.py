"""The accountant's report over five million moves of prepaid money: five years, five tills, a session a day each."""
import datetime
import os

from bench_clients import _drop_indexes, _last

import wallet_shop

MOVES = int(os.environ.get("BENCH_MOVES", "5000000"))
WALLETS = 19_999  # no multiple of five: each gets top-ups
TILLS, DAYS = 5, 1825
FIRST = datetime.date(2020, 1, 1)


def fill(env):
    """Fill a salon with moves that its sessions have posted, so that cards and books agree. Commit it."""
    facts = wallet_shop.prepare(env, 1, 1000, 100)
    till = env["pos.config"].browse(facts["config"])
    others = env["pos.config"].create(
        [
            {"name": f"Till {number}", "journal_id": till.journal_id.id, "payment_method_ids": [(5, 0, 0)]}
            for number in range(2, TILLS + 1)
        ]
    )
    configs = [till.id, *others.ids]
    account = env["product.product"].browse(facts["product"])._get_product_accounts()["income"]
    env.flush_all()
    cr = env.cr
    tables = ("salon_wallet", "salon_wallet_lot", "salon_wallet_move")
    dropped = _drop_indexes(cr, "salon_wallet_move")
    for table in tables:
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    known = {
        "company": facts["company"], "currency": env.company.currency_id.id, "account": facts["account"],
        "income": account.id, "configs": configs, "tills": TILLS, "first": FIRST, "sessions": TILLS * DAYS,
        "wallets": WALLETS, "moves": MOVES, "journal": till.journal_id.id,
        **{name: _last(cr, table) for name, table in (
            ("session", "pos_session"), ("entry", "account_move"), ("wallet", "salon_wallet"),
            ("lot", "salon_wallet_lot"), ("partner", "res_partner"))},
    }  # fmt: skip
    _make_wallets(cr, known)
    _make_sessions(cr, known)
    _make_moves(cr, known)
    _post(cr, known)
    for table in tables:
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for definition in dropped:
        cr.execute(definition)
    for table in ("pos_session", "account_move", "account_move_line", "res_partner", *tables):
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE salon_wallet_move, salon_prepaid_report, pos_session, account_move, account_move_line")
    cr._cnx.autocommit = False
    env.invalidate_all()
    return {**facts, "last": str(FIRST + datetime.timedelta(days=DAYS - 1)), "first": str(FIRST)}


def _make_wallets(cr, known):
    cr.execute(
        """
        INSERT INTO res_partner (id, name, complete_name, active, type, autopost_bills)
        SELECT %(partner)s + n, 'Client ' || n, 'Client ' || n, TRUE, 'contact', 'ask'
          FROM generate_series(1, %(wallets)s) n;
        INSERT INTO salon_wallet
               (id, number, partner_id, company_id, state, principal, bonus, principal_held, bonus_held)
        SELECT %(wallet)s + n, 'B' || n, %(partner)s + n, %(company)s, 'active', 0, 0, 0, 0
          FROM generate_series(1, %(wallets)s) n;
        INSERT INTO salon_wallet_lot (id, wallet_id, company_id, topped_up_at, principal, bonus, principal_left,
                                      bonus_left, created_at, created_by)
        SELECT %(lot)s + n, %(wallet)s + n, %(company)s, %(first)s, 100000, 10000, 0, 0, now(), 1
          FROM generate_series(1, %(wallets)s) n
        """,
        known,
    )


def _make_sessions(cr, known):
    """A closed session for each till and day."""
    cr.execute(
        """
        INSERT INTO account_move
               (id, name, journal_id, company_id, currency_id, date, state, move_type, auto_post, amount_total)
        SELECT %(entry)s + n, 'BENCH/' || n, %(journal)s, %(company)s, %(currency)s,
               %(first)s::date + (n - 1) / %(tills)s, 'posted', 'entry', 'no', 0
          FROM generate_series(1, %(sessions)s) n;
        INSERT INTO pos_session (id, name, config_id, user_id, state, start_at, stop_at, move_id)
        SELECT %(session)s + n, 'Bench/' || n, (%(configs)s::int[])[1 + n %% %(tills)s], 1, 'closed',
               %(first)s::timestamp + ((n - 1) / %(tills)s) * interval '1 day' + interval '9 hours',
               %(first)s::timestamp + ((n - 1) / %(tills)s) * interval '1 day' + interval '20 hours', %(entry)s + n
          FROM generate_series(1, %(sessions)s) n
        """,
        known,
    )


def _make_moves(cr, known):
    """One top-up of 100 and 10, then four times 20 and 2 used, and so on; each in the session of its day."""
    cr.execute(
        """
        INSERT INTO salon_wallet_move (lot_id, wallet_id, company_id, date, day, session_id, kind, principal, bonus,
                                       principal_balance, bonus_balance, created_at, created_by)
        SELECT %(lot)s + 1 + n %% %(wallets)s, %(wallet)s + 1 + n %% %(wallets)s, %(company)s,
               %(first)s::timestamp + (place / %(tills)s) * interval '1 day' + interval '12 hours',
               %(first)s::date + place / %(tills)s, %(session)s + 1 + place,
               CASE WHEN n %% 5 = 0 THEN 'topup' ELSE 'spend' END,
               CASE WHEN n %% 5 = 0 THEN 100 ELSE -20 END, CASE WHEN n %% 5 = 0 THEN 10 ELSE -2 END, 0, 0, now(), 1
          FROM generate_series(0, %(moves)s - 1) n,
               LATERAL (SELECT (n::bigint * %(sessions)s / %(moves)s)::int AS place) where_
        """,
        known,
    )


def _post(cr, known):
    """Add the ledger up, as its triggers would have, and write what each session posted."""
    cr.execute(
        """
        INSERT INTO salon_prepaid_report
               (company_id, day, config_id, session_id, ledger, kind, principal, bonus, sessions, worth, moves)
        SELECT move.company_id, move.day, session.config_id, move.session_id, 'wallet',
               CASE move.kind WHEN 'topup' THEN 'sold' ELSE 'used' END, SUM(move.principal), SUM(move.bonus), 0, 0,
               COUNT(*)
          FROM salon_wallet_move move JOIN pos_session session ON session.id = move.session_id
         WHERE move.session_id > %(session)s GROUP BY 1, 2, 3, 4, 6;
        INSERT INTO account_move_line (move_id, journal_id, company_id, company_currency_id, currency_id, account_id,
                                       date, parent_state, display_type, name, balance, debit, credit, amount_currency)
        SELECT session.move_id, %(journal)s, %(company)s, %(currency)s, %(currency)s, side.account_id, entry.date,
               'posted', 'product', 'Bench', side.sign * sums.amount, GREATEST(side.sign * sums.amount, 0),
               GREATEST(-side.sign * sums.amount, 0), side.sign * sums.amount
          FROM (SELECT session_id, SUM(principal) AS amount FROM salon_prepaid_report
                 WHERE session_id > %(session)s GROUP BY 1) sums
          JOIN pos_session session ON session.id = sums.session_id
          JOIN account_move entry ON entry.id = session.move_id,
               (VALUES (%(account)s, -1), (%(income)s, 1)) side (account_id, sign);
        UPDATE salon_wallet wallet SET principal = sums.principal, bonus = sums.bonus
          FROM (SELECT wallet_id, SUM(principal) AS principal, SUM(bonus) AS bonus
                  FROM salon_wallet_move GROUP BY 1) sums
         WHERE sums.wallet_id = wallet.id
        """,
        known,
    )


def _page(context, **options):
    env = context.env
    env.invalidate_all()
    with context.timed():
        page = env["salon.prepaid.report"].load_page({"company_id": context.facts["company"], **options})
    if page["notes"][0]["level"] != "good":
        raise ValueError(f"cards and books differ: {page['sections'][1:3]}")
    return page


def month(context):
    """Read the page of the last month, by day."""
    _page(context, date_from=context.facts["last"][:8] + "01", date_to=context.facts["last"])


def years(context):
    """Read the page of all five years, by month."""
    page = _page(context, date_from=context.facts["first"], date_to=context.facts["last"], group="month")
    lines = context.env["salon.prepaid.report"].search_count([])
    if lines < DAYS or len(page["sections"][-1]["rows"]) < 12:
        raise ValueError(f"{lines} rows: that measures nothing")


def middle(context):
    """Read the page of a month in the midst of them, by till session: what was posted since is not in it."""
    _page(context, date_from="2022-06-01", date_to="2022-06-30", group="session")


def pivot(context):
    """Read all movements by month and kind, as the pivot asks."""
    env = context.env
    reports = env["salon.prepaid.report"]
    env.invalidate_all()
    with context.timed():
        rows = reports.formatted_read_group([], ["day:month", "kind"], ["principal:sum", "bonus:sum"])
    if len(rows) < 100:
        raise ValueError(f"{len(rows)} groups: that measures nothing")


def moves_of_a_month(context):
    """Open the moves behind a figure of the page: the first 80 of some ten thousand."""
    env = context.env
    options = {"company_id": context.facts["company"], "date_from": "2022-06-01", "date_to": "2022-06-30"}
    action = env["salon.prepaid.report"].open_figure(options, "money:used:principal")
    env.invalidate_all()
    with context.timed():
        found = env["salon.wallet.move"].web_search_read(
            action["domain"], {"date": {}, "kind": {}, "principal": {}}, limit=80, count_limit=10001)
    if len(found["records"]) != 80:
        raise ValueError("there are not so many: that measures nothing")


def sums(context):
    """Hold the report's rows against all moves, as the daily check does."""
    with context.timed():
        wrong = context.env["salon.prepaid.report"]._mistaken_days(
            context.env["res.company"].browse(context.facts["company"]))
    if wrong:
        raise ValueError(f"the sums are not those of the moves: {wrong[:3]}")


PREPARE = {"books": fill}
ROWS = [
    {"name": f"{name}, {MOVES:,} moves", "goal_ms": goal, "rounds": rounds, "subject": ("books", function)}
    for name, function, goal, rounds in (
        ("prepaid liabilities of a month", month, 3000, 10),
        ("prepaid liabilities of five years", years, 3000, 10),
        ("prepaid liabilities of an old month by session", middle, 3000, 10),
        ("prepaid movements as a pivot", pivot, 3000, 10),
        ("the moves behind a figure", moves_of_a_month, 3000, 10),
        ("the daily check's sums", sums, 60_000, 2),
    )
]
