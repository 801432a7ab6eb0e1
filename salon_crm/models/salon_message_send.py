from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.calendar_file import calendar_file
from .salon_message import NEWS
from .salon_message_plan import LEAST_USE, READ_BEFORE

TEMPLATES = {  # salon_crm.mail_template_... and salon_crm.sms_template_...
    "confirmation": "booking_made",
    "changed": "booking_changed",
    "cancelled": "booking_cancelled",
    "reminder": "booking_reminder",
    "reminder_again": "booking_reminder",
    "same_day": "booking_same_day",
}
TOGETHER = ("confirmation", "cancelled")  # of several bookings of one client, in one message


class SalonMessage(models.Model):
    """Making mails and SMS of what is planned, to be sent as `salon.sending` does."""

    _inherit = "salon.message"

    def _take_together(self, seen):
        """Several bookings of one client are confirmed, or cancelled, in one message."""
        if not self:
            return self
        same = [(name, "=", self[name]) for name in ("kind", "channel", "state")]
        same += [(name, "=", self[name].id) for name in ("partner_id", "company_id")]
        same += [("id", "not in", [self.id, *seen]), ("try_at", "<=", fields.Datetime.now())]
        if self.mail_id or self.sms_id:
            same += [("mail_id", "=", self.mail_id.id), ("sms_id", "=", self.sms_id.id)]
        elif self.kind not in TOGETHER:
            return self.browse()
        return self.search(same).try_lock_for_update()

    @api.model
    def _domain_looked_after(self):
        return [("told_start", ">", fields.Datetime.now())]

    # Is it still of use? -----------------------------------------------------------------------------------------

    def _still_of_use(self):
        """Return those of these that are to go now; the others are put off, taken back or given up."""
        now = fields.Datetime.now()
        messages = self
        for message in self:
            latest = message.told_start - (timedelta() if message.kind in NEWS else LEAST_USE)
            if message.mail_id.state == "sent":  # somebody sent it by hand
                message.write({"state": "sent", "sent_at": now, "try_at": False})
            elif message.mail_id.state == "cancel" or (message.tries and not (message.mail_id or message.sms_id)):
                message.write({"state": "skipped", "reason": "stopped", "try_at": False})
            elif now > latest:
                message._give_up("late")
            elif message._is_stale():
                message._withdraw()
            elif not message.any_hour and (at := message._decent(now)) > now:
                message.try_at = at
                if at > latest:
                    message._give_up("late")
            else:
                continue
            messages -= message
        return messages

    def _decent(self, now):
        """Return when this may go by the client's clocks: `now`, where waiting would be too late for the client."""
        at = self.company_id._salon_decent_hours(self.partner_id).next(now)
        return now if self.kind in NEWS and at > max(self.told_start - READ_BEFORE, now) else at

    def _give_up(self, reason):
        """End these without their having gone, and see to it that nobody sends them by mistake."""
        for message in self:
            message.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
            message.write({"state": "failed" if message.tries else "skipped", "reason": reason, "try_at": False})

    # Made ------------------------------------------------------------------------------------------------------------

    def _bookings(self):
        """Return the bookings that these are about, in order, as the templates read them."""
        return self.event_id.with_company(self.company_id).with_context(salon_message_ids=self.ids).sorted("start")

    def _template(self, medium):
        """Return the template of these.

        :param str medium: "mail" or "sms"
        """
        name = f"salon_crm.{medium}_template_{TEMPLATES[self[0].kind]}"
        template = self.env.ref(name, raise_if_not_found=False)
        if not template:
            raise UserError(self.env._("The template %s is missing.", name))
        return template.sudo().with_company(self.company_id).with_context(salon_message_ids=self.ids)

    def _make_email(self):
        bookings = self._bookings()
        if self[0].kind != "cancelled":
            for booking in bookings:
                booking._salon_link()  # before the mail goes: what is in the mail must be known when it arrives
        values = self._parked_mail()
        if file := self[0].kind in NEWS and self._prepare_calendar_file():
            values["attachment_ids"] = [
                (0, 0, {"name": "visit.ics", "raw": file, "mimetype": "text/calendar", "res_model": "mail.message"})
            ]
        self.mail_id = self._template("mail").send_mail(bookings[0].id, email_values=values)
        return self

    def _prepare_calendar_file(self, named=True):
        """Return the calendar file (bytes) of these; where it is not `named`, it says nothing of who the client is."""
        company, client = self.company_id, self.partner_id
        lang = client.lang or company.partner_id.lang
        database = self.env["ir.config_parameter"].get_param("database.uuid")
        entries = []
        for message in self.sorted("told_start"):
            booking = message.event_id.with_context(salon_message_ids=message.ids, lang=lang)
            entries.append(
                {
                    "uid": f"salon-{booking.id}-{client.id}@{database}",
                    "sequence": message.round,
                    "start": message.told_start,
                    "stop": message.told_stop,
                    "summary": f"{company.name}: {booking._salon_shown()['services']}",
                    "location": ", ".join(filter(None, company.partner_id._display_address(True).split("\n"))),
                    "description": "\n".join(f"{name}: {note}" for name, note in booking._salon_to_mind()),
                }
            )
        attendee = (client.name, client.email_normalized) if named else None
        salon = (company.name, company.email or self.env.user.email)
        cancelled = self[0].kind == "cancelled"
        return calendar_file(entries, salon, attendee, fields.Datetime.now(), cancelled)

    def _make_sms(self):
        bookings = self._bookings()
        body = self._template("sms")._render_field("body", bookings[0].ids, compute_lang=True)[bookings[0].id]
        return self._park_sms(body)

    # What came of it ---------------------------------------------------------------------------------------------

    def _note_sent(self, at):
        self.reason = False
        return super()._note_sent(at)

    def _note_failed(self, why):
        self.reason = "broken" if why == "broken" else "refused"
        return super()._note_failed(why)
