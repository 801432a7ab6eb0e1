from odoo import fields, models


class SalonPointsDay(models.Model):
    """Days on which members earn more points: certain dates, a day of the week, or both together."""

    _name = "salon.points.day"
    _inherit = ["salon.cached"]
    _description = "Points Day"
    _order = "date_from desc, weekday, id"

    name = fields.Char(required=True, translate=True)
    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade", index=True)
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until", help="The last day, included.")
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        string="Day of the Week",
    )
    factor = fields.Float(required=True, default=2.0, digits=(6, 2), help="So many times the usual points.")
    active = fields.Boolean(default=True)

    _factor_positive = models.Constraint("CHECK (factor >= 0)", "Points can't be below 0.")
    _some_day = models.Constraint(
        "CHECK (num_nonnulls(date_from, date_to, weekday) > 0)",
        "Say on which days there are more points: dates, or a day of the week.",
    )
    _dates_in_order = models.Constraint("CHECK (date_from <= date_to)", "The last day comes after the first.")
