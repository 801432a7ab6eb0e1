from odoo import fields, models
from odoo.tools import SQL

from ..tools.spoken import spoken

KINDS = {"made": "confirmation", "changed": "changed", "cancelled": "cancelled"}


class CalendarEvent(models.Model):
    """What the salon tells its clients about their bookings: by email, or by phone where there is none."""

    _inherit = "calendar.event"

    salon_call_ids = fields.One2many("mail.activity", "salon_event_id", string="Calls to Make")
    salon_call_count = fields.Integer(string="Number of Calls to Make", compute="_compute_salon_call_count")

    def _compute_salon_call_count(self):
        groups = self.env["mail.activity"]._read_group(
            [("salon_event_id", "in", self.ids), ("active", "=", True)], ["salon_event_id"], ["__count"]
        )
        counts = {event.id: count for event, count in groups}
        for event in self:
            event.salon_call_count = counts.get(event._origin.id, 0)

    def _salon_tell_clients(self, what, was=None):
        """Tell the clients of these bookings, one message to each; who can't be written to is to be called.

        What serves the booking always goes: no consent is asked for, and no cap counts it.

        :param str what: "made", "changed" or "cancelled"
        :param was: what `_salon_facts` gave before the change
        """
        self.check_access("read")
        messages = self.env["salon.message"].sudo()
        for (_client, _company), bookings in (
            self.sudo().sorted("start").grouped(lambda event: (event.salon_client_id, event.company_id)).items()
        ):
            told = messages._tell(bookings, KINDS[what], was)
            to_call = told.filtered(lambda message: message.channel == "none").event_id
            if to_call:
                to_call.sorted("start").with_env(self.env)._salon_plan_call(what, was)

    def _salon_facts(self):
        """Return what a client is told of this booking: start (naive UTC), stylists, and "what" as messages keep it; to
        compare with later."""
        booking = self.sudo()
        self.env.flush_all()
        [[what]] = self.env.execute_query(
            SQL("SELECT %s FROM calendar_event event WHERE id = %s", self.env["salon.message"]._sql_what(), self.id)
        )
        return {
            "start": self.start,
            "stylists": ", ".join(booking.salon_line_ids.stylist_id.mapped("name")),
            "what": what,
        }

    def _salon_when(self, moment=None, long=True):
        """Return when this booking is, or `moment`, by the salon's own clocks and in the language of who reads."""
        # A plain event too: core tries templates on any that it finds.
        company = self.company_id or self.env.company
        return spoken(self.env, moment or self.start, zone=company._salon_timezone(), long=long)

    def _salon_told(self):
        """Return the bookings that one mail is about."""
        messages = self.env["salon.message"].sudo().browse(self.env.context.get("salon_message_ids") or ())
        return messages.event_id.with_env(self.env).sorted("start") or self

    def _salon_plan_call(self, what, was, user=None):
        """Plan one call to the client of these bookings, for the front desk.

        :param user: who calls; the user where not given, anybody where empty
        """
        booking = self[0]
        file = booking.salon_client_id._make_salon_clients() or booking.salon_client_id.salon_file_ids
        call = self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        self.env["mail.activity"].create(
            {
                "activity_type_id": call.id if call else False,
                "res_model_id": self.env["ir.model"]._get_id("salon.client.file"),
                "res_id": file[:1].id,
                "summary": self._salon_call_sentence(what, was),
                "user_id": self.env.uid if user is None else user.id,
                "salon_event_id": booking.id,
            }
        )

    def _salon_call_sentence(self, what, was):
        booking = self[0]
        client = booking.salon_client_id.name
        services = ", ".join(booking.salon_line_ids.product_id.mapped("name"))
        times = "; ".join(event._salon_when(long=False) for event in self)
        if what == "made":
            return self.env._("Tell %(client)s by phone: booked for %(times)s.", client=client, times=times)
        if what == "cancelled":
            return self.env._(
                "Tell %(client)s by phone: %(services)s on %(times)s is cancelled.",
                client=client,
                services=services,
                times=times,
            )
        now = booking._salon_facts()
        if was and was["start"] == now["start"] and was["stylists"] != now["stylists"]:
            return self.env._(
                "Tell %(client)s by phone: %(services)s on %(time)s is with %(stylist)s instead of %(before)s.",
                client=client,
                services=services,
                time=times,
                stylist=now["stylists"],
                before=was["stylists"],
            )
        return self.env._(
            "Tell %(client)s by phone: %(services)s is now on %(time)s with %(stylist)s.",
            client=client,
            services=services,
            time=times,
            stylist=now["stylists"],
        )

    def action_salon_calls(self):
        """Show the calls that are still to make about this booking."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_call_action"),
            "domain": [("salon_event_id", "in", self.ids)],
        }
