import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH = 500_000  # clients; the database reads through what they had done once for each batch
# For one batch: memory to sort and hash it; rows between processes cost little, but each hashes for itself (a container
# may have next to no memory that they share); a glance at a set tells its size.
TUNING = {
    "work_mem": "256MB",
    "parallel_tuple_cost": "0.01",
    "enable_parallel_hash": "off",
    "default_statistics_target": "10",
}
BOUNDS = ("salon_risk_intervals", "salon_lost_intervals", "salon_lost_days", "salon_back_days")
SCOPES = ("changed", "norms", "all")  # each computes more than the one before


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

        Where that, a setting or a service is another than the last time, more clients are computed than those whose
        visits are.
        """
        runs = self.env["salon.client.rhythm.run"].sudo()
        today = company._salon_today()
        run = runs.search([("company_id", "=", company.id)])
        if not run or run.day != today:
            self._refresh_norms(company)
            values = {"day": today, "last_id": 0, "done_at": False, **self._get_rules(company)}
            if run:
                run.write({**values, "scope": self._find_scope(run, values)})
            else:
                run = runs.create({**values, "company_id": company.id, "scope": "all"})
        return run

    @api.model
    def _find_scope(self, run, rules):
        """Return what a computation by `rules` takes after `run`."""
        scopes = {"changed"}
        if not run.done_at:  # it had not yet brought all clients under its rules
            scopes.add(run.scope)
        if (run.services, run.settings) != (rules["services"], rules["settings"]):
            scopes.add("all")
        if run.norms != rules["norms"]:
            scopes.add("norms")
        return max(scopes, key=SCOPES.index)

    @api.model
    def _get_rules(self, company):
        """Return all that rhythms depend on besides the visits, as texts: what is computed anew for it differs."""
        company = company.sudo()
        norms = self.env["salon.client.rhythm.norm"].sudo().search([("company_id", "=", company.id)], order="id")
        [(kinds,)] = self.env.execute_query(
            SQL(
                """
                SELECT md5(string_agg(id || ' ' || COALESCE(categ_id, 0), ',' ORDER BY id))
                  FROM product_template WHERE is_salon_service
                """
            )
        )
        return {
            "services": repr([company._salon_timezone().zone, kinds]),
            "settings": repr([company[name] for name in BOUNDS]),
            "norms": repr([company.salon_rhythm_days, *((norm.category_id.id, norm.days) for norm in norms)]),
        }

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
        It reads with several processes where it can, which is where no such table is asked for.
        """
        self._flush_visits()
        company = company.sudo()
        span, which = (SQL("BETWEEN %s AND %s", first_id, last_id),) * 2
        sets = {}
        if run.scope != "all":
            sets["salon_todo"] = self._sql_todo(company, run, span)
            which = SQL("IN (SELECT partner_id FROM salon_todo)")
        sets["salon_came"] = self._sql_came(company, which)
        sets["salon_rhythm"] = self._sql_rhythm(company, which, run.day)
        cr = self.env.cr
        for name, value in TUNING.items():
            cr.execute(SQL("SELECT set_config(%s, %s, true)", name, value))
        for name, rows in sets.items():
            cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", SQL.identifier(name), rows))
            cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))
        cr.execute(self._sql_delete(company, which))
        cr.execute(self._sql_write(company, which))
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
            self._refresh(company, SQL("= ANY(%s)", sorted(partner_ids)), company._salon_today())

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

    @api.model
    def _refresh(self, company, which, today):
        """Compute the rhythms of a few clients as of a day, by one statement.

        :param SQL which: the condition on partner_id, without its left side
        """
        self._flush_visits()
        company = company.sudo()
        query = SQL(
            """
            WITH salon_came AS MATERIALIZED (%(came)s),
                 salon_rhythm AS MATERIALIZED (%(rhythm)s),
                 deleted AS (%(delete)s),
                 written AS (%(write)s)
            SELECT
            """,
            came=self._sql_came(company, which),
            rhythm=self._sql_rhythm(company, which, today),
            delete=self._sql_delete(company, which),
            write=self._sql_write(company, which),
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
        self.env["salon.client.file"].invalidate_model(["rhythm_id"], flush=False)
