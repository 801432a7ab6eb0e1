from lxml import html

from odoo.tests import HttpCase, new_test_user, tagged

from .treatment_shop import TreatmentCommon


@tagged("post_install", "-at_install")
class TestPrepaidPage(TreatmentCommon, HttpCase):
    """A client sees on their page what they have prepaid, each movement of it, and their contracts."""

    def setUp(self):
        super().setUp()
        new_test_user(self.env, "clara_portal", "base.group_portal", partner_id=self.client.id)
        new_test_user(self.env, "greta_portal", "base.group_portal", partner_id=self.guest.id)

    def _page(self, user="clara_portal"):
        self.authenticate(user, user)
        answer = self.url_open("/my/membership")
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.content)

    def _texts(self, page, path):
        return [" ".join(" ".join(node.itertext()).replace("\xa0", " ").split()) for node in page.xpath(path)]

    def test_stored_value_with_its_movements(self):
        self.company.salon_bonus_months = 12
        self._top_up(100)
        self._buy(55, 55)
        page = self._page()
        [section] = self._texts(page, "//section[contains(@class, 'salon-wallet-page')]")
        self.assertIn("Principal $ 50.00 Bonus $ 5.00", section)
        self.assertIn("$ 5.00 bonus until", section)
        rows = self._texts(page, "//section[contains(@class, 'salon-wallet-page')]//tbody/tr")
        self.assertIn("Used −$ 50.00 −$ 5.00 bonus $ 55.00", rows[0])
        self.assertIn("Topped Up +$ 100.00 +$ 10.00 bonus $ 110.00", rows[1])

    def test_a_payment_from_several_top_ups_is_one_line(self):
        self._top_up(50)
        self._top_up(60)
        self._buy(80, 80)
        rows = self._texts(self._page(), "//section[contains(@class, 'salon-wallet-page')]//tbody/tr")
        self.assertEqual(len(rows), 3)
        self.assertIn("Used −$ 80.00 $ 30.00", rows[0])

    def test_cards_with_their_movements(self):
        card = self._sell_card()
        self._use(card=card)
        rows = self._texts(self._page(), "//details[contains(@class, 'salon-treatment-moves')]//tbody/tr")
        self.assertIn("Session Used · Facial −1 9", rows[0])
        self.assertIn("Sold +10 10", rows[1])

    def test_contracts_are_ones_own(self):
        self._top_up(100)
        self._top_up(100, partner=self.guest)
        contracts = self.env["salon.prepaid.contract"].search([], order="id desc", limit=2)
        theirs, own = contracts
        links = [node.get("href") for node in self._page().xpath("//a[contains(@class, 'salon-contract')]")]
        self.assertEqual(links, [f"/my/membership/contract/{own.id}"])
        answer = self.url_open(links[0])
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/pdf"))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual(self.url_open(f"/my/membership/contract/{theirs.id}").status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(links[0], allow_redirects=False).headers["Location"])

    def test_nobody_sees_anybody_elses(self):
        self._top_up(100)
        self._sell_card()
        page = self._page("greta_portal")
        self.assertFalse(page.xpath("//section[contains(@class, 'salon-wallet-page')]"))
        self.assertFalse(page.xpath("//a[contains(@class, 'salon-contract')]"))

    def test_who_is_no_member_sees_their_money_too(self):
        self._top_up(100, partner=self.guest)
        page = self._page("greta_portal")
        self.assertTrue(page.xpath("//section[contains(@class, 'salon-wallet-page')]"))

    def test_what_staff_noted_is_not_shown(self):
        self._top_up(100)
        self._wallet()._pay_out(10, note="complained too loudly")
        self.assertNotIn("complained", html.tostring(self._page(), encoding="unicode"))
