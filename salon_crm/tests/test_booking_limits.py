from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.salon_crm.controllers.booking_page import SMS_A_DAY
from odoo.addons.salon_crm.controllers.public_page import whence

from .common import SalonCommon
from .page_common import PageCase


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
class TestBookingLimits(PageCase):
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

    def test_who_is_logged_in_books_ten_times_a_day_at_most(self):
        new_test_user(self.env, "portal_clara", "base.group_portal", name="Clara", email="clara@example.com")
        self.authenticate("portal_clara", "portal_clara")
        for number in range(11):
            self._send(self._hold(), status=200 if number < 10 else 429)
        self.assertEqual(len(self._new_bookings()), 10)

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
