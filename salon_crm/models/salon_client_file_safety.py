from odoo import api, fields, models


class SalonClientFile(models.Model):
    """What was done so that this client is safe at the chair."""

    _inherit = "salon.client.file"

    patch_test_ids = fields.One2many("salon.patch.test", "file_id", string="Patch Tests")

    def action_view_patch_tests(self):
        """Show the patch tests of this client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_patch_test_action")
        return {**action, "domain": [("file_id", "=", self.id)], "context": {"default_file_id": self.id}}

    @api.model
    def _kept_with_file(self):
        return [*super()._kept_with_file(), "salon.patch.test"]

    def _erase_health(self, purpose="request"):
        """Remove the patch tests as well: whether a client reacted to a product is of their health."""
        tests = self.env["salon.patch.test"].sudo().search([("file_id", "in", self.ids)])
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute("DELETE FROM salon_patch_test WHERE id = ANY(%s)", [tests.ids])
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        tests.invalidate_model()
        return super()._erase_health(purpose)
