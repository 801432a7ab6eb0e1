from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.frame import utc
from ..tools.spoken import clock

TIME_FIELDS = {"employee_id", "date", "kind", "hour_from", "hour_to"}


class SalonShift(models.Model):
    """A stretch of work in the roster. A day with shifts goes by them, a day without by the working hours."""

    _name = "salon.shift"
    _description = "Shift"
    _order = "date, hour_from, id"
    _check_company_auto = True

    employee_id = fields.Many2one(
        "hr.employee",
        string="Stylist",
        required=True,
        ondelete="cascade",
        check_company=True,
        domain="[('is_salon_stylist', '=', True)]",
    )
    company_id = fields.Many2one(related="employee_id.company_id", store=True, precompute=True, index=True)
    date = fields.Date(required=True, index=True)
    kind = fields.Selection([("work", "Works"), ("off", "Day off")], required=True, default="work")
    template_id = fields.Many2one("salon.shift.template", ondelete="set null", check_company=True)
    hour_from = fields.Float(string="From", default=9.0)
    hour_to = fields.Float(string="To", default=18.0, help="Past midnight, count on: 26 is two in the morning.")
    start = fields.Datetime(compute="_compute_times", store=True, precompute=True)
    stop = fields.Datetime(compute="_compute_times", store=True, precompute=True)

    _hours = models.Constraint(
        "CHECK (kind = 'off' OR (hour_from >= 0 AND hour_from < 24"
        " AND hour_to > hour_from AND hour_to <= hour_from + 24))",
        "A shift begins within its day and ends after it began. Past midnight, count on: 26 is two in the morning.",
    )
    _one_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int8range(employee_id, employee_id, '[]') WITH &&, tsrange(start, stop) WITH &&)"
        " WHERE (kind = 'work') DEFERRABLE INITIALLY IMMEDIATE",
        "Two shifts of one person overlap. Change the hours, or take one of them out.",
    )
    _off_uniq = models.UniqueIndex("(employee_id, date) WHERE kind = 'off'", "This day is off already in the roster.")
    _day_idx = models.Index("(employee_id, date)")

    @api.depends("date", "kind", "hour_from", "hour_to", "employee_id")
    def _compute_times(self):
        for shift in self:
            if not shift.date:
                shift.start = shift.stop = False
                continue
            shift.start, shift.stop = self._times(
                shift.employee_id, shift.date, shift.kind, shift.hour_from, shift.hour_to
            )

    @api.model
    def _times(self, employee, date, kind, hour_from, hour_to):
        """Return when a shift begins and ends, in naive UTC."""
        zone = (employee.sudo().company_id or self.env.company)._salon_timezone()
        start = self._moment(date, hour_from, zone)
        return start, start if kind == "off" else self._moment(date, hour_to, zone)

    @api.model
    def _moment(self, date, hour, zone):
        """Return the naive UTC datetime of `hour` (float, may exceed 24) on the local `date`."""
        days, minutes = divmod(round(hour * 60), 24 * 60)
        local = datetime.combine(date + timedelta(days=days), time(*divmod(minutes, 60)))
        return utc(zone, local)

    @api.constrains("employee_id", "date", "kind")
    def _check_off_alone(self):
        """A day is worked or off, not both."""
        days = self._read_group(
            [("employee_id", "in", self.employee_id.ids), ("date", "in", self.mapped("date"))],
            ["employee_id", "date:day", "kind"],
        )
        seen = {}
        for employee, day, kind in days:
            if seen.setdefault((employee, day), kind) != kind:
                raise ValidationError(
                    self.env._("%s has a shift and a day off on the same day. Take one of them out.", employee.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["salon.freed.time"]._watch_hours()
        return super().create(vals_list)

    def write(self, vals):
        if not TIME_FIELDS & vals.keys():
            return super().write(vals)
        self.env["salon.freed.time"]._watch_hours()
        # Person, day and times reach the database together: with the old times on the new day a shift could meet
        # another that it only passes by.
        for shift in self:
            employee = self.env["hr.employee"].browse(vals.get("employee_id", shift.employee_id.id))
            date = fields.Date.to_date(vals.get("date", shift.date))
            hours = [vals.get(name, shift[name]) for name in ("kind", "hour_from", "hour_to")]
            times = dict(zip(("start", "stop"), self._times(employee, date, *hours), strict=True)) if date else {}
            super(SalonShift, shift).write({**vals, **times})
        return True

    def unlink(self):
        # A day off taken out, and the working hours hold again.
        self.env["salon.freed.time"]._watch_hours()
        return super().unlink()

    @api.depends("employee_id", "kind", "hour_from", "hour_to")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for shift in self:
            hours = labels["off"] if shift.kind == "off" else f"{clock(shift.hour_from)}–{clock(shift.hour_to)}"
            shift.display_name = f"{shift.employee_id.name} · {hours}"
