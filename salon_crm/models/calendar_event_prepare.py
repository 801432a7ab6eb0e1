from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import groupby

# What a booking has to know of the people in it, and what the record rules ask of them.
PARTNER_FIELDS = ("name", "active", "is_salon_client", "company_id", "partner_share")


class CalendarEvent(models.Model):
    """What is known of a booking before its first row is written, so that nothing is written or read twice."""

    _inherit = "calendar.event"

    def _prepare_salon_bookings(self, vals_list):
        """Return `vals_list` completed to bookings, and {company: what is Known of all that they name}.

        What follows from client and services is known before the first row is written, so that nothing has to be
        written twice, and nothing be read twice: the rules that look at a booking afterwards get what was read here.
        """
        vals_list = [dict(vals, salon_line_ids=self._own_lines(vals.get("salon_line_ids"))) for vals in vals_list]
        known = {}
        for company, its in groupby(vals_list, self._company_of):
            lines = [line for vals in its for line in _lines_of(vals)]
            known[company] = self.env["salon.booking.line"].sudo()._know(company, lines)
            self.env["salon.booking.line"]._complete_minutes(lines, known[company])
        self._fetch_partners(vals_list, known)
        return [self._prepare_salon_booking(vals, known[self._company_of(vals)]) for vals in vals_list], known

    @api.model
    def _company_of(self, vals):
        return self.env["res.company"].browse(vals.get("company_id")) or self.env.company

    @api.model
    def _client_id_of(self, vals):
        return vals.get("salon_client_id", self.env.context.get("default_salon_client_id"))

    @api.model
    def _fetch_partners(self, vals_list, known):
        """Read what these bookings need of their clients, guests and stylists as partners, together and no more: a
        partner has a hundred fields."""
        clients = {self._client_id_of(vals) for vals in vals_list}
        clients |= {line.get("guest_id") for vals in vals_list for line in _lines_of(vals)}
        clients = self.env["res.partner"].browse(clients - {None, False})
        contacts = {stylist.contact_id for one in known.values() for stylist in one.stylists.values()} - {None}
        (clients | clients.browse(contacts)).sudo().fetch(PARTNER_FIELDS)
        clients.check_access("read")

    @api.model
    def _salon_lines_are_right(self, vals, known):
        """Tell whether what was read of the services of a booking says already that each is done by somebody and
        somewhere who and which serve it: then the lines need not read it all again to check it.

        :param dict known: {company: Known}
        """
        company = self._company_of(vals)
        return all(self.env["salon.booking.line"]._is_right(line, company, known[company]) for line in _lines_of(vals))

    @api.model
    def _own_lines(self, commands):
        """Return those of these x2many commands that make lines: a line never moves from another booking."""
        return [(0, command[1], dict(command[2])) for command in commands or [] if command[0] == 0]

    def _prepare_salon_booking(self, vals, known):
        """Return `vals` completed to one booking, by what is Known.

        The services say how long it takes; a length that the calendar dragged out does not.
        """
        lines = sorted(_lines_of(vals), key=lambda line: line.get("sequence", 10))
        minutes = self.env["salon.booking.line"]._chain(lines, vals.get("salon_one_after_the_other"))
        start = fields.Datetime.to_datetime(vals.get("start")) or self._default_start()
        services = [known.services.get(line.get("product_id")) for line in lines]
        client = self.env["res.partner"].browse(self._client_id_of(vals))
        stylists = filter(None, (known.stylists.get(line.get("stylist_id")) for line in lines))
        contacts = client.browse(sorted({stylist.contact_id for stylist in stylists} - {None}))
        return {
            "salon_state": "booked",
            "user_id": False,
            **vals,
            "is_salon_booking": True,
            "company_id": self._company_of(vals).id,
            "name": self._salon_name(client, filter(None, services)),
            "salon_stylist_id": lines[0].get("stylist_id") if lines else False,
            "salon_station_id": lines[0].get("station_id") if lines else False,
            "partner_ids": [(6, 0, contacts.ids)],
            # With the name that core would compute, and write, after the attendee is there.
            "attendee_ids": [
                (0, 0, {"partner_id": contact.id, "common_name": contact.sudo().name}) for contact in contacts
            ],
            "start": start,
            "stop": start + timedelta(minutes=minutes),
            "duration": minutes / 60,
            "privacy": "public",
            "alarm_ids": [],
        }


def _lines_of(vals):
    """Return the values of the lines that `vals` of a booking make."""
    return [command[2] for command in vals["salon_line_ids"]]
