from odoo import models


class CalendarEvent(models.Model):
    """Nobody is booked who was erased."""

    _inherit = "calendar.event"

    def _prepare_salon_booking(self, vals, known):
        self._refuse_erased_clients(vals)
        return super()._prepare_salon_booking(vals, known)

    def _check_salon_write(self, vals):
        self._refuse_erased_clients(vals)
        return super()._check_salon_write(vals)

    def _refuse_erased_clients(self, vals):
        guests = [command[2].get("guest_id") for command in vals.get("salon_line_ids") or () if command[0] in (0, 1)]
        self.env["res.partner"].browse({vals.get("salon_client_id"), *guests} - {None, False})._refuse_erased()
