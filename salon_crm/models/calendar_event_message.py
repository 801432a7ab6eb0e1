from urllib.parse import urljoin

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .calendar_event_link import PATH
from .salon_message import NEWS

MARK = f"{PATH}booking-"  # with the booking's id, what stands for its link until the mail goes
DESK = "salon_crm.group_salon_reception"
CALL_DAYS = 3  # how far ahead somebody calls who could not be written to


class CalendarEvent(models.Model):
    """A booking and what its client is told of it."""

    _inherit = "calendar.event"

    salon_message_ids = fields.One2many("salon.message", "event_id", string="Messages to the Client", groups=DESK)
    salon_message_count = fields.Integer(
        string="Number of Messages to the Client", compute="_compute_salon_message_count", groups=DESK
    )
    salon_to_confirm = fields.Boolean(
        string="To Confirm",
        compute="_compute_salon_to_confirm",
        search="_search_salon_to_confirm",
        groups=DESK,
        help="The client was reminded and has not confirmed, or could not be written to: call them.",
    )
    salon_last_message_id = fields.Many2one(
        "salon.message", string="Last Message", compute="_compute_salon_last_message", groups=DESK
    )
    salon_last_message_state = fields.Selection(
        selection=lambda self: self.env["salon.message"]._fields["state"]._description_selection(self.env),
        string="State of the Message",
        compute="_compute_salon_last_message",
        groups=DESK,
    )
    salon_last_message_why = fields.Char(string="Why Not", compute="_compute_salon_last_message", groups=DESK)

    @api.depends("salon_message_ids")
    def _compute_salon_message_count(self):
        shown = [("event_id", "in", self.ids), ("state", "!=", "withdrawn")]
        counts = dict(self.env["salon.message"]._read_group(shown, ["event_id"], ["__count"]))
        for event in self:
            event.salon_message_count = counts.get(event._origin, 0)

    @api.depends("salon_message_ids.state")
    def _compute_salon_last_message(self):
        """The last that went or should have gone; what was left out on purpose says nothing."""
        messages = self.env["salon.message"]
        shown = [("event_id", "in", self.ids), ("state", "!=", "withdrawn")]
        shown += ["|", ("state", "!=", "skipped"), ("reason", "=", "no_address")]
        last = {}
        for message in messages.search(shown, order="due_at, id"):
            last[message.event_id.id] = message
        for event in self:
            message = last.get(event._origin.id, messages)
            event.salon_last_message_id = message
            event.salon_last_message_state = message.state
            event.salon_last_message_why = message.why

    @api.depends("salon_message_ids.state", "salon_state", "start")
    def _compute_salon_to_confirm(self):
        waiting = self.search([("id", "in", self.ids), ("salon_to_confirm", "=", True)])
        for event in self:
            event.salon_to_confirm = event._origin in waiting

    @api.model
    def _search_salon_to_confirm(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        self.env["salon.message"].flush_model()
        self.flush_model(["salon_state", "start", "active", "is_salon_booking"])
        waiting = SQL(
            """
            (SELECT event.id
               FROM calendar_event event
               JOIN salon_message message ON message.event_id = event.id AND message.told_start = event.start
              WHERE event.is_salon_booking IS TRUE AND event.active AND event.salon_state = 'booked'
                AND event.start > %s
                AND CASE WHEN message.kind IN ('reminder', 'reminder_again') THEN
                              message.state IN ('sending', 'retry', 'sent', 'failed', 'unsure')
                              OR (message.state = 'skipped' AND message.reason IN ('no_address', 'late'))
                         ELSE event.start < %s + %s * interval '1 day' AND message.state IN ('failed', 'unsure')
                    END)
            """,
            now,
            now,
            CALL_DAYS,
        )
        return Domain("id", "in" if True in value else "not in", waiting)

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        if self.env.context.get("import_file") and (bookings := events.sudo().filtered("is_salon_booking")):
            self.env["salon.message"].sudo()._count_as_told(bookings)  # they come from a system that told it
        return events

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        """A client who was told that they are booked has to be told that they are not."""
        coming = self.sudo().filtered(lambda event: event.is_salon_booking and event.start > fields.Datetime.now())
        news = self.env["salon.message"].sudo().search([("event_id", "in", coming.ids), ("kind", "in", NEWS)])
        for booking, messages in news.grouped("event_id").items():
            if messages._client_expects_visit():
                raise UserError(
                    self.env._(
                        "The client of “%s” was told of it. Cancel it, so that they are told of that too, and delete it"
                        " some minutes later.",
                        booking.name,
                    )
                )

    # For the booking page, the wizards and other addons -----------------------------------------------------

    def _salon_messages_soon(self):
        """Have the clients of these bookings told now what is new: what they just did themselves is confirmed at once,
        at whatever hour. Safe to call twice."""
        messages = self.env["salon.message"].sudo()
        for company, bookings in self.sudo().filtered("is_salon_booking").grouped("company_id").items():
            messages._plan_news(company, bookings)
        messages._trigger()

    def _salon_count_as_told(self):
        """Note that the clients of these bookings know how they are now: nothing of it is written to them."""
        self.env["salon.message"].sudo()._count_as_told(self.sudo().filtered("is_salon_booking"))

    # What the templates say ------------------------------------------------------------------------------------

    def _salon_message(self):
        """Return the message about this booking that is being written; none in a preview."""
        messages = self.env["salon.message"].sudo().browse(self.env.context.get("salon_message_ids") or ())
        return messages.filtered(lambda message: message.event_id.id == self.id)[:1]

    def _salon_reader(self):
        """Return who reads the message: the client, or who was it when the booking was given to somebody else."""
        return self._salon_message().partner_id or self.sudo().salon_client_id

    def _salon_shown(self):
        """Return what the message says of this booking: "when" and "short" (the time, by the salon's clocks),
        "services" and "stylists" by comma."""
        message = self._salon_message()
        if message.kind == "cancelled":  # what the client knows, whatever it became since
            return self._salon_say(message.told_start, message.told_what)
        lines = self.sudo().salon_line_ids.sorted("sequence")
        return self._salon_say(self.start, services=lines._services(), stylists=lines.stylist_id)

    def _salon_was(self):
        """Return the same of what the client knew before, None where that is not known; what stayed is left out."""
        message = self._salon_message()
        if not message.was_start:
            return None
        was, now = self._salon_say(message.was_start, message.was_what), self._salon_shown()
        if sorted(was["services"].split(", ")) == sorted(now["services"].split(", ")):
            was["services"] = now["services"]
        return {name: was[name] for name in ("when", "services", "stylists") if was[name] and was[name] != now[name]}

    def _salon_say(self, start, what=None, services=None, stylists=None):
        if services is None:
            services, stylists = self.env["salon.message"].sudo()._read_what(what)
        return {
            "when": self._salon_when(start),
            "short": self._salon_when(start, long=False).replace("\u202f", " "),
            "services": ", ".join(dict.fromkeys(service.sudo().name for service in services)),
            "stylists": ", ".join(stylists.sudo().mapped("name")),
        }

    def _salon_to_mind(self):
        """Return [(service, what to mind beforehand)] of what these bookings have, add-ons included; the same once."""
        lines = self.sudo().salon_line_ids.sorted(lambda line: (line.event_id.start, line.sequence))
        notes = ((product.name, product.salon_prepare_note) for product in lines._services())
        return list(dict.fromkeys((name, note) for name, note in notes if note))

    def _salon_mark(self):
        """Return what stands for the booking's link in a mail, until the mail goes."""
        return urljoin(self.get_base_url(), f"{MARK}{self.id}")

    def _salon_sms_times(self):
        """Return when these bookings are, for an SMS."""
        return "; ".join(booking._salon_shown()["short"] for booking in self._salon_told())

    def _salon_sms_link(self):
        """Return the link for an SMS; one about several bookings has no room for all of theirs."""
        if len(self._salon_told()) > 1 or not self._salon_message():
            return ""
        return self._salon_link()

    def _salon_where(self):
        """Return where the salon is and how to call it."""
        company = (self.company_id or self.env.company).sudo()
        street = ", ".join(part for part in (company.street, company.street2, company.city) if part)
        return " · ".join(part for part in (street, company.phone) if part)

    def _salon_asks(self):
        """Tell whether the client is asked to confirm."""
        return self.salon_state == "booked"

    # The front desk ----------------------------------------------------------------------------------------------

    def action_salon_open(self):
        """Show this booking."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.id,
            "views": [(self.env.ref("salon_crm.salon_booking_view_form").id, "form")],
        }

    def action_salon_messages(self):
        """Show what the client was told of this booking."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_message_action")
        return {**action, "domain": [("event_id", "=", self.id)], "context": {}}
