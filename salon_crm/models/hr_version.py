from odoo import api, models

HOURS = {"resource_calendar_id", "date_version", "contract_date_start", "contract_date_end", "active"}


class HrVersion(models.Model):
    """Other working hours, or a longer contract, leave time for the waiting list."""

    _inherit = "hr.version"

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("employee_id") for vals in vals_list):  # somebody who works here already
            self.env["salon.freed.time"]._watch_hours()
        return super().create(vals_list)

    def write(self, vals):
        if HOURS & vals.keys():
            self.env["salon.freed.time"]._watch_hours()
        return super().write(vals)
