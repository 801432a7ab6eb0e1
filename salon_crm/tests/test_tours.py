from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestBackendTours(SalonCommon, HttpCase):
    def test_the_front_desk_books_and_receives_the_stylist_notes(self):
        self.start_tour("/odoo/salon-bookings", "salon_reception_books", login="salon_reception")
        visit = self.env["salon.visit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((visit.state, visit.event_id.salon_state), ("open", "arrived"))
        self.start_tour("/odoo/salon-visits", "salon_stylist_notes", login="salon_stylist")
        self.assertEqual(visit.note, "Layers, two fingers shorter.")
        self.assertEqual(visit.line_ids.performer_ids.mapped("share"), [80, 20])

    def _only_ours(self):
        """Have Anna and Ben alone serve clients, Anna first."""
        others = self.env["hr.employee"].search([("is_salon_stylist", "=", True)]) - self.anna - self.ben
        others.active = False
        self.anna.salon_sequence = 1

    def test_the_front_desk_tells_the_wait_and_takes_a_walk_in(self):
        self._only_ours()
        self.start_tour("/odoo/salon-walk-ins", "salon_reception_takes_walk_in", login="salon_reception")
        walk_in = self.env["salon.walk.in"].search([("event_id", "!=", False)], limit=1)
        self.assertEqual((walk_in.state, walk_in.partner_id.name), ("served", "Wanda Walk-in"))
        self.assertEqual(walk_in.event_id.salon_channel, "walk_in")

    def test_who_does_not_want_to_wait_leaves_the_queue(self):
        walk_in = self.env["salon.walk.in"].create(
            {"name": "Leo Leaver", "wish_ids": [(0, 0, {"product_id": self.cut.id})]}
        )
        self.start_tour("/odoo/salon-walk-ins", "salon_walk_in_leaves", login="salon_reception")
        self.assertEqual((walk_in.state, walk_in.left_reason), ("left", "wait"))

    def test_who_is_next_passes_and_takes_it_back(self):
        self._only_ours()
        self.start_tour("/odoo/salon-turns", "salon_turns_pass", login="salon_reception")
        self.assertEqual(self.env["salon.turn.pass"].search([]).mapped("withdrawn"), [True])


@tagged("post_install", "-at_install")
class TestTillTours(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        (cls.cut | cls.colour | cls.facial).taxes_id = False

    def test_the_open_visit_comes_into_the_order_with_one_tap(self):
        booking = self._book((self.cut, self.anna, self.chair))
        booking.action_salon_arrive()
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("salon_till_takes_visit")
        visit = booking.salon_visit_ids
        self.assertEqual((visit.state, visit.pos_order_ids.state), ("done", "paid"))
        self.assertEqual(visit.line_ids.pos_order_line_id, visit.pos_order_ids.lines)
        self.assertEqual(visit.pos_order_ids.lines.salon_stylist_id.id, self.anna.id)

    def test_a_service_without_a_booking_makes_its_visit(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("salon_till_names_stylist")
        visit = self.env["salon.visit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((visit.state, visit.line_ids.performer_ids.employee_id), ("done", self.ben))
