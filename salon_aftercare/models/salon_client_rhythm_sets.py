from odoo import api, fields, models
from odoo.tools import SQL

HABIT = 3  # visits from which on a rhythm is the client's own
WINDOW = 730  # days before a visit: what came earlier says nothing of the rhythm then
KNOWN_BY = 5  # clients with a rhythm of their own, from which the salon's is known
SAMPLE = 20_000  # clients of whom the salon's own rhythm is computed, where it has more
# Days are numbers while millions of them are computed with: the database compares these several times as fast.
EPOCH = SQL("DATE '2000-01-01'")
# What tells one set of visits from another.
VISIT_PRINT = SQL("MOD(SUM(hashint4(id) # timestamp_hash(date)), 2147483647)::int")
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


class SalonClientRhythm(models.Model):
    """The sets that rhythms are computed by, and the statements that write them.

    A set is a query: of the clients to compute (salon_todo), of the days on which they came (salon_came) and of their
    rows (salon_rhythm). `which` is a condition on partner_id without its left side.
    """

    _inherit = "salon.client.rhythm"

    def _sql_todo(self, company, run, which):
        """Return the clients of `which` whose rhythm may be another than it was.

        It is where their visits are others, the day of a change has come, or what was done at their last visits may
        have been corrected; the others are those who depend on the salon's own rhythm, if that is another now: who has
        none of their own, and who came lately, for that was late or not by the rhythm of the visit before.
        """
        others = SQL("FALSE")
        if run.scope == "norms":
            others = SQL(
                "old.interval_source <> 'own' OR (old.state IN ('active', 'back') AND old.last_visit > %s)",
                fields.Date.subtract(run.day, days=company.salon_back_days),
            )
        return SQL(
            """
            SELECT partner_id
              FROM (SELECT COALESCE(visit.partner_id, old.partner_id) AS partner_id,
                           (old.visit_print IS DISTINCT FROM visit.visit_print OR old.changes_on <= %(today)s
                            OR visit.last > %(lately)s OR file.active IS FALSE OR file.erased_at IS NOT NULL
                           ) IS TRUE AS is_anew,
                           (%(others)s) AS is_other
                      FROM (SELECT partner_id, %(visit_print)s AS visit_print, MAX(date) AS last
                              FROM salon_visit
                             WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s
                             GROUP BY partner_id) visit
                      FULL JOIN (SELECT partner_id, visit_print, changes_on, interval_source, state, last_visit
                                   FROM salon_client_rhythm
                                  WHERE company_id = %(company)s AND partner_id %(which)s) old
                        ON old.partner_id = visit.partner_id
                      LEFT JOIN salon_client_file file ON file.partner_id = old.partner_id) client
             WHERE is_anew OR is_other
            """,
            visit_print=VISIT_PRINT,
            company=company.id,
            which=which,
            others=others,
            today=run.day,
            lately=fields.Datetime.subtract(fields.Datetime.now(), days=3),
        )

    def _sql_came(self, company, which, until=None):
        """Return the set of days on which clients came, as numbers from EPOCH on, with the shortest of the salon's own
        intervals for what was done then (`usual`): one row for each.

        :param datetime until: visits before this moment alone (naive UTC); None: all
        """
        return SQL(
            """
            SELECT visit.partner_id, visit.day - %(epoch)s AS day, MIN(norm.days) AS usual
              FROM %(done)s
              LEFT JOIN salon_client_rhythm_norm norm
                ON norm.company_id = %(company)s AND norm.category_id = service.category_id
             GROUP BY 1, 2
            """,
            epoch=EPOCH,
            company=company.id,
            done=self._sql_done(company, which, until),
        )

    def _sql_done(self, company, which, until=None):
        """Return the tables of what was done (`visit`, `line`, `service`), as they follow a FROM.

        A visit without services has no category. Archived and erased clients have no rhythm.
        """
        return SQL(
            """
            (SELECT done.id, done.partner_id, timezone(%(zone)s, timezone('UTC', done.date))::date AS day
               FROM (SELECT id, partner_id, date FROM salon_visit
                      WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s %(until)s) done
               JOIN salon_client_file file ON file.partner_id = done.partner_id
                AND file.active IS NOT FALSE AND file.erased_at IS NULL
             OFFSET 0  -- a day is computed once a visit, not once a line
            ) visit
              LEFT JOIN salon_visit_line line ON line.visit_id = visit.id
              LEFT JOIN (SELECT product.id, template.categ_id AS category_id
                           FROM product_product product
                           JOIN product_template template ON template.id = product.product_tmpl_id) service
                ON service.id = line.product_id
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
            WITH step AS (
                SELECT came.*, (COUNT(*) OVER lately)::int AS counted, FIRST_VALUE(day) OVER lately AS from_day,
                       LEAD(day) OVER lately AS next_day
                  FROM salon_came came
                WINDOW lately AS (PARTITION BY partner_id ORDER BY day
                                  RANGE BETWEEN %(window)s PRECEDING AND CURRENT ROW)
            ),
            paced AS (
                SELECT step.*, CASE WHEN counted >= %(habit)s
                                    THEN ((day - from_day) * 2 + counted - 1) / ((counted - 1) * 2)
                                    ELSE COALESCE(usual, %(norm)s, %(usual)s) END AS days
                  FROM step
            ),
            bound AS (
                SELECT paced.*, LEAST((days * %(lost)s + 99) / 100, NULLIF(%(lost_days)s, 0)) AS lost_after FROM paced
            ),
            client AS (
                SELECT partner_id, COUNT(*)::int AS visits, MIN(day) AS first_visit, MAX(day) AS last_visit,
                       MIN(next_day) AS second_visit,
                       MAX(next_day) FILTER (WHERE next_day > day + LEAST(days, lost_after)) AS late_on,
                       MAX(next_day) FILTER (WHERE next_day > day + lost_after) AS back_on,
                       MAX(counted) FILTER (WHERE next_day IS NULL) AS counted,
                       MAX(days) FILTER (WHERE next_day IS NULL) AS days,
                       MAX(usual) FILTER (WHERE next_day IS NULL) AS usual,
                       MAX(lost_after) FILTER (WHERE next_day IS NULL) AS lost_after
                  FROM bound GROUP BY partner_id
            )
            SELECT client.partner_id, client.visits, counted,
                   %(epoch)s + first_visit AS first_visit, %(epoch)s + last_visit AS last_visit, days AS interval_days,
                   CASE WHEN counted >= %(habit)s THEN 'own' WHEN usual IS NOT NULL THEN 'category'
                        WHEN %(norm)s IS NOT NULL THEN 'salon' ELSE 'setting' END AS interval_source,
                   %(epoch)s + next_due AS next_due, %(epoch)s + risk_on AS at_risk_on, %(epoch)s + lost_on AS lost_on,
                   now.state,
                   %(epoch)s + CASE now.state WHEN 'lost' THEN lost_on WHEN 'at_risk' THEN risk_on
                                              WHEN 'due' THEN next_due WHEN 'back' THEN late_on
                                              WHEN 'new' THEN first_visit
                                              ELSE GREATEST(second_visit, late_on, back_on + %(back)s)
                               END AS state_since,
                   %(epoch)s + CASE now.state WHEN 'lost' THEN NULL WHEN 'at_risk' THEN lost_on WHEN 'due' THEN risk_on
                                              WHEN 'back' THEN LEAST(next_due, lost_on, back_on + %(back)s)
                                              ELSE LEAST(next_due, lost_on) END AS changes_on,
                   print.visit_print
              FROM client
              JOIN (SELECT partner_id, %(visit_print)s AS visit_print FROM salon_visit
                     WHERE company_id = %(company)s AND state = 'done' AND partner_id %(which)s
                     GROUP BY partner_id) print ON print.partner_id = client.partner_id,
                   LATERAL (
                  SELECT last_visit + days AS next_due, last_visit + lost_after AS lost_on,
                         last_visit + LEAST((days * %(risk)s + 99) / 100, lost_after) AS risk_on) bound,
                   LATERAL (
                  SELECT CASE WHEN %(today)s >= lost_on THEN 'lost' WHEN %(today)s >= risk_on THEN 'at_risk'
                              WHEN %(today)s >= next_due THEN 'due' WHEN %(today)s < back_on + %(back)s THEN 'back'
                              WHEN visits = 1 THEN 'new' ELSE 'active' END AS state) now
            """,
            epoch=EPOCH,
            company=company.id,
            which=which,
            visit_print=VISIT_PRINT,
            window=WINDOW,
            habit=HABIT,
            norm=self._sql_norm(company),
            usual=company.salon_rhythm_days,
            # The settings have two digits: in hundredths everything stays a whole number.
            risk=round(company.salon_risk_intervals * 100),
            lost=round(company.salon_lost_intervals * 100),
            lost_days=company.salon_lost_days,
            back=company.salon_back_days,
            today=SQL("(%s::date - %s)", today, EPOCH),
        )

    def _sql_norm(self, company):
        """Return the salon's own interval in all, NULL where it is not known."""
        return SQL(
            "(SELECT days FROM salon_client_rhythm_norm WHERE company_id = %s AND category_id IS NULL)", company.id
        )

    def _sql_own(self, days):
        """Return for each client and category: visits, last_visit, how many of them counted and their mean interval.

        :param SQL days: a query of `key` and day; each once
        """
        return SQL(
            """
            SELECT partner_id, category_id, visits, last_visit, counted, CASE WHEN counted > 1
                   THEN ((last_visit - from_day) * 2 + counted - 1) / ((counted - 1) * 2) END AS mean
              FROM (SELECT partner_id, category_id, last_visit, COUNT(*)::int AS visits,
                           (COUNT(*) FILTER (WHERE day >= last_visit - %(window)s))::int AS counted,
                           MIN(day) FILTER (WHERE day >= last_visit - %(window)s) AS from_day
                      FROM (SELECT day.*, MAX(day) OVER (PARTITION BY partner_id, category_id) AS last_visit
                              FROM (%(days)s) day) day
                     GROUP BY partner_id, category_id, last_visit) summed
            """,
            window=WINDOW,
            days=days,
        )

    # The writes ---------------------------------------------------------------------------------------

    def _sql_delete(self, company, which):
        """Return the statement that takes away the rows of these clients that are not in salon_rhythm."""
        return SQL(
            """
            DELETE FROM salon_client_rhythm old WHERE old.company_id = %s AND old.partner_id %s
               AND NOT EXISTS (SELECT FROM salon_rhythm new WHERE new.partner_id = old.partner_id)
            """,
            company.id,
            which,
        )

    def _sql_write(self, company, which):
        """Return the statement that writes what is new or has changed in salon_rhythm, and nothing else."""
        values = {name: SQL.identifier("new", name) for name in RHYTHM}
        # Where settings moved the bounds of a state that goes on, it began when it began.
        values["state_since"] = SQL(
            """CASE WHEN (old.state, old.last_visit, old.visits) = (new.state, new.last_visit, new.visits)
                    THEN old.state_since ELSE new.state_since END"""
        )
        return SQL(
            """
            INSERT INTO salon_client_rhythm (company_id, partner_id, %(names)s)
            SELECT %(company)s, new.partner_id, %(new)s
              FROM salon_rhythm new
              LEFT JOIN salon_client_rhythm old
                ON old.company_id = %(company)s AND old.partner_id %(which)s AND old.partner_id = new.partner_id
             WHERE old.id IS NULL OR (%(old)s) IS DISTINCT FROM (%(new)s)
             ORDER BY new.partner_id
            ON CONFLICT (company_id, partner_id) DO UPDATE SET %(update)s
            """,
            names=SQL(", ").join(SQL.identifier(name) for name in RHYTHM),
            company=company.id,
            which=which,
            old=SQL(", ").join(SQL.identifier("old", name) for name in RHYTHM),
            new=SQL(", ").join(values.values()),
            update=SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), SQL.identifier("excluded", name)) for name in RHYTHM
            ),
        )

    # The salon's own ----------------------------------------------------------------------------------

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
                WITH came AS MATERIALIZED (
                    SELECT DISTINCT visit.partner_id, service.category_id, visit.day FROM %(done)s
                ),
                own AS (%(by_category)s UNION ALL %(in_all)s),
                mean AS (SELECT category_id, GREATEST(1, ROUND(AVG(mean)))::int AS days, COUNT(*) AS clients
                           FROM own WHERE counted >= %(habit)s GROUP BY category_id HAVING COUNT(*) >= %(known_by)s)
                INSERT INTO salon_client_rhythm_norm AS old (company_id, category_id, days, clients)
                SELECT %(company)s, category_id, days, clients FROM mean
                ON CONFLICT (company_id, (COALESCE(category_id, 0))) DO UPDATE
                   SET days = excluded.days, clients = excluded.clients
                 WHERE ABS(excluded.days - old.days) > GREATEST(1, old.days * 0.1)
                """,
                done=self._sql_done(company, which),
                by_category=self._sql_own(SQL("SELECT * FROM came WHERE category_id IS NOT NULL")),
                in_all=self._sql_own(SQL("SELECT DISTINCT partner_id, NULL::int AS category_id, day FROM came")),
                habit=HABIT,
                known_by=KNOWN_BY,
                company=company.id,
            )
        )
        self.env["salon.client.rhythm.norm"].invalidate_model(flush=False)
