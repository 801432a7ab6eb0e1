"""The page behind a member's link: who opens it is new, and learns how to come and what they get for it.

The link only says by whom one comes. Nothing is written before somebody books or registers, and nothing here tells
whether the salon knows them.
"""

from odoo import http
from odoo.http import request

from odoo.addons.salon_crm.controllers.booking_page import BookingPage
from odoo.addons.salon_crm.controllers.public_page import HOUR, InputError, friendly


class InvitePage(BookingPage):
    """A member's link, and the booking that comes of it."""

    @http.route("/salon/invite/<string:token>", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def invited(self, token, **_query):
        """Show what a new client gets, and the ways to come."""
        self._check_limit("invite", self._address(), 120, HOUR)
        membership = request.env["salon.membership"]._by_referral_token(token)
        company = membership.company_id
        if not membership or not company.salon_referral:
            message = request.env._("This link has ended, or is not complete. Please ask your friend for a new one.")
            raise InputError(message, 404)
        request.session["salon_invite"] = token
        values = {
            "company": company,
            "code": membership.referral_code,
            "words": self._words(company),
            "book_url": f"/salon/book?salon={company.id}" if company.salon_online_booking else False,
            "signup_url": "/web/signup" if self._signs_up() else False,
        }
        return self._page("page_invited", values, secret=True, module="salon_membership")

    @staticmethod
    def _signs_up():
        """Tell whether somebody whom the salon does not know can open an account, and has none open."""
        users = request.env["res.users"]
        return request.env.user._is_public() and users._get_signup_invitation_scope() == "b2c"

    @staticmethod
    def _words(company):
        """Return the sentences of the page that say a name or a figure: whole, as each language orders its words."""
        env, points = request.env, company.salon_referral_new_points
        minimum = company.currency_id.format(company.salon_referral_minimum)
        by_paying = company.salon_referral_when == "paid"
        return {
            "lead": env._("A member of %s would like you to get to know us.", company.name),
            "gift": points and env._("%s points for you", points),
            "when": env._("when you have paid %s or more in one visit and become a member.", minimum)
            if by_paying
            else env._("as soon as you become a member: ask us at your first visit."),
        }

    def _finish(self, draft, visitor=None):
        """Who books by a member's link was brought by that member."""
        response = super()._finish(draft, visitor)
        token = request.session.get("salon_invite")
        if token and draft.event_id:
            client = draft.event_id.sudo().salon_client_id
            client._salon_brought_by_link(token, "booking", draft.company_id)
            request.session.pop("salon_invite", None)
        return response
