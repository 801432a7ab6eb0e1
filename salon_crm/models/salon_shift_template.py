from odoo import fields, models


class SalonShiftTemplate(models.Model):
    """A shift that comes back: early, late, off. The roster is filled by dragging these."""

    _name = "salon.shift.template"
    _description = "Shift Template"
    _order = "sequence, hour_from, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection([("work", "Works"), ("off", "Day off")], required=True, default="work")
    hour_from = fields.Float(string="From", default=9.0)
    hour_to = fields.Float(string="To", default=18.0)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)

    _hours = models.Constraint(
        "CHECK (kind = 'off' OR (hour_from >= 0 AND hour_from < 24"
        " AND hour_to > hour_from AND hour_to <= hour_from + 24))",
        "A shift begins within its day and ends after it began. Past midnight, count on: 26 is two in the morning.",
    )
