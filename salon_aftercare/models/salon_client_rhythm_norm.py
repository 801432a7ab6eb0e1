from odoo import fields, models


class SalonClientRhythmNorm(models.Model):
    """After how many days the clients of a salon come again, by category of service and in all.

    It is what counts for a client who has no rhythm of their own yet. A norm moves only when it is wrong by more than
    a day and a tenth: else every client who is new would be due on another day each night.
    """

    _name = "salon.client.rhythm.norm"
    _description = "The Salon's Own Rhythm"
    _order = "company_id, category_id"
    _rec_name = "category_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    category_id = fields.Many2one(
        "product.category", string="Kind of Service", readonly=True, ondelete="cascade", help="Empty: all services."
    )
    days = fields.Integer(string="Every (Days)", required=True, readonly=True, aggregator="avg")
    clients = fields.Integer(
        required=True, readonly=True, help="How many clients with a rhythm of their own it was computed from."
    )

    _norm_uniq = models.UniqueIndex(
        "(company_id, COALESCE(category_id, 0))", "The salon's own rhythm is computed by itself."
    )
