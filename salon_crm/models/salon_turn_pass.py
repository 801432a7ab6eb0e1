from odoo import fields, models


class SalonTurnPass(models.Model):
    """A stylist let the others go first. Passes stay on record: who had which turn is a matter of money."""

    _name = "salon.turn.pass"
    _description = "Passed Turn"
    _order = "passed_at desc, id desc"
    _rec_name = "stylist_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    stylist_id = fields.Many2one("hr.employee", required=True, ondelete="cascade")
    passed_at = fields.Datetime(required=True, default=fields.Datetime.now)
    clients = fields.Integer(help="How many clients the busiest stylist had then.")
    withdrawn = fields.Boolean(help="It was a mistake, and does not count.")

    _moment_idx = models.Index("(company_id, passed_at)")
