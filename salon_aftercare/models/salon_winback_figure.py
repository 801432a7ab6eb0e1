from math import sqrt

from odoo import api, fields, models
from odoo.tools import SQL

FEW = 30  # with fewer clients in a group nothing can be said


class SalonWinbackFigure(models.Model):
    """A plan in one line: who was contacted beside who was not, the difference, and how far it can be trusted.

    Only contacts count whose time is over: both groups had as many days to come back.
    """

    _name = "salon.winback.figure"
    _description = "What Contacts Bring About"
    _auto = False
    _order = "plan_id, company_id"
    _rec_name = "plan_id"
    _depends = {"salon.winback.report": ["plan_id", "company_id", "group", "is_over", "came_back", "revenue"]}

    plan_id = fields.Many2one("salon.followup.plan", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    contacted = fields.Integer(readonly=True, aggregator="sum", help="Contacts whose time is over.")
    contacted_back = fields.Float(string="Came Back % (Contacted)", readonly=True, aggregator=None, digits=(16, 1))
    contacted_revenue = fields.Monetary(string="Revenue Each (Contacted)", readonly=True, aggregator=None)
    control = fields.Integer(
        string="Not Contacted", readonly=True, aggregator="sum", help="Clients left out by chance whose time is over."
    )
    control_back = fields.Float(string="Came Back % (Not Contacted)", readonly=True, aggregator=None, digits=(16, 1))
    control_revenue = fields.Monetary(string="Revenue Each (Not Contacted)", readonly=True, aggregator=None)
    back_difference = fields.Float(
        string="Difference (% Points)", readonly=True, aggregator=None, digits=(16, 1),
        help="Came back of who was contacted, less came back of who was not.",
    )  # fmt: skip
    revenue_difference = fields.Monetary(
        readonly=True, aggregator=None, help="Revenue of each client contacted, less that of each who was not."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    waiting = fields.Integer(
        string="Not Over Yet", readonly=True, aggregator="sum", help="Clients whose days are not over: not counted."
    )
    caution = fields.Char(compute="_compute_caution")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT figure.*, contacted_back - control_back AS back_difference,
                   contacted_revenue - control_revenue AS revenue_difference
              FROM (SELECT MIN(id) AS id, plan_id, company_id, currency_id,
                           COUNT(*) FILTER (WHERE is_over AND "group" = 'contacted') AS contacted,
                           AVG(came_back) FILTER (WHERE is_over AND "group" = 'contacted') AS contacted_back,
                           AVG(revenue) FILTER (WHERE is_over AND "group" = 'contacted') AS contacted_revenue,
                           COUNT(*) FILTER (WHERE is_over AND "group" = 'control') AS control,
                           AVG(came_back) FILTER (WHERE is_over AND "group" = 'control') AS control_back,
                           AVG(revenue) FILTER (WHERE is_over AND "group" = 'control') AS control_revenue,
                           COUNT(*) FILTER (WHERE NOT is_over) AS waiting
                      FROM (%s) report GROUP BY plan_id, company_id, currency_id) figure
            """,
            self.env["salon.winback.report"]._table_query,
        )

    @api.depends("contacted", "control", "contacted_back", "control_back")
    @api.depends_context("lang")
    def _compute_caution(self):
        for figure in self:
            figure.caution = figure._get_caution()

    def _get_caution(self):
        """Return how far the difference can be trusted; nothing where chance hardly makes such a one (1 in 20)."""
        self.ensure_one()
        fewest = min(self.contacted, self.control)
        if not fewest:
            return self.env._("One of the groups is empty: there is nothing to compare.")
        if fewest < FEW:
            return self.env._("Too few in one group (%s): chance alone may have made the difference.", fewest)
        back = (self.contacted * self.contacted_back + self.control * self.control_back) / 100
        share = back / (self.contacted + self.control)
        error = 100 * sqrt(share * (1 - share) * (1 / self.contacted + 1 / self.control))
        if abs(self.back_difference) < 1.96 * error:
            return self.env._("Such a difference comes about by chance too.")
        return False

    def action_view_clients(self):
        """Show the clients behind the figures."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_winback_report_action")
        return {
            **action,
            "domain": [("plan_id", "=", self.plan_id.id), ("company_id", "=", self.company_id.id)],
            "context": {"search_default_over": 1, "search_default_group_by_group": 1},
        }
