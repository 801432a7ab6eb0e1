from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from ..tools.frame import local_day
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

    def test_the_front_desk_puts_a_client_on_the_list_and_books_what_came_free(self):
        self._only_ours()
        self.ben.salon_roster_only = True
        booking = self._book((self.cut, self.anna))
        self.start_tour("/odoo/salon-waiting", "salon_client_waits", login="salon_reception")
        waiting = self.env["salon.waiting"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((waiting.state, waiting.wish_ids.product_id, waiting.tue), ("waiting", self.cut, True))
        waiting.write({"date_to": self.start.date() + timedelta(days=1)})
        booking.action_salon_cancel()
        self.env.ref("salon_crm.ir_cron_waiting").method_direct_trigger()
        self.start_tour("/odoo/salon-waiting", "salon_waiting_accepts", login="salon_reception")
        self.assertEqual((waiting.state, waiting.event_id.salon_line_ids.stylist_id), ("booked", self.anna))

    def test_a_wish_that_is_refused_goes_from_the_booking_form_on_the_list(self):
        self._only_ours()
        self.reception.tz = "UTC"
        self.anna.salon_roster_only = True
        # Late in the evening a new booking begins after midnight.
        tomorrow = self.env["calendar.event"].default_get(["start"])["start"].date() + timedelta(days=1)
        self.start_tour("/odoo/salon-bookings?view_type=list", "salon_refused_wish_waits", login="salon_reception")
        waiting = self.env["salon.waiting"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((waiting.state, waiting.date_from, waiting.date_to), ("waiting", tomorrow, tomorrow))
        self.assertEqual((waiting.wish_ids.product_id, waiting.wish_ids.stylist_id), (self.cut, self.anna))
        self.assertFalse(self.client.salon_booking_ids)

    def test_the_front_desk_hands_over_the_bookings_of_who_is_ill(self):
        self._only_ours()
        dana = self.env["res.partner"].create({"name": "Dana"})
        moved = self._book((self.cut, self.anna))
        cancelled = self._book((self.cut, self.anna), minutes=60, client=dana)
        self.start_tour("/odoo/salon-replan", "salon_reception_replans", login="salon_reception")
        self.assertEqual((moved.salon_line_ids.stylist_id, moved.start), (self.ben, self.start))
        self.assertEqual(cancelled.salon_state, "cancelled")
        self.assertTrue(self.env["salon.blocked.time"].search([("stylist_id", "=", self.anna.id)]))

    def test_the_front_desk_repeats_a_booking_and_cancels_the_series(self):
        self._only_ours()
        booking = self._book((self.cut, self.anna))
        self._book((self.cut, self.anna), minutes=2 * 7 * 24 * 60, client=self.env["res.partner"].create({"name": "X"}))
        self.start_tour(f"/odoo/salon-bookings/{booking.id}", "salon_reception_repeats", login="salon_reception")
        bookings = booking.salon_series_id.booking_ids.sorted("start")
        stylists = [one.salon_line_ids.stylist_id for one in bookings]
        self.assertEqual(stylists, [self.anna, self.anna, self.ben, self.anna])
        self.assertEqual(set(bookings.mapped("salon_state")), {"cancelled"})

    def test_the_manager_closes_visits_that_were_forgotten_open(self):
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        days = self.env["salon.visit"].create(
            [{"partner_id": client.id} for client in (self.client, self.client, olga)]
        )
        days[:2].date = fields.Datetime.now() - timedelta(hours=25)
        self.env["salon.visit"].search([("state", "=", "open"), ("id", "not in", days.ids)])._mark_done()
        self.start_tour("/odoo/salon-visits", "salon_manager_closes_forgotten", login="salon_manager")
        self.assertEqual(days.mapped("state"), ["done", "done", "open"])

    def test_a_manager_fills_the_roster_and_stylists_read_it(self):
        self.env["res.lang"]._lang_get("en_US").week_start = "1"
        self.env.company.resource_calendar_id.tz = "UTC"
        today = fields.Date.today()
        tuesday = datetime.combine(today + timedelta(days=8 - today.weekday()), time(10))
        self._book((self.cut, self.anna), start=tuesday)
        self.start_tour("/odoo/salon-roster", "salon_manager_fills_roster", login="salon_manager")
        shifts = self.env["salon.shift"].search([("company_id", "=", self.env.company.id)])
        self.assertEqual(shifts.employee_id, self.anna)
        self.assertEqual(sorted(shifts.mapped("hour_to")), [17, 17, 21.5, 21.5])
        self.start_tour("/odoo/salon-roster", "salon_stylist_reads_roster", login="salon_stylist")

    def test_the_front_desk_blocks_a_break_every_day(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        self._book((self.cut, self.anna), start=datetime(2031, 12, 3, 13))
        self.start_tour("/odoo/salon-blocked-times", "salon_reception_blocks_time", login="salon_reception")
        blocked = self.env["salon.blocked.time"].search([("stylist_id", "=", self.anna.id)])
        self.assertEqual(sorted(start.day for start in blocked.mapped("start")), [1, 2, 4, 5])

    def test_a_manager_prices_a_service_by_level(self):
        self.env["salon.stylist.level"].create({"name": "Tour Level"})
        self.start_tour(
            "/odoo/action-salon_crm.salon_service_action", "salon_manager_edits_service", login="salon_manager"
        )
        variation = self.colour.salon_variation_ids
        self.assertEqual((variation.price_difference, variation.processing_minutes), (60, 35))
        self.assertEqual((self.colour.salon_interval_days, self.colour.salon_parallel), (42, True))


@tagged("post_install", "-at_install")
class TestBackendPhoneTours(SalonCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_visits_and_who_did_them_read_well_on_a_phone(self):
        visit = self.env["salon.visit"].create(
            {"partner_id": self.client.id, "line_ids": [Command.create({"product_id": self.cut.id})]}
        )
        visit.line_ids.performer_ids = [Command.create({"employee_id": self.anna.id})]
        forgotten = self.env["salon.visit"].create({"date": fields.Datetime.now() - timedelta(hours=25)})
        self.env["salon.visit"].search([("state", "=", "open"), ("id", "not in", (visit + forgotten).ids)])._mark_done()
        self.start_tour("/odoo/salon-visits", "salon_visits_on_a_phone", login="salon_manager")


class KnownClient(SalonCommon):
    def _know_client(self):
        """Have something to tell of the client: an alert, likes, a birthday, a visit, a booking."""
        self.env["res.partner"].create({"name": "Mia Client", "is_salon_client": True})
        today = local_day(self.env.company._salon_timezone(), fields.Datetime.now())
        self.client.write({"is_salon_client": True, "birthdate_date": today - relativedelta(years=30)})
        self.client.salon_file_ids.write({"alert": "No ammonia", "preferences": "Quiet\nGreen tea"})
        self._book((self.facial, self.ben))
        part = {"employee_id": self.anna.id, "part": "stylist", "share": 100}
        line = {"product_id": self.cut.id, "performer_ids": [(0, 0, part)]}
        visits = self.env["salon.visit"]
        visits.create({"partner_id": self.client.id, "line_ids": [(0, 0, line)]})._mark_done()


@tagged("post_install", "-at_install")
class TestTillTours(KnownClient, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        (cls.cut | cls.colour | cls.facial).taxes_id = False

    def _run(self, tour, user=None):
        user = user or self.pos_user
        self.main_pos_config.with_user(user).open_ui()
        self.start_pos_tour(tour, login=user.login)

    def test_the_open_visit_comes_into_the_order_with_one_tap(self):
        booking = self._book((self.cut, self.anna, self.chair))
        booking.action_salon_arrive()
        self._run("salon_till_takes_visit")
        visit = booking.salon_visit_ids
        self.assertEqual((visit.state, visit.pos_order_ids.state), ("done", "paid"))
        self.assertEqual(visit.line_ids.pos_order_line_id, visit.pos_order_ids.lines)
        self.assertEqual(visit.pos_order_ids.lines.salon_stylist_id.id, self.anna.id)

    def test_what_the_salon_knows_of_a_client_stands_beside_the_order(self):
        self._know_client()
        self._run("salon_till_shows_client", self.reception)

    def test_a_service_without_a_booking_makes_its_visit(self):
        self._run("salon_till_names_stylist")
        visit = self.env["salon.visit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((visit.state, visit.line_ids.performer_ids.employee_id), ("done", self.ben))

    def test_the_price_follows_the_stylist(self):
        senior = self.env["salon.stylist.level"].create({"name": "Senior"})
        self.anna.salon_level_id = senior
        self.env["salon.service.variation"].create(
            [
                {"product_tmpl_id": self.cut.product_tmpl_id.id, "level_id": senior.id, "price_difference": 30},
                {"product_tmpl_id": self.facial.product_tmpl_id.id, "stylist_id": self.ben.id, "price_difference": -20},
            ]
        )
        self._book((self.cut, self.anna, self.chair)).action_salon_arrive()
        self._run("salon_till_prices_by_stylist")
        order = self.env["pos.order"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(order.lines.mapped("price_unit"), [130, 180])
        self.assertEqual(order.lines.mapped("price_extra"), [30, -20])
        self.assertEqual(order.lines.mapped("salon_price_difference"), [30, -20])
        self.assertFalse(order.message_ids.filtered(lambda message: "today's prices" in message.body))

    def test_who_booked_for_several_guests_pays_for_all_of_them(self):
        mia = self.env["res.partner"].create({"name": "Mia Client"})
        booking = self._book(
            (self.cut, self.anna, self.chair),
            salon_line_ids=[
                (0, 0, self._prepare_line(self.cut, self.anna, self.chair)),
                (0, 0, self._prepare_line(self.facial, self.ben, self.chair_2, guest_id=mia.id)),
            ],
        )
        booking.action_salon_arrive()
        self._run("salon_till_pays_for_guests")
        order = self.env["pos.order"].search([("partner_id", "=", self.client.id)])
        visits = booking.salon_visit_ids
        self.assertEqual((visits.mapped("state"), booking.salon_state), (["done", "done"], "done"))
        self.assertEqual(visits.line_ids.pos_order_line_id, order.lines)
        self.assertEqual(order.salon_visit_id.partner_id, self.client)

    def test_the_next_visit_is_booked_at_the_till_and_stands_on_the_receipt(self):
        self.cut.salon_interval_days = 35
        today = self._book((self.cut, self.anna, self.chair))
        today.action_salon_arrive()
        self._run("salon_till_books_next_visit", self.reception)
        orders = self.env["pos.order"].search([("partner_id", "=", self.client.id)], order="id")
        coming = self.env["calendar.event"].search([("salon_client_id", "=", self.client.id)], order="id") - today
        self.assertEqual(orders.mapped("salon_next_visit_at"), coming.mapped("start"))
        self.assertEqual((len(coming), coming.salon_line_ids.product_id), (2, self.cut))
        self.assertEqual(coming[0].salon_line_ids.stylist_id, self.anna)
        for booking in coming:
            self.assertLessEqual(abs((booking.start - orders[0].date_order).days - 35), 4)

    def test_the_till_and_the_front_desk_say_the_same_day_for_the_next_visit(self):
        self.cut.salon_interval_days, self.colour.salon_interval_days = 28, 56
        booking = self._book((self.cut, self.anna), (self.colour, self.ben))
        booking.action_salon_arrive()
        self._run("salon_till_next_visit_is_due", self.reception)
        action = booking.with_user(self.reception).action_salon_book_next()
        due = fields.Datetime.to_datetime(action["context"]["default_start"]).date()
        self.assertLessEqual(abs((due - fields.Date.today()).days - 28), 1)


@tagged("post_install", "-at_install")
class TestTillPhoneTours(KnownClient, TestPointOfSaleHttpCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_on_a_phone_what_to_avoid_shows_at_once(self):
        self._know_client()
        self.main_pos_config.with_user(self.reception).open_ui()
        self.start_pos_tour("salon_till_shows_client_on_a_phone", login=self.reception.login)

    def test_the_till_on_a_phone(self):
        (self.cut | self.facial).taxes_id = False
        self.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        self.cut.salon_interval_days = 35
        self._book((self.cut, self.anna, self.chair)).action_salon_arrive()
        self.main_pos_config.with_user(self.reception).open_ui()
        self.start_pos_tour("salon_till_on_the_phone", login=self.reception.login)
        order = self.env["pos.order"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(order.lines.salon_stylist_id.mapped("name"), ["Anna", "Ben"])
        self.assertTrue(order.salon_next_visit_at)
