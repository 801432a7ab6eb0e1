from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["salon.freed.time"]._watch_hours()
        attendances = super().create(vals_list)
        self.env.registry.clear_cache()
        return attendances

    def write(self, vals):
        self.env["salon.freed.time"]._watch_hours()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env["salon.freed.time"]._watch_hours()
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
