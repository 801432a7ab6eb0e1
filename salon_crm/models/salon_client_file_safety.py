from odoo import api, fields, models
from odoo.tools import SQL


class SalonClientFile(models.Model):
    """What was done so that this client is safe at the chair."""

    _inherit = "salon.client.file"

    consent_ids = fields.One2many("salon.consent", "file_id", string="Consents", readonly=True)
    patch_test_ids = fields.One2many("salon.patch.test", "file_id", string="Patch Tests")

    def action_view_patch_tests(self):
        """Show the patch tests of this client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_patch_test_action")
        return {**action, "domain": [("file_id", "=", self.id)], "context": {"default_file_id": self.id}}

    @api.model
    def _kept_with_file(self):
        return [*super()._kept_with_file(), "salon.patch.test", "salon.consent", "salon.consent.request"]

    def _erase_health(self, purpose="request"):
        self._erase_safety()
        return super()._erase_health(purpose)

    def _erase_safety(self):
        """Remove patch tests, consents with their signatures, and links to sign.

        Whether a client reacted to a product is of their health, and a signature is theirs: who is erased leaves none.
        """
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env["salon.consent.request"].sudo().search([("file_id", "in", self.ids)]).unlink()
        for table in ("salon_patch_test", "salon_consent"):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE file_id = ANY(%s)", SQL.identifier(table), self.ids))
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.env.invalidate_all()

    def action_ask_consent(self):
        """Choose what this client is to sign."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_consent_ask_action")
        return {**action, "context": {"default_file_id": self.id}}
