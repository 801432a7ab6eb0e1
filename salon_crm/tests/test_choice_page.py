from odoo.tests import tagged
from odoo.tools import mute_logger

from .page_common import PageCase


@tagged("post_install", "-at_install")
class TestChoicePage(PageCase):
    """What a client says by the link in a mail: what they are not to be contacted for."""

    def setUp(self):
        super().setUp()
        self.client.write({"email": "clara@example.com", "phone": "+8613900000001", "is_salon_client": True})
        self.file = self.client.salon_file_ids
        for channel in ("email", "sms"):
            self.file._set_contact_choice("marketing", channel, True)
        self.path = self.file._choice_path()

    def _choices(self):
        """Return what the client was ever asked, and the way, the newest first."""
        self.env.invalidate_all()
        return [
            (choice.purpose, choice.channel, choice.agreed, choice.way) for choice in self.file.choice_ids.sorted("id")
        ][2:]

    def _form(self, page, what):
        """Return the number of the form for `what`."""
        forms = page.xpath("//form[@method='post']")
        return next(
            number for number, form in enumerate(forms) if form.xpath(f".//input[@name='what'][@value='{what}']")
        )

    def test_a_look_changes_nothing_and_a_button_stops_one_channel(self):
        page = self._get(self.path)
        self._get(f"{self.path}/offers/email")
        answer = self.url_open(f"{self.path}/set", allow_redirects=False)
        self.assertEqual(answer.status_code, 405, "no link does what the button does")
        self.assertFalse(self._choices())
        page = self._send(page, self._form(page, "marketing-email"))
        self.assertIn("Saved.", self._main(page))
        self.assertEqual(self._choices(), [("marketing", "email", False, "link")])
        self.assertFalse(self.file.marketing_email)
        self.assertTrue(self.file.marketing_sms)
        blacklist = self.env["mail.blacklist"].search([("email", "=", "clara@example.com")])
        self.assertTrue(blacklist, "Odoo's own mailings know of it too")

    def test_all_offers_stop_at_once_and_care_goes_on(self):
        page = self._get(self.path)
        page = self._send(page, self._form(page, "offers"))
        self.assertEqual(self._choices(), [("marketing", "sms", False, "link"), ("marketing", "email", False, "link")])
        self.assertTrue(self.file.care_email)
        self.assertNotIn("Stop all offers", self._main(page))
        self._send(page, self._form(page, "care-call"))
        self.assertFalse(self.file.care_call)

    def test_who_stopped_by_mistake_has_it_again_and_nobody_agrees_to_anything_new(self):
        page = self._get(self.path)
        self.assertNotIn("WeChat", page.xpath("//section")[0].text_content(), "the client never agreed to that")
        number = self._form(page, "marketing-email")
        self._send(page, number, what="marketing-wechat", agreed="1", status=400)
        page = self._send(page, number)
        page = self._send(page, self._form(page, "marketing-email"))
        self.assertTrue(self.file.marketing_email)
        self.file._set_contact_choice("marketing", "email", False)
        page = self._get(self.path)
        self.assertFalse(page.xpath("//input[@value='marketing-email']"), "they said it in the salon")

    def test_stopping_twice_is_one_choice(self):
        page = self._get(self.path)
        number = self._form(page, "marketing-sms")
        self._send(page, number)
        self._send(page, number)
        self.assertEqual(self._choices(), [("marketing", "sms", False, "link")])

    def test_the_mail_programs_own_button_stops_offers_at_once(self):
        path = f"{self.path}/offers/email"
        for data in ({"x": "y"}, {"List-Unsubscribe": "No"}):
            self.assertEqual(self.url_open(path, data=data).status_code, 400)
        self.assertFalse(self._choices())
        for _twice in range(2):
            answer = self.opener.post(self.base_url() + path, data={"List-Unsubscribe": "One-Click"})
            self.assertEqual((answer.status_code, answer.text), (200, "OK"))
        self.assertEqual(self._choices(), [("marketing", "email", False, "link")])

    def test_a_form_without_its_token_does_nothing(self):
        answer = self.url_open(f"{self.path}/set", data={"what": "offers", "agreed": "0"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._choices())

    def test_a_link_that_never_was(self):
        for path in ("a" * 32, f"client-{self.file.id}", "%00", "x"):
            for more in ("", "/offers/email"):
                self.assertEqual(self.url_open(f"/salon/choices/{path}{more}").status_code, 404)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"{self.path}/offers/call").status_code, 404)

    def test_nothing_of_the_page_gets_around(self):
        answer = self.url_open(self.path)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertNotIn("Clara", answer.text, "a link that went astray names nobody")
        self.assertNotIn("example.com", answer.text.replace("salon.example.com", ""))

    def test_the_link_in_a_mail_is_put_in_as_it_goes_and_only_for_its_client(self):
        company = self.env.company
        values = {
            "body_html": f'<a href="{self.file._choice_mark(company)}">Stop</a>',
            "subject": "News",
            "recipient_ids": [(6, 0, self.client.ids)],
        }
        mail = self.env["mail.mail"].create(values)
        self.assertIn(self.path, mail._prepare_outgoing_body())
        self.assertNotIn(self.path, mail.body_html)
        other = self.env["res.partner"].create({"name": "Olga", "email": "olga@example.com"})
        mail = self.env["mail.mail"].create({**values, "recipient_ids": [(6, 0, other.ids)]})
        self.assertNotIn(self.path, mail._prepare_outgoing_body())

    def test_links_of_two_files_that_are_merged_both_lead_to_the_one_that_stays(self):
        twin = self.client.create({"name": "Clara C.", "email": "clara@example.com", "is_salon_client": True})
        path = twin.salon_file_ids._choice_path()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.client | twin).ids, self.client)
        self.env.invalidate_all()
        for each in (self.path, path):
            token = each.rpartition("/")[2]
            self.assertEqual(self.env["salon.choice.link"]._by_token(token).file_id, self.client.salon_file_ids)
