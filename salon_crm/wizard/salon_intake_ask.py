from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonIntakeAsk(models.TransientModel):
    """Which form a client is asked to fill in, and how: by a link, or here in the salon."""

    _name = "salon.intake.ask"
    _description = "Ask to Fill In"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, readonly=True, ondelete="cascade")
    event_id = fields.Many2one("calendar.event", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    form_id = fields.Many2one(
        "salon.intake.form",
        required=True,
        ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id)), ('question_ids', '!=', False)]",
        default=lambda self: self.env["salon.intake.form"]._of_company(self.env.company)[:1],
    )
    reached_by = fields.Char(string="Goes to", compute="_compute_reached_by")
    can_send = fields.Boolean(compute="_compute_reached_by")
    lacks_key = fields.Boolean(related="form_id.lacks_key")

    @api.depends("file_id")
    def _compute_reached_by(self):
        for one in self:
            client = one.file_id.partner_id
            one.can_send = bool(client._salon_channels(one.company_id.sudo()))
            one.reached_by = (
                client._salon_reached_by(one.company_id.sudo())
                if one.can_send
                else self.env._("No address to write to. Have it filled in here.")
            )

    def action_send(self):
        """Send the link."""
        self._ask()._send()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Asked: %s", self.reached_by),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_fill_here(self):
        """Log out on this device, and open the page for the client."""
        return self._ask().with_env(self.env).action_fill_here()

    def _ask(self):
        self.ensure_one()
        self.file_id.check_access("write")
        if not self.form_id:
            raise UserError(self.env._("There is no intake form yet. A manager makes one in the configuration."))
        company = self.event_id.company_id or self.company_id
        return self.env["salon.intake"]._ask(self.file_id, self.form_id, company, self.event_id)
