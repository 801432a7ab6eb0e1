from odoo import models
from odoo.exceptions import UserError

# What a booking can become from each state. Once the client is here it is the visit that goes on.
NEXT_STATES = {
    "booked": ("confirmed", "arrived", "in_service", "no_show", "cancelled"),
    "confirmed": ("booked", "arrived", "in_service", "no_show", "cancelled"),
    "arrived": ("in_service", "done"),
    "in_service": ("arrived", "done"),
    "done": (),
    "no_show": ("booked", "arrived"),
    "cancelled": ("booked",),
}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _salon_set_state(self, state):
        self.filtered(lambda event: event.is_salon_booking and event.salon_state != state).salon_state = state

    def _check_salon_transition(self, state):
        """Refuse a state that a booking can't get to from where it is."""
        labels = dict(self._fields["salon_state"]._description_selection(self.env))
        for booking in self.sudo().filtered("salon_state"):
            if state != booking.salon_state and state not in NEXT_STATES[booking.salon_state]:
                raise UserError(
                    self.env._(
                        "“%(booking)s” is %(old)s and can't become %(new)s. Correct its visit, or make a new booking.",
                        booking=booking.name,
                        old=labels[booking.salon_state],
                        new=labels.get(state, state),
                    )
                )

    def action_salon_confirm(self):
        """The client said that they will come."""
        self._salon_set_state("confirmed")

    def action_salon_arrive(self):
        """The client is here: open the visit, with what is booked, and show it."""
        self._salon_set_state("arrived")
        return self._salon_open_visits()._action_open()

    def action_salon_start(self):
        """The stylist begins."""
        self._salon_open_visits()
        self._salon_set_state("in_service")

    def action_salon_no_show(self):
        """The client did not come; the time is free again."""
        self._salon_set_state("no_show")

    def action_salon_cancel(self):
        """The booking is off; the time is free again."""
        self._salon_set_state("cancelled")

    def action_salon_rebook(self):
        """Take a cancelled booking or a no-show up again, if its time is still free."""
        self._salon_set_state("booked")

    def action_salon_visit(self):
        """Show the visit that this booking became."""
        return self.salon_visit_ids._action_open()

    def _salon_open_visits(self):
        """Return the visits of these bookings, opening those that are not open yet."""
        self.check_access("write")
        missing = self.sudo().filtered(lambda booking: booking.is_salon_booking and not booking.salon_visit_ids)
        self.env["salon.visit"].sudo().create([booking._prepare_visit_values() for booking in missing])
        return self.salon_visit_ids

    def _prepare_visit_values(self):
        """Return the values of the visit that this booking becomes: what is booked, by whom."""
        return {
            "partner_id": self.salon_client_id.id,
            "event_id": self.id,
            "company_id": self.company_id.id,
            "line_ids": [
                (0, 0, line._prepare_visit_line_values()) for line in self.salon_line_ids.sorted("sequence")
            ],
        }
