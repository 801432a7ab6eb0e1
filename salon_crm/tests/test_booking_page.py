import re
from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.salon_crm.controllers.booking_page import SMS_A_DAY
from odoo.addons.salon_crm.controllers.public_page import whence
from odoo.addons.salon_crm.tools.phone import whole_number

from .common import SalonCommon


class PageCase(SalonCommon, HttpCase):
    """Somebody before the salon's public pages, without a script."""

    def setUp(self):
        super().setUp()
        self.salon = self.env.company
        others = self.env["hr.employee"].search([("is_salon_stylist", "=", True)]) - self.anna - self.ben
        others.active = False
        self.env["product.template"].search([("is_salon_service", "=", True)]).salon_online = False
        (self.cut + self.colour).product_tmpl_id.salon_online = True
        self.env["res.company"].search([]).salon_online_booking = False
        self.salon.write({"salon_online_booking": True, "email": "hello@salon.example.com", "phone": "555 0100"})
        self.bookings = self.env["calendar.event"].search_count([("is_salon_booking", "=", True)])

    def _get(self, path, status=200):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, status, self._text(answer))
        return html.fromstring(answer.content)

    def _send(self, page, form=0, status=200, **values):
        """Send a form of a page as a browser would; return the page that comes."""
        form = page.xpath("//form[@method='post']")[form]
        fields = [(field.name, field.value or "") for field in form.inputs if getattr(field, "name", None)]
        data = [(name, value) for name, value in fields if name not in values]
        answer = self.url_open(form.get("action"), data=[*data, *values.items()])
        self.assertEqual(answer.status_code, status, self._text(answer))
        self.where = answer.url
        return html.fromstring(answer.content)

    @staticmethod
    def _text(answer):
        found = html.fromstring(answer.content).xpath("//main")
        return found[0].text_content() if found else answer.text[:500]

    def _main(self, page):
        return " ".join(page.xpath("//main")[0].text_content().split())

    def _times(self, *services, stylist=None, day=None):
        """Return the page of times."""
        day = (day or self.start).date()
        query = "&".join(f"service={service.id}" for service in services)
        return self._get(f"/salon/book/times?{query}&day={day}" + (f"&stylist={stylist.id}" if stylist else ""))

    def _starts(self, page):
        return page.xpath("//ul[@class='times']//button/@value")

    def _code(self):
        """Return the code that was mailed last."""
        mail = self.env["mail.mail"].sudo().search([("subject", "=like", "______ is your code%")], limit=1)
        return mail.subject[:6]

    def _hold(self, *services, number=0, **options):
        """Choose a time; return the page that asks who it is."""
        page = self._times(*(services or [self.cut]), **options)
        return self._send(page, start=self._starts(page)[number])

    def _new_bookings(self):
        found = self.env["calendar.event"].search([("is_salon_booking", "=", True)], order="id desc")
        return found[: len(found) - self.bookings]

    def _assert_nothing_booked(self):
        self.assertFalse(self._new_bookings())


@tagged("post_install", "-at_install")
class TestBookingPage(PageCase):
    def test_the_page_that_is_asked_for_most_asks_little(self):
        self._times(self.cut)  # what is kept between requests is there from now on
        before = self.cr.sql_log_count
        self._times(self.cut)
        self.assertLessEqual(self.cr.sql_log_count - before, 21)

    def test_somebody_new_books_in_five_steps(self):
        page = self._get("/salon/book")
        self.assertIn("Cut", self._main(page))
        self.assertNotIn("Facial", self._main(page), "what is not offered online is not shown")
        who = self._hold(self.cut, self.colour)
        self.assertIn("Who are you?", self._main(who))
        page = self._send(who, name="  Nora   New ", contact="Nora@Example.com", note="Long hair\nand thick")
        self.assertIn("nora@example.com", self._main(page))
        self._assert_nothing_booked()
        page = self._send(page, code=self._code())
        self.assertIn("Booked. We look forward to seeing you.", self._main(page))
        booking = self._new_bookings()
        self.assertEqual(booking.salon_client_id.name, "Nora New")
        self.assertEqual(booking.salon_client_id.email, "nora@example.com")
        self.assertTrue(booking.salon_client_id.is_salon_client)
        self.assertEqual((booking.salon_channel, booking.salon_state), ("online", "booked"))
        self.assertEqual(booking.salon_line_ids.product_id, self.cut + self.colour)
        self.assertIn("and thick", booking.notes)
        self.assertEqual(booking.salon_message_ids.mapped("kind"), ["confirmation"], "told at once")
        file = self.url_open(booking._salon_path() + "/visit.ics")
        self.assertEqual((file.status_code, file.headers["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        self._send(who, name="Nora New", contact="nora@example.com")
        codes = self.env["mail.mail"].search_count([("subject", "=like", "%is your code%")])
        self.assertEqual(codes, 1, "going back to a page that is done sends no code")
        self.assertIn("SUMMARY:", file.text)
        self.assertNotIn("nora", file.text.lower(), "a link that went astray names nobody, nor does its file")
        self.assertFalse(self.env["salon.booking.hold"].search([]), "the booking is in place of the hold")
        self.assertFalse(booking.salon_to_approve)

    def test_who_is_known_gets_no_second_file_and_nothing_tells_before_the_code(self):
        self.client.email = "clara@example.com"
        self.ben.salon_online = False
        answers = []
        for contact in ("clara@example.com", "nobody@example.com"):
            page = self._send(self._hold(), name="C. Client", contact=contact)
            answers.append(self._main(page).replace(contact, "?"))
            wrong = self._send(page, code="abc", status=422)
            answers.append(self._main(wrong).replace(contact, "?"))
            if contact == "clara@example.com":
                self._send(wrong, code=self._code())
        starts = [re.sub(r"\d+:\d+.[AP]M|\d min", "", answer) for answer in answers]
        self.assertEqual(starts[:2], starts[2:])
        booking = self._new_bookings()
        self.assertEqual(booking.salon_client_id, self.client)
        self.assertIn("C. Client", booking.notes, "under which name it was booked")

    def test_what_a_stranger_types_shows_as_they_typed_it(self):
        note = 'Long\n<div style="position: fixed; inset: 0"><a href="https://evil.example.com">Log in again</a></div>'
        self.client.email = "clara@example.com"
        page = self._send(self._hold(), name="<b>Clara</b>", contact="clara@example.com", note=note)
        self._send(page, code=self._code())
        notes = html.fromstring(f"<div>{self._new_bookings().notes}</div>")
        self.assertFalse(notes.xpath("//b | //a | //*[@style]"))
        self.assertIn("Log in again", notes.text_content())
        self.assertIn("<b>Clara</b>", notes.text_content())

    def test_who_is_no_longer_the_client_has_no_way_to_the_booking(self):
        page = self._hold()
        draft = page.xpath("//form/@action")[0].removesuffix("/who")
        self._send(self._send(page, name="Nora", contact="nora@example.com"), code=self._code())
        booking = self._new_bookings()
        self.assertIn("Your visit", self._main(self._get(draft)))
        booking.salon_client_id = self.client
        self._get(draft, 404)

    def test_a_code_books_nothing_anew_when_its_booking_is_gone(self):
        page = self._send(self._hold(), name="Nora", contact="nora@example.com")
        self._send(page, code=self._code())
        booking = self._new_bookings()
        booking.salon_message_ids.state = "withdrawn"
        booking.unlink()
        self._send(page, code=self._code(), status=404)
        self._assert_nothing_booked()

    def test_of_several_with_one_address_the_one_with_the_name_comes(self):
        partners = self.env["res.partner"].create(
            [{"name": name, "email": "family@example.com"} for name in ("Mother", "Daughter")]
        )
        page = self._send(self._hold(), name="daughter", contact="family@example.com")
        self._send(page, code=self._code())
        self.assertEqual(self._new_bookings().salon_client_id, partners[1])

    def test_a_number_gets_its_code_by_sms_where_the_salon_wants_that(self):
        self.client.write({"phone": "+86 139 0000 0001"})
        page = self._send(self._hold(), name="Clara", contact="+86 139-0000-0001", status=422)
        self.assertIn("email address", self._main(page))
        self.salon.salon_online_sms = True
        for wrong in ("12", "+86 0", "call me", "+86 139 0000 0001 9999 9999"):
            page = self._send(page, name="Clara", contact=wrong, status=422)
            self.assertIn("phone number is not complete", self._main(page))
        page = self._send(page, name="Clara", contact="+86 139-0000-0001")
        sms = self.env["sms.sms"].search([], order="id desc", limit=1)
        self.assertEqual(sms.number, "+8613900000001")
        self._send(page, code=re.search(r"\d{6}", sms.body)[0])
        self.assertEqual(self._new_bookings().salon_client_id, self.client)

    def test_the_times_are_those_of_the_engine(self):
        self.salon.salon_grid_minutes = 30
        self._book((self.cut, self.anna), minutes=60)
        page = self._times(self.cut, stylist=self.anna)
        midnight = self.start.replace(hour=0)
        offers = self.env["salon.availability"].find_offers(
            [{"product_id": self.cut.id, "stylist_id": self.anna.id}],
            midnight, midnight + timedelta(days=1), channel="online",
        )  # fmt: skip
        starts = sorted(fields.Datetime.to_string(offer["start"]) for offer in offers)
        self.assertEqual(self._starts(page), starts)
        self.assertTrue(starts)
        self.assertNotIn(fields.Datetime.to_string(self.start + timedelta(minutes=60)), starts)

    def test_a_time_is_held_for_five_minutes_and_not_longer(self):
        self.ben.salon_online = False
        page = self._times(self.cut)
        start = self._starts(page)[3]
        mine = self._send(page, start=start)
        self.assertNotIn(start, self._starts(self._times(self.cut)))
        self.opener.cookies.clear()
        theirs = self._send(self._times(self.cut), start=start)
        self.assertIn("Somebody has just taken that time", self._main(theirs))
        self.assertEqual(self.env["salon.booking.hold"].search_count([]), 1)
        later = fields.Datetime.now() + timedelta(minutes=5, seconds=1)
        self.assertNotIn(start, self._starts(theirs))
        with freeze_time(later):
            self.assertIn(start, self._starts(self._times(self.cut)))
            page = self._get(mine.xpath("//form/@action")[0].removesuffix("/who"))
            self.assertIn("We hold this time no more", self._main(page))
            self._send(self._times(self.cut), start=start)
            self.assertEqual(self.env["salon.booking.hold"].search_count([]), 1, "what ended makes room")

    def test_who_was_too_slow_books_if_it_is_still_free_and_else_hears_so(self):
        self.ben.salon_online = False
        pages = []
        for number in (0, 10):
            self.opener.cookies.clear()
            pages.append(self._send(self._hold(number=number), name="Nora", contact=f"nora{number}@example.com"))
            pages.append(self._code())
        with freeze_time(fields.Datetime.now() + timedelta(minutes=10)):
            page = self._send(pages[2], code=pages[3])
            self.assertIn("Booked.", self._main(page))
            self.opener.cookies.clear()
            self._send(self._send(self._hold(number=0), name="Fay", contact="fay@example.com"), code=self._code())
            page = self._get(pages[0].xpath("//form/@action")[0].removesuffix("/code"))
            page = self._send(page, code=pages[1])
            self.assertIn("Somebody has just taken that time", self._main(page))
        self.assertEqual(self._new_bookings().salon_client_id.mapped("name"), ["Fay", "Nora"])

    def test_choosing_another_time_gives_the_first_one_back(self):
        self._hold(number=0)
        self._hold(number=5)
        self.assertEqual(self.env["salon.booking.hold"].search_count([]), 1)

    def test_wrong_input_gets_a_sentence_and_saves_nothing(self):
        day = self.start.date()
        for query, status in (
            ("", 400),
            ("service=abc", 400),
            ("service=%00", 400),
            ("service=-1", 400),
            ("service=99999999999999999999", 400),
            ("service=999999999", 404),
            (f"service={self.facial.id}", 404),
            (f"service={self.cut.id}&service={self.cut.id}", 404),
            ("&".join(["service=1"] * 50), 400),
            (f"service={self.cut.id}&day=tomorrow", 400),
            ("self=1&service=abc", 400),
            (f"service={self.cut.id}&day=2026-13-45", 400),
            (f"service={self.cut.id}&day=9999-12-31", 404),
            (f"service={self.cut.id}&day=2000-01-01", 404),
            (f"service={self.cut.id}&stylist=999999", 404),
            (f"service={self.cut.id}&salon=999999", 404),
            (f"service={self.cut.id}&day={day}&day={day}", 400),
        ):
            page = self._get(f"/salon/book/times?{query}", status)
            self.assertTrue(page.xpath("//*[@role='alert']")[0].text_content().strip(), query)
        page = self._times(self.cut)
        for start in ("", "now", "9999-12-31 23:59:00", "0001-01-01 00:00:00", "2026-02-31 10:00:00", "\x00"):
            self._send(page, start=start, status=400)
        odd = fields.Datetime.to_string(self.start + timedelta(minutes=7))
        self.assertIn("taken that time", self._main(self._send(page, start=odd)), "not on the grid: not offered")
        page = self._hold()
        for values in (
            {"name": "", "contact": "nora@example.com"},
            {"name": "Nora", "contact": ""},
            {"name": "Nora", "contact": "nora@"},
            {"name": "Nora", "contact": "@"},
            {"name": "\x00\x01", "contact": "nora@example.com"},
        ):
            self._send(page, status=422, **values)
        self._send(page, status=400, name="N" * 81, contact="nora@example.com")
        self._send(page, status=400, name="Nora", contact="nora@example.com", website="http://spam.example.com")
        self.assertFalse(self.env["mail.mail"].search([("subject", "=like", "%is your code%")]))
        self._assert_nothing_booked()

    def test_a_code_is_worth_five_tries(self):
        page = self._send(self._hold(), name="Nora", contact="nora@example.com")
        code = self._code()
        wrong = "000000" if code != "000000" else "111111"
        for _try in range(5):
            page = self._send(page, code=wrong, status=422)
        self._send(page, code=code, status=422)
        self._assert_nothing_booked()
        page = self._send(page, form=1)
        page = self._send(page, name="Nora", contact="nora@example.com")
        self.assertNotEqual(self._code(), code)
        self.assertIn("Booked.", self._main(self._send(page, code=self._code())))

    def test_nobody_is_flooded_with_codes(self):
        sent = 0
        for number in range(4):
            self.opener.cookies.clear()
            page = self._hold(number=number)
            for _again in range(2):
                status = 200 if sent < 5 else 429
                answer = self._send(page, name="Nora", contact="nora@example.com", status=status)
                sent += 1
                if status == 429:
                    self.assertIn("too often", self._main(answer))
                    break
                page = self._send(answer, form=1)
            self.env["salon.online.booking"].search([], limit=1)._give_up()
        self.assertEqual(self.env["mail.mail"].search_count([("subject", "=like", "%is your code%")]), 5)

    def test_no_mailbox_is_flooded_by_spelling_it_in_other_ways(self):
        for number in range(6):
            self.opener.cookies.clear()
            contact = f"no.ra+{number}@example.com" if number % 2 else f"nora+{number}@example.com"
            self._send(self._hold(), name="Nora", contact=contact, status=200 if number < 5 else 429)
            self.env["salon.online.booking"].search([], limit=1)._give_up()
        self.assertEqual(self.env["mail.mail"].search_count([("subject", "=like", "%is your code%")]), 5)

    def test_nobody_gets_more_than_ten_codes_in_a_day(self):
        begin = fields.Datetime.now()
        for number in range(11):
            self.opener.cookies.clear()
            with freeze_time(begin + timedelta(hours=number)):
                status = 200 if number < 10 else 429
                self._send(self._hold(), name="Nora", contact="nora@example.com", status=status)
                self.env["salon.online.booking"].search([], limit=1)._give_up()

    def test_what_codes_by_sms_cost_has_an_end(self):
        self.salon.salon_online_sms = True
        attempts = self.env["salon.public.attempt"]
        for _earlier in range(SMS_A_DAY - 1):
            attempts._allow("sms", f"company {self.salon.id}", SMS_A_DAY, timedelta(days=1))
        for number, status in enumerate((200, 429)):
            self.opener.cookies.clear()
            self._send(self._hold(number=number), name="Nora", contact=f"+86 139 0000 000{number}", status=status)
        self._send(self._hold(), name="Nora", contact="nora@example.com")
        self.assertEqual(self.env["sms.sms"].search_count([("body", "like", "is your code")]), 1)

    def test_one_address_holds_four_times_at_most(self):
        for number in range(4):
            self.opener.cookies.clear()
            self._hold(number=number)
        self.opener.cookies.clear()
        page = self._times(self.cut)
        self._send(page, start=self._starts(page)[-1], status=429)

    def test_who_stayed_away_waits_for_the_salon(self):
        self.client.email = "clara@example.com"
        self.salon.salon_no_show_limit = 1
        past = self._book((self.cut, self.anna), minutes=-8 * 24 * 60, salon_off_hours=True)
        past.action_salon_no_show()
        self.bookings += 1
        page = self._send(self._hold(), name="Clara Client", contact="clara@example.com")
        page = self._send(page, code=self._code())
        self.assertIn("The salon will confirm your booking soon", self._main(page))
        booking = self._new_bookings()
        self.assertTrue(booking.salon_to_approve)
        self.assertFalse(page.xpath("//form[contains(@action, '/confirm')]"), "the salon's word comes first")
        news = booking.salon_message_ids
        self.assertFalse(news, "nothing is confirmed yet")
        booking.with_user(self.reception).action_salon_approve()
        self.assertFalse(booking.salon_to_approve)
        self.assertEqual(booking.salon_message_ids.mapped("kind"), ["confirmation"])

    def test_who_is_not_accepted_hears_so(self):
        booking = self._book((self.cut, self.anna))
        booking.salon_client_id.email = "clara@example.com"
        booking.sudo().salon_to_approve = True
        booking.with_user(self.reception).action_salon_cancel()
        self.assertEqual(booking.salon_message_ids.mapped("kind"), ["cancelled"])

    def test_who_is_logged_in_needs_no_code(self):
        user = new_test_user(self.env, "portal_clara", "base.group_portal", name="Clara", email="clara@example.com")
        self.authenticate("portal_clara", "portal_clara")
        page = self._hold()
        self.assertIn("You are logged in as Clara", self._main(page))
        self._send(page, note="As always")
        self.assertEqual(self._new_bookings().salon_client_id, user.partner_id)

    def test_who_is_logged_in_books_ten_times_a_day_at_most(self):
        new_test_user(self.env, "portal_clara", "base.group_portal", name="Clara", email="clara@example.com")
        self.authenticate("portal_clara", "portal_clara")
        for number in range(11):
            self._send(self._hold(), status=200 if number < 10 else 429)
        self.assertEqual(len(self._new_bookings()), 10)

    def test_who_is_logged_in_at_another_company_shows_who_they_are(self):
        other = self.env["res.company"].create({"name": "Second Salon"})
        user = new_test_user(
            self.env, "portal_ada", "base.group_portal", name="Ada", email="ada@example.com",
            company_id=other.id, company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        user.partner_id.company_id = other
        self.authenticate("portal_ada", "portal_ada")
        page = self._hold()
        self.assertIn("Who are you?", self._main(page))
        page = self._send(page, name="Ada", contact="ada@example.com")
        self._send(page, code=self._code())
        client = self._new_bookings().salon_client_id
        self.assertNotEqual(client, user.partner_id, "their partner is the other company's")
        self.assertEqual(client.name, "Ada")

    def test_without_the_page_there_is_none(self):
        self.salon.salon_online_booking = False
        for path in ("/salon/book", f"/salon/book/times?service={self.cut.id}", f"/salon/book?salon={self.salon.id}"):
            self._get(path, 404)

    def test_who_was_about_to_book_when_the_page_was_closed_does_not(self):
        page = self._send(self._hold(), name="Nora", contact="nora@example.com")
        self.salon.salon_online_booking = False
        page = self._send(page, code=self._code(), status=404)
        self.assertIn("takes no bookings online", self._main(page))
        self._assert_nothing_booked()

    def test_with_several_salons_one_is_chosen_first(self):
        other = self.env["res.company"].create({"name": "Second Salon", "salon_online_booking": True})
        page = self._get("/salon/book")
        self.assertIn("Second Salon", self._main(page))
        self.assertIn("Cut", self._main(self._get(f"/salon/book?salon={self.salon.id}")))
        self._get(f"/salon/book/times?service={self.cut.id}", 400)
        page = self._get(f"/salon/book/times?salon={other.id}&service={self.cut.id}")
        self.assertFalse(self._starts(page), "nobody works there")

    def test_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        page = self._get("/zh_CN/salon/book")
        self.assertEqual(page.get("lang"), "zh-CN")
        self.assertTrue(page.xpath("//nav[@class='languages']//a[@lang='en-US']"))

    def test_addresses_and_numbers_are_kept_as_digests_and_forgotten(self):
        self._send(self._hold(), name="Nora", contact="nora@example.com")
        attempts = self.env["salon.public.attempt"].search([])
        self.assertTrue(attempts)
        self.assertFalse([a for a in attempts if "nora" in a.digest or "127" in a.digest])
        drafts = self.env["salon.online.booking"].search([])
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            attempts._gc_attempts()
            drafts._gc_online_bookings()
        self.assertFalse(attempts.exists())
        self.assertFalse(drafts.exists())


@tagged("post_install", "-at_install")
class TestVisitPage(PageCase):
    def setUp(self):
        super().setUp()
        self.booking = self._book((self.cut, self.anna))
        self.bookings += 1
        self.path = self.booking._salon_path()

    def _rows(self):
        self.env.invalidate_all()
        return (self.booking.start, self.booking.salon_state, self.booking.write_date)

    def test_a_look_changes_nothing_and_the_button_confirms(self):
        before = self._rows()
        page = self._get(self.path)
        for path in ("/cancel", "/times"):
            self._get(self.path + path)
        for path in ("/confirm", "/cancelled", "/move"):
            answer = self.url_open(self.path + path, allow_redirects=False)
            self.assertEqual(answer.status_code, 405, "no link does what the button does")
        self.assertEqual(self._rows(), before)
        page = self._send(page)
        self.assertIn("You said that you are coming", self._main(page))
        self.assertEqual(self.booking.salon_state, "confirmed")

    def test_an_address_that_no_database_can_hold_leads_nowhere(self):
        controls = ("/salon/visit/%00", "/salon/book/%00", "/salon/%00", "/nowhere%00", "/en_US/salon/visit/x%0D%0Ay:z")
        for path in controls:
            self.assertEqual(self.url_open(path).status_code, 404, path)

    def test_an_address_with_a_question_mark_inside_is_no_other_page(self):
        self.env["res.lang"]._activate_lang("zh_CN")  # the page of an error links to it
        for path in ("/salon/book/x%3Fy/who", "/salon/visit/x%3Fy/confirm"):
            self.assertEqual(self.url_open(path, data={"x": "y"}).status_code, 400, path)
            self.assertIn(self.url_open(path).status_code, (404, 405), path)

    def test_a_form_without_its_token_does_nothing(self):
        for path in ("/confirm", "/cancelled"):
            self.assertEqual(self.url_open(self.path + path, data={"x": "y"}).status_code, 400)
        self.assertEqual(self.booking.salon_state, "booked")

    def test_cancelled_within_the_rules(self):
        page = self._send(self._get(self.path + "/cancel"))
        self.assertIn("This visit is cancelled", self._main(page))
        self.assertEqual(self.booking.salon_state, "cancelled")
        self.assertEqual(self.booking.salon_cancel_reason_id, self.env.ref("salon_crm.cancel_reason_online"))
        self.assertFalse(self.booking.salon_late_cancel)
        self._get(self.path + "/times", 422)

    def test_too_late_to_cancel_or_move(self):
        cancel, times = self._get(self.path + "/cancel"), self._get(self.path + "/times")
        with freeze_time(self.booking.start - timedelta(hours=23)):
            self.assertIn("please call us", self._main(self._get(self.path)))
            self.assertIn("555 0100", self._main(self._send(cancel, status=422)))
            self._send(times, start=self._starts(times)[0], status=422)
            self._get(self.path + "/cancel", 422)
        self.assertEqual(self.booking.salon_state, "booked")

    def test_moved_to_a_free_time(self):
        page = self._get(self.path + "/times")
        start = self._starts(page)[-1]
        page = self._send(page, start=start)
        self.assertIn("Moved.", self._main(page))
        self.assertEqual(fields.Datetime.to_string(self.booking.start), start)

    def test_a_visit_is_not_moved_to_a_day_that_no_page_shows(self):
        page, before = self._get(self.path + "/times"), self._rows()
        for days in (-1, self.salon.salon_horizon_days + 2):
            start = fields.Datetime.now().replace(second=0, microsecond=0) + timedelta(days=days)
            answer = self._send(page, start=fields.Datetime.to_string(start), status=404)
            self.assertIn("can't be booked online", self._main(answer))
        self.assertEqual(self._rows(), before)

    def test_without_news_there_is_no_file(self):
        self._get(self.path + "/visit.ics", 404)
        self.assertFalse(self._get(self.path).xpath("//a[contains(@href, 'visit.ics')]"))

    def test_what_to_mind_beforehand_stands_there(self):
        self.cut.salon_prepare_note = "Come with dry hair."
        self.assertIn("Come with dry hair.", self._main(self._get(self.path)))

    def test_the_time_that_somebody_took_meanwhile(self):
        self.ben.salon_online = False
        page = self._get(self.path + "/times")
        start = self._starts(page)[-1]
        self._book((self.cut, self.anna), start=start, salon_off_hours=True)
        before = self._rows()
        page = self._send(page, start=start)
        self.assertIn("Somebody has just taken that time", self._main(page))
        self.assertNotIn(start, self._starts(page))
        self.assertEqual(self._rows(), before)

    def test_who_was_asked_for_stays_and_who_was_not_may_change(self):
        self.assertTrue(self._starts(self._get(self.path + "/times")))
        self.anna.salon_online = False
        self.assertTrue(self._starts(self._get(self.path + "/times")), "Ben is free")
        self.booking.salon_line_ids.assignment = "asked"
        self.assertFalse(self._starts(self._get(self.path + "/times")))

    def test_a_link_that_ended_or_never_was(self):
        lost = self._main(self._get("/salon/visit/" + "a" * 32, 404))
        with freeze_time(self.booking.stop + timedelta(days=2)):
            self.assertEqual(self._main(self._get(self.path, 404)), lost)
        with freeze_time(self.booking.stop + timedelta(hours=2)):
            self.assertIn("over, or has begun", self._main(self._get(self.path)))

    def test_nothing_of_the_page_gets_around(self):
        answer = self.url_open(self.path)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertNotIn("Clara Client", answer.text, "a link that went astray names nobody")

    def test_no_script_from_elsewhere_reads_the_link(self):
        if not hasattr(self.env.registry["ir.http"], "_verify_recaptcha_token"):
            self.skipTest("reCAPTCHA is not installed")
        self.env["ir.config_parameter"].set_param("recaptcha_public_key", "public")
        for path in ("", "/times", "/cancel"):
            self.assertFalse(self._get(self.path + path).xpath("//script[contains(@src, '//')]"), path)
        for page in (self._times(self.cut), who := self._hold()):
            self.assertTrue(page.xpath("//script[contains(@src, 'recaptcha')]"), "where it is asked for, it is there")
        code = self._send(who, name="Nora", contact="nora@example.com")
        self.assertFalse(code.xpath("//script[contains(@src, '//')]"))


@tagged("post_install", "-at_install")
class TestWhence(SalonCommon):
    def test_a_network_counts_as_one_visitor(self):
        for address, known_as in (
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            (None, "-"),
            ("unix:", "unix:"),
        ):
            self.assertEqual(whence(address), known_as, address)


@tagged("post_install", "-at_install")
class TestWholeNumber(SalonCommon):
    def test_a_number_gets_its_country(self):
        china, france = self.env.ref("base.cn"), self.env.ref("base.fr")
        for text, country, whole in (
            ("139 0000 0001", china, "+8613900000001"),
            ("+86 139-0000-0001", france, "+8613900000001"),
            ("0086 139 0000 0001", france, "+8613900000001"),
            ("06 12 34 56 78", france, "+33612345678"),
            ("(06) 12.34.56.78", france, "+33612345678"),
            ("12", china, None),
            ("call me", china, None),
            ("", china, None),
            (False, china, None),
            ("+0 000 000", china, None),
            ("9" * 30, china, None),
        ):
            self.assertEqual(whole_number(text, country), whole, text)
