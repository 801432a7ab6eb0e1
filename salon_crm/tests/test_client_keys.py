from odoo.tests import tagged

from ..tools import client_key
from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestClientKeys(SalonCommon):
    """Clients are found by keys that begin as people type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ming, cls.zeng, cls.jose = cls.env["res.partner"].create(
            [
                {"name": "王小明", "phone": "+86 138-7654 (3210)", "is_salon_client": True},
                {"name": "曾吕", "phone": "13900009999", "is_salon_client": True},
                {"name": "José O’Brien-Keyes", "email": "jose.k@keys.example", "is_salon_client": True},
            ]
        )

    def _found(self, text, limit=8):
        partners = self.env["res.partner"].with_user(self.reception).with_context(salon_client_search=True)
        return [partner_id for partner_id, _name in partners.name_search(text, limit=limit)]

    def _keys(self, client):
        return {
            (key.kind, key.key)
            for key in self.env["salon.client.key"].sudo().search([("file_id.partner_id", "=", client.id)])
        }

    def test_two_characters_pinyin_initials_and_the_end_of_a_phone_find_a_client(self):
        texts = ("王小", "小明", "王 小明", "wangxiaom", "wang xiaoming", "xiaoming", "WXM", "xm", "ｗａｎｇxiao")
        for text in (*texts, "3210", "138 7654 3210", "013876543210", "王小明 3210", "1387654"):
            self.assertIn(self.ming.id, self._found(text, 80), text)
        for text in ("王明", "xmn", "3211", "王小明 3211"):
            self.assertNotIn(self.ming.id, self._found(text, 80), text)

    def test_letters_without_accents_in_any_order_of_words_find_a_client(self):
        for text in ("jose", "JOSÉ", "keyes jo", "obrien", "o'brien", "jo ob ke", "jobk", "jose.k@"):
            self.assertIn(self.jose.id, self._found(text, 80), text)

    def test_a_surname_is_found_as_it_is_read_and_as_others_read_it(self):
        for text in ("zenglv", "zenglu", "ceng", "zl"):
            self.assertIn(self.zeng.id, self._found(text, 80), text)

    def test_any_part_finds_whom_no_beginning_finds(self):
        self.assertEqual(self._found("rien-keye"), self.jose.ids)
        self.assertEqual(self._found("876543"), self.ming.ids)

    def test_keys_follow_what_is_known(self):
        self.assertIn(("phone", "0123456783168"), self._keys(self.ming))
        self.ming.write({"name": "李娜", "phone": False, "birthdate_date": "1990-05-17"})
        self.assertEqual(
            self._keys(self.ming),
            {("word", key) for key in ("李娜", "娜李", "lina", "nali", "ln", "nl")} | {("birthday", "1990-05-17 李娜")},
        )
        self.assertNotIn(self.ming.id, self._found("王小明"))
        self.assertEqual(self._found("lina")[0], self.ming.id)

    def test_who_becomes_a_client_has_keys_and_a_plain_contact_none(self):
        plain = self.env["res.partner"].create({"name": "Quentin Plain"})
        self.assertFalse(self._keys(plain))
        self.assertEqual(self._found("quentin pl"), plain.ids)
        plain._make_salon_clients()
        self.assertIn(("word", "plainquentin"), self._keys(plain))
        self.assertEqual(self._found("plain qu"), plain.ids)

    def test_merged_clients_are_found_by_the_one_who_stays(self):
        other = self.env["res.partner"].create({"name": "Xaver Former", "is_salon_client": True})
        self.env["base.partner.merge.automatic.wizard"]._merge((self.zeng | other).ids, self.zeng)
        self.assertFalse(self._found("xaver former"))
        self.assertEqual(self.env["salon.client.key"].sudo().search_count([("file_id.partner_id", "=", False)]), 0)
        self.assertIn(self.zeng.id, self._found("曾吕"))

    def test_clients_of_before_are_filled_in(self):
        keys = self.env["salon.client.key"].sudo()
        keys.search([("file_id.partner_id", "in", (self.ming | self.jose).ids)]).unlink()
        keys._fill()
        self.assertIn(self.ming.id, self._found("wxm", 80))

    def test_the_list_of_files_is_searched_alike(self):
        files = self.env["salon.client.file"].with_user(self.reception)
        self.assertIn(self.ming, files.search([("display_name", "ilike", "xiaoming 3210")]).partner_id)
        self.assertFalse(files.search([("display_name", "ilike", "xiaoming 3211")]))
        mine = files.with_user(self.stylist_user).search([("display_name", "ilike", "xiaoming")])
        self.assertNotIn(self.ming, mine.partner_id)

    def test_clients_of_other_companies_and_archived_ones_stay_out(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.ming.company_id = company
        self.jose.active = False
        self.assertFalse(self._found("wangxiaoming"))
        self.assertFalse(self._found("keyesjos"))

    def test_signs_that_mean_something_to_a_database_are_only_signs(self):
        for text in ("%", "_", "\\", "100%", "'", "jose_k@", "@", "..", "-", "😀", "+"):
            self._found(text)
        self.assertEqual(client_key.name_keys(""), set())
        self.assertEqual(client_key.name_keys("…"), set())
