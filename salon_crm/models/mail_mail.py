import re

from odoo import models

from .calendar_event_message import MARK
from .salon_intake import MARK as SHEET_MARK

SHEET_ADDRESS = re.compile(r"[^\s\"'<>]*" + re.escape(SHEET_MARK) + r"(\d+)")
ADDRESS = re.compile(r"[^\s\"'<>]*" + re.escape(MARK) + r"(\d+)")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        """Put the link of the booking, or of the form to fill in, in place of its mark.

        It opens the booking to whoever has it: it stands in what the client gets, and not in what the team can read.
        """
        body = super()._prepare_outgoing_body()
        if self.model == "salon.intake" and (sheet := self.env["salon.intake"].sudo().browse(self.res_id).exists()):
            links = {str(sheet.id): sheet._link()} if sheet.token else {}
            return SHEET_ADDRESS.sub(lambda found: links.get(found[1], found[0]), body)
        if self.model != "calendar.event" or MARK not in body:
            return body
        told = self.env["salon.message"].sudo().search([("mail_id", "=", self.id), ("kind", "!=", "cancelled")])
        bookings = told.filtered(lambda message: message.partner_id == message.event_id.salon_client_id).event_id
        links = {str(booking.id): booking._salon_link() for booking in bookings}
        return ADDRESS.sub(lambda found: links.get(found[1], found[0]), body)
