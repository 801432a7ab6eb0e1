from odoo import api, fields, models

from .calendar_event_state import NEXT_STATES


class CalendarEvent(models.Model):
    """What the calendar shows of a booking: everybody and every place in it, not of its first service alone."""

    _inherit = "calendar.event"

    # The public employee, by the same id: the front desk and stylists may read who it is.
    salon_stylist_ids = fields.Many2many(
        "hr.employee.public", string="Stylists", compute="_compute_salon_people", search="_search_salon_stylist_ids"
    )
    salon_station_ids = fields.Many2many(
        "salon.station", string="Stations", compute="_compute_salon_people", search="_search_salon_station_ids"
    )
    salon_people = fields.Char(
        string="With", compute="_compute_salon_people", help="Who serves the client, and where, in order."
    )
    salon_next_states = fields.Char(
        compute="_compute_salon_next_states", help="What the booking can become now, for the buttons: states by comma."
    )

    @api.depends("salon_line_ids.stylist_id", "salon_line_ids.station_id", "salon_line_ids.sequence")
    def _compute_salon_people(self):
        for event in self:
            lines = event.salon_line_ids.sorted("sequence")
            event.salon_stylist_ids = self.env["hr.employee.public"].browse(lines.stylist_id.ids)
            event.salon_station_ids = lines.station_id
            names = (", ".join(records.sudo().mapped("name")) for records in (lines.stylist_id, lines.station_id))
            event.salon_people = " · ".join(filter(None, names))

    def _search_salon_stylist_ids(self, operator, value):
        return self._search_salon_lines("stylist_id", operator, value)

    def _search_salon_station_ids(self, operator, value):
        return self._search_salon_lines("station_id", operator, value)

    @api.model
    def _search_salon_lines(self, field, operator, value):
        """Return the domain of bookings one of whose services has `field` like that."""
        if operator not in ("in", "any", "ilike", "like", "=ilike"):
            return NotImplemented
        return [("salon_line_ids", "any", [(field, operator, value)])]

    @api.depends("salon_state", "is_salon_booking")
    def _compute_salon_next_states(self):
        for event in self:
            event.salon_next_states = ",".join(NEXT_STATES.get(event.salon_state, ()))
