from odoo import models

from .salon_case_incident import RECOVERY


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """After a recovery call comes the next one."""
        kind = self.env["ir.model.data"]._xmlid_to_res_id(RECOVERY)
        calls = self.sudo().filtered(lambda one: one.res_model == "salon.case" and one.activity_type_id.id == kind)
        cases = self.env["salon.case"].browse(calls.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        cases._note_recovery_call()
        return result
