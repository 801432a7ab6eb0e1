"""The page on which clients say what they do not want to be contacted for any more.

Mail programs open links by themselves: only a button changes anything. Mail programs that have a button of their own
for it send what it does (RFC 8058).
"""

from odoo import http
from odoo.http import request

from .public_page import HOUR, InputError, PublicPage, friendly

TRIES = 60  # with one link in an hour
TRIES_FROM = 600  # from one address: a mail provider sends for many clients
ONE_CLICK = ("List-Unsubscribe", "One-Click")


class ChoicePage(PublicPage):
    """What a client may be contacted for, as the client says it.

    Odoo makes one class of all pages: no method here may be named as one of another page.
    """

    @http.route("/salon/choices/<string:token>", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def choices(self, token, **_query):
        """Show what the client is contacted for."""
        return self._show_choices(token, self._choice_file(token))

    @http.route("/salon/choices/<string:token>/set", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def set_choice(self, token, **_form):
        """Take one thing back, or all offers at once, or have again what was taken back here."""
        file = self._choice_file(token)
        self._check_choice_limits(token)
        rows = file._choice_rows()
        what, agreed = self._one("what"), self._one("agreed") == "1"
        if what == "offers" and not agreed:
            wanted = [row for row in rows if row[0] == "marketing" and row[2]]
        else:
            wanted = [row for row in rows if f"{row[0]}-{row[1]}" == what]
            if not wanted:
                raise self._wrong_address()
        for purpose, channel, now in wanted:
            if now != agreed:
                file._set_contact_choice(purpose, channel, agreed, "link")
        return request.redirect(f"/salon/choices/{token}?saved=1", code=303)

    @http.route("/salon/choices/<string:token>/offers/email", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def choices_from_header(self, token, **_query):
        """Show the page to who opens the address that is meant for a mail program's button."""
        self._choice_file(token)
        return request.redirect(f"/salon/choices/{token}", code=303)

    @http.route("/salon/choices/<string:token>/offers/email", type="http", auth="public",
                methods=["POST"], website=True, sitemap=False, csrf=False)  # fmt: skip
    @friendly
    def stop_offers_at_once(self, token, **_form):
        """Stop offers by email: a mail program's own button, which knows of no session (RFC 8058)."""
        name, value = ONE_CLICK
        if self._one(name) != value:
            raise self._wrong_address()
        file = self._choice_file(token)
        self._check_choice_limits(token)
        if ("marketing", "email", True) in file._choice_rows():
            file._set_contact_choice("marketing", "email", False, "link")
        return request.make_response("OK", [("Content-Type", "text/plain; charset=utf-8")])

    def _choice_file(self, token):
        file = request.env["salon.choice.link"]._by_token(token).file_id
        if not file:
            message = request.env._(
                "This link has ended, or is not complete. Please open it from our message once more."
            )
            raise InputError(message, 404)
        return file

    def _check_choice_limits(self, token):
        if self._one("website"):  # people don't see this field
            raise InputError(request.env._("This did not work. Please call us."))
        self._check_limit("choices", token, TRIES, HOUR)
        self._check_limit("choices_from", self._address(), TRIES_FROM, HOUR)

    def _show_choices(self, token, file):
        env = request.env
        channels = dict(env["salon.contact.choice"]._fields["channel"]._description_selection(env))
        rows = file._choice_rows()
        company = file.partner_id.company_id or env["res.company"].sudo().search([], limit=2)
        values = {
            "company": company if len(company) == 1 else env["res.company"],
            "path": f"/salon/choices/{token}",
            "offers": [(f"{row[0]}-{row[1]}", channels[row[1]], row[2]) for row in rows if row[0] == "marketing"],
            "care": [(f"{row[0]}-{row[1]}", channels[row[1]], row[2]) for row in rows if row[0] == "care"],
            "saved": self._one("saved") == "1",
        }
        return self._page("page_choices", values, secret=True)
