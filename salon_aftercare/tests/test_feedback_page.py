from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged

from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFeedbackPage(FeedbackCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.feedback = self._feedback()
        self.path = self.feedback._path()
        self.env.company.phone = "555 0100"

    def _get(self, path, status=200):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, status)
        self.answer = answer
        return html.fromstring(answer.content)

    def _main(self, page):
        return " ".join(page.xpath("//main")[0].text_content().split())

    def _post(self, page, path, status=200, **values):
        data = {"csrf_token": page.xpath("//input[@name='csrf_token']/@value")[0], **values}
        answer = self.url_open(path, data=data)
        self.assertEqual(answer.status_code, status)
        return html.fromstring(answer.content)

    def _tap(self, rating, status=200, **values):
        return self._post(self._get(self.path), f"{self.path}/rate", status, rating=rating, **values)

    def test_opening_it_writes_nothing(self):
        self.env.flush_all()
        before = self.feedback.read()[0]
        page = self._get(self.path)
        self._get(self.path)
        self.assertEqual(self.url_open(self.path, method="HEAD").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.feedback.read()[0], before)
        self.assertEqual(page.xpath("//button[@name='rating']/@value"), ["1", "2", "3", "4", "5"])
        self.assertIn("Cut · Anna", self._main(page))
        headers = self.answer.headers
        self.assertEqual((headers["X-Robots-Tag"], headers["Cache-Control"]), ("noindex, nofollow", "no-store"))
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")

    def test_one_tap_then_the_rest_then_thanks(self):
        page = self._tap("4")
        self.assertIn("“Good”, has arrived", self._main(page))
        self.assertEqual((self.feedback.rating, self.feedback.way), ("4", "link"))
        told = {"reception": "5", "price": "3", "nps": "0", "comment": "Warm\r\nand friendly"}
        page = self._post(page, f"{self.path}/more", **told)
        self.assertIn("We have your answer", self._main(page))
        self.assertFalse(page.xpath("//form"))
        self.assertEqual((self.feedback.reception, self.feedback.price, self.feedback.nps), ("5", "3", "0"))
        self.assertEqual(self.feedback.comment, "Warm\nand friendly")
        self.assertFalse(self.feedback.advice)

    def test_a_second_answer_changes_nothing(self):
        first = self._get(self.path)
        self._tap("4")
        page = self._post(first, f"{self.path}/rate", rating="1")
        self.assertIn("“Good”, has arrived", self._main(page))
        self.assertEqual(self.feedback.rating, "4")
        self._post(page, f"{self.path}/more", comment="Fine")
        page = self._post(first, f"{self.path}/more", comment="Not fine")
        self.assertIn("We have your answer", self._main(page))
        self.assertEqual(self.feedback.comment, "Fine")

    def test_details_without_a_face_are_not_kept(self):
        for comment in ("Fine", "a" * 2001):
            page = self._post(self._get(self.path), f"{self.path}/more", comment=comment, nps="9")
            self.assertIn("How was it?", self._main(page))
        self.assertFalse(self.feedback.comment)

    def test_who_comes_too_late_is_told_so(self):
        page = self._get(self.path)
        self.feedback.ends_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertIn("time to answer is over", self._main(self._get(self.path, 410)))
        page = self._post(page, f"{self.path}/rate", 410, rating="5")
        self.assertIn("time to answer is over", self._main(page))
        self.assertFalse(self.feedback.answered_at)
        self.feedback.ends_at = fields.Datetime.now() + timedelta(days=1)
        self.feedback._answer("5", "link")
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.assertIn("We have your answer", self._main(self._get(self.path)))

    def test_a_wrong_link_says_so_and_tells_nothing(self):
        for token in ("x" * 32, self.path[-32:][::-1], "1", "%00", "' OR 1=1", str(self.feedback.id)):
            page = self._get(f"/salon/feedback/{token}", 404)
            self.assertNotIn("Clara", page.text_content())
        self.assertIn("not complete", self._main(page))

    def test_what_the_page_never_sends_is_refused(self):
        for rating in ("0", "6", "-1", "", "great", "1.5", "99999999999"):
            self._tap(rating, 400)
        self.assertFalse(self.feedback.answered_at)
        page = self._tap("3")
        for values in ({"nps": "11"}, {"nps": "-1"}, {"skill": "6"}, {"skill": "x"}):
            self._post(page, f"{self.path}/more", 400, **values)
        self._tap_by_robot()
        page = self._post(page, f"{self.path}/more", 422, comment="a" * 2001, skill="4", nps="7")
        self.assertIn("too long", self._main(page))
        self.assertEqual(page.xpath("//input[@name='skill'][@checked]/@value"), ["4"])
        self.assertEqual(page.xpath("//input[@name='nps'][@checked]/@value"), ["7"])
        self.assertFalse(self.feedback.detailed_at)

    def _tap_by_robot(self):
        other = self._feedback()
        path = other._path()
        self._post(self._get(path), f"{path}/rate", 400, rating="5", website="spam")
        self.assertFalse(other.answered_at)

    def test_who_tries_too_often_waits(self):
        page = self._get(self.path)
        for _number in range(30):
            self._post(page, f"{self.path}/rate", rating="4")
        self.assertIn("too often", self._main(self._post(page, f"{self.path}/rate", 429, rating="5")))

    def test_without_the_token_of_the_form_nothing_is_kept(self):
        self._get(self.path)
        answer = self.url_open(f"{self.path}/rate", data={"rating": "5"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.feedback.answered_at)

    def test_odoos_own_page_of_ratings_is_no_way_around(self):
        self._tap("4")
        rating = self.env["rating.rating"].search(self.feedback._rating_domain())
        for token in ("False", "None", "", self.path[-32:], str(rating.id)):
            answer = self.url_open(f"/rate/{token}/submit_feedback", data={"rate": "1", "csrf_token": "x"})
            self.assertIn(answer.status_code, (400, 404))
            self.assertEqual(self.url_open(f"/rate/{token}/1").status_code, 404)
        self.env.invalidate_all()
        self.assertEqual((rating.rating, self.feedback.rating), (4, "4"))

    def test_it_speaks_both_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["salon_aftercare"], ["zh_CN"])
        page = self._get(f"/zh_CN{self.path}")
        self.assertEqual(page.get("lang"), "zh-CN")
        self._get(self.path)
