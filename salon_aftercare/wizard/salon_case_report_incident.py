from odoo import fields, models


class SalonCaseReportIncident(models.TransientModel):
    """The second of two taps: what happened."""

    _name = "salon.case.report.incident"
    _description = "Report an Incident"

    visit_id = fields.Many2one("salon.visit", required=True, readonly=True, ondelete="cascade")

    def action_report(self):
        """Alert the managers, and open what is to be done; the button says what happened, by its context."""
        self.ensure_one()
        kind = self.env.context.get("incident_kind")
        known = dict(self.env["salon.case"]._fields["incident_kind"].selection)
        return self.visit_id._open_incident(kind if kind in known else "other")._action_open()
