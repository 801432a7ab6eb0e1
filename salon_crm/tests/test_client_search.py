from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestClientSearch(SalonCommon):
    """The front desk finds a client by any part of what it knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.na, cls.olga = cls.env["res.partner"].create(
            [
                {"name": "Li Na Search", "phone": "+86 139-8888 (7766)"},
                {"name": "Olga Search", "phone": "0044 20 7946 0958", "email": "olga@search.example"},
            ]
        )

    def _found(self, text, user=None, **context):
        partners = self.env["res.partner"].with_user(user or self.reception)
        partners = partners.with_context(salon_client_search=True, **context)
        return [partner_id for partner_id, _name in partners.name_search(text)]

    def test_any_part_of_name_or_phone_finds_a_client(self):
        for text in ("na sea", "search li", "88887766", "8888 77", "13988887766", "+86 139 8888 7766", "013988887766"):
            self.assertIn(self.na.id, self._found(text), text)
            self.assertNotIn(self.olga.id, self._found(text), text)
        for text in ("Olga 7946", "search.example", "20 7946 0958", "+442079460958"):
            self.assertEqual(self._found(text), self.olga.ids, text)
        self.assertFalse(self._found("Olga 8888"))
        self.assertFalse(self._found("13988887767"))

    def test_the_list_of_clients_is_searched_alike(self):
        partners = self.env["res.partner"].with_user(self.reception)
        at_desk = partners.with_context(salon_client_search=True)
        self.assertEqual(at_desk.search([("display_name", "ilike", "8888 7766")]), self.na)
        self.assertFalse(partners.search([("display_name", "ilike", "8888 7766")]))

    def test_clients_come_before_other_contacts(self):
        client = self.env["res.partner"].create({"name": "Zoe Search", "is_salon_client": True})
        self.assertEqual(self._found("search")[0], client.id)

    def test_two_of_one_name_are_told_apart_by_their_phones(self):
        partners = self.env["res.partner"].with_user(self.reception)
        found = partners.with_context(salon_client_search=True).web_name_search("Li Na Search", {"display_name": {}})
        self.assertIn("7766", found[0]["__formatted_display_name"])
        self.assertEqual(found[0]["display_name"], "Li Na Search")

    def test_elsewhere_partners_are_searched_as_ever(self):
        partners = self.env["res.partner"].with_user(self.reception)
        self.assertFalse(partners.name_search("88887766"))
        self.assertNotIn("7766", self.na.with_context(formatted_display_name=True).display_name)
        plain = self.env["res.partner"].with_user(self.plain_user).with_context(salon_client_search=True)
        self.assertEqual(plain.name_search("Li Na Search")[0][0], self.na.id)

    def test_what_was_typed_becomes_name_and_phone(self):
        partners = self.env["res.partner"].with_user(self.reception)
        partners = partners.with_context(salon_client_search=True, default_is_salon_client=True)
        for text, name, phone in (
            ("Wang Fang 13900001111", "Wang Fang", "13900001111"),
            ("139 0000 1111 Wang Fang", "Wang Fang", "139 0000 1111"),
            ("Wang +86 139-0000-1111 Fang", "Wang Fang", "+86 139-0000-1111"),
            ("Wang Fang", "Wang Fang", False),
            ("13900001111", "13900001111", "13900001111"),
        ):
            partner = partners.browse(partners.name_create(text)[0])
            self.assertEqual((partner.name, partner.phone, partner.is_salon_client), (name, phone, True))
            self.assertTrue(partner.salon_file_ids)

    def test_stylists_find_clients_and_make_none(self):
        self.assertIn(self.na.id, self._found("8888 7766", user=self.stylist_user))
        partners = self.env["res.partner"].with_user(self.stylist_user).with_context(salon_client_search=True)
        with self.assertRaises(AccessError):
            partners.name_create("Wang Fang 13900001111")
