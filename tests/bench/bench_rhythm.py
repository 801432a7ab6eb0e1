"""Who is due, at risk and lost, among a million clients: computed by the database each night."""
import os
import resource
from unittest.mock import patch

from bench_clients import _drop_indexes, _last

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "1000000"))
VISITS, LINES = 5, 2
FLAT = 32_000  # kilobytes that the process may grow by after its first batch
TABLES = ("res_partner", "salon_client_file", "salon_visit", "salon_visit_line")
SETS = ("salon_client_rhythm", "salon_client_rhythm_norm", "salon_client_rhythm_run")


def fill(env, clients):
    """Fill a salon with clients who came up to nine times in four years, with two services each time; commit it."""
    categories = env["product.category"].create([{"name": name} for name in ("Hair", "Face", "Nails")])
    services = env["product.product"].create([
        {"name": f"Service {number}", "type": "service", "is_salon_service": True, "list_price": 100,
         "salon_active_minutes": 30, "categ_id": categories[number % 3].id} for number in range(6)])
    env.flush_all()
    cr = env.cr
    first, visit, company = _last(cr, "res_partner") + 1, _last(cr, "salon_visit"), env.company.id
    dropped = _drop_indexes(cr, *TABLES)
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    values = {"first": first, "clients": clients, "company": company, "visit": visit, "visits": VISITS,
              "lines": LINES, "services": services.ids}
    cr.execute("""
        INSERT INTO res_partner (id, name, complete_name, active, type, lang, autopost_bills, commercial_partner_id,
                                 is_salon_client)
        SELECT %(first)s + n, 'Client ' || n, 'Client ' || n, TRUE, 'contact', 'en_US', 'ask', %(first)s + n, TRUE
          FROM generate_series(0, %(clients)s - 1) n""", values)
    cr.execute("""
        INSERT INTO salon_client_file (partner_id, active)
        SELECT %(first)s + n, TRUE FROM generate_series(0, %(clients)s - 1) n""", values)
    # In the order of the days, as a salon writes them; some clients come often, some came once.
    cr.execute("""
        INSERT INTO salon_visit (id, partner_id, company_id, date, state, done_at, locked_at)
        SELECT %(visit)s + n, %(first)s + floor(power(hashint8(n)::float8 / 4294967296 + 0.5, 1.6) * %(clients)s)::int,
               %(company)s, moment, 'done', moment, moment
          FROM generate_series(1, %(clients)s * %(visits)s) n,
               LATERAL (SELECT CURRENT_DATE - interval '1400 days' * (1 - n::float8 / (%(clients)s * %(visits)s))
                               - interval '10 hours' AS moment) time""", values)
    cr.execute("""
        INSERT INTO salon_visit_line (visit_id, sequence, product_id, quantity)
        SELECT %(visit)s + 1 + n / %(lines)s, 10,
               (%(services)s::int[])[1 + ((hashint8(n) & 2147483647) %% 5 + n / %(lines)s) %% 6], 1
          FROM generate_series(0, %(clients)s * %(visits)s * %(lines)s - 1) n""", values)
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for definition in dropped:
        cr.execute(definition)
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    cr._cnx.autocommit = False
    return {"clients": clients}


def _night(context):
    """Compute the rhythms of all clients as the cron does, each batch in a transaction of its own."""
    env = context.env
    rhythms, company = env["salon.client.rhythm"], env.company
    done, first = 0, None
    with context.timed():
        run = rhythms._begin_run(company)
        while not run.done_at:
            done += rhythms._refresh_batch(company, run)
            if not context.round:
                return  # the warm-up is rolled back
            env.cr.commit()
            first = first or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if done < context.facts["clients"]:
        raise ValueError(f"{done} of {context.facts['clients']} clients were looked at")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first
    if grown > FLAT:
        raise ValueError(f"The process grew by {grown} kB: its memory is not flat")
    return


def first_night(context):
    """All rows are new."""
    context.env.cr.execute(f"TRUNCATE {', '.join(SETS)}")
    _night(context)


def usual_night(context):
    """A day has passed: some clients came, some are due, at risk or lost since, most are what they were."""
    cr = context.env.cr
    cr.execute("UPDATE salon_client_rhythm_run SET day = day - 1")
    cr.execute("UPDATE salon_client_rhythm SET changes_on = CURRENT_DATE, state = 'active', visits = visits + 1"
               " WHERE partner_id % 50 = 0 OR partner_id % 300 = 1")
    _night(context)
    cr.execute("SELECT COUNT(*), COUNT(DISTINCT state) FROM salon_client_rhythm")
    rows, states = cr.fetchone()
    cr.execute("SELECT COUNT(*) FROM salon_client_rhythm WHERE changes_on <= CURRENT_DATE")
    [(left,)] = cr.fetchall()
    if context.round and (left or not rows or states < 5):
        raise ValueError(f"{rows} rhythms in {states} states: that measures nothing")


def other_norms(context):
    """A day has passed, and the salon's own rhythm is another: who has none of their own follows it."""
    env = context.env
    rhythms = type(env["salon.client.rhythm"])
    found = rhythms._refresh_norms

    def moved(self, company):
        found(self, company)
        self.env.cr.execute("UPDATE salon_client_rhythm_norm SET days = days + 7")
        self.env["salon.client.rhythm.norm"].invalidate_model()

    env.cr.execute("UPDATE salon_client_rhythm_run SET day = day - 1")
    with patch.object(rhythms, "_refresh_norms", moved):
        _night(context)


def other_settings(context):
    """A day has passed, and clients are at risk sooner: all rows are others."""
    context.env.cr.execute("UPDATE salon_client_rhythm_run SET day = day - 1")
    context.env.company.salon_risk_intervals = 1.3
    _night(context)


def one_client(context):
    """A visit is done: its client's rhythm follows in the same transaction."""
    env = context.env
    env.cr.execute("SELECT partner_id FROM salon_client_rhythm OFFSET %s LIMIT 1", [context.round * 37])
    [(partner_id,)] = env.cr.fetchall()
    with context.timed():
        env["salon.client.rhythm"]._try_refresh_clients(env.company, [partner_id])


PREPARE = {"clients": lambda env: fill(env, CLIENTS)}
ROWS = [
    {"name": f"first night of the rhythms of {CLIENTS:,} clients", "goal_ms": 60_000, "rounds": 1,
     "subject": ("clients", first_night)},
    {"name": f"a night of the rhythms of {CLIENTS:,} clients", "goal_ms": 60_000, "rounds": 1,
     "subject": ("clients", usual_night)},
    {"name": f"a night with another rhythm of the salon, {CLIENTS:,} clients", "goal_ms": 60_000, "rounds": 1,
     "subject": ("clients", other_norms)},
    {"name": f"a night with other settings, {CLIENTS:,} clients", "goal_ms": 60_000, "rounds": 1,
     "subject": ("clients", other_settings)},
    {"name": f"the rhythm of one of {CLIENTS:,} clients: p95", "goal_ms": 20, "statistic": "p95", "rounds": 40,
     "subject": ("clients", one_client)},
]
