import hashlib
import hmac
import secrets
from datetime import timedelta

from markupsafe import Markup
from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..tools.phone import whole_number
from ..tools.token import is_token, new_token
from .calendar_event_move import pack_offer, unpack_offer

HELD = timedelta(minutes=5)
KEPT = timedelta(days=1)  # what was typed is forgotten then
TRIES = 5  # of one code
RESENDS = 3  # of a code for one booking


class SalonOnlineBooking(models.Model):
    """What a visitor of the booking page is about to book: the time is held while they say who they are.

    Nobody is looked up before the visitor has shown, by a code, that the email or number is theirs: so no answer of
    the page can tell whether the salon knows it.
    """

    _name = "salon.online.booking"
    _description = "Online Booking under Way"
    _order = "id desc"

    token = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    lang = fields.Char(readonly=True)
    wishes = fields.Json(required=True, readonly=True, help="What is wanted, as the search for free times takes it.")
    offer = fields.Json(required=True, readonly=True, help="What was found for it, as the search gave it.")
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    hold_id = fields.Many2one("salon.booking.hold", readonly=True, ondelete="set null", index="btree_not_null")
    expires_at = fields.Datetime(required=True, readonly=True)
    address_digest = fields.Char(readonly=True)
    name = fields.Char(string="Full Name")
    email = fields.Char()
    phone = fields.Char()
    note = fields.Text()
    code_digest = fields.Char(groups=fields.NO_ACCESS)
    code_tries = fields.Integer(groups=fields.NO_ACCESS)
    code_count = fields.Integer(groups=fields.NO_ACCESS, help="How many codes were sent.")
    # What led to a booking goes with it: its code books nothing anew.
    event_id = fields.Many2one("calendar.event", readonly=True, ondelete="cascade", index="btree_not_null")

    _token_idx = models.UniqueIndex("(token)")

    # The time -----------------------------------------------------------------------------------------------

    @api.model
    def _begin(self, company, wishes, start, address, client=None):
        """Hold a time that the search offers; return the record, or none when it offers none there.

        :param list wishes: as SalonAvailability.find_offers takes them
        :param datetime start: naive UTC
        :param str address: whence the visitor comes
        :param client: res.partner, where somebody is logged in
        :raise psycopg2.errors.ExclusionViolation: another visitor was faster
        """
        offer = self._find(company, wishes, start, client)
        if not offer:
            return self.browse()
        expires_at = fields.Datetime.now() + HELD
        blocks = self.env["salon.availability"].sudo().offer_blocks(wishes, offer)
        return self.sudo().create(
            {
                "token": new_token(),
                "company_id": company.id,
                "lang": self.env.lang,
                "wishes": wishes,
                "offer": pack_offer(offer),
                "start": offer["start"],
                "stop": offer["stop"],
                "hold_id": self.env["salon.booking.hold"]._hold(company, blocks, expires_at).id,
                "expires_at": expires_at,
                "address_digest": self.env["salon.public.attempt"]._digest(address),
            }
        )

    @api.model
    def _find(self, company, wishes, start, client=None):
        offers = (
            self.env["salon.availability"]
            .sudo()
            .find_offers(
                wishes, start, start + timedelta(minutes=1), company=company, channel="online", client=client, limit=1
            )
        )
        return offers[0] if offers else None

    @api.model
    def _by_token(self, token):
        """Return what a visitor is about to book, as superuser; none where the token is wrong."""
        if not is_token(token):
            return self.sudo().browse()
        return self.sudo().search([("token", "=", token), ("create_date", ">", fields.Datetime.now() - KEPT)], limit=1)

    def _take_turn(self):
        """Have one step of a visitor be through before the next: Odoo tries the second anew, which then sees it."""
        lock = SQL("SELECT 1 FROM salon_online_booking WHERE id = ANY(%s) FOR NO KEY UPDATE NOWAIT", self.ids)
        self.env.cr.execute(lock, log_exceptions=False)

    def _give_up(self):
        """Let others have the time: the visitor chose another."""
        self.sudo().filtered(lambda booking: not booking.event_id).hold_id.unlink()

    def _seconds_left(self):
        """Return how many seconds the time is still held; 0 when it is not."""
        left = (self.expires_at - fields.Datetime.now()).total_seconds() if self.hold_id else 0
        return max(round(left), 0)

    @api.model
    def _count_held(self, address):
        """Return how many times are held for visitors from one address."""
        digest = self.env["salon.public.attempt"]._digest(address)
        return self.sudo().search_count(
            [("address_digest", "=", digest), ("expires_at", ">", fields.Datetime.now()), ("hold_id", "!=", False)]
        )

    # Who it is ----------------------------------------------------------------------------------------------

    @api.model
    def _read_contact(self, text, company):
        """Return (email, phone) of which one is set, as they are compared.

        :raise UserError: it is neither
        """
        if "@" in text:
            if email := email_normalize(text):
                return email, False
            raise UserError(self.env._("This email address is not complete. It looks like name@example.com."))
        if not company.salon_online_sms:
            raise UserError(self.env._("Please give your email address: it looks like name@example.com."))
        country = company.country_id
        if phone := whole_number(text, country):
            return False, phone
        if country:
            raise UserError(
                self.env._("This phone number is not complete. Outside %s, begin with + and the country.", country.name)
            )
        raise UserError(self.env._("This phone number is not complete. Begin with + and the country."))

    def _send_code(self):
        """Send a new code to the email or number of this booking; return False when there were too many."""
        self.ensure_one()
        if self.code_count >= RESENDS:
            return False
        code = f"{secrets.randbelow(10**6):06}"
        self.write({"code_digest": self._digest_code(code), "code_tries": 0, "code_count": self.code_count + 1})
        # The record has only the digest: the templates find the code itself in the context.
        templates = self.with_context(salon_code=code).env
        if self.email:
            templates.ref("salon_crm.mail_template_online_code").sudo().send_mail(self.id)
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        else:
            template = templates.ref("salon_crm.sms_template_online_code").sudo()
            body = template._render_field("body", self.ids, compute_lang=True)[self.id]
            self.env["sms.sms"].sudo().create({"number": self.phone, "body": body})
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        return True

    def _digest_code(self, code):
        return hmac.new(self.token.encode(), code.encode(), hashlib.sha256).hexdigest()

    def _check_code(self, code):
        """Tell whether this is the code that was sent; a code is worth five tries."""
        self.ensure_one()
        if not self.code_digest or self.code_tries >= TRIES:
            return False
        self.code_tries += 1
        return hmac.compare_digest(self.code_digest, self._digest_code(code))

    def _find_client(self):
        """Return the client whose email or number this is, a new one where there is none.

        Several people may share a number: the one with the name that was given, else who was first.
        """
        partners = self.env["res.partner"].sudo()
        domain = Domain("company_id", "in", (False, self.company_id.id))
        if self.email:
            known = partners.search(domain & Domain("email_normalized", "=", self.email), order="id")
        else:
            country = self.company_id.country_id
            known = partners.search(domain & partners._salon_phone_domain(self.phone), order="id").filtered(
                lambda partner: whole_number(partner.phone, partner.country_id or country) == self.phone
            )
        named = known.filtered(lambda partner: (partner.name or "").casefold() == self.name.casefold())
        client = named[:1] or known.filtered("is_salon_client")[:1] or known[:1]
        if client:
            return client
        # Who comes in two windows at the same moment is one: the second of them conflicts here, tries anew, and finds.
        self.env["salon.public.attempt"]._allow("new_client", self.email or self.phone, 100, KEPT)
        return partners.create({"name": self.name, "email": self.email, "phone": self.phone, "lang": self.lang})

    # Booked -------------------------------------------------------------------------------------------------

    def _book(self, client=None):
        """Book what is held, or once more what was wished where the hold has ended; return the booking.

        :param client: res.partner who is logged in; else whoever gave the code
        :return: calendar.event as superuser, none when somebody else has the time now
        """
        self.ensure_one()
        if self.event_id:
            return self.event_id
        held = self._seconds_left() > 0
        offer = unpack_offer(self.offer) if held else self._find(self.company_id, self.wishes, self.start, client)
        if not offer:
            return self.event_id
        client = client or self._find_client()
        self._check_safety(client)
        try:
            with self.env.cr.savepoint():
                self.hold_id.unlink()
                booking = self._create_booking(client, offer)
        except (ExclusionViolation, ValidationError):
            return self.event_id
        self.event_id = booking
        booking._salon_messages_soon()
        return booking

    def _check_safety(self, client):
        """Refuse what this client can't book by themselves: only now is it known who they are.

        :raise UserError: it does not tell what they do not bear
        """
        find = self.env["salon.availability"].sudo()._obstacle_finder
        if found := find(self.wishes, client, self.company_id, "online")(self.start):
            if found.kind != "patch_test":
                raise UserError(self.env._("This can't be booked online. Please choose again."))
            raise UserError(
                self.env._(
                    "“%(service)s” needs a patch test at the salon first, %(hours)s hours before. Please call us:"
                    " %(phone)s",
                    service=self.env["product.product"].sudo().browse(found.product_id).name,
                    hours=self.company_id.salon_patch_test_hours,
                    phone=self.company_id.phone or self.company_id.name,
                )
            )

    def _create_booking(self, client, offer):
        """Return the booking of an offer, in the language of the salon: its people read it."""
        lang = self.company_id.partner_id.lang
        events = self.env["calendar.event"].sudo().with_company(self.company_id).with_context(lang=lang)
        given = self.name if self.name and self.name.casefold() != (client.name or "").casefold() else False
        notes = [self.env._("Booked online by: %s", given)] if given else []
        notes += (self.note or "").splitlines()
        values = {
            "client_id": client.id,
            "company_id": self.company_id.id,
            "lines": self.wishes,
            # What a stranger typed is text, and shows as they typed it: it lays nothing over the desk's screen.
            "notes": Markup("<br/>").join(notes),
        }
        return events.create(
            {
                **events._prepare_booking_from_offer(values, offer),
                "salon_channel": "online",
                "salon_to_approve": client._salon_needs_confirmation(self.company_id),
            }
        )

    @api.autovacuum
    def _gc_online_bookings(self):
        """Forget what was typed: the booking itself has what is needed."""
        self.sudo().search([("create_date", "<", fields.Datetime.now() - KEPT)]).unlink()
