"""Planning the follow-ups of many visits, against creating as many bare activities."""
import os
import resource
from datetime import timedelta

from odoo import fields

VISITS = int(os.environ.get("BENCH_VISITS", "100000"))
BATCH = 500
WARM = 2_000  # of them warm up what is measured
FLAT = 64_000  # kilobytes that the process may grow by after its first batches


def fill(env, visits):
    """Fill the salon with clients, one visit each that was done an hour ago by one of ten stylists; plan none."""
    users = env["res.users"].with_context(no_reset_password=True).create(
        [{"name": f"Stylist {n}", "login": f"bench_stylist_{n}",
          "group_ids": [(6, 0, env.ref("salon_crm.group_salon_stylist").ids)]} for n in range(10)]
    )  # fmt: skip
    stylists = env["hr.employee"].create(
        [{"name": user.name, "user_id": user.id, "is_salon_stylist": True} for user in users]
    )
    service = env["product.product"].create(
        {"name": "Bench cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30}
    )
    own = env.ref("salon_aftercare.salon_followup_plan_visit")
    env["salon.followup.plan"].search([("id", "!=", own.id)]).active = False
    env.flush_all()
    cr = env.cr
    values = {"n": visits, "company": env.company.id, "service": service.id, "stylists": stylists.ids}
    for table in ("salon_visit", "salon_visit_line", "salon_visit_performer"):
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cr.execute("""
        CREATE TEMP TABLE bench_client AS
        WITH made AS (
            INSERT INTO res_partner (name, complete_name, active, type, lang, autopost_bills, phone, is_salon_client)
            SELECT 'Client ' || n, 'Client ' || n, TRUE, 'contact', 'en_US', 'ask', '+49 30 ' || n, TRUE
              FROM generate_series(1, %(n)s) n RETURNING id)
        SELECT id, row_number() OVER () AS n FROM made""", values)
    cr.execute("INSERT INTO salon_client_file (partner_id, active, care_call) SELECT id, TRUE, TRUE FROM bench_client")
    cr.execute("""
        WITH visits AS (
            INSERT INTO salon_visit (partner_id, company_id, date, state, done_at, locked_at)
            SELECT id, %(company)s, timezone('UTC', now()) - interval '1 hour', 'done',
                   timezone('UTC', now()) + interval '1 minute', timezone('UTC', now()) + interval '1 day'
              FROM bench_client RETURNING id),
        lines AS (
            INSERT INTO salon_visit_line (visit_id, product_id, sequence, quantity)
            SELECT id, %(service)s, 10, 1 FROM visits RETURNING id, visit_id)
        INSERT INTO salon_visit_performer (line_id, employee_id, part, share, assignment)
        SELECT id, (%(stylists)s::int[])[visit_id %% 10 + 1], 'stylist', 100, 'assigned' FROM lines""", values)
    for table in ("salon_visit", "salon_visit_line", "salon_visit_performer"):
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cr.execute("SELECT array_agg(id) FROM bench_client")
    [clients] = cr.fetchone()
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("ANALYZE")
    cr._cnx.autocommit = False
    return {"visits": visits, "clients": clients}


def bare_activities(context):
    """Create as many activities on clients as there are visits, in the batches of the planner."""
    env = context.env
    env.cr.execute("SELECT id FROM res_partner WHERE id = ANY(%s)", (context.facts["clients"],))
    ids = [row[0] for row in env.cr.fetchall()][:None if context.round else WARM]
    common = {
        "res_model_id": env["ir.model"]._get_id("res.partner"),
        "activity_type_id": env.ref("salon_aftercare.mail_activity_type_followup_call").id,
        "automated": True,
        "summary": "Call after the visit",
        "note": "<p>" + "What to say and to ask. " * 12 + "</p>",
        "user_id": env["res.users"].search([("login", "=", "bench_stylist_1")]).id,
        "date_deadline": fields.Date.today() + timedelta(days=1),
    }
    activities = env["mail.activity"].with_context(mail_activity_quick_update=True, tracking_disable=True)
    with context.timed():
        for start in range(0, len(ids), BATCH):
            activities.create([{**common, "res_id": id_} for id_ in ids[start:start + BATCH]])
            env.flush_all()
            env.invalidate_all()


def plan_visits(context):
    """Plan the calls after all visits as the nightly sweep does, with the reminder of each."""
    env = context.env
    [step] = env["salon.followup.step"]._get_steps("visit_done")
    grown, memory, done = 0, None, 0
    with context.timed():
        companies, after = step._companies_sql(), 0
        while after is not None and (context.round or done < WARM):
            planned, after = step._plan_occasions(companies, after=after, limit=BATCH)
            done += len(planned)
            planned._settle()
            env.flush_all()
            env.invalidate_all()
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            memory = memory or used
            grown = used - memory
    followups = env["salon.followup"]
    made = followups.search_count([("step_id", "=", step.id), ("activity_id", "!=", False)])
    if context.round and made != context.facts["visits"]:
        raise ValueError(f"{made} of {context.facts['visits']} follow-ups were planned")
    if grown > FLAT:
        raise ValueError(f"The process grew by {grown} kB: its memory is not flat")


PREPARE = {"visits": lambda env: fill(env, VISITS)}
ROWS = [
    {"name": f"plan the follow-ups of {VISITS:,} visits ÷ bare activities", "goal": 1.5, "rounds": 1,
     "subject": ("visits", plan_visits), "baseline": ("visits", bare_activities)},
]
