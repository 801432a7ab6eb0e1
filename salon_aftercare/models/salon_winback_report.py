from odoo import api, fields, models
from odoo.tools import SQL

GROUPS = [("contacted", "Contacted"), ("control", "Not contacted")]


class SalonWinbackReport(models.Model):
    """What contacts brought about: a row for each client and occasion of a plan that leaves some clients out."""

    _name = "salon.winback.report"
    _description = "Contacted and Not Contacted"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "salon.followup": [
            "plan_id", "company_id", "partner_id", "occasion", "origin_model", "state", "skip_code", "due_at",
            "done_at",
        ],
        "salon.followup.plan": ["has_control_group"],
        "salon.visit": ["partner_id", "company_id", "date", "state"],
        "pos.order": ["partner_id", "company_id", "date_order", "state", "amount_total", "currency_rate"],
    }  # fmt: skip

    plan_id = fields.Many2one("salon.followup.plan", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    group = fields.Selection(GROUPS, readonly=True, help="Who was left out was chosen by chance.")
    date = fields.Datetime(
        string="Contact",
        readonly=True,
        help="When the client was contacted, or would have been: the first step counts.",
    )
    is_over = fields.Boolean(
        string="Time Is Over", readonly=True, help="The days are over in which visits and revenue count."
    )
    clients = fields.Integer(string="Contacts", readonly=True, help="Clients on one occasion each.")
    came_back = fields.Float(
        string="Came Back %", readonly=True, aggregator="avg", digits=(16, 1),
        help="Of these clients, how many had a visit within the days of the setting.",
    )  # fmt: skip
    visits = fields.Integer(readonly=True, help="Visits that are done, within the days of the setting.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    revenue = fields.Monetary(
        readonly=True, help="Paid orders at the till within the days of the setting, with taxes and less refunds."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT first.id, first.plan_id, first.company_id, first.partner_id, first.group, first.date,
                   first.date + days.length <= timezone('UTC', now()) AS is_over, 1 AS clients,
                   CASE WHEN came.visits > 0 THEN 100.0 ELSE 0.0 END AS came_back, came.visits,
                   company.currency_id, COALESCE(paid.revenue, 0) AS revenue
              FROM (SELECT DISTINCT ON (followup.plan_id, followup.occasion)
                           followup.id, followup.plan_id, followup.company_id, followup.partner_id,
                           COALESCE(followup.done_at, followup.due_at) AS date,
                           CASE WHEN followup.state = 'done' THEN 'contacted' ELSE 'control' END AS group
                      FROM salon_followup followup
                      JOIN salon_followup_plan plan ON plan.id = followup.plan_id AND plan.has_control_group
                     WHERE followup.occasion IS NOT NULL
                       AND followup.origin_model IS DISTINCT FROM 'salon.followup'  -- called again: the same contact
                       AND (followup.state = 'done' OR (followup.state = 'skipped' AND followup.skip_code = 'control'))
                     ORDER BY followup.plan_id, followup.occasion, COALESCE(followup.done_at, followup.due_at),
                              followup.id) first
              JOIN res_company company ON company.id = first.company_id
             CROSS JOIN LATERAL (SELECT make_interval(days => company.salon_winback_days) AS length) days
             CROSS JOIN LATERAL (
                   SELECT COUNT(*)::int AS visits FROM salon_visit visit
                    WHERE visit.partner_id = first.partner_id AND visit.company_id = first.company_id
                      AND visit.state = 'done' AND visit.date > first.date AND visit.date <= first.date + days.length
             ) came
             CROSS JOIN LATERAL (
                   SELECT SUM(amount_total / COALESCE(NULLIF(currency_rate, 0), 1)) AS revenue FROM pos_order
                    WHERE pos_order.partner_id = first.partner_id AND pos_order.company_id = first.company_id
                      AND pos_order.state IN ('paid', 'done') AND pos_order.date_order > first.date
                      AND pos_order.date_order <= first.date + days.length
             ) paid
            """
        )

    @api.readonly
    def action_open_followup(self):
        """Show the contact behind a row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.followup",
            "res_id": self.id,
            "view_mode": "form",
        }
