import re

from odoo import models

from .salon_choice_link import MARK

ADDRESS = re.compile(r"[^\s\"'<>]*" + re.escape(MARK) + r"(\d+)")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        """Put the link to the client's contact choices in place of its mark: the team reads the mail too."""
        body = super()._prepare_outgoing_body()
        if MARK not in body:
            return body
        return ADDRESS.sub(lambda found: self._salon_choice_link(int(found[1])) or found[0], body)

    def _salon_choice_link(self, number):
        """Return the link to the contact choices of the client to whom this mail goes, None of anybody else."""
        file = self.env["salon.client.file"].sudo().browse(number).exists()
        to_client = file and self.recipient_ids == file.partner_id and not self.email_to
        return file._choice_link(self.record_company_id or self.env.company) if to_client else None
