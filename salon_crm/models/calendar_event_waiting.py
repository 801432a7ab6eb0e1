import pytz

from odoo import models
from odoo.fields import Domain


class CalendarEvent(models.Model):
    """What a booking that goes leaves to the waiting list."""

    _inherit = "calendar.event"

    def unlink(self):
        if lines := self.sudo().filtered("is_salon_booking").salon_line_ids:
            self.env["salon.freed.time"]._note_blocks("line_id", lines)
        return super().unlink()

    def action_salon_waiting(self):
        """Show who waits for a time on the day of this booking."""
        self.ensure_one()
        day = pytz.utc.localize(self.start).astimezone(self.company_id._salon_timezone()).date()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_waiting_action")
        suits = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", ("waiting", "offered"))
            & Domain("date_from", "<=", day)
            & Domain("date_to", ">=", day)
            & Domain(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()], "=", True)
        )
        return {**action, "domain": list(suits), "context": {}}
