from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .common import SalonCommon
from .health import HealthKeys


@tagged("post_install", "-at_install")
class TestHealthTours(HealthKeys, SalonCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self._book((self.cut, self.anna))
        self.file = self.client.salon_file_ids

    def test_a_stylist_writes_health_notes_shows_and_changes_them(self):
        self._open("salon_stylist_notes_health", self.stylist_user)
        (note,) = self.file.with_user(self.manager).reveal_health("review")
        self.assertEqual(
            (note["kind"], note["condition"], note["text"], note["version"]),
            ("scalp", "psoriasis", "Behind the ears and on the neck", 2),
        )
        log = self.env["salon.access.log"].search([("file_id", "=", self.file.id)], order="id")
        self.assertEqual(log[0].purpose, "consultation")
        self.assertEqual(log.mapped("operation")[:2], ["read", "change"])

    def test_the_front_desk_sees_no_health(self):
        self._open("salon_desk_sees_no_health", self.reception)

    def test_a_stylist_notes_an_allergy_and_a_manager_makes_an_exception(self):
        substance = self.env["salon.substance"].create({"name": "Tour Substance"})
        self.colour.salon_contraindication_ids = substance
        self._open("salon_stylist_notes_sensitivity", self.stylist_user)
        sensitivity = self.env["salon.sensitivity"].search([("file_id", "=", self.file.id)])
        self.assertEqual((sensitivity.substance_id, sensitivity.create_uid), (substance, self.stylist_user))
        with self.assertRaisesRegex(ValidationError, "Ask a manager"):
            self._book((self.colour, self.anna), minutes=300)
        self._open("salon_manager_makes_exception", self.manager)
        override = self.env["salon.override"].search([("file_id", "=", self.file.id)])
        self.assertEqual(override.with_user(self.manager).reveal("review")[0]["reason"], "Patch test was clean")
        self._book((self.colour, self.anna), minutes=300)

    def test_the_booking_says_at_once_what_can_not_be(self):
        """Who may know sees why; a manager makes the exception there, and the free times come."""
        booking = self._book((self.colour, self.anna), minutes=60)
        substance = self.env["salon.substance"].create({"name": "Tour Substance"})
        self.colour.salon_contraindication_ids = substance
        self.env["salon.sensitivity"].create({"file_id": self.file.id, "substance_id": substance.id})
        path = f"/odoo/salon-bookings/{booking.id}"
        self.start_tour(path, "salon_desk_is_refused_a_service", login=self.reception.login)
        self.start_tour(path, "salon_stylist_sees_why_a_service_is_refused", login=self.stylist_user.login)
        self.assertTrue(self.env["salon.access.log"].search([("created_by", "=", self.stylist_user.id)]))
        self.start_tour(path, "salon_manager_makes_exception_while_booking", login=self.manager.login)
        override = self.env["salon.override"].search([("file_id", "=", self.file.id)])
        self.assertEqual(override.product_tmpl_id, self.colour.product_tmpl_id)

    def _open(self, tour, user):
        self.start_tour(f"/odoo/salon-clients/{self.file.id}", tour, login=user.login)
