from odoo import fields, models
from odoo.tools import SQL

from .salon_client_rhythm import SOURCES
from .salon_client_rhythm_sets import HABIT, WINDOW


class SalonClientRhythmCategory(models.Model):
    """How often a client has services of one category, and when these are due again.

    No rows are kept of it: there would be several for each client, and all that is asked is one client's, which their
    visits tell at once. Asked about all clients it takes as long as they have visits.
    """

    _name = "salon.client.rhythm.category"
    _description = "Client's Rhythm by Kind of Service"
    _auto = False
    _order = "next_due, id"
    _rec_name = "category_id"
    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "salon.client.file": ["partner_id", "active", "erased_at"],
        "salon.client.rhythm.norm": ["company_id", "category_id", "days"],
        "salon.visit": ["partner_id", "company_id", "date", "state"],
        "salon.visit.line": ["visit_id", "product_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    category_id = fields.Many2one("product.category", string="Kind of Service", readonly=True)
    visits = fields.Integer(readonly=True, help="Days on which such a service was done.")
    last_visit = fields.Date(string="Last Time", readonly=True)
    interval_days = fields.Integer(
        string="Every (Days)",
        readonly=True,
        aggregator="avg",
        help="Days between two such visits on average: the client's own from three on, before that the salon's.",
    )
    interval_source = fields.Selection(SOURCES, string="Interval Of", readonly=True)
    next_due = fields.Date(string="Next Visit Due", readonly=True)

    @property
    def _table_query(self):
        """A row for each client, category and company; its id is the first line with it.

        A condition on clients reaches down to their visits: all that is grouped is grouped by client.
        """
        return SQL(
            """
            SELECT own.id, own.company_id, own.partner_id, own.category_id, own.visits, own.last_visit, paced.*,
                   own.last_visit + paced.interval_days AS next_due
              FROM (SELECT company_id, partner_id, category_id, last_visit, MIN(id) AS id, COUNT(*)::int AS visits,
                           COUNT(*) FILTER (WHERE is_late) AS counted,
                           last_visit - MIN(day) FILTER (WHERE is_late) AS days
                      FROM (SELECT day.*, last_visit - day <= %(window)s AS is_late
                              FROM (SELECT day.*, MAX(day) OVER (PARTITION BY company_id, partner_id, category_id)
                                           AS last_visit
                                      FROM (%(days)s) day) day) day
                     GROUP BY company_id, partner_id, category_id, last_visit) own
              JOIN (%(salons)s) salon (id, zone, days) ON salon.id = own.company_id
              LEFT JOIN salon_client_rhythm_norm usual
                ON usual.company_id = own.company_id AND usual.category_id = own.category_id
              LEFT JOIN salon_client_rhythm_norm norm
                ON norm.company_id = own.company_id AND norm.category_id IS NULL,
                   LATERAL (
                  SELECT CASE WHEN counted >= %(habit)s THEN ((own.days * 2 + counted - 1) / ((counted - 1) * 2))::int
                              ELSE COALESCE(usual.days, norm.days, salon.days) END AS interval_days,
                         CASE WHEN counted >= %(habit)s THEN 'own' WHEN usual.days IS NOT NULL THEN 'category'
                              WHEN norm.days IS NOT NULL THEN 'salon' ELSE 'setting' END AS interval_source) paced
            """,
            window=WINDOW,
            habit=HABIT,
            salons=self._sql_salons(),
            days=SQL(
                """
                SELECT visit.company_id, visit.partner_id, template.categ_id AS category_id,
                       timezone(salon.zone, timezone('UTC', visit.date))::date AS day, MIN(line.id) AS id
                  FROM salon_visit visit
                  JOIN (%s) salon (id, zone, days) ON salon.id = visit.company_id
                  JOIN salon_client_file file ON file.partner_id = visit.partner_id
                   AND file.active IS NOT FALSE AND file.erased_at IS NULL
                  JOIN salon_visit_line line ON line.visit_id = visit.id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE visit.state = 'done' AND template.categ_id IS NOT NULL
                 GROUP BY 1, 2, 3, 4
                """,
                self._sql_salons(),
            ),
        )

    def _sql_salons(self):
        """Return rows of each company: id, time zone, the interval of its settings."""
        companies = self.env["res.company"].sudo().search([])
        return SQL(
            "VALUES %s",
            SQL(", ").join(
                SQL("(%s, %s, %s)", company.id, company._salon_timezone().zone, company.salon_rhythm_days)
                for company in companies
            ),
        )
