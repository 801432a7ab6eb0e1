from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.spoken import spoken


class SalonSeriesCancel(models.TransientModel):
    """All coming bookings of a series are off, for one reason."""

    _name = "salon.series.cancel"
    _description = "Cancel All Coming Bookings of a Series"

    series_id = fields.Many2one("salon.booking.series", required=True, ondelete="cascade", readonly=True)
    coming = fields.Text(compute="_compute_coming")
    reason_id = fields.Many2one("salon.cancel.reason", required=True, ondelete="cascade")
    tell = fields.Boolean(string="Tell the Client", default=True)
    how = fields.Char(compute="_compute_coming")

    @api.depends("series_id")
    def _compute_coming(self):
        for wizard in self:
            wizard.coming = "\n".join(spoken(self.env, start) for start in wizard.series_id._coming().mapped("start"))
            wizard.how = wizard.series_id.partner_id._salon_reached_by(wizard.series_id.company_id or self.env.company)

    def action_cancel(self):
        """Cancel them all, and tell the client once."""
        self.ensure_one()
        bookings = self.series_id._coming()
        if not bookings:
            raise UserError(self.env._("No booking of this series is still to come."))
        bookings._salon_set_state("cancelled", salon_cancel_reason_id=self.reason_id.id)
        if self.tell:
            bookings._salon_tell_clients("cancelled")
        else:
            bookings._salon_count_as_told()
        return {"type": "ir.actions.act_window_close"}
