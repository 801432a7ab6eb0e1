from odoo.tests import tagged

from odoo.addons.salon_crm.controllers.public_page import HOUR
from odoo.addons.salon_crm.tests.page_common import PageCase


@tagged("post_install", "-at_install")
class TestReferralPage(PageCase):
    def setUp(self):
        super().setUp()
        self.salon.write({"salon_referral": True, "salon_referral_when": "member", "salon_referral_new_points": 50})
        self.membership = self.env["salon.membership"]._enrol(self.client, self.env.ref("salon_membership.tier_silver"))
        self.path = "/salon/invite/" + self.membership.sudo().referral_token

    def _referrals(self):
        return self.env["salon.referral"].search([("referrer_file_id.partner_id", "=", self.client.id)])

    def test_the_page_says_what_one_gets_and_names_nobody(self):
        answer = self.url_open(self.path)
        text = self._text(answer)
        self.assertIn("50 points", text)
        self.assertIn(self.membership.referral_code, text)
        self.assertNotIn("Clara", answer.text)
        for name, value in {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}.items():
            self.assertEqual(answer.headers[name], value)

    def test_a_wrong_or_ended_link_says_so(self):
        for path in ("/salon/invite/nosuch", "/salon/invite/" + "x" * 32):
            self.assertIn("This link has ended", self._main(self._get(path, 404)))
        self.salon.salon_referral = False
        self._get(self.path, 404)
        self.salon.salon_referral = True
        self.membership.action_end()
        self._get(self.path, 404)

    def test_nobody_tries_links_for_ever(self):
        for _number in range(120):
            self.env["salon.public.attempt"]._allow("invite", "127.0.0.1", 120, HOUR)
        self._get(self.path, 429)

    def test_who_books_by_the_link_was_brought(self):
        self._get(self.path)
        page = self._send(self._hold(), name="Nora", contact="nora@example.com")
        self.assertIn("Booked.", self._main(self._send(page, code=self._code())))
        referral = self._referrals()
        self.assertEqual(referral.way, "booking")
        self.assertEqual(referral.file_id.partner_id, self._new_bookings().salon_client_id)

    def test_who_books_without_a_link_was_not(self):
        page = self._send(self._hold(), name="Nora", contact="nora@example.com")
        self._send(page, code=self._code())
        self.assertFalse(self._referrals())

    def test_an_old_client_books_by_the_link_and_nothing_is_said(self):
        old = self.env["res.partner"].create({"name": "Olga", "email": "olga@example.com"})
        self.env["salon.membership"]._enrol(old, self.membership.tier_id, start_date="2020-01-01")
        self._get(self.path)
        page = self._send(self._hold(), name="Olga", contact="olga@example.com")
        self.assertIn("Booked.", self._main(self._send(page, code=self._code())))
        self.assertFalse(self._referrals())

    def test_who_registers_by_the_link_was_brought(self):
        self.env["ir.config_parameter"].sudo().set_param("auth_signup.invitation_scope", "b2c")
        page = self._get(self.path)
        self.assertIn("/web/signup", page.xpath("//a/@href"))
        signup = self._get("/web/signup")
        token = signup.xpath("//input[@name='csrf_token']/@value")[0]
        self.url_open(
            "/web/signup",
            data={
                "login": "nora@example.com",
                "name": "Nora New",
                "password": "nora-new-12",
                "confirm_password": "nora-new-12",
                "csrf_token": token,
            },
        )
        self.assertEqual((self._referrals().way, self._referrals().file_id.name), ("signup", "Nora New"))
