import re
from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import new_test_user, tagged

from .page_common import PageCase


@tagged("post_install", "-at_install")
class TestBookingPage(PageCase):
    def test_the_page_that_is_asked_for_most_asks_little(self):
        self._times(self.cut)  # what is kept between requests is there from now on
        before = self.cr.sql_log_count
        self._times(self.cut)
        self.assertLessEqual(self.cr.sql_log_count - before, 13)

    def test_what_is_kept_between_requests_is_forgotten_when_it_changes(self):
        company, defaults = self.env.company, self.env["ir.default"]
        company.salon_opening_calendar_id = company.resource_calendar_id
        for zone in ("Asia/Shanghai", "Europe/Berlin"):
            company.resource_calendar_id.tz = zone
            self.assertEqual(company._salon_timezone().zone, zone)
        company.salon_opening_calendar_id = self.env["resource.calendar"].create({"name": "Late", "tz": "Asia/Tokyo"})
        self.assertEqual(company._salon_timezone().zone, "Asia/Tokyo")
        for language in ("en_US", "de_DE"):
            defaults.search([("field_id.name", "=", "lang"), ("field_id.model", "=", "res.partner")]).unlink()
            self.assertIsNone(defaults._get("res.partner", "lang"))
            defaults.create(
                {
                    "field_id": self.env["ir.model.fields"]._get("res.partner", "lang").id,
                    "json_value": f'"{language}"',
                }
            )
            self.assertEqual(defaults._get("res.partner", "lang"), language)

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

    def test_a_service_says_that_it_needs_a_skin_test(self):
        self.salon.salon_patch_test_hours = 72
        self.colour.salon_patch_test_line_ids = self.env["salon.product.line"].create({"name": "Wella"})
        cut, colour = (
            self._get("/salon/book").xpath(f"//label[.//input[@value='{product.id}']]")[0].text_content()
            for product in (self.cut, self.colour)
        )
        self.assertIn("skin test in the salon at least 72 hours before", colour)
        self.assertNotIn("skin test", cut)

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
