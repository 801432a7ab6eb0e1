from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonErase(models.TransientModel):
    """Asks a manager who is about to erase a client: shows what goes, what stays and why."""

    _name = "salon.erase"
    _description = "Erase a Client"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, readonly=True, ondelete="cascade")
    reason = fields.Selection(
        [("request", "The client asked"), ("mistake", "Should never have been noted")],
        string="Why",
        required=True,
        default="request",
    )
    obstacles = fields.Text(compute="_compute_preview")
    preview = fields.Html(string="What Goes, What Stays", compute="_compute_preview", sanitize=False)
    sure = fields.Boolean(string="I know that this can't be undone")

    @api.depends("file_id")
    def _compute_preview(self):
        erasures = self.env["salon.erasure"]
        for wizard in self:
            erasures._check_may_erase(wizard.file_id)
            wizard.obstacles = "\n".join(wizard.file_id._erasure_obstacles()) or False
            wizard.preview = erasures._show(erasures._preview(wizard.file_id))

    def action_export(self):
        """Give the client what is known of them, before it is gone."""
        return self.file_id.action_export_all()

    def action_erase(self):
        """Erase the client, and show what was done."""
        self.ensure_one()
        if not self.sure:
            raise UserError(self.env._("Tick that you know: an erased client can't be brought back."))
        erasure = self.env["salon.erasure"]._erase(self.file_id, self.reason)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erased"),
            "res_model": "salon.erasure",
            "res_id": erasure.id,
            "views": [(False, "form")],
        }
