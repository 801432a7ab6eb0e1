from odoo import api, fields, models


class CalendarEvent(models.Model):
    """A booking says what its client's file waits for."""

    _inherit = "calendar.event"

    salon_file_review = fields.Selection(
        [("intake", "The client has filled in a form"), ("due", "The file was not reviewed for long")],
        string="Client File",
        compute="_compute_salon_file_review",
    )
    salon_may_ask_intake = fields.Boolean(compute="_compute_salon_file_review")

    @api.depends("salon_client_id", "salon_state")
    @api.depends_context("company", "uid")
    def _compute_salon_file_review(self):
        self.salon_file_review, self.salon_may_ask_intake = False, False
        files = self.env["salon.client.file"]
        clients = self.salon_client_id
        if not clients or not files.has_access("read"):
            return
        by_client = files.search([("partner_id", "in", clients.ids)]).grouped("partner_id")
        for event in self:
            file = by_client.get(event.salon_client_id._origin)
            if file:
                event.salon_file_review = "intake" if file.intake_waits else "due" if file.review_due else False
                new = not file.intake_count and not event.salon_visit_count
                event.salon_may_ask_intake = new and event.salon_state in ("booked", "confirmed", "arrived")

    def action_salon_ask_intake(self):
        """Choose a form for this new client to fill in."""
        self.ensure_one()
        self.check_access("write")
        self.salon_client_id._make_salon_clients()
        file = self.env["salon.client.file"].search([("partner_id", "=", self.salon_client_id.id)])
        action = file.action_ask_intake()
        return {**action, "context": {**action["context"], "default_event_id": self.id}}

    def action_salon_review_intake(self):
        """Show what the client filled in."""
        self.ensure_one()
        return self.salon_client_id.salon_file_ids.action_view_intakes()

    def action_salon_set_reviewed(self):
        """Note that the client's file is right."""
        self.ensure_one()
        self.salon_client_id.salon_file_ids.action_set_reviewed()
