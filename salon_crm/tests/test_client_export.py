import io
import json
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .privacy_common import EMAIL, MARK, NAME, PHONE, PrivacyCommon


@tagged("post_install", "-at_install")
class TestClientExport(PrivacyCommon, HttpCase):
    def _export(self, file, user=None):
        with self.env["salon.client.export"].with_user(user or self.manager)._write_zip(file) as target:
            return zipfile.ZipFile(io.BytesIO(target.read()))

    def _data(self, archive):
        return json.loads(archive.read("data.json"))

    def test_all_that_is_known_is_in_it(self):
        file = self._make_known_client()
        self._mark_every_text(file)
        self.manager.group_ids |= self.env.ref("account.group_account_readonly")
        archive = self._export(file)
        data = self._data(archive)
        self.assertEqual(data["client"]["Name"], NAME)
        self.assertEqual(data["client"]["Birthday"], "1990-04-01")
        self.assertEqual(data["client"]["addresses"][0]["Street"], "2 Other Road")
        texts = json.dumps(data, ensure_ascii=False)
        for word in (PHONE, EMAIL, MARK):
            self.assertIn(word, texts)
        self.assertEqual(data["health"]["notes"][0]["text"], MARK)
        self.assertEqual(data["health"]["exceptions"][0]["reason"], MARK)
        self.assertEqual(len(data["health"]["sensitivities"]), 1)
        (photo,) = data["photos"]
        self.assertEqual(photo["shows"], f"{NAME} {MARK}")
        self.assertTrue(archive.read(photo["file"]).startswith(b"\xff\xd8"))
        self.assertTrue(any(MARK in message["text"] for message in data["messages"]))
        written = {archive.read(name) for name in archive.namelist() if name.startswith("files/")}
        for model in ("salon.client.file", "res.partner", "salon.visit"):
            self.assertIn(f"{NAME} {MARK} {model} file".encode(), written)
            self.assertIn(f"{NAME} {MARK} {model} posted".encode(), written)
        models = self.env["ir.model"]
        for model in (
            "calendar.event", "salon.visit", "salon.visit.line", "salon.formula", "salon.waiting", "salon.walk.in",
            "salon.online.booking", "salon.message", "salon.client.file", "pos.order", "account.move", "rating.rating",
            "sms.sms", "mail.mail", "salon.access.log", "salon.membership", "salon.points.move", "salon.followup",
        ):  # fmt: skip
            if model in self.env and model not in ("salon.points.move",):
                with self.subTest(model):
                    self.assertTrue(data["records"].get(models._get(model).name))

    def test_it_is_logged_as_an_export(self):
        file = self._make_known_client()
        before = self.env["salon.access.log"].search([("file_id", "=", file.id)])
        self._export(file)
        lines = self.env["salon.access.log"].search([("file_id", "=", file.id)]) - before
        self.assertEqual(set(lines.mapped("operation")), {"export"})
        self.assertEqual(set(lines.mapped("what")), {"notes", "override", "sensitivities", "photos", "everything"})
        self.assertEqual(set(lines.mapped("purpose")), {"request"})

    def test_it_says_what_it_left_out(self):
        file = self._make_known_client()
        self._keys(",")
        data = self._data(self._export(file))
        self.assertNotIn("notes", data["health"])
        self.assertIn("no key for health notes", str(data["left_out"]))
        self.assertIn("Photos: This server has no key", str(data["left_out"]))
        self.assertEqual(data["photos"], [])
        self.assertIn(f"companies other than {self.env.company.name}", str(data["left_out"]))

    def test_it_has_the_companies_of_the_manager_alone(self):
        file = self._make_known_client()
        company = self.env["res.company"].create({"name": "Second Salon"})
        here = len(file.partner_id.salon_visit_ids)
        visit = {"partner_id": file.partner_id.id, "company_id": company.id, "note": "Next door"}
        self.env["salon.visit"].sudo().create(visit)
        data = self._data(self._export(file))
        self.assertEqual(len(data["records"][self.env["ir.model"]._get("salon.visit").name]), here)
        self.assertNotIn("Next door", json.dumps(data))

    def test_a_guest_gets_nothing_that_was_written_of_who_booked(self):
        host = self.env["res.partner"].create({"name": "Hanna Host", "is_salon_client": True})
        guest = self.env["res.partner"].create({"name": "Gerda Guest", "is_salon_client": True})
        booking = self._book((self.cut, self.anna), client=host)
        booking.salon_line_ids.guest_id = guest
        booking.message_post(body="Hanna is late", attachments=[("hanna.txt", b"Hanna's file")])
        self.env["mail.mail"].create({"email_to": "hanna@example.com", "body_html": "Dear Hanna"})
        archive = self._export(guest.salon_file_ids)
        texts = json.dumps(self._data(archive))
        self.assertIn("Cut", texts)
        self.assertNotIn("Hanna is late", texts)
        self.assertFalse([name for name in archive.namelist() if name.startswith("files/")])
        self.assertIn("Hanna is late", json.dumps(self._data(self._export(host.salon_file_ids))))

    def test_no_key_to_a_page_is_in_it(self):
        """A link that opens a page to whoever has it does not go around in a file."""
        file = self._make_known_client()
        texts = json.dumps(self._data(self._export(file)))
        tokens = [
            token
            for model in self.env.registry.values()
            if model._name.startswith("salon.") or model._name in ("calendar.event", "pos.order", "res.partner")
            if model._auto and not model._abstract
            for field in model._fields.values()
            if field.store and field.type == "char" and "token" in field.name
            for token in self.env[model._name].sudo().with_context(active_test=False)
            .search([(field.name, "!=", False)]).mapped(field.name)
        ]  # fmt: skip
        self.assertTrue(tokens)
        self.assertFalse([token for token in tokens if token in texts])

    def test_managers_alone_get_it(self):
        file = self._make_known_client()
        for user in (self.reception, self.stylist_user, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._export(file, user)
            self.authenticate(user.login, user.login)
            self.assertEqual(self.url_open(f"/salon/client/{file.id}/export").status_code, 403)
        self.authenticate(None, None)
        self.assertNotIn("zip", self.url_open(f"/salon/client/{file.id}/export").headers["Content-Type"])
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(f"/salon/client/{file.id}/export")
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/zip"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(self._data(zipfile.ZipFile(io.BytesIO(answer.content)))["client"]["Name"], NAME)
        self.assertEqual(self.url_open("/salon/client/99999999/export").status_code, 404)

    def test_nothing_of_it_stays_on_the_server(self):
        file = self._make_known_client()
        before = self.env["ir.attachment"].search_count([("id", "!=", 0)])
        self._export(file)
        self.assertEqual(self.env["ir.attachment"].search_count([("id", "!=", 0)]), before)
