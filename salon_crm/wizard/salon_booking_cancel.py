from odoo import api, fields, models


class SalonBookingCancel(models.TransientModel):
    """Why bookings are cancelled: the reason says whether it counts against the client."""

    _name = "salon.booking.cancel"
    _description = "Cancel Booking"

    event_ids = fields.Many2many("calendar.event", string="Bookings", required=True)
    reason_id = fields.Many2one("salon.cancel.reason")
    has_reasons = fields.Boolean(compute="_compute_has_reasons")

    @api.depends("event_ids")
    def _compute_has_reasons(self):
        self.has_reasons = bool(self.env["salon.cancel.reason"].search_count([], limit=1))

    def action_cancel(self):
        """Cancel the bookings; their time is free again."""
        self.ensure_one()
        self.event_ids._salon_set_state("cancelled", salon_cancel_reason_id=self.reason_id.id)
        return {"type": "ir.actions.act_window_close"}
