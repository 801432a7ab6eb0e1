from datetime import timedelta

import pytz

from odoo import api, fields, models

from .salon_case_clock import CLOCKS, WARN


class SalonCaseRule(models.Model):
    """How long the salon takes at most: of several rules that fit a case, the first one holds."""

    _name = "salon.case.rule"
    _description = "Case Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one("res.company", ondelete="cascade", help="Empty: for all companies.")
    kind = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["kind"]._description_selection(self.env),
        required=True,
        default="complaint",
    )
    severity = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["severity"]._description_selection(self.env),
        help="Empty: whatever the severity.",
    )
    place = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["place"]._description_selection(self.env),
        string="Made",
        help="Empty: wherever it was made.",
    )
    hours = fields.Selection(
        [("clock", "By the clock"), ("opening", "By opening hours")],
        string="Counted",
        required=True,
        default="clock",
        help="By opening hours: the time in which the salon is closed does not count.",
    )
    answer_hours = fields.Float(string="Answer Within", help="Hours and minutes. 0: no such clock.")
    proposal_hours = fields.Float(string="Proposal Within", help="Hours and minutes. 0: no such clock.")
    solution_hours = fields.Float(string="Solved Within", help="Hours and minutes. 0: no such clock.")
    alert = fields.Boolean(
        string="Alert at Once", help="Managers are alerted on every device as soon as such a case is opened."
    )

    _hours_sensible = models.Constraint(
        "CHECK (answer_hours >= 0 AND proposal_hours >= 0 AND solution_hours >= 0"
        " AND answer_hours <= 8760 AND proposal_hours <= 8760 AND solution_hours <= 8760)",
        "The hours of a rule can't be negative, nor more than a year.",
    )

    @api.model
    def _find(self, case):
        """Return the rule for a case; none where none fits. Who has one taken up again is not in the salon any more."""
        domain = [
            ("kind", "=", case.kind),
            ("severity", "in", (False, case.severity)),
            ("place", "in", (False, "away" if case.reopened_at else case.place)),
            ("company_id", "in", (False, case.company_id.id)),
        ]
        return self.sudo().search(domain, limit=1)

    def _reckon(self, company, begin):
        """Return the values of all deadlines of a case that was opened at `begin` (naive UTC)."""
        values = {}
        for clock in CLOCKS:
            minutes = round(self[f"{clock}_hours"] * 60) if self else 0
            values[f"{clock}_due_at"] = minutes and self._add(company, begin, minutes)
            values[f"{clock}_warn_at"] = minutes and self._add(company, begin, minutes * WARN / 100)
        return values

    def _add(self, company, begin, minutes):
        """Return the moment at which so many minutes are over; by the clock where nobody says when the salon opens."""
        if self.hours == "opening":
            calendar = company.sudo().salon_opening_calendar_id or company.sudo().resource_calendar_id
            if calendar:
                end = calendar.plan_hours(minutes / 60, pytz.utc.localize(begin), compute_leaves=True)
                if end:
                    end = end.astimezone(pytz.utc).replace(tzinfo=None)
                    return (end + timedelta(milliseconds=500)).replace(microsecond=0)
        return begin + timedelta(seconds=round(minutes * 60))
