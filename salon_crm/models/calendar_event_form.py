import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..tools.spoken import spoken
from .product_product import MINUTES
from .salon_booking_line import linked_ids


class CalendarEvent(models.Model):
    """A booking while it is typed, and the buttons of its form."""

    _inherit = "calendar.event"

    salon_offer = fields.Char(store=False, help="The free time that was just clicked in the form; it fills the lines.")
    salon_usual_fill = fields.Char(
        store=False,
        help="What was filled in as the usual visit: as long as nobody touched it, another client replaces it.",
    )
    salon_time_grid = fields.Integer(related="company_id.salon_grid_minutes", string="Time Grid (minutes)")
    salon_has_guests = fields.Boolean(compute="_compute_salon_has_guests")
    salon_visit_count = fields.Integer(string="Visits", compute="_compute_salon_client_record")
    salon_no_show_count = fields.Integer(
        string="No-shows",
        compute="_compute_salon_client_record",
        help="No-shows and late cancellations of this client in the last twelve months.",
    )

    @api.depends("salon_line_ids.guest_id")
    def _compute_salon_has_guests(self):
        for event in self:
            event.salon_has_guests = bool(event.salon_line_ids.guest_id)

    @api.depends("salon_client_id")
    def _compute_salon_client_record(self):
        clients = self.salon_client_id
        lost = clients._get_salon_record(self.env.companies)
        visits = dict(
            self.env["salon.visit"]._read_group(
                [("partner_id", "in", clients.ids), ("state", "=", "done")], ["partner_id"], ["__count"]
            )
            if clients and self.env["salon.visit"].has_access("read")
            else ()
        )
        for event in self:
            client = event.salon_client_id._origin
            record = lost.get(client.id)
            event.salon_no_show_count = record.no_shows + record.late_cancels if record else 0
            event.salon_visit_count = visits.get(client, 0)

    # While it is typed --------------------------------------------------------------------------------------

    @api.onchange("salon_client_id")
    def _onchange_salon_client_id(self):
        """Fill the usual visit of a returning client into an empty booking."""
        if self._origin or not self.is_salon_booking or not self.salon_client_id:
            return
        if self._salon_what() and self._salon_what() != self.salon_usual_fill:
            return
        company = self.company_id or self.env.company
        lines = self._salon_usual_lines(self.salon_client_id._origin, company)
        if not lines and not self.salon_usual_fill:
            return
        lines = self._salon_place_usual(lines, company)
        self.salon_line_ids = [Command.clear(), *(Command.create(line) for line in lines)]
        self.salon_usual_fill = self._salon_what()

    def _salon_what(self):
        """Return what is to be done by whom, to see whether somebody touched it."""
        what = [
            [line.product_id._origin.id, line.stylist_id._origin.id] for line in self.salon_line_ids if line.product_id
        ]
        return json.dumps(what) if what else False

    def _salon_place_usual(self, lines, company):
        """Give the lines of a usual visit their usual station if it is free at the start of this booking, another one
        that is free if not; none where the time itself is not free."""
        if not lines or not self.start:
            return lines
        for wishes in (("stylist_id", "station_id"), ("stylist_id",)):
            offers = self._salon_offers_at(self._salon_requests(lines, wishes), self.start, company=company)
            if offers:
                chosen = offers[0]["lines"]
                return [
                    {**line, "station_id": found["station_id"], "wait_minutes": found["wait_minutes"]}
                    for line, found in zip(lines, chosen, strict=True)
                ]
        return [{**line, "station_id": False} for line in lines]

    @api.onchange("salon_offer")
    def _onchange_salon_offer(self):
        """Take the free time that was clicked: when, and for each service by whom, where, after which wait."""
        if not self.salon_offer:
            return
        offer = json.loads(self.salon_offer)
        self.salon_offer = False
        lines = self.salon_line_ids.filtered("product_id").sorted("sequence")
        if len(lines) != len(offer["lines"]):
            return  # a service came or went since the times were shown; they are being shown anew
        self.start = fields.Datetime.to_datetime(offer["start"])
        for line, chosen in zip(lines, offer["lines"], strict=True):
            if line.stylist_id._origin.id != chosen["stylist_id"]:
                line.stylist_id = chosen["stylist_id"]
                line.assignment = "assigned"
            if line.station_id._origin.id != (chosen["station_id"] or False):
                line.station_id = chosen["station_id"]
            line.wait_minutes = chosen["wait_minutes"]

    # Who does it, where nobody was named --------------------------------------------------------------------

    def _prepare_salon_bookings(self, vals_list):
        return super()._prepare_salon_bookings([self._salon_name_stylists(vals) for vals in vals_list])

    def _write_salon_booking(self, vals):
        return super()._write_salon_booking(self._salon_name_stylists(vals))

    def _salon_name_stylists(self, vals):
        """Return `vals` with a stylist for each service that names none: the search chooses, as it does for offers.

        :raise ValidationError: nobody is free then
        """
        if not any(self._salon_lacks_stylist(command) for command in vals.get("salon_line_ids") or ()):
            return vals
        vals = dict(vals, salon_line_ids=[self._salon_own_command(command) for command in vals["salon_line_ids"]])
        lines = sorted(self._salon_lines_after(vals["salon_line_ids"]), key=lambda line: line[0].get("sequence") or 10)
        start = fields.Datetime.to_datetime(vals.get("start")) or self.start or self._default_start()
        company = self.env["res.company"].browse(vals.get("company_id")) or self.company_id or self.env.company
        offers = self._salon_offers_at(
            [request for request, _vals in lines],
            start,
            company=company,
            one_after_the_other=vals.get("salon_one_after_the_other", self.salon_one_after_the_other),
            off_hours=vals.get("salon_off_hours", self.salon_off_hours),
        )
        if not offers:
            raise ValidationError(
                self.env._(
                    "Nobody is free for this at %s. Click one of the free times, or choose a stylist.",
                    spoken(self.env, start),
                )
            )
        for (request, line), chosen in zip(lines, offers[0]["lines"], strict=True):
            if not request.get("stylist_id"):
                line.update(
                    stylist_id=chosen["stylist_id"],
                    station_id=chosen["station_id"],
                    wait_minutes=chosen["wait_minutes"],
                    assignment="assigned",
                )
        return vals

    @api.model
    def _salon_lacks_stylist(self, command):
        """Tell whether this x2many command leaves a service without a stylist."""
        if command[0] == Command.CREATE:
            return command[2].get("product_id") and not command[2].get("stylist_id")
        return command[0] == Command.UPDATE and "stylist_id" in command[2] and not command[2]["stylist_id"]

    @api.model
    def _salon_own_command(self, command):
        """Return a copy of an x2many command whose values may be changed.

        The form sends the usual minutes of a service along: whoever does it, they would stay.
        """
        if command[0] not in (Command.CREATE, Command.UPDATE):
            return command
        values = dict(command[2])
        if self._salon_lacks_stylist(command) and values.get("product_id"):
            product = self.env["product.product"].browse(values["product_id"])
            addons = linked_ids(values.get("addon_ids"))
            usual = product._get_salon_minutes([(False, False)], addons)[False]
            if all(values.get(name) in (None, minutes) for name, minutes in zip(MINUTES, usual, strict=True)):
                values = {name: value for name, value in values.items() if name not in MINUTES}
        return (command[0], command[1], values)

    def _salon_lines_after(self, commands):
        """Return (request for the search, values to complete) for each service that stands after `commands`."""
        kept = {line.id: line for line in self.salon_line_ids}
        changed, new = {}, []
        for command in commands:
            if command[0] == Command.CREATE:
                new.append(command[2])
            elif command[0] == Command.UPDATE:
                changed[command[1]] = command[2]
            elif command[0] in (Command.DELETE, Command.UNLINK):
                kept.pop(command[1], None)
            elif command[0] == Command.CLEAR:
                kept = {}
        lines = []
        for line_id, line in kept.items():
            values = changed.get(line_id, {})
            fixed = {**line._prepare_request(), "sequence": line.sequence, "addon_ids": line.addon_ids.ids}
            if self._salon_lacks_stylist((Command.UPDATE, line_id, values)):
                fixed = {name: value for name, value in fixed.items() if name not in MINUTES} | line._own_minutes()
            lines.append(({**fixed, **self._salon_request(values, partial=True)}, values))
        for values in new:
            request = self._salon_request(values)
            if request.get("stylist_id"):
                request["wait_minutes"] = values.get("wait_minutes") or 0
            lines.append((request, values))
        return lines

    @api.model
    def _salon_requests(self, lines, wishes=("stylist_id", "station_id")):
        """Return values of lines as the search for free times wants them, with these wishes kept."""
        left_out = {"stylist_id", "station_id"} - set(wishes)
        return [
            {name: value for name, value in self._salon_request(line).items() if name not in left_out} for line in lines
        ]

    @api.model
    def _salon_request(self, values, partial=False):
        """Return the values of one line as the search wants them; `partial` when they change one that exists."""
        request = {}
        for name, value in values.items():
            if name in (*MINUTES, "product_id", "stylist_id", "station_id", "parallel", "sequence"):
                request[name] = value
        if "guest_id" in values or not partial:
            request["guest"] = values.get("guest_id") or 0
        if "addon_ids" in values:
            request["addon_ids"] = linked_ids(values["addon_ids"])
        return request

    def _salon_offers_at(self, requests, start, **options):
        """Return what the search offers for exactly this start, the best first."""
        return self.env["salon.availability"].find_offers(
            requests,
            start,
            start + timedelta(minutes=1),
            ignore_bookings=self._origin,
            limit=1,
            **options,
        )

    # Buttons ------------------------------------------------------------------------------------------------

    def action_salon_done(self):
        """What was booked is done: close the visits of these bookings that are open."""
        self.check_access("write")
        for booking in self:
            visits = booking._salon_open_visits().with_env(self.env)
            visits.filtered(lambda visit: visit.state == "open").action_done()
            if all(visit.state == "done" for visit in booking.sudo().salon_visit_ids):
                booking._salon_set_state("done")

    def action_salon_ask_cancel(self):
        """Ask why, and cancel."""
        self.check_access("write")
        for booking in self:
            booking._check_salon_transition("cancelled")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel Booking"),
            "res_model": "salon.booking.cancel",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_event_ids": [Command.set(self.ids)], "dialog_size": "medium"},
        }

    def action_salon_client_file(self):
        """Show the file of this booking's client."""
        self.ensure_one()
        files = self.env["salon.client.file"]
        file = files.search([("partner_id", "=", self.salon_client_id.id)])
        if not file and files.has_access("create"):
            return self.salon_client_id.action_open_salon_file()
        if not file:
            raise AccessError(
                self.env._("You have not served %s yet: the file is with the front desk.", self.salon_client_id.name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": files._name,
            "res_id": file.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_salon_client_visits(self):
        """Show the visits of this booking's client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_visit_action")
        return {**action, "domain": [("partner_id", "=", self.salon_client_id.id)], "context": {}}

    def action_salon_client_lost(self):
        """Show which bookings of the last twelve months this booking's client did not come to, or cancelled late."""
        self.ensure_one()
        if not self.salon_client_id:
            raise UserError(self.env._("Choose the client first."))
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        domain = self.salon_client_id._salon_lost_domain()
        return {**action, "domain": domain, "context": {}, "views": [(False, "list"), (False, "form")]}
