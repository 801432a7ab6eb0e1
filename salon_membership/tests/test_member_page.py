from lxml import html

from odoo.tests import HttpCase, new_test_user, tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestMemberPage(MembershipCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.client.write({"email": "clara@example.com", "country_id": self.env.ref("base.cn").id})
        self.user = new_test_user(self.env, "clara_portal", "base.group_portal", partner_id=self.client.id)
        self.other = new_test_user(self.env, "greta_portal", "base.group_portal", partner_id=self.guest.id)
        self.other_membership = self.env["salon.membership"]._enrol(self.guest, self.silver)
        self.other_membership._grant(77, "test,other", "A secret of Greta")

    def _page(self, user="clara_portal", path="/my/membership"):
        self.authenticate(user, user)
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        return answer.text, " ".join(html.fromstring(answer.content).xpath("//main")[0].text_content().split())

    def test_a_member_sees_their_tier_points_benefits_and_link(self):
        self.gold.product_discount = 10
        self._sell((self.cut, 1))
        self.membership._grant(30, "test,1", "For a birthday")
        source, text = self._page()
        for shown in (
            "Gold", "150 points", "20 % off services", "1.5 times the points", self.membership.number,
            self.membership.referral_code, "Earned", "+120", "For a birthday", "+30",
        ):  # fmt: skip
            self.assertIn(shown, text)
        self.assertIn(self.membership.referral_url, source)
        self.assertIn("data:image/png;base64,", source)

    def test_a_member_sees_the_vouchers_they_can_use(self):
        self.env["salon.offer.setup"].create({"voucher": True}).action_set_up()
        program = self.env["loyalty.program"].search([("salon_offer", "=", "voucher")])
        cards = [program._salon_issue(client, self.env.company) for client in (self.client, self.client, self.guest)]
        cards[1].expiration_date = "2020-01-01"
        source = self._page()[0]
        self.assertEqual([card.code in source for card in cards], [True, False, False])

    def test_what_staff_noted_is_not_shown(self):
        self.membership._grant(30, "test,1", "Given")
        self.membership.lot_ids._book(-5, "adjust", note="complained too loudly")
        self.assertNotIn("complained", self._page()[0])

    def test_nobody_sees_anybody_elses(self):
        for path in (
            "/my/membership", f"/my/membership?salon={self.env.company.id}",
            f"/my/membership?m={self.other_membership.id}&partner_id={self.guest.id}", "/my/membership/page/2",
        ):  # fmt: skip
            source, __ = self._page(path=path)
            self.assertNotIn(self.other_membership.number, source)
            self.assertNotIn("secret of Greta", source)
            self.assertNotIn(self.other_membership.referral_code, source)
        self.assertIn("secret of Greta", self._page("greta_portal")[0])

    def test_portal_users_have_no_right_on_the_models_themselves(self):
        self.authenticate("clara_portal", "clara_portal")
        for model in ("salon.membership", "salon.points.move", "salon.points.lot", "salon.referral"):
            answer = self._call_error(model)
            self.assertIn("AccessError", answer)

    def _call_error(self, model):
        params = {"model": model, "method": "search_read", "args": [[]], "kwargs": {}}
        answer = self.url_open("/web/dataset/call_kw", json={"jsonrpc": "2.0", "method": "call", "params": params})
        return answer.text

    def test_who_is_not_logged_in_is_asked_to(self):
        answer = self.url_open("/my/membership", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_who_is_no_member_is_told_so(self):
        self.membership.action_end()
        self.assertIn("You are no member yet", self._page()[1])

    def test_the_history_has_pages(self):
        for number in range(25):
            self.membership._grant(1, f"test,{number}", f"Gift {number:02}")
        first, second = self._page()[1], self._page(path="/my/membership/page/2")[1]
        self.assertIn("Gift 24", first)
        self.assertNotIn("Gift 04", first)
        self.assertIn("Gift 04", second)

    def test_a_client_chooses_how_they_hear_of_offers(self):
        self.assertEqual(self.client._salon_marketing(), {"email": False, "sms": False}, "offers need a word first")
        self.authenticate("clara_portal", "clara_portal")
        page = html.fromstring(self.url_open("/my/membership").content)
        token = page.xpath("//form[contains(@action, 'marketing')]//input[@name='csrf_token']/@value")[0]
        for chosen in ({"sms": "1"}, {"email": "1"}, {}, {"email": "1", "sms": "1"}):
            answer = self.url_open("/my/membership/marketing", data={"csrf_token": token, **chosen})
            self.assertIn("Saved.", answer.text)
            self.client.invalidate_recordset()
            expected = {channel: channel in chosen for channel in ("email", "sms")}
            self.assertEqual(self.client._salon_marketing(), expected)
        self.assertEqual(self.guest._salon_marketing(), {"email": False} if self.guest.email else {})
        last = self.client.salon_file_ids.choice_ids[0]
        self.assertEqual((last.purpose, last.agreed, last.way), ("marketing", True, "portal"))

    def test_the_portal_counts_memberships(self):
        self.authenticate("clara_portal", "clara_portal")
        answer = self.url_open("/my/counters", json={"params": {"counters": ["salon_membership_count"]}})
        self.assertEqual(answer.json()["result"], {"salon_membership_count": 1})
        self.assertIn("/my/membership", self.url_open("/my").text)
