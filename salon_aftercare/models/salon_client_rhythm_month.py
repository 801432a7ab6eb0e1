from datetime import datetime, time

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.salon_crm.tools.frame import utc

from .salon_client_rhythm import STATES
from .salon_client_rhythm_sets import SAMPLE

NAMES = [name for name, _label in STATES]
MONTHS_BACK = 12  # so many are reckoned from the visits when a salon begins


class SalonClientRhythmMonth(models.Model):
    """How many clients of a salon were in each state at the end of a month: rhythms know their state of today alone.

    The month that runs is counted anew each night; what is over stays as it was.
    """

    _name = "salon.client.rhythm.month"
    _description = "States of Clients by Month"
    _order = "month desc, company_id, id"
    _rec_name = "month"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    state = fields.Selection(STATES, required=True, readonly=True)
    clients = fields.Integer(
        required=True, readonly=True, help="Clients who were in this state on the day on which they were counted."
    )
    counted_on = fields.Date(
        required=True, readonly=True, help="The last day of the month; of the month that runs, the last night."
    )

    _once = models.Constraint("UNIQUE (company_id, month, state)", "This month is counted already.")

    @api.model
    def _note(self, company, day):
        """Count the states of a company's clients as they are now, and keep them for the month of `day`.

        Called again it counts again; a day before the one that was counted changes nothing.
        """
        if not self.sudo().search_count([("company_id", "=", company.id)], limit=1):
            self._reckon(company, day)
        self._keep(
            company,
            day,
            SQL("SELECT state, COUNT(*) FROM salon_client_rhythm WHERE company_id = %s GROUP BY state", company.id),
        )

    @api.model
    def _reckon(self, company, day):
        """Reckon the months before `day` from the visits, by the settings and the salon's rhythm of today.

        A salon with very many clients is not kept waiting for that: its history begins now.
        """
        [(clients,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM salon_client_file"))
        if clients > SAMPLE:
            return
        rhythms = self.env["salon.client.rhythm"].sudo()
        rhythms._flush_visits()
        company = company.sudo()
        which = SQL("IS NOT NULL")
        for months in range(MONTHS_BACK, 0, -1):
            end = day.replace(day=1) - relativedelta(months=months - 1)
            until = utc(company._salon_timezone(), datetime.combine(end, time()))
            last = end - relativedelta(days=1)
            counts = SQL(
                """
                WITH salon_came AS MATERIALIZED (%s), rhythm AS (%s) SELECT state, COUNT(*) FROM rhythm GROUP BY state
                """,
                rhythms._sql_came(company, which, until),
                rhythms._sql_rhythm(company, which, last),
            )
            if self.env.execute_query(SQL("SELECT FROM (%s) counted LIMIT 1", counts)):
                self._keep(company, last, counts)

    @api.model
    def _keep(self, company, day, counts):
        """Write the rows of a month.

        :param SQL counts: states, and how many clients are in them
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_client_rhythm_month AS old (company_id, month, state, clients, counted_on)
                SELECT %(company)s, date_trunc('month', %(day)s::date)::date, state.name,
                       COALESCE(counted.clients, 0), %(day)s
                  FROM unnest(%(states)s) AS state(name)
                  LEFT JOIN (%(counts)s) AS counted(state, clients) ON counted.state = state.name
                ON CONFLICT (company_id, month, state) DO UPDATE
                   SET clients = excluded.clients, counted_on = excluded.counted_on
                 WHERE old.counted_on <= excluded.counted_on
                """,
                company=company.id,
                day=day,
                states=NAMES,
                counts=counts,
            )
        )
        self.invalidate_model(flush=False)
