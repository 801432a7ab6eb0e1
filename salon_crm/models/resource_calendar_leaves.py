from odoo import models


class ResourceCalendarLeaves(models.Model):
    """Time off and public holidays that are withdrawn or shortened leave time for the waiting list."""

    _inherit = "resource.calendar.leaves"

    def write(self, vals):
        self.env["salon.freed.time"]._watch_hours()
        return super().write(vals)

    def unlink(self):
        self.env["salon.freed.time"]._watch_hours()
        return super().unlink()
