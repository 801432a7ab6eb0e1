from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import SalonCommon
from .health import HealthKeys


@tagged("post_install", "-at_install")
class TestPrivacyTours(HealthKeys, SalonCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.booking = self._book((self.cut, self.anna))
        self.file = self.client.salon_file_ids

    def _open(self, tour, user):
        self.start_tour(f"/odoo/salon-clients/{self.file.id}", tour, login=user.login)

    def test_a_manager_erases_a_client(self):
        self._open("salon_manager_may_not_erase_yet", self.manager)
        self.booking.start = fields.Datetime.now() - timedelta(days=400)
        self.env["salon.visit"].create({"partner_id": self.client.id}).action_done()
        self._open("salon_manager_erases_client", self.manager)
        self.assertFalse(self.client.active)
        self.assertTrue(self.env["salon.erasure"].search([("file_id", "=", self.file.id)]))

    def test_a_manager_asks_whether_a_person_was_erased(self):
        self.client.phone = "139 0000 4242"
        self.booking.action_salon_cancel()
        self.env["salon.erasure"].with_user(self.manager)._erase(self.file, "request")
        self.start_tour("/odoo/salon-erased", "salon_manager_asks_who_was_erased", login=self.manager.login)

    def test_a_manager_is_offered_the_export(self):
        self._open("salon_manager_is_offered_export", self.manager)
        url = self.file.with_user(self.manager).action_export_all()["url"]
        self.assertEqual(self.url_open(url).status_code, 200)
        logged = self.env["salon.access.log"].search([("file_id", "=", self.file.id), ("what", "=", "everything")])
        self.assertEqual(logged.created_by, self.manager.id)

    def test_the_front_desk_is_offered_neither(self):
        self._open("salon_desk_erases_nobody", self.reception)
