import logging
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged

from .intake_common import IntakeCommon


@tagged("post_install", "-at_install")
class TestIntakePage(IntakeCommon, HttpCase):
    """A client before an intake form, without a script."""

    def setUp(self):
        super().setUp()
        self.sheet = self._ask()
        self.path = self.sheet._path()

    def _get(self, path=None, status=200):
        answer = self.url_open(path or self.path)
        self.assertEqual(answer.status_code, status)
        return html.fromstring(answer.content)

    def _send(self, page, status=200, **values):
        """Send the form with what a client typed, by the names of the questions."""
        data = {"website": "", **{one.get("name"): one.get("value") for one in page.xpath("//input[@type='hidden']")}}
        for name, value in values.items():
            question, _mark, other = name.partition("__")
            data["q" + self._key(question) + (f"_{other}" if other else "")] = value
        answer = self.url_open(self.path, data=data)
        self.assertEqual(answer.status_code, status)
        self.where = answer.url
        return html.fromstring(answer.content)

    def _field(self, page, name):
        return page.xpath(f"//*[@name='q{self._key(name)}']")

    def _main(self, page):
        return " ".join(page.xpath("//main")[0].text_content().split())

    def test_a_client_fills_in_and_sees_nothing_of_it_afterwards(self):
        answer = self.url_open(self.path)
        for name, value in {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}.items():
            self.assertEqual(answer.headers[name], value)
        page = html.fromstring(answer.content)
        self.assertNotIn("Clara", self._main(page), "the page shows nothing of the client")
        self.assertEqual(len(page.xpath("//h1")), 1)
        for field in page.xpath("//main//input[not(@type='hidden')] | //main//textarea"):
            labelled = field.xpath("ancestor::label") or page.xpath(f"//label[@for='{field.get('id')}']")
            self.assertTrue(labelled, html.tostring(field))
        page = self._send(
            page, email="clara@example.com", birthday="1990-05-01", gender="female", likes=["0", "2"],
            allergies__other="zznickel", pregnant="yes", medication="zzpills\nzzdrops", source__other="Radio",
        )  # fmt: skip
        self.assertIn("Thank you", self._main(page))
        self.assertTrue(self.where.endswith(self.path))
        for word in ("clara", "zz", "1990", "Radio"):
            self.assertNotIn(word, html.tostring(page).decode())
        self.assertEqual(self.sheet.state, "filled")
        self.assertEqual(self.sheet.answers[self._key("likes")]["picked"], ["0", "2"])
        self.assertEqual(self.sheet._open_health()[self._key("medication")]["text"], "zzpills\nzzdrops")
        self.assertFalse(self.client.birthdate_date)
        page = self._send(self._get("/salon/intake/" + self._other()), email="mallory@example.com")
        self.assertEqual(
            self.sheet.answers[self._key("email")]["text"], "clara@example.com", "sent twice changes nothing"
        )

    def _other(self):
        """Return the token of another sheet: its page has the token of the session's forms."""
        other = self.env["res.partner"].create({"name": "Olga Other", "is_salon_client": True})
        return self._ask(file=other.salon_file_ids).token

    def test_what_is_missing_is_named_and_nothing_typed_is_lost_or_logged(self):
        with self.assertLogs("", logging.DEBUG) as logged:
            page = self._send(
                self._get(), 422, wechat="clara_c", gender="female", likes=["1"], medication="zzpills",
                allergies__other="zznickel",
            )  # fmt: skip
        self.assertIn("Please look at these again", self._main(page))
        (email,) = self._field(page, "email")
        self.assertEqual(email.get("aria-invalid"), "true")
        (error,) = page.xpath(f"//*[@id='{email.get('aria-describedby').split()[0]}']")
        self.assertEqual(error.text_content(), "Please answer this.")
        self.assertTrue(page.xpath(f"//a[@href='#{email.get('id')}']"))
        self.assertEqual(self._field(page, "wechat")[0].get("value"), "clara_c")
        self.assertEqual(self._field(page, "medication")[0].text, "zzpills")
        checked = [f"{one.get('name')}={one.get('value')}" for one in page.xpath("//input[@checked]")]
        self.assertEqual(checked, [f"q{self._key('gender')}=female", f"q{self._key('likes')}=1"])
        self.assertEqual(page.xpath(f"//input[@name='q{self._key('allergies')}_other']/@value"), ["zznickel"])
        self.assertEqual(self.sheet.state, "sent")
        self.assertFalse([line for line in logged.output if "zz" in line])

    def test_what_can_not_be_is_said_at_its_question(self):
        page = self._get()
        tomorrow = str(fields.Date.today() + timedelta(days=2))
        for values, said in (
            ({"email": "nora@"}, "This email address is not complete"),
            ({"birthday": tomorrow}, "A birthday lies in the past"),
            ({"birthday": "1990-02-30"}, "That is no date"),
            ({"birthday": "0001-01-01"}, "Please look at the year"),
            ({"wechat": "x" * 201}, "too long"),
            ({"more": "x" * 2001}, "too long"),
        ):
            with self.subTest(said):
                answer = self._send(page, 422, **{"email": "nora@example.com", **values})
                self.assertIn(said, self._main(answer))
                self.assertEqual(self.sheet.state, "sent")

    def test_a_huge_text_is_refused_before_it_is_looked_at(self):
        answer = self._send(self._get(), 422, email="nora@example.com", more="\x01" * 1_000_000)
        self.assertIn("too long", self._main(answer))

    def test_what_the_page_never_sends_is_refused(self):
        page = self._get()
        for values in ({"gender": ["male", "female"]}, {"gender": "x"}, {"likes": ["0", "9"]}, {"wechat": ["a", "b"]}):
            with self.subTest(values):
                self._send(page, 400, email="nora@example.com", **values)
        self.assertEqual(self.sheet.state, "sent")

    def test_a_form_that_was_changed_meanwhile_is_shown_anew(self):
        """Else an answer that was picked on the old page would be kept as another one of the new."""
        page = self._get()
        self.q["likes"].choices = "Silence\nNoise\nTea"
        self._ask()
        answer = self._send(page, 409, email="clara@example.com", likes=["0"], wechat="clara_c")
        self.assertIn("has changed this form", self._main(answer))
        self.assertEqual(self.sheet.state, "sent")
        self.assertEqual(self._field(answer, "wechat")[0].get("value"), "clara_c", "what was typed is still there")
        self.assertFalse(answer.xpath(f"//input[@name='q{self._key('likes')}'][@checked]"))
        self._send(answer, email="clara@example.com", likes=["1"])
        self.assertEqual(self.sheet.version_id._say_answer(
            self.sheet._asked()[6], self.sheet.answers[self._key("likes")]), "Noise")  # fmt: skip

    def test_robots_and_wrong_links_are_refused_in_words(self):
        page = self._get()
        data = {"csrf_token": page.xpath("//input[@name='csrf_token']/@value")[0], "website": "http://x"}
        self.assertEqual(self.url_open(self.path, data=data).status_code, 400)
        for path in ("/salon/intake/" + "x" * 32, "/salon/intake/1", self.path[:-1]):
            self.assertIn("This link has ended", self._main(self._get(path, 404)))
        self.sheet.ends_at = fields.Datetime.now()
        self.assertIn("ask the salon for a new one", self._main(self._get(status=404)))

    def test_too_many_tries_are_refused(self):
        page = self._get()
        self.env["salon.public.attempt"].create(
            [{"scope": "intake", "digest": self.env["salon.public.attempt"]._digest(self.sheet.token), "number": number}
             for number in range(1, 61)])  # fmt: skip
        self._send(page, 429, email="nora@example.com")

    def test_each_client_reads_their_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.q["email"].with_context(lang="zh_CN").name = "您的邮箱？"
        self._ask()
        self.assertIn("Your email?", self._main(self._get()))
        page = self._get("/zh_CN" + self.path)
        self.assertIn("您的邮箱？", self._main(page))
        self.assertEqual(page.get("lang"), "zh-CN")

    def test_in_the_salon_it_is_noted_that_it_was_filled_in_there(self):
        self.authenticate(self.reception.login, self.reception.login)
        self._send(self._get(), email="clara@example.com")
        self.assertEqual(self.sheet.channel, "here")

    def test_who_hands_the_device_over_is_logged_out(self):
        """“Back” leads the client to the login page: the browser keeps no page of Odoo's."""
        self.authenticate(self.reception.login, self.reception.login)
        desk = self.url_open("/odoo")
        self.assertEqual(desk.headers["Cache-Control"], "no-store")
        action = self.sheet.with_user(self.reception).action_fill_here()
        self.assertEqual(action["target"], "self")
        page = self.url_open(action["url"])
        self.assertTrue(page.url.endswith(self.path))
        self._send(html.fromstring(page.content), email="clara@example.com")
        self.assertEqual((self.sheet.state, self.sheet.channel), ("filled", "here"))
        self.assertIn("/web/login", self.url_open("/odoo").url)

    def test_who_makes_a_form_sees_it_and_sends_nothing(self):
        path = f"/salon/intake/preview/{self.form.id}"
        self.authenticate(self.manager.login, self.manager.login)
        page = self._get(path)
        self.assertIn("Any medication?", self._main(page))
        self.assertFalse(page.xpath("//button"))
        self.authenticate(self.reception.login, self.reception.login)
        self._get(path, 404)

    def test_without_a_key_the_page_asks_nothing_about_health(self):
        self._keys("")
        page = self._get()
        self.assertIn("We ask about your health in the salon", self._main(page))
        self.assertFalse(self._field(page, "medication"))
        self._send(page, email="clara@example.com", medication="zzpills")
        self.assertEqual((self.sheet.state, self.sheet.health_state), ("filled", "none"))
