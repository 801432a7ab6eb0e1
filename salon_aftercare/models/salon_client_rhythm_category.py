from odoo import fields, models

from .salon_client_rhythm import SOURCES


class SalonClientRhythmCategory(models.Model):
    """How often a client has services of one category, and when these are due again."""

    _name = "salon.client.rhythm.category"
    _description = "Client's Rhythm by Kind of Service"
    _order = "next_due, id"
    _rec_name = "category_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Client", required=True, readonly=True, ondelete="restrict")
    category_id = fields.Many2one(
        "product.category", string="Kind of Service", required=True, readonly=True, ondelete="cascade"
    )
    visits = fields.Integer(required=True, readonly=True, help="Days on which such a service was done.")
    last_visit = fields.Date(string="Last Time", required=True, readonly=True)
    interval_days = fields.Integer(
        string="Every (Days)",
        required=True,
        readonly=True,
        aggregator="avg",
        help="Days between two such visits on average: the client's own from three on, before that the salon's.",
    )
    interval_source = fields.Selection(SOURCES, string="Interval Of", required=True, readonly=True)
    next_due = fields.Date(string="Next Visit Due", required=True, readonly=True)

    _client_uniq = models.Constraint(
        "UNIQUE (partner_id, category_id, company_id)",
        "This client has a rhythm for this kind of service already: it is computed by itself.",
    )
    _due_idx = models.Index("(category_id, company_id, next_due)")
