"""What the salon's public pages have in common: reading what a stranger sends, and answering it in words."""

import functools
import hashlib
import re
import unicodedata
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request
from odoo.tools.misc import file_path

ASSETS = ("page.css", "page.js")  # in static/src/page
NETWORK = 64  # bits of an IPv6 address that a household has for itself
ADDRESS = ("street", "city", "phone")  # of the salon, at the foot of each page
FAR = timedelta(days=1000)  # no salon books that far ahead
HOUR = timedelta(hours=1)
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MOMENT = DATE + r" [0-9]{2}:[0-9]{2}:00"
SECRET = {  # who sees or keeps the address of such a page could act for the client
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
}


class InputError(Exception):
    """What came is not what the page sends; the text says so to whoever reads it."""

    def __init__(self, message, status=400):
        """Answer with `message` and an HTTP status."""
        super().__init__(message)
        self.status = status


def whence(address):
    """Return what stands for all addresses of one visitor: of IPv6 the network, who has one address has billions."""
    try:
        found = ip_address(address or "-")
    except ValueError:
        return address or "-"
    if found.version == 6:
        found = found.ipv4_mapped or ip_network((found, NETWORK), strict=False)
    return str(found)


def written_as(form, kind, text):
    """Return the date or datetime (`kind`) that is written in this form exactly, None where it is none."""
    try:
        return kind.fromisoformat(text) if re.fullmatch(form, text) else None
    except ValueError:
        return None


def friendly(function):
    """Answer a page's errors with a page: nothing is half-saved then."""

    @functools.wraps(function)
    def wrapped(self, *args, **kwargs):
        try:
            return function(self, *args, **kwargs)
        except InputError as error:
            request.env.cr.rollback()
            return self._refuse(str(error), error.status)
        except (UserError, ValidationError) as error:
            request.env.cr.rollback()
            return self._refuse(error.args[0], 422)

    return wrapped


@functools.cache
def _assets_version():
    """Return what changes with the style or script of the pages: browsers keep them until then."""
    paths = (file_path(f"salon_crm/static/src/page/{name}") for name in ASSETS)
    return hashlib.sha256(b"".join(Path(path).read_bytes() for path in paths)).hexdigest()[:12]


class PublicPage(http.Controller):
    """The frame of each page, and how it reads what comes."""

    def _page(self, template, values, status=200, secret=False, captcha=False, module="salon_crm"):
        """Return a page.

        :param str template: name of the template, without the module
        :param bool secret: its address is a key that must not get around
        :param bool captcha: it has a form that Google's reCAPTCHA looks at, where that is set up
        :param str module: the addon that the template is of
        """
        languages = request.env["res.lang"].sudo().get_installed()
        path = request.httprequest.path
        query = request.httprequest.query_string.decode("ascii", "ignore")
        company = values.get("company") or request.env["res.company"]
        address = company.sudo().partner_id if len(company) == 1 else request.env["res.partner"]
        address.fetch(ADDRESS)
        # What rendering asks of the user; Odoo would read all fields of theirs for it.
        request.env.user.fetch(["company_id"])
        values = {
            "company": company,
            "address": address,
            "languages": [
                {"code": code, "name": name, "url": self._language_url(code, path, query)} for code, name in languages
            ]
            if len(languages) > 1
            else [],
            "lang": request.env.lang or "en_US",
            "version": _assets_version(),
            # A script from elsewhere reads the address it stands on: it stands where a form asks for it alone.
            "captcha_key": captcha and self._captcha_key(),
            **values,
        }
        response = request.render(f"{module}.{template}", values)
        response.status_code = status
        response.headers.update(SECRET if secret else {"X-Frame-Options": "SAMEORIGIN", "Cache-Control": "no-cache"})
        return response

    def _language_url(self, code, path, query):
        """Return the address of this page in another language, as http_routing reads it."""
        lang = request.env["res.lang"]._get_data(code=code)
        return f"/{lang.url_code}{path}" + (f"?{query}" if query else "")

    def _refuse(self, message, status=400, **values):
        """Return a page that says why something is not possible."""
        return self._page("page_refused", {"message": message, **values}, status=status, secret=True)

    # What comes ---------------------------------------------------------------------------------------------

    @staticmethod
    def _wrong_address():
        """Return the error for what none of our pages sends."""
        return InputError(request.env._("Something in this page's address is not right. Please begin again."))

    @staticmethod
    def _all(name):
        """Return all values that came for `name`, as text."""
        values = request.httprequest.args.getlist(name) + request.httprequest.form.getlist(name)
        return [value for value in values if isinstance(value, str)]

    def _one(self, name):
        """Return the only value that came for `name`, "" where none did."""
        values = self._all(name)
        if len(values) > 1:
            raise self._wrong_address()
        return values[0].strip() if values else ""

    def _numbers(self, name, most):
        """Return the whole numbers that came for `name`."""
        values = self._all(name)
        if len(values) > most or not all(re.fullmatch(r"[0-9]{1,9}", value) for value in values):
            raise self._wrong_address()
        return [int(value) for value in values]

    def _number(self, name):
        """Return the whole number that came for `name`, None where none did."""
        numbers = self._numbers(name, 1) if self._one(name) else []
        return numbers[0] if numbers else None

    def _text(self, name, longest, lines=False):
        """Return a text that a person typed, without what nobody can type.

        :param int longest: characters
        :param bool lines: it may have several lines
        """
        kept = "\n" if lines else ""
        typed = self._one(name).replace("\r\n", "\n")
        too_long = InputError(request.env._("That text is too long: %s characters at most, please.", longest))
        if len(typed) > longest * 10:  # not even looked at: nobody types that
            raise too_long
        text = "".join(
            sign if sign in kept or not unicodedata.category(sign).startswith("C") else " " for sign in typed
        )
        text = text.strip() if lines else " ".join(text.split())
        if len(text) > longest:
            raise too_long
        return text

    def _date(self, name):
        """Return the date that came for `name` as YYYY-MM-DD, None where none did."""
        text = self._one(name)
        found = written_as(DATE, date, text)
        if text and not found:
            raise InputError(request.env._("That is no date. Please choose a day from the page."))
        return found

    def _moment(self, name):
        """Return the moment that came for `name`: naive UTC, as the page writes it."""
        found = written_as(MOMENT, datetime, self._one(name))
        if not found or abs(found - datetime.now()) > FAR:
            raise InputError(request.env._("That is no time. Please choose one from the page."))
        return found

    # Who comes ----------------------------------------------------------------------------------------------

    @staticmethod
    def _address():
        """Return whence a request comes."""
        return whence(request.httprequest.remote_addr)

    @staticmethod
    def _visitor(salon):
        """Return the partner who is logged in, none for anybody else; one of another company is a stranger here."""
        user = request.env.user
        partner = request.env["res.partner"] if user._is_public() else user.partner_id
        return partner.filtered(lambda own: own.sudo().company_id in (own.env["res.company"], salon))

    def _check_human(self, action):
        """Refuse what a program filled in.

        :param str action: what is tried, for Google's reCAPTCHA where it is set up
        """
        # People don't see this field.
        if self._one("website"):
            raise InputError(request.env._("This did not work. Please call us."))
        request.env["ir.http"]._verify_request_recaptcha_token(action)

    def _check_limit(self, scope, key, limit, within):
        """Refuse what is tried too often."""
        if not request.env["salon.public.attempt"]._allow(scope, key, limit, within):
            raise TooOftenError(request.env._("That was tried too often. Please wait a while, or call us."))

    @staticmethod
    def _captcha_key():
        """Return the site key of Google's reCAPTCHA where that addon is there and set up."""
        if not hasattr(request.env.registry["ir.http"], "_verify_recaptcha_token"):
            return False
        return request.env["ir.config_parameter"].sudo().get_param("recaptcha_public_key")


class TooOftenError(InputError):
    """Somebody tries what they tried too often."""

    def __init__(self, message):
        """Answer with status 429."""
        super().__init__(message, 429)
