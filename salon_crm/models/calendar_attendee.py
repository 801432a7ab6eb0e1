from odoo import models

from .calendar_event import in_hand


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _send_invitation_emails(self):
        """Nobody is invited to a booking: core would look up its template, and then not send it."""
        return None if in_hand(self.env) else super()._send_invitation_emails()
