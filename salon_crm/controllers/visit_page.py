"""The page of one booking, for its client: what is booked, confirm, move, cancel.

Mail programs open links by themselves: only a button changes anything.
"""

from psycopg2.errors import ExclusionViolation

from odoo import http
from odoo.http import request

from ..tools.frame import local_day
from ..tools.roster import load_stylists
from .booking_page import BookingPage
from .public_page import HOUR, SECRET, InputError, friendly


class VisitPage(BookingPage):
    """What a client does with a booking by the link in their messages."""

    @http.route("/salon/visit/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    @friendly
    def visit(self, token, **_query):
        """Show a booking."""
        return self._show(self._booking(token))

    @http.route("/salon/visit/<string:token>/visit.ics", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def calendar_file(self, token, **_query):
        """Give the visit as a file for the client's own calendar."""
        file = self._booking(token)._salon_calendar_file()
        if not file:
            raise InputError(request.env._("There is no calendar file for this visit."), 404)
        name = 'attachment; filename="visit.ics"'
        return request.make_response(
            file, [("Content-Type", "text/calendar; charset=utf-8"), ("Content-Disposition", name), *SECRET.items()]
        )

    @http.route("/salon/visit/<string:token>/confirm", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def confirm(self, token, **_form):
        """The client says that they come."""
        booking = self._booking(token)
        booking._salon_client_confirms()
        return self._back(token)

    @http.route("/salon/visit/<string:token>/cancel", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def ask_cancel(self, token, **_query):
        """Ask once more: a cancelled time may be gone the next minute."""
        booking = self._booking(token)
        booking._salon_check_client_change()
        return self._show(booking, "page_cancel")

    @http.route("/salon/visit/<string:token>/cancelled", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def cancel(self, token, **_form):
        """The client cancels."""
        booking = self._booking(token)
        booking._salon_client_cancels()
        return self._back(token)

    @http.route("/salon/visit/<string:token>/times", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def move_times(self, token, **_query):
        """Show the times to which the booking can be moved."""
        booking = self._booking(token)
        booking._salon_check_client_change()
        salon = booking.company_id
        first, chosen = self._days(salon, local_day(salon._salon_timezone(), booking.start))
        offers = booking._salon_client_offers(*self._bounds(salon, first), every=salon.salon_grid_minutes)
        offers = sorted((offer for offer in offers if offer["start"] != booking.start), key=lambda o: o["start"])
        url = f"/salon/visit/{token}/times?day="
        values = {
            "company": salon,
            "what": ", ".join(booking.salon_line_ids.sorted("sequence").product_id.mapped("name")),
            "minutes": booking._salon_minutes(),
            "stylists": False,
            "taken": self._one("taken") == "1",
            "action": f"/salon/visit/{token}/move",
            "back_url": f"/salon/visit/{token}",
            "hidden": [],
            "moved": booking,
            **self._week_values(
                salon, first, chosen, offers, load_stylists(request.env, salon), lambda day: url + day.isoformat()
            ),
        }
        return self._page("page_times", values, secret=True)

    @http.route("/salon/visit/<string:token>/move", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def move(self, token, **_form):
        """Move the booking to the time that was chosen."""
        booking = self._booking(token)
        start = self._moment("start")
        self._check_limit("move", token, 20, HOUR)
        try:
            with request.env.cr.savepoint():
                moved = booking._salon_client_moves(start)
        except ExclusionViolation:
            moved = False
        if not moved:
            day = local_day(booking.company_id._salon_timezone(), start)
            self._check_shown(booking.company_id, day)
            return request.redirect(f"/salon/visit/{token}/times?day={day.isoformat()}&taken=1", code=303)
        return self._back(token, moved=1)

    def _booking(self, token):
        booking = request.env["calendar.event"]._salon_by_token(token)
        if not booking:
            message = request.env._(
                "This link has ended, or is not complete. Please open the latest message from us again."
            )
            raise InputError(message, 404)
        return booking

    @staticmethod
    def _back(token, **more):
        query = "".join(f"?{name}={value}" for name, value in more.items())
        return request.redirect(f"/salon/visit/{token}{query}", code=303)

    def _show(self, booking, template="page_visit", **values):
        zone = booking.company_id._salon_timezone()
        lines, coming = booking.salon_line_ids.sorted("sequence"), booking._salon_is_coming()
        values = {
            "company": booking.company_id,
            "to_mind": booking._salon_to_mind() if coming else (),
            "where": booking._salon_where(),
            "booking": booking,
            "path": f"/salon/visit/{booking.salon_token}",
            "when": booking._salon_when(),
            "lines": [
                (
                    self._clock(line.start, zone),
                    ", ".join((line.product_id + line.addon_ids).mapped("name")),
                    line.stylist_id.name,
                )
                for line in lines
            ],
            "coming": coming,
            "may_change": booking._salon_client_may_change(),
            "has_file": coming and bool(booking.salon_message_ids),
            "just_booked": self._one("booked") == "1",
            "just_moved": self._one("moved") == "1",
            "again_url": f"/salon/book?salon={booking.company_id.id}",
            **values,
        }
        return self._page(template, values, secret=True)
