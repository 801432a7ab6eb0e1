from odoo.tests import tagged

from odoo.addons.salon_crm.tests.page_common import PageCase

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestSuggestionPage(CaseCommon, PageCase):
    def setUp(self):
        super().setUp()
        self.env["res.company"].search([]).salon_suggestion_box = False
        self.salon.salon_suggestion_box = True
        self.before = self.env["salon.case"].search([])

    def _new(self):
        self.env.invalidate_all()
        return self.env["salon.case"].search([]) - self.before

    def test_a_suggestion_comes_into_the_box_and_is_answered_by_email(self):
        page = self._get("/salon/suggest")
        page = self._send(page, text="Quieter music\nplease", name="Nora", email="Nora@Example.com ")
        self.assertIn("Thank you", self._main(page))
        case = self._new()
        self.assertEqual((case.kind, case.state, case.description), ("suggestion", "new", "Quieter music\nplease"))
        self.assertEqual((case.contact_name, case.contact_email), ("Nora", "nora@example.com"))
        self.assertEqual((case.company_id, case.user_id), (self.salon, self.manager))
        case = case.with_user(self.manager)
        case.answer = "It is quieter now. Thank you!"
        case.action_answer()
        mail = self.env["mail.mail"].sudo().search([("email_to", "=", "nora@example.com")])
        self.assertEqual(len(mail), 1)
        self.assertIn("It is quieter now", mail.body_html)
        self.assertIn("Quieter music", mail.body_html)
        case.action_close()
        self.assertEqual((case.state, len(mail.search([("email_to", "=", "nora@example.com")]))), ("closed", 1))

    def test_looking_writes_nothing_and_each_page_says_thank_you_alike(self):
        self._get("/salon/suggest")
        self._get("/salon/suggest/thanks")
        self.assertFalse(self._new())
        self.client.email = "clara@example.com"
        said = set()
        for email in ("clara@example.com", "nobody@example.com", ""):
            page = self._send(self._get("/salon/suggest"), text="More plants", email=email)
            said.add(self._main(page))
        self.assertEqual(len(said), 1, "a stranger is told nothing of who is a client")
        self.assertFalse(self._new().partner_id)

    def test_what_is_wrong_gets_one_sentence_and_loses_nothing(self):
        page = self._send(self._get("/salon/suggest"), text="  ", name="Nora", status=422)
        self.assertIn("Please write what you suggest", self._main(page))
        self.assertEqual(page.xpath("//input[@name='name']/@value"), ["Nora"])
        page = self._send(page, text="More plants", email="nora@", status=422)
        self.assertIn("email address is not complete", self._main(page))
        self.assertEqual(page.xpath("//textarea")[0].text.strip(), "More plants")
        self._send(page, text="x" * 3000, status=400)
        self._send(page, text="Buy now", website="https://spam.example.com", status=400)
        self.assertFalse(self._new())

    def test_nobody_fills_the_box(self):
        for number in range(5):
            self._send(self._get("/salon/suggest"), text=f"Suggestion {number}")
        page = self._send(self._get("/salon/suggest"), text="One more", status=429)
        self.assertIn("tried too often", self._main(page))
        self.assertEqual(len(self._new()), 5)

    def test_without_a_token_and_by_a_link_nothing_is_sent(self):
        self.assertEqual(self.url_open("/salon/suggest", data={"text": "x"}).status_code, 400)
        self.url_open("/salon/suggest?text=Hello")
        self.assertFalse(self._new())

    def test_a_salon_without_a_box_has_none(self):
        self.salon.salon_suggestion_box = False
        self._get("/salon/suggest", 404)
        other = self.env["res.company"].create({"name": "Closed box"})
        self.salon.salon_suggestion_box = True
        self._get(f"/salon/suggest?salon={other.id}", 400)
        other.salon_suggestion_box = True
        self.assertIn("Which salon?", self._main(self._get("/salon/suggest")))
        page = self._get(f"/salon/suggest?salon={other.id}")
        self._send(page, text="Hello")
        self.assertEqual(self._new().company_id, other)

    def test_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        page = self._get("/zh_CN/salon/suggest")
        self.assertEqual(page.get("lang"), "zh-CN")
        self._send(page, text="音乐小声一点", email="nora@example.com")
        self.assertEqual((self._new().lang, self._new().description), ("zh_CN", "音乐小声一点"))

    def test_a_suggestion_that_is_a_complaint_becomes_one(self):
        case = self._case("suggestion", description="My ear was cut and nobody cared")
        case.action_make_complaint()
        self.assertEqual((case.kind, case.state), ("complaint", "new"))
        self.assertAlmostEqual((case.answer_due_at - case.opened_at).total_seconds() / 3600, 24)
        self.assertEqual(self._activities(case).summary, "Answer the client")
