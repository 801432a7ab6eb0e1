import io
from datetime import datetime, timedelta

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestImport(SalonCommon, HttpCase):
    """Clients and visits of before come from a table, by Odoo's own import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.cn")

    def _import(self, model, columns, rows, user=None, **options):
        """Import rows of text as the import screen does; return its messages."""
        content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [columns, *rows])
        wizard = self.env["base_import.import"].with_user(user or self.manager)
        wizard = wizard.create(
            {"res_model": model, "file": content.encode(), "file_name": "rows.csv", "file_type": "text/csv"}
        )
        options = {
            "limit": 2000,  # as Odoo's screen has it
            **options,
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "encoding": "utf-8",
            "date_format": "%Y-%m-%d",
            "datetime_format": "%Y-%m-%d %H:%M:%S",
        }
        self.result = wizard.execute_import(columns, columns, options)
        return self.result["messages"]

    def _clients(self):
        return self.env["salon.client.file"].search([("hobbies", "=", "Imported")])

    def test_clients_come_with_contact_and_file(self):
        columns = ["name", "phone", "birthdate_date", "gender", "talk_preference", "hobbies"]
        messages = self._import(
            "salon.client.file",
            columns,
            [
                ("王小明", "138 7654 3210", "1990-05-17", "Male", "Wants it quiet", "Imported"),
                ("Olga Import", "", "", "female", "", "Imported"),
            ],
            user=self.reception,
        )
        self.assertFalse(messages)
        ming, olga = self._clients().sorted("id")
        self.assertEqual(
            (ming.name, ming.phone, str(ming.birthdate_date), ming.gender, ming.talk_preference),
            ("王小明", "138 7654 3210", "1990-05-17", "male", "quiet"),
        )
        self.assertTrue(ming.partner_id.is_salon_client)
        partners = self.env["res.partner"].with_user(self.reception).with_context(salon_client_search=True)
        self.assertIn((ming.partner_id.id, "王小明"), partners.name_search("wxm", limit=80))
        self.assertEqual(olga.gender, "female")

    def test_what_is_wrong_says_its_row_and_nothing_is_half_imported(self):
        rows = [
            ("Good One", "1990-05-17", "Imported"),
            ("", "1991-01-01", "Imported"),
            ("Bad Birthday", "1990-02-31", "Imported"),
            ("Good Two", "", "Imported"),
        ]
        messages = self._import("salon.client.file", ["name", "birthdate_date", "hobbies"], rows)
        (message,) = messages
        self.assertIn("line 3", message["message"])
        self.assertFalse(self._clients())
        messages = self._import("salon.client.file", ["name", "birthdate_date", "hobbies"], [*rows[:2], rows[3]])
        self.assertEqual(
            [(one["rows"]["from"], one["message"]) for one in messages], [(1, "A client needs a name. Fill it in.")]
        )
        self.assertFalse(self._clients())

    def test_a_file_of_several_lots_is_imported_whole_or_not_at_all(self):
        """Odoo's screen keeps each lot of rows by itself, and asks for the next."""
        columns = ["name", "birthdate_date", "hobbies"]
        rows = [(f"Client {number}", "", "Imported") for number in range(6)]
        messages = self._import("salon.client.file", columns, [*rows, ("", "", "Imported")], limit=2)
        self.assertEqual([one["rows"]["from"] for one in messages], [6])
        self.assertFalse(self._clients())
        self.assertFalse(self._import("salon.client.file", columns, rows, limit=2))
        self.assertEqual((len(self._clients()), self.result["nextrow"]), (6, 0))

    def test_a_file_that_is_too_long_is_refused_before_anything(self):
        rows = [(f"Client {number}", "Imported") for number in range(10_001)]
        with self.assertRaisesRegex(UserError, "has 10001 rows. Make files of at most 10000"):
            self._import("salon.client.file", ["name", "hobbies"], rows)

    def _import_visits(self, *rows, user=None):
        columns = ["client_phone", "date", "line_ids/product_id", "line_ids/performer_ids/employee_id", "note"]
        return self._import("salon.visit", columns, rows, user=user)

    def test_visits_of_before_are_done_and_told_to_nobody(self):
        self.client._make_salon_clients()
        before = self.env["salon.message"].search_count([])
        messages = self._import_visits(
            ("139 0000 0001", "2020-03-21 14:00:00", "Cut", "Anna", "From the card"),
            ("", "", "Colour", "Ben", ""),
            ("+86 13900000001", (datetime.now() - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S"), "Cut", "Anna", ""),
        )
        self.assertFalse(messages)
        recent, old = self.env["salon.visit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((recent.state, old.state), ("open", "done"))
        self.assertAlmostEqual(old.locked_at, datetime.now() + timedelta(hours=24), delta=timedelta(minutes=5))
        self.assertEqual(old.line_ids.product_id, self.cut | self.colour)
        self.assertEqual(old.performer_names, "Anna, Ben")
        self.assertEqual(self.client.salon_file_ids.visit_count, 1)
        self.assertEqual(self.env["salon.message"].search_count([]), before)

    FORMULA = (
        "client_phone", "visit_date", "service_id", "stylist_id", "bowl_ids/zone", "bowl_ids/component_ids/shade",
        "bowl_ids/component_ids/target_grams", "bowl_ids/developer_strength", "bowl_ids/ratio", "bowl_ids/minutes",
        "note",
    )  # fmt: skip

    def _import_formulas(self, *rows, user=None):
        return self._import("salon.formula", list(self.FORMULA), rows, user=user)

    def test_formulas_of_before_go_to_their_visits(self):
        self.client._make_salon_clients()
        self.cut.salon_patch_test_line_ids = self.env["salon.product.line"].create({"name": "Test Wella"})
        self.assertFalse(self._import_visits(("139 0000 0001", "2020-03-21 14:00:00", "Colour", "Anna", "")))
        messages = self._import_formulas(
            ("139 0000 0001", "2020-03-21 09:00:00", "Colour", "Ben", "Roots", "6/7", "30", "20", "1.5", "35", "Good"),
            ("", "", "", "", "", "6/0", "15", "", "", "", ""),
            ("", "", "", "", "Lengths", "8/1", "40", "10", "1", "20", ""),
            ("139 0000 0001", "2021-05-02 10:00:00", "Colour", "Ben", "Roots", "7/7", "25", "20", "1", "30", ""),
            ("139 0000 0001", "2021-05-02 10:00:00", "Cut", "Ben", "Ends", "clear", "10", "", "0", "5", ""),
        )
        self.assertFalse(messages)
        newer, older = self.client.salon_visit_ids.sorted("date", reverse=True)
        self.assertEqual((newer.state, older.state), ("done", "done"))
        self.assertEqual(older.line_ids.product_id, self.colour, "the service that was there has it")
        formula = older.line_ids.formula_ids
        self.assertEqual(formula.summary, "Roots: 6/7 + 6/0 2:1, 20 vol 1:1.5, 35 min; Lengths: 8/1, 10 vol, 20 min")
        self.assertEqual((formula.note, formula.bowl_ids[0].developer_grams), ("Good", 67.5))
        self.assertEqual(older.performer_names, "Anna")
        self.assertEqual((newer.line_ids.product_id, newer.performer_names), (self.colour | self.cut, "Ben"))
        self.assertEqual(self.client.salon_file_ids.visit_count, 2)

    def test_what_is_wrong_with_a_formula_says_its_row_and_nothing_is_imported(self):
        self.client._make_salon_clients()
        good = ("139 0000 0001", "2020-03-21 09:00:00", "Colour", "Anna", "Roots", "6/7", "30", "20", "1", "35", "")
        for wrong, row, sentence in (
            (("139 0000 9999", *good[1:]), 1, "No client has the phone"),
            (("", *good[1:]), 1, "whose visit"),
            ((good[0], "", *good[2:]), 1, "when the visit"),
            ((*good[:2], "", *good[3:]), 1, "for which service"),
            ((*good[:6], "-3", *good[7:]), 1, "can't be negative"),
            ((*good[:4], "Nowhere", *good[5:]), 1, "Nowhere"),
            (good, 1, "has a formula for “Colour” on .* already"),
        ):
            with self.subTest(sentence), mute_logger("odoo.sql_db"):
                first = (good[0], "2020-01-05 09:00:00", *good[2:]) if wrong is not good else good
                messages = self._import_formulas(first, wrong)
                self.assertEqual(messages[0]["rows"]["from"], row)
                self.assertRegex(messages[0]["message"], sentence)
                self.assertFalse(self.client.salon_visit_ids)
        with self.assertRaisesRegex(UserError, "by a manager"):
            self.env["salon.formula"].with_user(self.stylist_user).with_context(import_file=True).create({})

    def test_a_locked_visit_takes_no_formula(self):
        self.client._make_salon_clients()
        row = ("139 0000 0001", "2020-03-21 09:00:00", "Colour", "Anna", "Roots", "6/7", "30", "20", "1", "35", "")
        self._import_visits((*row[:4], ""))
        self.client.salon_visit_ids.locked_at = datetime.now() - timedelta(hours=1)
        messages = self._import_formulas(row)
        self.assertIn("can't be changed any more", messages[0]["message"])

    def test_what_was_used_elsewhere_moves_no_stock(self):
        self.client._make_salon_clients()
        self.env.company.salon_moves_stock = True
        tube = self.env["product.product"].create(
            {"name": "Zz Tube", "type": "consu", "is_storable": True, "salon_grams_per_unit": 60}
        )
        columns = ["client_phone", "visit_date", "service_id", "bowl_ids/component_ids/product_id",
                   "bowl_ids/component_ids/target_grams"]  # fmt: skip
        row = ("139 0000 0001", "2020-03-21 09:00:00", "Colour", "Zz Tube", "60")
        self.assertFalse(self._import("salon.formula", columns, [row]))
        self.env.cr.precommit.run()
        self.assertFalse(self.env["stock.move"].search([("product_id", "=", tube.id)]))

    def test_a_phone_of_nobody_or_of_several_says_its_row(self):
        self.client._make_salon_clients()
        messages = self._import_visits(
            ("139 0000 0001", "2020-03-21 14:00:00", "Cut", "Anna", ""),
            ("139 0000 9999", "2020-03-21 14:00:00", "Cut", "Anna", ""),
        )
        self.assertEqual(messages[0]["rows"]["from"], 1)
        self.assertIn("No client has the phone 139 0000 9999", messages[0]["message"])
        self.assertFalse(self.client.salon_visit_ids)
        self.env["salon.client.file"].create({"name": "Clara Twice", "phone": self.client.phone})
        messages = self._import_visits(("139 0000 0001", "2020-03-21 14:00:00", "Cut", "Anna", ""))
        self.assertIn("Several clients have the phone", messages[0]["message"])

    def test_visits_are_imported_by_managers_into_their_company(self):
        self.client._make_salon_clients()
        self._book((self.cut, self.anna))
        for user in (self.reception, self.stylist_user):
            visits = self.env["salon.visit"].with_user(user).with_context(import_file=True)
            with self.assertRaisesRegex(UserError, "by a manager"):
                visits.create({"partner_id": self.client.id, "date": "2020-03-21 14:00:00"})
        company = self.env["res.company"].create({"name": "Second Salon"})
        visits = self.env["salon.visit"].with_user(self.manager).with_context(import_file=True)
        for vals, sentence in (
            ({"partner_id": self.client.id, "date": "2020-03-21", "company_id": company.id}, "your own company"),
            ({"date": "2020-03-21 14:00:00"}, "whose visit"),
            ({"partner_id": self.client.id}, "when the visit"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                visits.create(vals)

    def test_a_manager_finds_where_formulas_are_brought(self):
        self.start_tour("/odoo/salon-formulas", "salon_manager_imports_formulas", login=self.manager.login)

    def test_the_headers_of_the_templates_are_recognised(self):
        self.authenticate(self.manager.login, self.manager.login)
        for model in ("salon.client.file", "salon.visit", "salon.formula"):
            (template,) = self.env[model].get_import_templates()
            answer = self.url_open(template["template"])
            sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
            headers = [cell.value for cell in sheet[1]]
            wizard = self.env["base_import.import"].with_user(self.manager)
            wizard = wizard.create({"res_model": model, "file": answer.content, "file_name": "template.xlsx"})
            preview = wizard.parse_preview({"has_headers": True})
            self.assertNotIn("error", preview)
            matched = ["/".join(preview["matches"][number]) for number in range(len(headers))]
            self.assertEqual(matched, [path for path, _example in self.env[model]._import_columns()])
        self.assertEqual(self.url_open("/salon/import_template/res.users").status_code, 404)
        self.authenticate(self.plain_user.login, self.plain_user.login)
        self.assertEqual(self.url_open("/salon/import_template/salon.visit").status_code, 404)
