"""The yearly review of a million members, and the end of the memberships that nobody uses."""
import os
import resource

from bench_clients import _drop_indexes, _last

MEMBERS = int(os.environ.get("SALON_BENCH_MEMBERS", "1000000"))
ORDERS, VISITS = 3, 2
FLAT = 32_000  # kilobytes that the process may grow by after its first batch
TABLES = ("res_partner", "salon_membership", "pos_order", "salon_visit")


def fill(env, members):
    """Fill a salon with gold members of two years ago; a third of them still spend enough for it. Commit it."""
    gold = env.ref("salon_membership.tier_gold")
    gold.spend = 5000
    env.company.write({"salon_tier_review": True, "salon_tier_grace_days": 0, "salon_inactive_months": 24,
                       "salon_tier_basis": "either"})
    env.flush_all()
    cr = env.cr
    first, company = _last(cr, "res_partner") + 1, env.company.id
    dropped = _drop_indexes(cr, *TABLES)
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    values = {"first": first, "members": members, "company": company, "tier": gold.id,
              "orders": ORDERS, "visits": VISITS}
    cr.execute("""
        INSERT INTO res_partner (id, name, complete_name, active, type, lang, autopost_bills, commercial_partner_id)
        SELECT %(first)s + n, 'Member ' || n, 'Member ' || n, TRUE, 'contact', 'en_US', 'ask', %(first)s + n
          FROM generate_series(0, %(members)s - 1) n""", values)
    cr.execute("""
        INSERT INTO salon_membership (partner_id, tier_id, company_id, number, state, start_date, held_from,
                                      last_active_at, points)
        SELECT %(first)s + n, %(tier)s, %(company)s, 'B' || n, 'active', CURRENT_DATE - 1000, CURRENT_DATE - 700,
               CASE WHEN n %% 5 = 0 THEN CURRENT_DATE - 1000 ELSE CURRENT_DATE END, 0
          FROM generate_series(0, %(members)s - 1) n""", values)
    cr.execute("""
        INSERT INTO pos_order (name, partner_id, company_id, state, date_order, amount_tax, amount_total, amount_paid,
                               amount_return, salon_spend)
        SELECT 'B' || n, %(first)s + n %% %(members)s, %(company)s, 'done',
               CURRENT_DATE - CASE WHEN n %% 5 = 0 THEN 900 ELSE n %% 300 END, 0, 1, 1, 0,
               CASE WHEN n %% %(members)s %% 3 = 0 THEN 5000 ELSE 100 END
          FROM generate_series(0, %(members)s * %(orders)s - 1) n""", values)
    cr.execute("""
        INSERT INTO salon_visit (partner_id, company_id, date, state, done_at, locked_at)
        SELECT %(first)s + n %% %(members)s, %(company)s, moment, 'done', moment, moment
          FROM generate_series(0, %(members)s * %(visits)s - 1) n,
               LATERAL (SELECT CURRENT_DATE - CASE WHEN n %% 5 = 0 THEN 900 ELSE n %% 300 END AS moment) time
        """, values)
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for definition in dropped:
        cr.execute(definition)
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    cr._cnx.autocommit = False
    return {"members": members}


def _all(context, batch):
    """Do all batches, each in a transaction of its own as the cron does, and see that memory stays flat.

    The warm-up is one batch that is rolled back: what it did would not be there any more to be measured.
    """
    if not context.round:
        with context.timed():
            return batch()
    done, first = 0, None
    with context.timed():
        while count := batch():
            context.env.cr.commit()
            done += count
            first = first or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if not done:
        raise ValueError("There was nothing to do: that measures nothing")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first
    if grown > FLAT:
        raise ValueError(f"The process grew by {grown} kB: its memory is not flat")
    return done


def review(context):
    """Review the tiers of all members: two thirds fall by one tier."""
    members, company = context.env["salon.membership"], context.env.company
    done = _all(context, lambda: members._review_batch(company, company._salon_today()))
    if context.round and done != context.facts["members"]:
        raise ValueError(f"{done} of {context.facts['members']} members were reviewed")


def end_unused(context):
    """End the memberships that nobody used for two years: a fifth of all."""
    members, company = context.env["salon.membership"], context.env.company
    _all(context, lambda: members._end_inactive_batch(company))
    ended = members.search_count([("state", "=", "ended")])
    if context.round and ended != len(range(0, context.facts["members"], 5)):
        raise ValueError(f"{ended} memberships ended")


PREPARE = {"members": lambda env: fill(env, MEMBERS)}
ROWS = [
    {"name": f"yearly review of {MEMBERS:,} members", "goal_ms": 300_000, "rounds": 1, "subject": ("members", review)},
    {"name": f"end of unused memberships among {MEMBERS:,}", "goal_ms": 300_000, "rounds": 1,
     "subject": ("members", end_unused)},
]
