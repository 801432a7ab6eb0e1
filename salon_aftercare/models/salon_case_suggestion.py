from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class SalonCase(models.Model):
    """What people suggest, also those whom nobody knows: who gave an address is answered there."""

    _inherit = "salon.case"

    contact_name = fields.Char(string="Name", readonly=True, help="As somebody wrote it on the public page.")
    contact_email = fields.Char(string="Email", readonly=True, help="As somebody wrote it: nobody checked it.")
    lang = fields.Char(string="Language", readonly=True)
    is_from_page = fields.Boolean(string="Suggestion Box", readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", groups=fields.NO_ACCESS)

    def _moved(self):
        result = super()._moved()
        for case in self.sudo().filtered(lambda case: case.kind == "suggestion" and case.state == "answered"):
            case._send_answer()
        return result

    def _send_answer(self):
        """Write the answer to who made a suggestion, once."""
        self.ensure_one()
        if not self.contact_email or not self.answer or self.mail_id:
            return
        words = self.with_context(lang=self.lang or self.env.lang)
        self.mail_id = self.env["mail.mail"].create(
            {
                "subject": words.env._("Your suggestion to %s", self.company_id.name),
                "body_html": plaintext2html(f"{self.answer}\n\n{words.env._('You wrote:')}\n{self.description or ''}"),
                "email_to": self.contact_email,
                "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
                "auto_delete": False,
            }
        )
        self._message_log(body=words.env._("The answer was sent to the address that was given."))
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def action_make_complaint(self):
        """What came as a suggestion is a complaint: its clocks begin now."""
        self._check_manager()
        for case in self:
            if case.kind != "suggestion" or case.state == "closed":
                raise UserError(self.env._("Only a suggestion that is open becomes a complaint."))
            case.sudo().write({"kind": "complaint", "place": "away", "opened_at": fields.Datetime.now()})
            case._set_clocks()
        self._moved()
