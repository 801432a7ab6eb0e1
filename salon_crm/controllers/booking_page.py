"""The page on which clients book by themselves: services, stylist, time, who they are, a code, done.

Every step is a page of its own that works without scripts. Nothing is kept between the steps but what stands in the
address, until a time is chosen: from then on a record with an unguessable token holds it.
"""

import functools
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

import babel.dates
import pytz
from psycopg2.errors import ExclusionViolation

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import babel_locale_parse, format_amount, get_lang

from ..models.salon_availability import SALON_FIELDS
from ..tools.frame import local_day, utc
from ..tools.known import Known, load_known
from ..tools.spoken import spoken
from .public_page import HOUR, InputError, PublicPage, friendly

SERVICES = 6  # at most in one visit
SHOWN_DAYS = 7
DAY = timedelta(days=1)
PARTS = (12, 17)  # local hours at which afternoon and evening begin
HOLDS_AT_ONCE = 4  # for one address
BOOKINGS_A_DAY = 10  # of one person; so many codes they get, too
SMS_A_DAY = 300  # codes of one salon: each costs it money, and who sends for them to far countries may earn by it
NAME, NOTE, CONTACT = 80, 500, 120  # characters
# What the page of services shows, and what it finds the price by.
SHOWN_FIELDS = [
    "name", "description_sale", "list_price", "pos_categ_ids", "salon_active_minutes", "salon_processing_minutes",
    "salon_finishing_minutes", "salon_patch_test_line_ids",
]  # fmt: skip


class Wanted(NamedTuple):
    """What the address of a page, or a form, says that somebody wants."""

    salon: object  # res.company, as superuser
    services: list  # Service, in the order in which they were chosen
    stylists: list  # Stylist: who can be booked online for all of them
    stylist: object  # the one who was chosen, or None
    known: Known  # what the search for free times would have to ask for once more

    def wishes(self):
        """Return the services as the search for free times takes them."""
        who = {"stylist_id": self.stylist.id} if self.stylist else {}
        return [{"product_id": service.id, **who} for service in self.services]


def one_mailbox(email):
    """Return what all spellings have in common that may lead to one mailbox: a.b+c@example.com is ab@example.com.

    It is for counting alone: nobody is written to at that address.
    """
    local, _at, domain = email.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


@functools.lru_cache(4096)
def said_clock(lang, hour, minute):
    """Return a time of day as a language writes it."""
    return babel.dates.format_time(time(hour, minute), "short", locale=babel_locale_parse(lang))


@functools.lru_cache(4096)
def said_day(lang, day, form):
    """Return a day as a language writes it: "full", or by a pattern."""
    return babel.dates.format_date(day, form, locale=babel_locale_parse(lang))


class BookingPage(PublicPage):
    """The steps of a booking."""

    @http.route("/salon/book", type="http", auth="public", methods=["GET"], website=True, sitemap=True, readonly=True)
    @friendly
    def services(self, **_query):
        """Show what can be booked; of which salon first, where there are several."""
        salons = self._salons()
        salon = self._salon(salons)
        if not salon:
            return self._page("page_salons", {"salons": salons})
        values = {
            "company": salon,
            "groups": self._service_groups(salon),
            "chosen": self._numbers("service", SERVICES),
        }
        return self._page("page_services", values)

    @http.route("/salon/book/times", type="http", auth="public", methods=["GET"], website=True, sitemap=False,
                readonly=True)  # fmt: skip
    @friendly
    def times(self, **_query):
        """Show a week's free times for the services that were chosen."""
        wanted = self._wanted()
        first, chosen = self._days(wanted.salon)
        offers = self._offers(wanted, first)
        return self._page("page_times", self._times_values(wanted, first, chosen, offers), captcha=True)

    @http.route("/salon/book/hold", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    @friendly
    def hold(self, **_form):
        """Hold a time for the visitor, and go on to who they are."""
        wanted = self._wanted()
        start = self._moment("start")
        self._check_human("salon_hold")
        self._check_limit("hold", self._address(), 60, HOUR)
        drafts = request.env["salon.online.booking"]
        drafts._by_token(request.session.get("salon_online_booking"))._give_up()
        if drafts._count_held(self._address()) >= HOLDS_AT_ONCE:
            raise InputError(request.env._("Several times are held for you already. Please finish one of them."), 429)
        try:
            with request.env.cr.savepoint():
                draft = drafts._begin(
                    wanted.salon, wanted.wishes(), start, self._address(), self._visitor(wanted.salon)
                )
        except ExclusionViolation:
            draft = drafts
        if not draft:
            day = local_day(wanted.salon._salon_timezone(), start)
            return request.redirect(
                self._times_url(wanted.salon, wanted.services, wanted.stylist, day, taken=1), code=303
            )
        request.session["salon_online_booking"] = draft.token
        return request.redirect(f"/salon/book/{draft.token}", code=303)

    @http.route("/salon/book/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    @friendly
    def who(self, token, **_query):
        """Ask who the visitor is, or for the code that was sent to them."""
        draft = self._draft(token)
        if draft.event_id:
            return request.redirect(draft.event_id._salon_path(), code=303)
        return self._ask(draft)

    @http.route("/salon/book/<string:token>/who", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def tell(self, token, **_form):
        """Take who the visitor is, and send them a code."""
        draft = self._draft(token, change=True)
        if draft.event_id:
            return request.redirect(draft.event_id._salon_path(), code=303)
        self._check_human("salon_who")
        if visitor := self._visitor(draft.company_id):
            note = self._text("note", NOTE, lines=True)
            self._check_limit("book", f"partner {visitor.id}", BOOKINGS_A_DAY, DAY)
            draft.write({"note": note})
            return self._finish(draft, visitor)
        name, contact = self._text("name", NAME), self._text("contact", CONTACT)
        note = self._text("note", NOTE, lines=True)
        try:
            if not name:
                raise InputError(request.env._("Please tell us your name."))
            if not contact:
                raise InputError(request.env._("Please tell us where we can reach you."))
            email, phone = draft._read_contact(contact, draft.company_id)
        except (InputError, UserError) as error:
            return self._ask(draft, error=error.args[0], status=422, name=name, contact=contact, note=note)
        self._check_limit("code", self._address(), 30, HOUR)
        mailbox = one_mailbox(email) if email else phone
        self._check_limit("code", mailbox, 5, HOUR)
        self._check_limit("code_day", mailbox, BOOKINGS_A_DAY, DAY)
        if phone:
            self._check_limit("sms", f"company {draft.company_id.id}", SMS_A_DAY, DAY)
        draft.write({"name": name, "email": email, "phone": phone, "note": note})
        if not draft._send_code():
            raise InputError(request.env._("Several codes were sent already. Please call us."), 429)
        return request.redirect(f"/salon/book/{draft.token}", code=303)

    @http.route("/salon/book/<string:token>/code", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def code(self, token, **_form):
        """Take the code, and book."""
        draft = self._draft(token, change=True)
        if draft.event_id:
            return request.redirect(draft.event_id._salon_path(), code=303)
        code = self._text("code", 20).replace(" ", "")
        if not draft._check_code(code):
            message = request.env._("This is not the code that we sent, or it has ended. Please look again.")
            return self._ask(draft, error=message, status=422)
        return self._finish(draft)

    @http.route("/salon/book/<string:token>/again", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def again(self, token, **_form):
        """Let the visitor correct who they are; a new code comes then."""
        draft = self._draft(token, change=True)
        draft.code_digest = False
        return request.redirect(f"/salon/book/{draft.token}", code=303)

    # Steps ----------------------------------------------------------------------------------------------------

    def _draft(self, token, change=False):
        draft = request.env["salon.online.booking"]._by_token(token)
        if not draft:
            raise InputError(request.env._("This link has ended, or is not complete. Please choose a time again."), 404)
        if not (draft.event_id or draft.company_id.salon_online_booking):
            raise InputError(request.env._("This salon takes no bookings online. Please call us."), 404)
        if change:
            draft._take_turn()
        return draft

    def _ask(self, draft, error=False, status=200, **typed):
        """Return the page that asks for the name, or for the code."""
        salon = draft.company_id
        visitor = self._visitor(salon)
        values = {
            "company": salon,
            "draft": draft,
            "when": spoken(request.env, draft.start, zone=salon._salon_timezone(), long=True),
            "summary": self._summary(draft),
            "seconds": draft._seconds_left(),
            "error": error,
            "visitor": visitor,
            "typed": {"name": draft.name, "contact": draft.email or draft.phone, "note": draft.note, **typed},
            "times_url": self._draft_times_url(draft),
        }
        if draft.code_digest and not visitor:
            return self._page("page_code", values, status=status, secret=True)
        return self._page("page_who", values, status=status, secret=True, captcha=True)

    def _finish(self, draft, visitor=None):
        """Book, and show the booking; or say that somebody was faster, and what else is free."""
        booking = draft._book(visitor)
        if not booking:
            return request.redirect(self._draft_times_url(draft, taken=1), code=303)
        request.session.pop("salon_online_booking", None)
        return request.redirect(booking._salon_path() + "?booked=1", code=303)

    def _summary(self, draft):
        """Return the lines of what is about to be booked: (time, service, stylist)."""
        zone = draft.company_id._salon_timezone()
        lines = draft.offer["lines"]
        stylists = request.env["hr.employee"].sudo().browse({line["stylist_id"] for line in lines})
        products = request.env["product.product"].sudo().browse({line["product_id"] for line in lines})
        names = {record: record.name for record in (*stylists, *products)}
        return [
            (
                self._clock(fields.Datetime.to_datetime(line["start"]), zone),
                names[products.browse(line["product_id"])],
                names[stylists.browse(line["stylist_id"])],
            )
            for line in lines
        ]

    # What is wanted -------------------------------------------------------------------------------------------

    @staticmethod
    def _salons():
        """Return the companies that take bookings online."""
        domain = [("salon_online_booking", "=", True)]
        return request.env["res.company"].sudo().search_fetch(domain, [*SALON_FIELDS, "name", "partner_id"])

    def _salon(self, salons):
        """Return the salon that the address names, or the only one."""
        number = self._number("salon")
        salon = salons.filtered(lambda company: company.id == number) if number else salons
        if not salon:
            raise InputError(request.env._("This salon takes no bookings online. Please call us."), 404)
        return salon if len(salon) == 1 else None

    def _wanted(self):
        """Return what the address or the form names."""
        salon = self._salon(self._salons())
        if not salon:
            raise self._wrong_address()
        ids = self._numbers("service", SERVICES)
        if not ids:
            raise InputError(request.env._("Please choose what you come for."))
        known = load_known(request.env, salon, ids)
        services = [service for number in ids if (service := known.services.get(number))]
        services = [service for service in services if self._is_offered(service, salon)]
        if len(services) != len(ids) or len(ids) != len(set(ids)):
            raise InputError(request.env._("This can't be booked online. Please choose again."), 404)
        stylists, number = self._stylists(known.stylists, services), self._number("stylist")
        stylist = next((stylist for stylist in stylists if stylist.id == number), None)
        if number and not stylist:
            raise InputError(request.env._("This stylist can't be booked online for that. Please choose again."), 404)
        return Wanted(salon, services, stylists, stylist, known)

    @staticmethod
    def _is_offered(service, salon):
        """Tell whether a service can be booked online; the same as `_service_domain`."""
        return service.active and service.is_service and service.online and service.company_id in (None, salon.id)

    @staticmethod
    def _service_domain(salon):
        return [
            ("is_salon_service", "=", True),
            ("salon_online", "=", True),
            ("company_id", "in", (False, salon.id)),
        ]

    def _service_groups(self, salon):
        """Return [(name, services)] of what can be booked online: of each what the page shows."""
        products = request.env["product.product"].sudo()
        services = products.search_fetch(self._service_domain(salon), ["product_tmpl_id"], order="name, id")
        # By the templates: what a product has of its template Odoo works out field by field.
        services.product_tmpl_id.fetch(SHOWN_FIELDS)
        salon.fetch(["currency_id", "salon_patch_test_hours"])
        groups = services.grouped(lambda product: product.product_tmpl_id.pos_categ_ids[:1])
        ordered = sorted(groups, key=lambda category: (not category, category.sequence, category.name or ""))
        return [
            (
                category.name or request.env._("More"),
                [self._shown_service(product, salon) for product in groups[category]],
            )
            for category in ordered
        ]

    def _shown_service(self, product, salon):
        """Return what the page shows of a service."""
        template = product.product_tmpl_id
        return {
            "id": product.id,
            "name": template.name,
            "minutes": template.salon_total_minutes,
            "price": self._price(product, salon),
            "more": template.description_sale,
            "tested": bool(template.salon_patch_test_line_ids),
        }

    @staticmethod
    def _stylists(stylists, services):
        """Return who can be booked online for all these services."""
        named = [service.stylist_ids for service in services if service.stylist_ids]
        return [one for one in stylists.values() if one.online and all(one.id in ids for ids in named)]

    # Times ----------------------------------------------------------------------------------------------------

    def _days(self, salon, usual=None):
        """Return the first day that is shown and the one that was chosen, if any.

        :param date usual: what is shown where no day was chosen
        """
        today, chosen = self._today(salon), self._date("day")
        if chosen:
            self._check_shown(salon, chosen)
        elif usual and self._is_shown(salon, usual):
            chosen = usual
        weeks = ((chosen or today) - today).days // SHOWN_DAYS
        return today + timedelta(days=weeks * SHOWN_DAYS), chosen

    def _check_shown(self, salon, day):
        """Refuse a day that the page never shows."""
        if not self._is_shown(salon, day):
            raise InputError(request.env._("That day can't be booked online. Please choose another."), 404)

    def _is_shown(self, salon, day):
        return self._today(salon) <= day <= self._last_day(salon)

    def _offers(self, wanted, first, days=SHOWN_DAYS, **options):
        """Return what the search offers for some days from `first` on, in the order of time."""
        salon = wanted.salon
        offers = (
            request.env["salon.availability"]
            .sudo()
            .find_offers(
                wanted.wishes(),
                *self._bounds(salon, first, days),
                company=salon,
                channel="online",
                client=self._visitor(salon) or None,
                known=wanted.known,
                **options,
            )
        )
        return sorted(offers, key=lambda offer: offer["start"])

    @staticmethod
    def _bounds(salon, first, days=SHOWN_DAYS):
        zone = salon._salon_timezone()
        midnights = (datetime.combine(first + timedelta(days=number), datetime.min.time()) for number in (0, days))
        return [utc(zone, midnight) for midnight in midnights]

    def _times_values(self, wanted, first, chosen, offers):
        """Return what the page of times shows."""
        salon, services, stylist = wanted.salon, wanted.services, wanted.stylist
        values = {
            "company": salon,
            "what": ", ".join(service.name for service in services),
            "stylist_id": stylist.id if stylist else False,
            "stylists": wanted.stylists,
            "minutes": sum(sum(service.minutes[:3]) for service in services),
            "back_url": "/salon/book?" + urlencode([("salon", salon.id), *(("service", s.id) for s in services)]),
            "taken": self._one("taken") == "1",
            "action": "/salon/book/hold",
            "hidden": [
                ("salon", salon.id),
                ("stylist", stylist.id if stylist else ""),
                *(("service", s.id) for s in services),
            ],
            **self._week_values(
                salon,
                first,
                chosen,
                offers,
                wanted.known.stylists,
                lambda day: self._times_url(salon, services, stylist, day),
            ),
        }
        if not offers and (later := self._next_free(wanted, first)):
            values["later"] = (self._day_name(later), self._times_url(salon, services, stylist, later))
        return values

    def _next_free(self, wanted, first):
        """Return the first day with free times from `first` on; only asked where a whole week is full."""
        salon = wanted.salon
        rest = (self._last_day(salon) - first).days + 1
        offers = self._offers(wanted, first, rest, every=60) if rest > 0 else ()
        return local_day(salon._salon_timezone(), offers[0]["start"]) if offers else None

    @staticmethod
    def _today(salon):
        return salon._salon_today()

    def _last_day(self, salon):
        return self._today(salon) + timedelta(days=salon.salon_horizon_days)

    def _week_values(self, salon, first, chosen, offers, stylists, url):
        """Return the days of a week, and the times of the day that is shown.

        :param dict stylists: as `load_stylists` returns them
        :param url: gives the address of a day
        """
        zone = salon._salon_timezone()
        by_day = {}
        for offer in offers:
            by_day.setdefault(local_day(zone, offer["start"]), []).append(offer)
        shown = chosen or min(by_day, default=first)
        today = self._today(salon)
        days = [first + timedelta(days=number) for number in range(SHOWN_DAYS)]
        days = [day for day in days if day <= self._last_day(salon)]
        earlier, later = first - timedelta(days=SHOWN_DAYS), first + timedelta(days=SHOWN_DAYS)
        return {
            "days": [
                {
                    "weekday": self._day_name(day, "ccc"),
                    "number": day.day,
                    "long": self._day_name(day),
                    "free": len(by_day.get(day, ())),
                    "shown": day == shown,
                    "url": url(day),
                }
                for day in days
            ],
            "shown": self._day_name(shown),
            "parts": self._day_parts(by_day.get(shown, ()), stylists, zone),
            "earlier_url": url(earlier) if first > today else False,
            "later_url": url(later) if later <= self._last_day(salon) else False,
            "later": False,
        }

    def _day_parts(self, offers, stylists, zone):
        """Return [(name, times)] of a day: each time with what the button says and sends."""
        parts = {0: [], 1: [], 2: []}
        for offer in offers:
            hour = pytz.utc.localize(offer["start"]).astimezone(zone).hour
            who = dict.fromkeys(stylists[line["stylist_id"]].name for line in offer["lines"])
            parts[sum(hour >= begin for begin in PARTS)].append(
                {
                    "value": fields.Datetime.to_string(offer["start"]),
                    "clock": self._clock(offer["start"], zone),
                    "who": ", ".join(who),
                }
            )
        titles = (request.env._("Morning"), request.env._("Afternoon"), request.env._("Evening"))
        return [(title, parts[number]) for number, title in enumerate(titles) if parts[number]]

    @staticmethod
    def _clock(moment, zone):
        """Return the time of day by the salon's clocks, as the reader's language writes it."""
        local = pytz.utc.localize(moment).astimezone(zone)
        return said_clock(get_lang(request.env).code, local.hour, local.minute)

    @staticmethod
    def _day_name(day, form="full"):
        """Return a day as the reader's language writes it: "full", or by a pattern."""
        return said_day(get_lang(request.env).code, day, form)

    @staticmethod
    def _price(product, salon):
        amount = format_amount(request.env, product.lst_price, salon.currency_id)
        variations = request.env["salon.service.variation"]._get_of_service(product.product_tmpl_id.id)
        return request.env._("from %s", amount) if variations else amount

    @staticmethod
    def _times_url(salon, services, stylist, day, **more):
        query = [("salon", salon.id), *(("service", service.id) for service in services)]
        if stylist:
            query.append(("stylist", stylist.id))
        query += [("day", day.isoformat()), *more.items()]
        return "/salon/book/times?" + urlencode(query)

    def _draft_times_url(self, draft, **more):
        """Return the page of times on which the time of a draft was chosen."""
        salon = draft.company_id
        services = request.env["product.product"].sudo().browse([wish["product_id"] for wish in draft.wishes])
        stylist = request.env["hr.employee"].sudo().browse(draft.wishes[0].get("stylist_id") or [])
        return self._times_url(salon, services, stylist, local_day(salon._salon_timezone(), draft.start), **more)
