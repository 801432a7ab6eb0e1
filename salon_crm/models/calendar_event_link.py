from datetime import timedelta
from urllib.parse import urljoin

from odoo import api, fields, models

from ..tools.token import is_token, new_token
from .calendar_event import BOOKING_CONTEXT

PATH = "/salon/visit/"
ENDS_AFTER = timedelta(days=1)  # after the visit; what came of it stands elsewhere


class CalendarEvent(models.Model):
    """The link by which a client sees their booking, confirms, moves or cancels it."""

    _inherit = "calendar.event"

    salon_token = fields.Char(
        copy=False, groups=fields.NO_ACCESS, help="Who knows it may see and change this booking: the client."
    )

    _salon_token_idx = models.UniqueIndex("(salon_token) WHERE salon_token IS NOT NULL")

    def _salon_path(self):
        """Return the path of this booking's page, for its client alone."""
        self.ensure_one()
        booking = self.sudo()
        if not booking.salon_token:
            booking.with_context(**BOOKING_CONTEXT).salon_token = new_token()
        return PATH + booking.salon_token

    def _salon_link(self):
        """Return the address of this booking's page, for its client alone."""
        return urljoin(self.sudo().get_base_url(), self._salon_path())

    def _salon_end_link(self):
        """End the link, and the pages of the online booking that lead to it: who had them is no longer the client."""
        self.sudo().salon_token = False
        self.env["salon.online.booking"].sudo().search([("event_id", "in", self.ids)]).unlink()

    @api.model
    def _salon_by_token(self, token):
        """Return the booking (as superuser) that a link names; none where the link is wrong or has ended."""
        if not is_token(token):
            return self.sudo().browse()
        now = fields.Datetime.now()
        domain = [("salon_token", "=", token), ("is_salon_booking", "=", True), ("stop", ">", now - ENDS_AFTER)]
        return self.sudo().search(domain, limit=1)
