"""The suggestion box: anybody may write something to the salon, with or without saying who they are."""

from datetime import timedelta

from odoo import http
from odoo.http import request
from odoo.tools import email_normalize

from odoo.addons.salon_crm.controllers.public_page import HOUR, InputError, PublicPage, friendly

DAY = timedelta(days=1)
OF_ONE = 5  # suggestions an hour from one address
OF_ALL = 200  # a day to one salon: what comes beyond is no suggestion
NAME, EMAIL, TEXT = 80, 120, 2000  # characters


class SuggestionPage(PublicPage):
    """A form, and a word of thanks: the same to everybody, whatever the salon knows of them."""

    @http.route(
        "/salon/suggest", type="http", auth="public", methods=["GET"], website=True, sitemap=True, readonly=True
    )
    @friendly
    def suggest(self, **_query):
        """Show the form, or ask which salon it is for."""
        salons = self._suggestion_salons()
        salon = self._suggestion_salon(salons)
        if not salon:
            return self._page("page_suggest_salons", {"salons": salons}, module="salon_aftercare")
        return self._show_suggestion(salon)

    @http.route("/salon/suggest", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    @friendly
    def suggest_send(self, **_form):
        """Put a suggestion into the box."""
        salon = self._suggestion_salon(self._suggestion_salons())
        if not salon:
            raise self._wrong_address()
        self._check_human("salon_suggest")
        typed = {
            "text": self._text("text", TEXT, lines=True),
            "name": self._text("name", NAME),
            "email": self._text("email", EMAIL),
        }
        email = email_normalize(typed["email"])
        if not typed["text"]:
            return self._show_suggestion(salon, error=request.env._("Please write what you suggest."), **typed)
        if typed["email"] and not email:
            wrong = request.env._("This email address is not complete. Please correct it, or leave it out.")
            return self._show_suggestion(salon, error=wrong, **typed)
        self._check_limit("suggest", self._address(), OF_ONE, HOUR)
        self._check_limit("suggest_all", f"company {salon.id}", OF_ALL, DAY)
        cases = request.env["salon.case"].sudo().with_context(mail_create_nosubscribe=True)
        cases.create(
            {
                "kind": "suggestion",
                # The team reads it, in its own language.
                "name": request.env["salon.case"].with_context(lang=salon.partner_id.lang).env._("Suggestion"),
                "description": typed["text"],
                "contact_name": typed["name"] or False,
                "contact_email": email or False,
                "lang": request.env.lang,
                "company_id": salon.id,
                "place": "away",
                "is_from_page": True,
            }
        )
        return request.redirect(f"/salon/suggest/thanks?salon={salon.id}", code=303)

    @http.route("/salon/suggest/thanks", type="http", auth="public", methods=["GET"], website=True, sitemap=False,
                readonly=True)  # fmt: skip
    @friendly
    def suggest_thanks(self, **_query):
        """Thank for it."""
        salon = self._suggestion_salon(self._suggestion_salons())
        return self._page("page_suggest_thanks", {"company": salon}, module="salon_aftercare")

    @staticmethod
    def _suggestion_salons():
        """Return the salons that have a suggestion box."""
        return request.env["res.company"].sudo().search([("salon_suggestion_box", "=", True)])

    def _suggestion_salon(self, salons):
        """Return the salon that the address names, or the only one; none where one has to be chosen."""
        if not salons:
            raise InputError(request.env._("There is no suggestion box here. Please call us."), 404)
        number = self._number("salon")
        if number is None:
            return salons if len(salons) == 1 else salons.browse()
        salon = salons.filtered(lambda salon: salon.id == number)
        if not salon:
            raise self._wrong_address()
        return salon

    def _show_suggestion(self, salon, error="", text="", name="", email=""):
        values = {"company": salon, "problem": error, "text": text, "name": name, "email": email}
        return self._page("page_suggest", values, status=422 if error else 200, captcha=True, module="salon_aftercare")
