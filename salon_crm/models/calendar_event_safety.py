from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .calendar_event_online import COMING

LATE = ("arrived", "in_service")  # who is here and has not been served to the end
BEGUN = ("in_service", "done")
TO_MAKE = ("needed", "pending")  # kinds of what is said of a patch test
AHEAD = timedelta(days=366)  # bookings further away have time


class CalendarEvent(models.Model):
    """What speaks against a booking, and what its client still needs before it."""

    _inherit = "calendar.event"

    salon_safety_note = fields.Text(
        string="Before the Service", compute="_compute_salon_safety", help="What is missing or speaks against it."
    )
    salon_patch_test_needed = fields.Boolean(
        string="Patch Test Needed",
        compute="_compute_salon_safety",
        search="_search_salon_patch_test_needed",
        help="No patch test is valid at the time of the booking.",
    )

    salon_consent_missing = fields.Boolean(string="Consent Missing", compute="_compute_salon_safety")

    def _salon_wanted(self, lines=None):
        """Return who is to have what: (partner id, product.product id) pairs, of these lines alone where given."""
        self.ensure_one()
        return [
            (partner._origin.id, product_id)
            for partner, its_lines in self._salon_lines_by_guest().items()
            for line in its_lines
            if lines is None or line in lines
            for product_id in (line.product_id + line.addon_ids)._origin.ids
        ]

    def _check_safety(self, step="book", known=(), lines=None, harmless=()):
        """Refuse to put clients and guests into services that they may not have (invariant 4).

        :param str step: "book", or "start" where the service begins
        :param known: pairs as `_salon_wanted` gives them that were booked already: they are asked again at the start
        :param lines: look at these services alone
        :param harmless: see `_finder` of salon.safety
        :raise ValidationError: see `salon.safety`
        """
        for booking in self.sudo().filtered("is_salon_booking"):
            wanted = [pair for pair in booking._salon_wanted(lines) if pair not in known]
            # What is added to a service that has begun is not planned any more.
            its_step = "start" if booking.salon_state in BEGUN else step
            moment = booking._salon_begins_now() if its_step == "start" else booking.start
            self.env["salon.safety"]._refuse(wanted, booking.company_id, moment, its_step, harmless)

    def _salon_begins_now(self):
        """Return when a service that is begun now begins: what is noted later was at its time."""
        return min(fields.Datetime.now(), self.stop)

    @api.depends("salon_client_id", "start", "salon_state", "salon_line_ids.product_id", "salon_line_ids.addon_ids",
                 "salon_line_ids.guest_id")  # fmt: skip
    def _compute_salon_safety(self):
        self.salon_safety_note = self.salon_patch_test_needed = self.salon_consent_missing = False
        if not self.env["salon.client.file"].has_access("read"):
            return
        bookings = self.filtered(lambda event: event.is_salon_booking and event.salon_state in (*COMING, *LATE))
        for booking, found in bookings._salon_find_needs().items():
            booking.salon_safety_note = "\n".join(dict.fromkeys(text for _kind, text in found))
            booking.salon_consent_missing = any(kind == "consent" for kind, _text in found)
            booking.salon_patch_test_needed = any(kind in TO_MAKE for kind, _text in found)

    def _salon_find_needs(self):
        """Return {booking: [(kind, sentence), ...]} of what its clients lack or don't bear, where there is any."""
        needs = {}
        for company, bookings in self.grouped("company_id").items():
            company = (company or self.env.company).sudo()
            wanted = {booking: booking.sudo()._salon_wanted() for booking in bookings}
            needs |= self.env["salon.safety"]._find_needs(wanted, company)
        return needs

    def _search_salon_patch_test_needed(self, operator, value):
        """Return the domain of the bookings to come that still need a patch test, or of all others."""
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        services = self.env["product.product"].sudo().search([("salon_patch_test_line_ids", "!=", False)])
        lines = Domain("product_id", "in", services.ids) | Domain("addon_ids", "in", services.ids)
        coming = self.search(
            Domain("is_salon_booking", "=", True)
            & Domain("salon_state", "in", (*COMING, *LATE))
            & Domain("start", ">", now - timedelta(days=1))
            & Domain("start", "<", now + AHEAD)
            & Domain("salon_line_ids", "any", lines)
        )
        needs = coming._salon_find_needs().items()
        ids = [booking.id for booking, found in needs if any(kind in TO_MAKE for kind, _text in found)]
        return Domain("id", "in" if True in value else "not in", ids)

    # Consents -----------------------------------------------------------------------------------------------

    def action_salon_ask_consent(self):
        """Send a link to sign to everyone of this booking who has something to sign."""
        return self._salon_request_consents("link")._tell_sent()

    def action_salon_sign_here(self):
        """Log out on this device, and open what the first of them has to sign."""
        return self._salon_request_consents("tablet")[:1]._open_here()

    def _salon_request_consents(self, way):
        """Return a request for each client and guest who has something to sign.

        :raise UserError: nobody has
        """
        self.ensure_one()
        self.check_access("write")
        missing = self.env["salon.consent"]._find_missing(self.sudo()._salon_wanted(), self.company_id, self.start)
        requests = self.env["salon.consent.request"].sudo()
        if not missing:
            raise UserError(self.env._("Nothing is missing: all that this booking needs is signed."))
        forms = {}
        for (client_id, _product_id), its in missing.items():
            forms[client_id] = forms.get(client_id, its) | its
        for client_id, its in forms.items():
            partner = self.env["res.partner"].sudo().browse(client_id)
            requests |= self.env["salon.consent.request"]._ask(partner, its, self.company_id, way)
            if way == "tablet":
                break
        return requests
