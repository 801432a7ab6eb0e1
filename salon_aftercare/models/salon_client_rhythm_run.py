from odoo import fields, models


class SalonClientRhythmRun(models.Model):
    """How far tonight's computation of the rhythms of one salon has come, so that it goes on where it was stopped."""

    _name = "salon.client.rhythm.run"
    _description = "Computation of Rhythms"
    _rec_name = "day"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True, help="The states are those of this day.")
    last_id = fields.Integer(required=True, help="Clients up to this one are done.")
    rules = fields.Char(required=True, help="Settings and norms of the computation: with others it begins anew.")
    is_full = fields.Boolean(help="All clients are computed, not only those with a change.")
    done_at = fields.Datetime(help="When the last client was done.")

    _company_uniq = models.Constraint("UNIQUE (company_id)", "One computation at a time.")
