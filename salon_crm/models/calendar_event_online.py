from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .calendar_event import BOOKING_CONTEXT
from .salon_message import NEWS

COMING = ("booked", "confirmed")


class CalendarEvent(models.Model):
    """What clients do with their bookings by themselves, by the link in their messages."""

    _inherit = "calendar.event"

    salon_to_approve = fields.Boolean(
        string="Waits for the Salon",
        readonly=True,
        copy=False,
        help="Booked online by a client who stayed away too often: it stands when the salon says so.",
    )

    def action_salon_approve(self):
        """The salon takes the booking of a client who stayed away before."""
        self.check_access("write")
        self.sudo().with_context(**BOOKING_CONTEXT).salon_to_approve = False
        self._salon_messages_soon()

    def _salon_set_state(self, state, **values):
        # Who asked and was told nothing yet hears that it won't be, too.
        refused = self.filtered("salon_to_approve") if state == "cancelled" else self.browse()
        result = super()._salon_set_state(state, **values)
        if refused:
            refused._salon_tell_clients("cancelled")
        return result

    def action_salon_client_page(self):
        """Show the booking as its client sees it; the address is the link to send them."""
        self.ensure_one()
        self.check_access("write")
        return {"type": "ir.actions.act_url", "url": self._salon_link(), "target": "new"}

    def _salon_is_coming(self):
        """Tell whether the visit still lies ahead and is not off."""
        return self.salon_state in COMING and self.start > fields.Datetime.now()

    def _salon_client_may_change(self):
        """Tell whether the client may still move or cancel this booking without asking."""
        latest = self.start - timedelta(hours=self.company_id.salon_change_hours)
        return self._salon_is_coming() and fields.Datetime.now() <= latest

    def _salon_check_client_change(self):
        """Refuse what the client can't change any more.

        :raise UserError: it says whom to call
        """
        if not self._salon_is_coming():
            raise UserError(self.env._("This visit can't be changed any more."))
        if not self._salon_client_may_change():
            raise UserError(
                self.env._(
                    "It is less than %(hours)s hours until your visit. Please call us: %(phone)s",
                    hours=self.company_id.salon_change_hours,
                    phone=self.company_id.phone or self.company_id.name,
                )
            )

    def _salon_client_turn(self):
        """Have one change by the client be through before the next: Odoo tries the second anew, which then sees it."""
        lock = SQL("SELECT 1 FROM calendar_event WHERE id = ANY(%s) FOR NO KEY UPDATE NOWAIT", self.ids)
        self.env.cr.execute(lock, log_exceptions=False)

    def _salon_client_confirms(self):
        """The client says that they come.

        :raise UserError: the visit is off or over
        """
        self._salon_client_turn()
        if not self._salon_is_coming():
            raise UserError(self.env._("This visit can't be confirmed any more."))
        if not self.salon_to_approve:
            self._salon_set_state("confirmed")

    def _salon_client_cancels(self):
        """The client cancels.

        :raise UserError: it is too late for that
        """
        self._salon_client_turn()
        if self.salon_state == "cancelled":
            return
        self._salon_check_client_change()
        reason = self.env.ref("salon_crm.cancel_reason_online", raise_if_not_found=False)
        self._salon_set_state("cancelled", salon_cancel_reason_id=reason.id if reason else False)
        self._salon_messages_soon()

    def _salon_client_wishes(self):
        """Return the services of this booking as the search takes them: who was asked for stays."""
        assigned = self.salon_line_ids.filtered(lambda line: line.assignment == "assigned")
        return self._salon_wishes(anyone=assigned, anywhere=self.salon_line_ids)

    def _salon_client_offers(self, date_from, date_to, **options):
        """Return the times to which the client can move this booking, as `find_offers` gives them."""
        search = self.sudo()._salon_finder(channel="online", ignore_bookings=self, **options)
        return search(self._salon_client_wishes(), date_from, date_to)

    def _salon_client_moves(self, start):
        """Move this booking to a time that the search offers; tell whether it did.

        :param datetime start: naive UTC
        :raise UserError: it is too late for that
        :raise psycopg2.errors.ExclusionViolation: somebody was faster
        """
        self._salon_client_turn()
        self._salon_check_client_change()
        offers = self._salon_client_offers(start, start + timedelta(minutes=1), limit=1)
        if offers:
            self._salon_move(offers[0])
            self._salon_messages_soon()
        return bool(offers)

    def _salon_calendar_file(self):
        """Return the calendar file (bytes) of what the client was told last; None where they were told nothing yet.

        It names nobody: a link that went astray tells no more than its page.
        """
        news = self.sudo().salon_message_ids.filtered(lambda message: message.kind in NEWS)
        last = news.filtered(lambda message: message.state != "withdrawn").sorted("round")[-1:]
        return last._prepare_calendar_file(named=False) if last.partner_id == self.sudo().salon_client_id else None
