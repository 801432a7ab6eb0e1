import re

from odoo import models

from .salon_feedback import MARK

ADDRESS = re.compile(r"[^\s\"'<>]*" + re.escape(MARK) + r"(\d+)")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        """Put the link of the feedback in place of its mark: the team reads the mail too, and does not answer it."""
        body = super()._prepare_outgoing_body()
        if MARK not in body:
            return body
        return ADDRESS.sub(lambda found: self._salon_feedback_link(int(found[1])) or found[0], body)

    def _salon_feedback_link(self, number):
        """Return the link of a feedback that goes to its client by this mail, None for any other."""
        feedback = self.env["salon.feedback"].sudo().browse(number).exists()
        to_client = feedback and self.recipient_ids == feedback.partner_id and not self.email_to
        return feedback._link() if to_client else None
