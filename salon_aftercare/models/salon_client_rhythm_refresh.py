import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH = 200_000  # clients; the database reads through what they had done once for each batch
MEMORY = "256MB"  # for sorting and hashing a batch
HABIT = 3  # visits from which on a rhythm is the client's own
WINDOW = "730 days"  # before a visit: what came earlier says nothing of the rhythm then
KNOWN_BY = 5  # clients with a rhythm of their own, from which the salon's is known
# What tells one set of visits from another.
VISIT_PRINT = SQL("MOD(SUM(hashint4(id) # timestamp_hash(date)), 2147483647)::int")
SETTINGS = (
    "salon_rhythm_days",
    "salon_risk_intervals",
    "salon_lost_intervals",
    "salon_lost_days",
    "salon_back_days",
)
SAMPLE = 20_000  # clients of whom the salon's own rhythm is computed, where it has more


class SalonClientRhythm(models.Model):
    """Rhythms are computed by the database, set by set, from the visits that are done.

    Everything follows from the visits, the settings and the day: it can be computed any number of times, for all
    clients or for some, and what has not changed is not written.
    """

    _inherit = "salon.client.rhythm"

    @api.model
    def _cron_refresh(self):
        """Compute the rhythms of all clients once a day, batch by batch, each in a transaction of its own.

        Where it was stopped it goes on; called once more on the same day it looks at the latest visits alone.
        """
        for company in self.env["res.company"].sudo().search([]):
            run = self._begin_run(company)
            if run.done_at:
                self._refresh_latest(company)
            while not run.done_at:
                count = self._refresh_batch(company, run)
                if not self.env["ir.cron"]._commit_progress(count, remaining=int(not run.done_at)):
                    return
            self.env["salon.care.plan"].sudo()._tick_plans(company, SQL("TRUE"))

    @api.model
    def _begin_run(self, company):
        """Return how far today's computation for a company is; a new day begins with the salon's own rhythm.

        Where that or a setting is another than the last time, every client is computed anew.
        """
        runs = self.env["salon.client.rhythm.run"].sudo()
        today = company._salon_rhythm_today()
        run = runs.search([("company_id", "=", company.id)])
        if not run or run.day != today:
            self._refresh_norms(company)
            rules = self._get_rules(company)
            values = {"day": today, "last_id": 0, "done_at": False, "rules": rules}
            if run:
                # A run that was not finished had not yet brought all clients under its rules.
                all_again = run.rules != rules or (run.is_full and not run.done_at)
                run.write({**values, "is_full": all_again})
            else:
                run = runs.create({**values, "company_id": company.id, "is_full": True})
        return run

    @api.model
    def _get_rules(self, company):
        """Return all that rhythms depend on besides the visits, as text."""
        company = company.sudo()
        norms = self.env["salon.client.rhythm.norm"].sudo().search([("company_id", "=", company.id)], order="id")
        settings = [company[name] for name in SETTINGS]
        [(kinds,)] = self.env.execute_query(
            SQL(
                """
                SELECT md5(string_agg(id || ' ' || COALESCE(categ_id, 0), ',' ORDER BY id))
                  FROM product_template WHERE is_salon_service
                """
            )
        )
        zone = company._salon_timezone().zone
        return repr([*settings, zone, kinds, *((norm.category_id.id, norm.days) for norm in norms)])

    @api.model
    def _refresh_batch(self, company, run):
        """Compute the rhythms of the next clients and note that in `run`; return how many clients that were."""
        query = SQL(
            """
            SELECT COUNT(*), MAX(partner_id)
              FROM (SELECT partner_id FROM salon_client_file WHERE partner_id > %s ORDER BY partner_id LIMIT %s) file
            """,
            run.last_id,
            BATCH,
        )
        [(count, last_id)] = self.env.execute_query(query)
        if count:
            self._refresh_range(company, run, run.last_id + 1, last_id)
            run.last_id = last_id
        if count < BATCH:
            run.done_at = fields.Datetime.now()
            self.env["salon.client.rhythm.month"]._note(company, run.day)
        run.flush_recordset()
        return count

    @api.model
    def _refresh_range(self, company, run, first_id, last_id):
        """Compute the rhythms of the clients of a range of ids who need it.

        What the database can't guess the size of lies in tables of its own: else it plans for a handful of clients.
        """
        self._flush_visits()
        company = company.sudo()
        which = SQL("IN (SELECT partner_id FROM salon_todo)")
        sets = {
            "salon_todo": self._sql_todo(company, run, SQL("BETWEEN %s AND %s", first_id, last_id)),
            "salon_came": self._sql_came(company, which),
            "salon_rhythm": self._sql_rhythm(company, which, run.day),
            "salon_rhythm_kind": self._sql_category(company),
        }
        cr = self.env.cr
        cr.execute(SQL("SELECT set_config('work_mem', %s, true)", MEMORY))
        for name, rows in sets.items():
            cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", SQL.identifier(name), rows))
            cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))
        for statement in self._sql_writes(company, which):
            cr.execute(statement)
        for name in sets:
            cr.execute(SQL("DROP TABLE %s", SQL.identifier(name)))
        self._forget()

    @api.model
    def _refresh_latest(self, company):
        """Compute the rhythms of the clients of the last days: one may have been left out by a visit."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        query = SQL(
            """
            SELECT DISTINCT partner_id FROM salon_visit
             WHERE date >= %s AND company_id = %s AND state = 'done' AND partner_id IS NOT NULL
            """,
            since,
            company.id,
        )
        self._refresh_clients(company, [partner_id for (partner_id,) in self.env.execute_query(query)])

    @api.model
    def _refresh_clients(self, company, partner_ids):
        """Compute the rhythms of some clients of a company as of now."""
        if partner_ids:
            self._refresh(company, SQL("= ANY(%s)", sorted(partner_ids)), company._salon_rhythm_today())

    @api.model
    def _try_refresh_clients(self, company, partner_ids):
        """Compute the rhythms of some clients, where nobody else does at this moment; else they follow at once, after
        this transaction: a visit never waits for a rhythm, nor fails by it."""
        try:
            with self.env.cr.savepoint():
                self._lock(company, partner_ids)
                self._refresh_clients(company, partner_ids)
        except OperationalError:
            _logger.info("the rhythms of clients %s are computed after this transaction", partner_ids)
            if cron := self.env.ref("salon_aftercare.ir_cron_rhythm", raise_if_not_found=False):
                cron.sudo()._trigger()

    @api.model
    def _lock(self, company, partner_ids):
        """Take the rows of these clients, or raise where they are taken."""
        query = SQL(
            "SELECT id FROM salon_client_rhythm WHERE company_id = %s AND partner_id = ANY(%s) FOR UPDATE NOWAIT",
            company.id,
            sorted(partner_ids),
        )
        self.env.cr.execute(query, log_exceptions=False)

    # The sets -----------------------------------------------------------------------------------------

    @api.model
    def _refresh(self, company, which, today):
        """Compute the rhythms of a few clients as of a day, by one statement.

        :param SQL which: the condition on partner_id, without its left side
        """
        self._flush_visits()
        company = company.sudo()
        writes = self._sql_writes(company, which)
        query = SQL(
            """
            WITH salon_came AS MATERIALIZED (%(came)s),
                 salon_rhythm AS MATERIALIZED (%(rhythm)s),
                 salon_rhythm_kind AS MATERIALIZED (%(category)s),
                 %(writes)s
            SELECT
            """,
            came=self._sql_came(company, which),
            rhythm=self._sql_rhythm(company, which, today),
            category=self._sql_category(company),
            writes=SQL(", ").join(
                SQL("%s AS (%s)", SQL.identifier(f"write_{number}"), write) for number, write in enumerate(writes)
            ),
        )
        self.env.cr.execute(query, log_exceptions=False)
        self._forget()

    @api.model
    def _flush_visits(self):
        self.env["salon.visit"].flush_model(["partner_id", "company_id", "date", "state"])
        self.env["salon.visit.line"].flush_model(["visit_id", "product_id"])
        self.env["salon.client.file"].flush_model(["partner_id", "active", "erased_at"])
        self.env["product.template"].flush_model(["categ_id"])
        self.env["res.company"].flush_model()

    @api.model
    def _forget(self):
        """Have this transaction read again what the database has just computed."""
        self.invalidate_model(flush=False)
        self.env["salon.client.rhythm.category"].invalidate_model(flush=False)
        self.env["salon.client.file"].invalidate_model(["rhythm_id"], flush=False)

    def _sql_todo(self, company, run, which):
        """Return the clients whose rhythm may be another than it was: their visits are, the day of a change has come,
        or what was done at their last visits may have been corrected. With new rules these are all."""
        if run.is_full:
            return SQL("SELECT partner_id FROM salon_client_file WHERE partner_id %s", which)
        return SQL(
            """
            SELECT COALESCE(visit.partner_id, old.partner_id) AS partner_id
              FROM (SELECT partner_id, %(visit_print)s AS visit_print, MAX(date) AS last
                      FROM salon_visit
                     WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s
                     GROUP BY partner_id) visit
              FULL JOIN (SELECT partner_id, visit_print, changes_on FROM salon_client_rhythm
                          WHERE company_id = %(company)s AND partner_id %(which)s) old
                ON old.partner_id = visit.partner_id
              LEFT JOIN salon_client_file file ON file.partner_id = old.partner_id
             WHERE old.visit_print IS DISTINCT FROM visit.visit_print OR old.changes_on <= %(today)s
                OR visit.last > %(lately)s OR file.active IS FALSE OR file.erased_at IS NOT NULL
            """,
            visit_print=VISIT_PRINT,
            company=company.id,
            which=which,
            today=run.day,
            lately=fields.Datetime.subtract(fields.Datetime.now(), days=3),
        )

    def _sql_came(self, company, which, until=None):
        """Return the set of days on which clients came, with the categories of what was done then: one row for each.

        A visit without services has no category. Archived and erased clients have no rhythm.

        :param datetime until: visits before this moment alone (naive UTC); None: all
        """
        return SQL(
            """
            SELECT visit.partner_id, timezone(%(zone)s, timezone('UTC', visit.date))::date AS day,
                   template.categ_id AS category_id
              FROM (SELECT id, partner_id, date FROM salon_visit
                     WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s %(until)s) visit
              JOIN salon_client_file file ON file.partner_id = visit.partner_id
               AND file.active IS NOT FALSE AND file.erased_at IS NULL
              LEFT JOIN salon_visit_line line ON line.visit_id = visit.id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             GROUP BY 1, 2, 3
            """,
            zone=company._salon_timezone().zone,
            company=company.id,
            which=which,
            until=SQL("AND date < %s", until) if until else SQL(),
        )

    def _sql_rhythm(self, company, which, today):
        """Return the rows of clients, from salon_came.

        Of each visit it is known which interval counted then, and so whether the next one came late, or after the
        client had been lost: from that follow the state of today and the day on which it began. Who comes on the very
        day comes in time.
        """
        return SQL(
            """
            WITH day AS (
                SELECT came.partner_id, came.day, MIN(norm.days) AS usual
                  FROM salon_came came
                  LEFT JOIN salon_client_rhythm_norm norm
                    ON norm.company_id = %(company)s AND norm.category_id = came.category_id
                 GROUP BY came.partner_id, came.day
            ),
            step AS (
                SELECT day.*, (COUNT(*) OVER lately)::int AS counted, FIRST_VALUE(day) OVER lately AS from_day,
                       LEAD(day) OVER client AS next_day
                  FROM day
                WINDOW client AS (PARTITION BY partner_id ORDER BY day),
                       lately AS (PARTITION BY partner_id ORDER BY day
                                  RANGE BETWEEN %(window)s PRECEDING AND CURRENT ROW)
            ),
            paced AS (
                SELECT step.*, CASE WHEN counted >= %(habit)s THEN %(mean)s
                               ELSE COALESCE(usual, %(norm)s, %(usual)s) END AS days,
                       CASE WHEN counted >= %(habit)s THEN 'own' WHEN usual IS NOT NULL THEN 'category'
                            WHEN %(norm)s IS NOT NULL THEN 'salon' ELSE 'setting' END AS source
                  FROM step
            ),
            bound AS (
                SELECT paced.*, day + lost_after AS lost_on,
                       day + LEAST(CEIL(days * %(risk)s)::int, lost_after) AS risk_on
                  FROM (SELECT paced.*, LEAST(CEIL(days * %(lost)s)::int, NULLIF(%(lost_days)s, 0)) AS lost_after
                          FROM paced) paced
            ),
            client AS (
                SELECT partner_id, COUNT(*) AS visits, MIN(day) AS first_visit, MAX(day) AS last_visit,
                       MIN(next_day) AS second_visit,
                       MAX(next_day) FILTER (WHERE next_day > LEAST(day + days, lost_on)) AS late_on,
                       MAX(next_day) FILTER (WHERE next_day > lost_on) AS back_on,
                       MAX(counted) FILTER (WHERE next_day IS NULL) AS counted,
                       MAX(days) FILTER (WHERE next_day IS NULL) AS days,
                       MAX(source) FILTER (WHERE next_day IS NULL) AS source,
                       MAX(day + days) FILTER (WHERE next_day IS NULL) AS next_due,
                       MAX(risk_on) FILTER (WHERE next_day IS NULL) AS risk_on,
                       MAX(lost_on) FILTER (WHERE next_day IS NULL) AS lost_on
                  FROM bound GROUP BY partner_id
            )
            SELECT client.partner_id, client.visits, counted, first_visit, last_visit, days AS interval_days,
                   source AS interval_source, next_due, risk_on AS at_risk_on, lost_on, now.state,
                   CASE now.state WHEN 'lost' THEN lost_on WHEN 'at_risk' THEN risk_on WHEN 'due' THEN next_due
                        WHEN 'back' THEN late_on WHEN 'new' THEN first_visit
                        ELSE GREATEST(second_visit, late_on, back_on + %(back)s) END AS state_since,
                   CASE now.state WHEN 'lost' THEN NULL WHEN 'at_risk' THEN lost_on WHEN 'due' THEN risk_on
                        WHEN 'back' THEN LEAST(next_due, lost_on, back_on + %(back)s) ELSE LEAST(next_due, lost_on)
                        END AS changes_on,
                   print.visit_print
              FROM client
              JOIN (SELECT partner_id, %(visit_print)s AS visit_print FROM salon_visit
                     WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s
                     GROUP BY partner_id) print ON print.partner_id = client.partner_id,
                   LATERAL (
                  SELECT CASE WHEN %(today)s >= lost_on THEN 'lost' WHEN %(today)s >= risk_on THEN 'at_risk'
                              WHEN %(today)s >= next_due THEN 'due' WHEN %(today)s < back_on + %(back)s THEN 'back'
                              WHEN visits = 1 THEN 'new' ELSE 'active' END AS state) now
            """,
            company=company.id,
            which=which,
            visit_print=VISIT_PRINT,
            window=SQL("interval %s", WINDOW),
            habit=HABIT,
            mean=SQL("((day - from_day) * 2 + counted - 1) / ((counted - 1) * 2)"),  # rounded, half a day up
            norm=self._sql_norm(company),
            usual=company.salon_rhythm_days,
            risk=SQL("%s::numeric(4, 2)", company.salon_risk_intervals),
            lost=SQL("%s::numeric(4, 2)", company.salon_lost_intervals),
            lost_days=company.salon_lost_days,
            back=company.salon_back_days,
            today=SQL("%s::date", today),
        )

    def _sql_category(self, company):
        """Return the rows of clients and categories, from salon_came."""
        return SQL(
            """
            SELECT own.partner_id, own.category_id, own.visits, own.last_visit,
                   CASE WHEN own.counted >= %(habit)s THEN own.mean ELSE COALESCE(usual.days, %(norm)s, %(usual)s)
                   END AS interval_days,
                   CASE WHEN own.counted >= %(habit)s THEN 'own' WHEN usual.days IS NOT NULL THEN 'category'
                        WHEN %(norm)s IS NOT NULL THEN 'salon' ELSE 'setting' END AS interval_source,
                   own.last_visit + CASE WHEN own.counted >= %(habit)s THEN own.mean
                                    ELSE COALESCE(usual.days, %(norm)s, %(usual)s) END AS next_due
              FROM (%(own)s) own
              LEFT JOIN salon_client_rhythm_norm usual
                ON usual.company_id = %(company)s AND usual.category_id = own.category_id
            """,
            habit=HABIT,
            norm=self._sql_norm(company),
            usual=company.salon_rhythm_days,
            own=self._sql_own(SQL("category_id"), SQL("salon_came WHERE category_id IS NOT NULL")),
            company=company.id,
        )

    def _sql_norm(self, company):
        """Return the salon's own interval in all, NULL where it is not known."""
        return SQL(
            "(SELECT days FROM salon_client_rhythm_norm WHERE company_id = %s AND category_id IS NULL)", company.id
        )

    def _sql_own(self, category, days):
        """Return for each client and `category`: visits, last_visit, how many of them counted, and their mean interval.

        :param SQL days: what follows FROM: rows of partner_id, day and what `category` says
        """
        return SQL(
            """
            SELECT partner_id, category_id, visits::int, last_visit, counted, CASE WHEN counted > 1
                   THEN ((last_visit - from_day) * 2 + counted - 1) / ((counted - 1) * 2) END AS mean
              FROM (SELECT partner_id, category_id, last_visit, COUNT(*) AS visits,
                           (COUNT(*) FILTER (WHERE day >= last_visit - interval %(window)s))::int AS counted,
                           MIN(day) FILTER (WHERE day >= last_visit - interval %(window)s) AS from_day
                      FROM (SELECT DISTINCT partner_id, %(category)s AS category_id, day,
                                   MAX(day) OVER (PARTITION BY partner_id, %(category)s) AS last_visit
                              FROM %(days)s) day
                     GROUP BY partner_id, category_id, last_visit) summed
            """,
            category=category,
            window=WINDOW,
            days=days,
        )

    def _sql_writes(self, company, which):
        """Return the statements that bring the rows of these clients to what the sets say they are."""
        rhythm = ("salon_client_rhythm", "salon_rhythm", ("partner_id",), RHYTHM)
        category = ("salon_client_rhythm_category", "salon_rhythm_kind", ("partner_id", "category_id"), CATEGORY)
        return [
            write(company, which, *of) for of in (rhythm, category) for write in (self._sql_delete, self._sql_write)
        ]

    def _sql_delete(self, company, which, table, source, key, columns):
        """Return the statement that takes away the rows that are not in the set `source`."""
        return SQL(
            """
            DELETE FROM %(table)s old WHERE old.company_id = %(company)s AND old.partner_id %(which)s
               AND NOT EXISTS (SELECT FROM %(source)s new WHERE %(same)s)
            """,
            table=SQL.identifier(table),
            company=company.id,
            which=which,
            source=SQL.identifier(source),
            same=self._sql_same(key),
        )

    def _sql_write(self, company, which, table, source, key, columns):
        """Return the statement that writes what is new or has changed of the set `source`, and nothing else."""
        values = {name: SQL.identifier("new", name) for name in (*key, *columns)}
        if "state_since" in values:
            # Where settings moved the bounds of a state that goes on, it began when it began.
            values["state_since"] = SQL(
                """CASE WHEN (old.state, old.last_visit, old.visits) = (new.state, new.last_visit, new.visits)
                        THEN old.state_since ELSE new.state_since END"""
            )
        return SQL(
            """
            INSERT INTO %(table)s (company_id, %(names)s)
            SELECT %(company)s, %(new)s
              FROM %(source)s new
              LEFT JOIN %(table)s old ON old.company_id = %(company)s AND old.partner_id %(which)s AND %(same)s
             WHERE old.id IS NULL OR (%(old_values)s) IS DISTINCT FROM (%(new_values)s)
             ORDER BY new.partner_id
            ON CONFLICT (company_id, %(key)s) DO UPDATE SET %(update)s
            """,
            table=SQL.identifier(table),
            names=SQL(", ").join(SQL.identifier(name) for name in values),
            company=company.id,
            which=which,
            new=SQL(", ").join(values.values()),
            source=SQL.identifier(source),
            same=self._sql_same(key),
            old_values=SQL(", ").join(SQL.identifier("old", name) for name in columns),
            new_values=SQL(", ").join(values[name] for name in columns),
            key=SQL(", ").join(SQL.identifier(name) for name in key),
            update=SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), SQL.identifier("excluded", name)) for name in columns
            ),
        )

    def _sql_same(self, key):
        return SQL(" AND ").join(
            SQL("%s = %s", SQL.identifier("old", name), SQL.identifier("new", name)) for name in key
        )

    @api.model
    def _refresh_norms(self, company):
        """Compute after how many days the clients of a company come again, from those whose own rhythm is known."""
        self._flush_visits()
        [(clients,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM salon_client_file"))
        # Chance, but each night the same one: else the norm would be another each night.
        which = SQL("IS NOT NULL AND MOD(hashint4(partner_id) & 2147483647, %s) = 0", max(1, clients // SAMPLE))
        self.env.cr.execute(
            SQL(
                """
                WITH came AS MATERIALIZED (%(came)s),
                own AS (%(by_category)s UNION ALL %(in_all)s),
                mean AS (SELECT category_id, GREATEST(1, ROUND(AVG(mean)))::int AS days, COUNT(*) AS clients
                           FROM own WHERE counted >= %(habit)s GROUP BY category_id HAVING COUNT(*) >= %(known_by)s)
                INSERT INTO salon_client_rhythm_norm AS old (company_id, category_id, days, clients)
                SELECT %(company)s, category_id, days, clients FROM mean
                ON CONFLICT (company_id, (COALESCE(category_id, 0))) DO UPDATE
                   SET days = excluded.days, clients = excluded.clients
                 WHERE ABS(excluded.days - old.days) > GREATEST(1, old.days * 0.1)
                """,
                came=self._sql_came(company, which),
                by_category=self._sql_own(SQL("category_id"), SQL("came WHERE category_id IS NOT NULL")),
                in_all=self._sql_own(SQL("NULL::int"), SQL("came")),
                habit=HABIT,
                known_by=KNOWN_BY,
                company=company.id,
            )
        )
        self.env["salon.client.rhythm.norm"].invalidate_model(flush=False)


RHYTHM = (
    "visits",
    "counted",
    "first_visit",
    "last_visit",
    "interval_days",
    "interval_source",
    "next_due",
    "at_risk_on",
    "lost_on",
    "state",
    "state_since",
    "changes_on",
    "visit_print",
)
CATEGORY = ("visits", "last_visit", "interval_days", "interval_source", "next_due")
