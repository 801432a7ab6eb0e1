import base64
import io
import re
from datetime import date, timedelta

from freezegun import freeze_time
from PIL import Image, ImageDraw
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers import booking_page, consent_page, intake_page, public_page, visit_page
from .common import SalonCommon, SalonMailCommon

UNSIGNED = "can't begin before Clara Client has signed: Test Colour Form"


def picture(drawn=True, size=(300, 100)):
    """Return a signature as the page sends it."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if drawn:
        ImageDraw.Draw(image).line((10, 50, 200, 20), fill=(0, 0, 80, 255), width=3)
    content = io.BytesIO()
    image.save(content, "PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()


class ConsentCase(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.form = cls.env["salon.consent.form"].create(
            {"name": "Test Colour Form", "kind": "colour", "text": "<p>Colour can <b>irritate</b>.</p>", "months": 12}
        )
        cls.colour.salon_consent_form_ids = cls.form
        cls.client._make_salon_clients()
        cls.file = cls.client.salon_file_ids
        cls.friend = cls.env["res.partner"].create({"name": "Olga Other", "is_salon_client": True})

    def _ask(self, forms=None, client=None, way="link"):
        return self.env["salon.consent.request"]._ask(client or self.client, forms or self.form, self.env.company, way)

    def _sign(self, forms=None, client=None, **values):
        forms = forms or self.form
        asked = self._ask(forms, client)
        signed = self.env["salon.consent"].sudo()
        for form in forms:
            signed |= asked._sign(form, {"signed_name": "Clara Client", "ip_address": "192.0.2.9", **values})
        return signed


@tagged("post_install", "-at_install")
class TestConsents(ConsentCase):
    """A service that needs a consent does not begin without; what was signed never changes (invariant 5)."""

    def _refused(self, act, sentence=UNSIGNED):
        with self.assertRaisesRegex(ValidationError, sentence), self.cr.savepoint():
            act()
            self.env.flush_all()

    def test_a_service_does_not_begin_without(self):
        booking = self._book((self.colour, self.anna), user=self.reception)
        self.assertTrue(booking.salon_consent_missing)
        self.assertIn("Consent missing: Test Colour Form.", booking.salon_safety_note)
        booking.action_salon_arrive()
        for user in (self.stylist_user, self.manager):
            self._refused(booking.with_user(user).action_salon_start)
            self._refused(booking.with_user(user).action_salon_done)
        self._sign(client=self.friend)
        self._refused(booking.with_user(self.stylist_user).action_salon_start)
        self._sign()
        booking.invalidate_recordset()
        self.assertFalse(booking.salon_consent_missing)
        booking.with_user(self.stylist_user).action_salon_start()
        self.assertEqual(booking.salon_state, "in_service")

    def test_a_visit_by_hand_is_not_closed_without(self):
        visit = self.env["salon.visit"].create(
            {"partner_id": self.client.id, "line_ids": [(0, 0, {"product_id": self.colour.id})]}
        )
        self.assertIn("Consent missing", visit.safety_note)
        self._refused(visit.with_user(self.reception).action_done)
        self._sign()
        visit.with_user(self.reception).action_done()
        self.assertEqual(visit.state, "done")

    def test_what_is_done_beyond_the_booking_is_signed_for_as_well(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_start()
        visit = booking.salon_visit_ids.with_user(self.stylist_user)
        visit.line_ids = [(0, 0, {"product_id": self.colour.id})]
        line = visit.line_ids.filtered(lambda line: line.product_id == self.colour)
        self._refused(line.action_begin)
        self._refused(visit.action_done)
        self._refused(booking.with_user(self.stylist_user).action_salon_done)
        add = {"salon_line_ids": [(0, 0, self._prepare_line(self.colour, self.ben))]}
        self._refused(lambda: booking.write(add))
        self._sign()
        line.action_begin()
        visit.action_done()
        self.assertEqual(booking.salon_state, "done")

    def test_each_guest_signs_for_themselves(self):
        line = {**self._prepare_line(self.colour, self.anna), "guest_id": self.friend.id}
        booking = self._book(
            (self.cut, self.ben), salon_line_ids=[(0, 0, self._prepare_line(self.cut, self.ben)), (0, 0, line)]
        )
        self._sign()
        booking.action_salon_arrive()
        self._refused(booking.action_salon_start, "before Olga Other has signed")
        self.assertIn("Olga Other", booking.salon_safety_note)
        self._sign(client=self.friend)
        booking.action_salon_start()

    def test_it_holds_for_its_months_and_a_withdrawal_ends_it(self):
        consents = self.env["salon.consent"]
        day = fields.Date.context_today(self.file)
        one = self._sign()
        last = one.valid_until
        self.assertEqual((last.year * 12 + last.month) - (day.year * 12 + day.month), 12)
        self.assertEqual(consents._find_valid(self.client, self.form, last), one)
        self.assertEqual(consents._find_valid(self.client | self.friend, "colour", day), one)
        self.assertFalse(consents._find_valid(self.client, self.form, last + timedelta(days=1)))
        self.assertFalse(consents._find_valid(self.client, "photos", day))
        self.form.months = 0
        ever = self._sign()
        self.assertIn(ever, consents._find_valid(self.client, self.form, date(2199, 1, 1)))
        with self.assertRaises(AccessError):
            ever.with_user(self.plain_user).action_withdraw()
        ever.with_user(self.reception).action_withdraw()
        self.assertFalse(consents._find_valid(self.client, self.form, day))
        self.assertEqual((one | ever).mapped("state"), ["ended", "ended"])
        again = self._sign()
        self.assertEqual(consents._find_valid(self.client, self.form, day), again)
        self.assertEqual(again.state, "valid")

    def test_forms_for_all_and_forms_for_minors(self):
        general = self.form.copy({"name": "General", "is_general": True, "kind": "data"})
        minors = self.form.copy({"name": "Guardians", "is_general": True, "kind": "minors"})
        moment = fields.Datetime.now()
        pair = (self.client.id, self.cut.id)

        def missing():
            return (
                self.env["salon.consent"]._find_missing([pair], self.env.company, moment).get(pair, self.form.browse())
            )

        self.assertEqual(missing(), general)
        today = fields.Date.context_today(self.file)
        self.client.birthdate_date = today.replace(year=today.year - 18, day=1) - timedelta(days=1)
        self.assertEqual(missing(), general)
        self.client.birthdate_date = today.replace(year=today.year - 17, day=1)
        self.assertEqual(missing(), general | minors)
        self._sign(minors, is_guardian=True)
        self.assertEqual(missing(), general)
        general.active = False
        self.assertFalse(missing())
        other = self.env["res.company"].create({"name": "Second Salon"})
        self.form.copy({"is_general": True, "company_id": other.id})
        self.assertFalse(missing())

    # What was signed ----------------------------------------------------------------------------------------

    def test_it_keeps_the_exact_words_of_that_version(self):
        one = self._sign()
        self.assertEqual((one.title, one.version, one.lang), ("Test Colour Form", 1, "en_US"))
        self.assertIn("can <b>irritate</b>", one.text)
        self.form.text = "<p>Quite other words.</p>"
        self.assertEqual(self.form.version, 2)
        self.form.text = "<p>Words that nobody signed.</p>"
        self.form.months = 3
        self.assertEqual(self.form.version, 2)
        self.assertIn("irritate", one.text)
        self.env["res.lang"]._activate_lang("zh_CN")
        self._sign()
        self.form.update_field_translations("name", {"zh_CN": "染发同意书"})
        self.assertEqual(self.form.version, 3)
        asked = self._ask().with_context(lang="zh_CN")
        self.assertEqual(asked._sign(self.form, {"signed_name": "李娜"}).title, "染发同意书")
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.form.unlink()

    def test_the_database_keeps_it(self):
        one = self._sign()
        self.env.flush_all()
        for statement in ("UPDATE salon_consent SET signed_name = 'x'", "DELETE FROM salon_consent",
                          "TRUNCATE salon_consent CASCADE"):  # fmt: skip
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.cr.execute(statement)
        for act in (one.with_user(self.manager).unlink, lambda: one.with_user(self.manager).write({"title": "x"}),
                    lambda: one.with_user(self.manager).create({"file_id": self.file.id})):  # fmt: skip
            with self.assertRaises(AccessError):
                act()

    def test_who_may_see_it(self):
        one = self._sign(signature=picture().split(",")[1])
        self._book((self.cut, self.anna))
        for user in (self.reception, self.manager, self.stylist_user):
            self.assertTrue(one.with_user(user).read(["signature", "text"])[0]["signature"])
        for user in (self.plain_user, self.other_stylist_user):
            with self.assertRaises(AccessError):
                one.with_user(user).read(["title"])
        self.assertFalse(
            self.env["ir.attachment"].sudo().search([("res_model", "=", "salon.consent"), ("res_field", "!=", False)])
        )
        asked = self._ask()
        with self.assertRaises(AccessError):
            asked.with_user(self.manager).read(["token"])
        with self.assertRaises(AccessError):
            self.colour.product_tmpl_id.with_user(self.plain_user).read(["salon_consent_form_ids"])

    def test_it_prints(self):
        one = self._sign(signature=picture().split(",")[1])
        html = self.env["ir.actions.report"]._render_qweb_html("salon_crm.report_consent", one.ids)[0].decode()
        for text in ("Test Colour Form", "irritate", "Clara Client", "192.0.2.9", "data:image/png"):
            self.assertIn(text, html)

    def test_merge_and_erasure(self):
        mine, theirs = self._sign(), self._sign(client=self.friend)
        self._ask()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.friend).ids, self.friend)
        self.env.invalidate_all()
        self.assertEqual((mine | theirs).file_id, self.friend.salon_file_ids)
        with self.assertRaisesRegex(UserError, "stays"):
            self.friend.salon_file_ids.unlink()
        self.friend.salon_file_ids._erase_safety()
        self.assertFalse((mine | theirs).exists())
        self.assertFalse(self.env["salon.consent.request"].search([("file_id", "=", self.friend.salon_file_ids.id)]))

    # Asking -------------------------------------------------------------------------------------------------

    def test_a_link_ends_and_is_forgotten(self):
        requests = self.env["salon.consent.request"]
        asked = self._ask()
        self.assertEqual(requests._by_token(asked.token), asked)
        self.assertFalse(requests._by_token(asked.token[:-1] + "_"))
        self.assertFalse(requests._by_token("' OR 1=1"))
        with freeze_time(fields.Datetime.now() + timedelta(days=7, minutes=1)):
            self.assertFalse(requests._by_token(asked.token))
            requests._gc_requests()
        self.assertFalse(asked.exists())
        self.assertLess(self._ask(way="tablet").expires_at, fields.Datetime.now() + timedelta(hours=3))

    def test_the_same_form_is_signed_once_by_a_link(self):
        asked = self._ask()
        asked._sign(self.form, {"signed_name": "Clara"})
        with self.assertRaisesRegex(UserError, "signed already"):
            asked._sign(self.form, {"signed_name": "Clara"})

    def test_no_dialog_names_a_client_of_another_company(self):
        form = self.env["salon.intake.form"].create({"name": "Test Intake"})
        self.assertFalse(self.env["salon.consent.ask"].create({"file_id": self.file.id}).reached_by)
        self.friend.company_id = self.env["res.company"].create({"name": "Second Salon"})
        for model, values in (("salon.consent.ask", {}), ("salon.intake.ask", {"form_id": form.id})):
            with self.subTest(model):
                asks = self.env[model].with_user(self.reception)
                with self.assertRaises(AccessError), self.cr.savepoint():
                    asks.create({"file_id": self.friend.salon_file_ids.id, **values})
                asks.create({"file_id": self.file.id, **values})

    def test_nothing_to_ask_for(self):
        booking = self._book((self.cut, self.anna))
        with self.assertRaisesRegex(UserError, "Nothing is missing"):
            booking.with_user(self.reception).action_salon_sign_here()
        with self.assertRaisesRegex(UserError, "no email address"):
            self._book((self.colour, self.anna), minutes=300).action_salon_ask_consent()


@tagged("post_install", "-at_install")
class TestConsentMail(ConsentCase, SalonMailCommon):
    def test_the_link_goes_by_the_clients_channel(self):
        self.client.write({"email": "clara@example.com"})
        booking = self._book((self.colour, self.anna))
        with self.mock_mail_gateway():
            answer = booking.with_user(self.reception).action_salon_ask_consent()
        self.assertIn("clara@example.com", answer["params"]["message"])
        mail = self._new_mails.filtered(lambda mail: mail.model == "salon.consent.request")
        asked = self.env["salon.consent.request"].search([], limit=1)
        self.assertIn(asked._link(), mail.body_html)
        self.assertEqual(asked.sent_to, "clara@example.com")
        self.env.company.salon_message_sms = "all"
        wizard = self.env["salon.consent.ask"].with_user(self.reception).create({"file_id": self.file.id})
        self.assertFalse(wizard.form_ids)
        with self.assertRaisesRegex(UserError, "choose a form"):
            wizard.action_send()
        wizard.form_ids = self.form
        action = wizard.action_sign_here()
        self.assertIn("logout", action["url"], "the client gets a device on which nobody is logged in")
        self.assertEqual(action["target"], "self")


@tagged("post_install", "-at_install")
class TestConsentPage(ConsentCase, HttpCase):
    def _open(self, asked, lang=""):
        return self.url_open(f"{lang}{asked._path()}")

    def _send(self, asked, page=None, **values):
        page = page or self._open(asked).text
        words = re.search(r'name="words" value="([^"]*)"', page)
        data = {
            "csrf_token": re.search(r'name="csrf_token" value="([^"]*)"', page)[1],
            "words": words[1] if words else "",
            "form": self.form.id,
            "name": "Clara Client",
            "agree": "1",
            "signature": picture(),
            **values,
        }
        return self.url_open(f"{asked._path()}/sign", data={name: value for name, value in data.items() if value})

    def test_one_reads_draws_and_has_signed(self):
        asked = self._ask()
        page = self._open(asked)
        self.assertEqual((page.status_code, page.headers["Cache-Control"]), (200, "no-store"))
        self.assertIn("can <b>irritate</b>", page.text)
        self.assertFalse(self.env["salon.consent"].search([("file_id", "=", self.file.id)]), "a GET signs nothing")
        answer = self._send(asked)
        self.assertIn("All is signed", answer.text)
        one = self.env["salon.consent"].search([("file_id", "=", self.file.id)])
        self.assertEqual(
            (one.signed_name, one.way, one.ip_address, one.user_name), ("Clara Client", "link", "127.0.0.1", False)
        )
        Image.open(io.BytesIO(base64.b64decode(one.signature))).verify()
        self._send(asked, page=page.text)
        self.assertEqual(len(self.env["salon.consent"].search([("file_id", "=", self.file.id)])), 1)

    def test_in_chinese_and_typed(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.form.update_field_translations("name", {"zh_CN": "染发同意书"})
        asked = self._ask()
        page = self._open(asked, "/zh_CN")
        self.assertIn("染发同意书", page.text)
        data = {"way": "typed", "signature": "", "guardian": "1", "name": "李 娜"}
        self._send(asked, page=page.text, **data)
        one = self.env["salon.consent"].search([("file_id", "=", self.file.id)])
        self.assertEqual(
            (one.title, one.lang, one.signed_name, one.is_guardian), ("染发同意书", "zh_CN", "李 娜", True)
        )
        self.assertFalse(one.signature)

    def test_what_is_missing_is_said_and_nothing_is_kept(self):
        asked = self._ask()
        for values, sentence in (
            ({"name": ""}, "type the name"),
            ({"agree": ""}, "tick that you"),
            ({"signature": ""}, "sign in the field"),
            ({"signature": picture(drawn=False)}, "sign in the field"),
            ({"words": "x"}, "was changed just now"),
            ({"signature": "data:image/png;base64,AAAA"}, "could not be read"),
            ({"signature": "data:image/svg+xml;base64,AAAA"}, "could not be read"),
            ({"signature": picture(size=(3000, 10))}, "could not be read"),
            ({"signature": "data:image/png;base64," + "A" * 400_000}, "could not be read"),
            ({"website": "x"}, "did not work"),
        ):
            with self.subTest(sentence, values=str(values)[:60]):
                answer = self._send(asked, **values)
                self.assertIn(answer.status_code, (400, 422))
                self.assertIn(sentence, answer.text)
        self.assertFalse(self.env["salon.consent"].search([("file_id", "=", self.file.id)]))

    def test_a_minor_does_not_sign_in_place_of_a_guardian(self):
        asked = self._ask(self.form.copy({"name": "Guardians", "kind": "minors"}))
        answer = self._send(asked, form=str(asked.form_ids.id), words=asked._fingerprint(asked.form_ids))
        self.assertEqual(answer.status_code, 422)
        self.assertIn("A parent or guardian signs this form", answer.text)
        self.assertFalse(asked.signed_form_ids)

    def test_wrong_and_ended_links(self):
        asked = self._ask()
        asked.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(self._open(asked).status_code, 404)
        self.assertIn("has ended", self.url_open("/salon/consent/" + "x" * 32).text)

    def test_one_form_after_the_other(self):
        second = self.form.copy({"name": "Test Photos", "kind": "photos", "sequence": 90})
        asked = self._ask(self.form | second)
        self.assertIn("Test Colour Form", self._open(asked).text)
        answer = self._send(asked)
        self.assertIn("Test Photos", answer.text)
        self.assertNotIn("All is signed", answer.text)
        self.assertIn("All is signed", self._send(asked, form=second.id).text)

    def test_on_the_salons_tablet_it_is_noted_who_had_it_signed(self):
        self._send(self.env["salon.consent.request"].with_user(self.reception)._ask(
            self.client, self.form, self.env.company, "tablet"))  # fmt: skip
        one = self.env["salon.consent"].search([("file_id", "=", self.file.id)])
        self.assertEqual(one.way, "tablet")
        self.assertIn("salon_reception", one.user_name)
        self.assertEqual(one.created_by, self.reception.id)

    def test_too_many_tries_are_refused(self):
        asked = self._ask()
        page = self._open(asked).text
        statuses = [self._send(asked, page=page, name="").status_code for _try in range(31)]
        self.assertEqual((statuses[29], statuses[30]), (422, 429))

    def test_no_page_takes_a_method_of_another(self):
        """Odoo makes one class of all of them: the later one's method would answer for the other page."""
        pages = (
            public_page.PublicPage,
            booking_page.BookingPage,
            visit_page.VisitPage,
            consent_page.ConsentPage,
            intake_page.IntakePage,
        )
        names = [name for page in pages for name in vars(page) if not name.startswith("__")]
        self.assertEqual(sorted(names), sorted(set(names)))
