"""The page on which a client reads and signs forms: by the link that they were sent, or on the salon's tablet.

Mail programs open links by themselves: only the button signs anything.
"""

import base64
import binascii
import io

from PIL import Image, UnidentifiedImageError

from odoo import http
from odoo.http import request

from .public_page import HOUR, InputError, PublicPage, friendly

PICTURE = "data:image/png;base64,"
LONGEST = 300_000  # characters of a drawn signature
LARGEST = 2000  # pixels of it, to each side
NAME = 80  # characters


class ConsentPage(PublicPage):
    """What is still to be signed, one form after the other.

    Odoo makes one class of all pages: no method here may be named as one of another page.
    """

    @http.route("/salon/consent/<string:token>", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def consent(self, token, **_query):
        """Show the first form that is not signed yet."""
        return self._show_consent(self._consent_request(token))

    @http.route("/salon/consent/<string:token>/sign", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def sign(self, token, **_form):
        """Keep the signature of one form, and go on to the next."""
        asked = self._consent_request(token)
        self._check_limit("consent", token, 30, HOUR)
        self._check_human("salon_consent")
        number = self._number("form")
        form = asked._open_forms().filtered(lambda one: one.id == number)
        if not form:
            return request.redirect(asked._path(), code=303)
        name = self._text("name", NAME)
        guardian = self._one("guardian") == "1"
        typed = self._one("way") == "typed"
        signature = False if typed else self._drawn_signature()
        problem = self._unsigned(asked, form, name, guardian, typed or signature)
        if problem:
            return self._show_consent(asked, problem=problem, name=name, guardian=guardian, typed=typed, status=422)
        asked._sign(
            form,
            {
                "signed_name": name,
                "is_guardian": guardian,
                "signature": signature,
                "ip_address": request.httprequest.remote_addr,
            },
        )
        return request.redirect(asked._path(), code=303)

    def _unsigned(self, asked, form, name, guardian, signed):
        """Return what is still missing, in words; None where nothing is."""
        if self._one("words") != asked._fingerprint(form):
            return request.env._("The text was changed just now. Please read it again.")
        if not name:
            return request.env._("Please type the name of the person who signs.")
        if self._one("agree") != "1":
            return request.env._("Please tick that you have read it and agree.")
        if form.kind == "minors" and not guardian:
            return request.env._("A parent or guardian signs this form. Please tick that you are one.")
        if not signed:
            return request.env._("Please sign in the field, or choose to sign by typing your name.")
        return None

    def _drawn_signature(self):
        """Return the drawn signature as base64 of a PNG, False where there is none."""
        text = self._one("signature")
        if not text:
            return False
        refused = InputError(request.env._("The signature could not be read. Please sign again."), 422)
        if not text.startswith(PICTURE) or len(text) > LONGEST:
            raise refused
        try:
            content = base64.b64decode(text.removeprefix(PICTURE), validate=True)
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            if max(picture.size) > LARGEST:
                raise refused
            picture.load()
        except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            raise refused from None
        if not picture.convert("RGBA").getchannel("A").getbbox():
            return False  # nothing was drawn
        clean = io.BytesIO()
        picture.convert("RGBA").save(clean, "PNG")  # anew: nothing else comes along
        return base64.b64encode(clean.getvalue())

    def _consent_request(self, token):
        asked = request.env["salon.consent.request"]._by_token(token)
        if not asked:
            message = request.env._("This link has ended, or is not complete. Please ask us for a new one.")
            raise InputError(message, 404)
        return asked.with_context(lang=request.env.lang)

    def _show_consent(self, asked, status=200, **values):
        forms = asked._open_forms()
        form = forms[:1]
        client = asked.file_id.partner_id
        values = {
            "company": asked.company_id,
            "path": asked._path(),
            "form": form,
            "words": form and asked._fingerprint(form),
            "number": len(asked.form_ids) - len(forms) + 1,
            "count": len(asked.form_ids),
            "client": client,
            "name": "" if form.kind == "minors" else client.name,
            "guardian": form.kind == "minors",
            "typed": False,
            "problem": None,
            "signed": asked.signed_form_ids,
            **values,
        }
        return self._page("page_consent", values, status=status, secret=True)
