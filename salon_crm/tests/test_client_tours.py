from odoo.tests import HttpCase, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestClientTours(SalonCommon, HttpCase):
    """A client's file in a browser, at the desk and on a phone."""

    def setUp(self):
        super().setUp()
        self.env.company.country_id = self.env.ref("base.cn")
        self.client._make_salon_clients()

    def test_the_front_desk_writes_a_client_down_and_finds_them(self):
        self.start_tour("/odoo/salon-clients", "salon_desk_writes_client_down", login=self.reception.login)
        file = self.env["salon.client.file"].search([("wechat", "=", "xiaoming_88")])
        self.assertEqual(
            (file.name, file.phone, file.drink_preference, file.hobbies, file.partner_id.is_salon_client),
            ("王小明", "138 7654 3210", "Green tea", "Chess", True),
        )
        self.start_tour("/odoo/salon-clients", "salon_desk_finds_client", login=self.reception.login)

    def test_two_of_one_phone_are_merged(self):
        one, two = self.env["salon.client.file"].create(
            [
                {"name": "Dora Double", "phone": "+86 139-1234 5678"},
                {"name": "Mrs. Double", "phone": "13912345678", "hobbies": "Dancing"},
            ]
        )
        self.start_tour("/odoo/salon-duplicates", "salon_desk_merges_duplicates", login=self.reception.login)
        kept = (one | two).exists()
        self.assertEqual((len(kept), kept.hobbies), (1, "Dancing"))


@tagged("post_install", "-at_install")
class TestClientToursOnPhone(TestClientTours):
    browser_size = "375x667"
    touch_enabled = True

    def test_the_front_desk_writes_a_client_down_and_finds_them(self):
        self.start_tour("/odoo/salon-clients", "salon_desk_writes_client_down", login=self.reception.login)
        self.assertTrue(self.env["salon.client.file"].search([("wechat", "=", "xiaoming_88")]))

    def test_two_of_one_phone_are_merged(self):
        """Merging is done at the desk."""
