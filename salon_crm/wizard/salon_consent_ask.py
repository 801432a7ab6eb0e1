from odoo import api, fields, models


class SalonConsentAsk(models.TransientModel):
    """What a client is to sign: sent as a link, or opened on the tablet here."""

    _name = "salon.consent.ask"
    _description = "Ask for Consent"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    form_ids = fields.Many2many(
        "salon.consent.form",
        string="Forms",
        compute="_compute_form_ids",
        store=True,
        readonly=False,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    reached_by = fields.Char(string="The Link Goes To", compute="_compute_reached_by")

    @api.depends("file_id")
    def _compute_form_ids(self):
        """Propose what has to be signed before any service and is not."""
        for ask in self:
            forms = ask.env["salon.consent.form"].search(
                [("is_general", "=", True), ("company_id", "in", (False, ask.company_id.id))]
            )
            today = fields.Date.context_today(ask)
            signed = ask.env["salon.consent"]._find_valid(ask.file_id.partner_id, forms, today).form_id
            ask.form_ids = forms - signed

    @api.depends("file_id", "company_id")
    def _compute_reached_by(self):
        for ask in self:
            partner = ask.file_id.partner_id
            channels = partner._salon_channels(ask.company_id)
            ask.reached_by = partner._salon_reached_by(ask.company_id) if channels else False

    def action_send(self):
        """Send the link."""
        return self._request("link")._tell_sent()

    def action_sign_here(self):
        """Log out on this device, and open the page for the client."""
        return self._request("tablet")._open_here()

    def _request(self, way):
        self.ensure_one()
        self.file_id.check_access("read")
        requests = self.env["salon.consent.request"]
        return requests._ask(self.file_id.partner_id, self.form_ids, self.company_id, way)
