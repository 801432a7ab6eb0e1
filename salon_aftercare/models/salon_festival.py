from datetime import date

from odoo import api, fields, models

YEARS_AHEAD = 3


class SalonFestival(models.Model):
    """A day on which clients are greeted: a festival, by whichever calendar, or the beginning of a season."""

    _name = "salon.festival"
    _description = "Festival or Season"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    month = fields.Integer(help="Of a day that is the same each year. Empty: the dates of each year are given.")
    day = fields.Integer(help="Of a day that is the same each year.")
    date_ids = fields.One2many("salon.festival.date", "festival_id", string="Dates", copy=True)
    next_date = fields.Date(compute="_compute_next_date")

    _fixed_day = models.Constraint(
        "CHECK ((COALESCE(month, 0) = 0) = (COALESCE(day, 0) = 0) AND COALESCE(month, 0) BETWEEN 0 AND 12"
        " AND COALESCE(day, 0) BETWEEN 0"
        " AND CASE WHEN month = 2 THEN 28 WHEN month IN (4, 6, 9, 11) THEN 30 ELSE 31 END)",
        "A festival on the same day each year needs its month and its day, and 29 February is not in each year.",
    )

    @api.depends("date_ids.date")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for festival in self:
            festival.next_date = min((one.date for one in festival.date_ids if one.date >= today), default=False)

    @api.model_create_multi
    def create(self, vals_list):
        festivals = super().create(vals_list)
        festivals._add_fixed_dates()
        return festivals

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"month", "day"}:
            today = fields.Date.today()
            self.date_ids.filtered(lambda one: one.date > today).unlink()
            self._add_fixed_dates()
        return result

    def _add_fixed_dates(self):
        """Give festivals that are on the same day each year their dates of this and the next years."""
        this_year = fields.Date.today().year
        for festival in self.filtered("month"):
            missing = set(range(this_year, this_year + YEARS_AHEAD + 1)) - set(festival.date_ids.mapped("year"))
            festival.date_ids = [(0, 0, {"date": date(year, festival.month, festival.day)}) for year in sorted(missing)]


class SalonFestivalDate(models.Model):
    """On which day a festival is in a year."""

    _name = "salon.festival.date"
    _description = "Date of a Festival"
    _order = "date"
    _rec_name = "date"

    festival_id = fields.Many2one("salon.festival", required=True, ondelete="cascade", index=True)
    date = fields.Date(required=True, index=True)
    year = fields.Integer(compute="_compute_year", store=True, aggregator=False)

    _once_a_year = models.UniqueIndex("(festival_id, year)", "This festival has a date in that year already.")

    @api.depends("date")
    def _compute_year(self):
        for one in self:
            one.year = one.date.year if one.date else 0
