from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .page_common import PageCase


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
