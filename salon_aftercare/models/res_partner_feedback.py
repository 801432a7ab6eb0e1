from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _salon_refuses_feedback(self):
        """Return by which of "email" and "sms" this client does not want to be asked."""
        file, refused = self.sudo().salon_file_ids[:1], set()
        for channel, model, name, address in (
            ("email", "mail.blacklist", "email", self.email_normalized),
            ("sms", "phone.blacklist", "number", self.phone_sanitized),
        ):
            listed = address and self.env[model].sudo().search_count([(name, "=", address)], limit=1)
            # What care after a visit they agree to, where their file says so.
            agreed = f"care_{channel}" not in file._fields or not file or file[f"care_{channel}"]
            if listed or not agreed:
                refused.add(channel)
        return refused
