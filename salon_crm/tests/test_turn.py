from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SalonCommon

NOON = datetime(2031, 5, 14, 12)


@tagged("post_install", "-at_install")
class TestTurn(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = cls.env["hr.employee"].create(
            {"name": "Carl", "is_salon_stylist": True, "resource_calendar_id": False}
        )
        for number, stylist in enumerate((cls.anna, cls.ben, cls.carl)):
            stylist.salon_sequence = number
        others = cls.env["hr.employee"].search(
            [("is_salon_stylist", "=", True), ("company_id", "=", cls.env.company.id)]
        )
        (others - cls.anna - cls.ben - cls.carl).active = False
        cls.env.company.salon_opening_calendar_id = False
        cls.env.company.resource_calendar_id.tz = "UTC"
        freezer = freeze_time(NOON)
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def _serve(self, stylist, minutes, service=None, assignment="assigned", **values):
        """Have a client come who is served `minutes` after noon."""
        line = self._prepare_line(service or self.cut, stylist, assignment=assignment)
        booking = self._book(
            client=self.client, start=NOON + timedelta(minutes=minutes), salon_line_ids=[(0, 0, line)], **values
        )
        booking.salon_state = "arrived"
        return booking

    def _order(self):
        self.env.flush_all()
        order = self.env["salon.turn"]._get_order(self.env.company, (self.anna | self.ben | self.carl).ids)
        return [self.env["hr.employee"].browse(stylist_id).name for stylist_id in sorted(order, key=order.get)]

    def test_a_day_begins_in_the_order_of_turns(self):
        self.carl.salon_sequence = -1
        self.assertEqual(self._order(), ["Carl", "Anna", "Ben"])

    def test_in_order_who_had_a_client_goes_to_the_end(self):
        self._serve(self.anna, -60)
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])
        self._serve(self.ben, -30)
        self.assertEqual(self._order(), ["Carl", "Anna", "Ben"])

    def test_who_is_booked_and_has_not_come_uses_no_turn(self):
        booking = self._serve(self.anna, -60)
        booking.salon_state = "in_service"
        self._book((self.cut, self.ben), start=NOON - timedelta(minutes=60))
        gone = self._book((self.cut, self.carl), start=NOON - timedelta(minutes=60))
        gone.salon_state = "no_show"
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])

    def test_a_client_who_asked_uses_the_turn_only_by_the_salons_rule(self):
        self._serve(self.anna, -60, assignment="asked")
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.env.company.salon_asked_uses_turn = True
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])

    def test_yesterday_is_over_on_the_salons_own_clocks(self):
        self._serve(self.anna, -13 * 60)  # eleven at night, in UTC
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.env.company.resource_calendar_id.tz = "America/New_York"
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"  # there it was seven in the morning of this day
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])

    def test_fewest_clients_first(self):
        self.env.company.salon_turn_rule = "fewest"
        self._serve(self.anna, -120)
        self._serve(self.anna, -90)
        self._serve(self.ben, -30)
        self.assertEqual(self._order(), ["Carl", "Ben", "Anna"])

    def test_two_services_of_one_client_are_one_turn(self):
        self.env.company.salon_turn_rule = "fewest"
        lines = [(0, 0, self._prepare_line(self.cut, self.anna)), (0, 0, self._prepare_line(self.facial, self.anna))]
        self._book(client=self.client, start=NOON - timedelta(hours=3), salon_line_ids=lines).salon_state = "arrived"
        self._serve(self.ben, -60)
        self._serve(self.ben, -30)
        self.assertEqual(self._order(), ["Carl", "Anna", "Ben"])
        turn = self.env["salon.turn"].search([("stylist_id", "=", self.anna.id)])
        self.assertEqual((turn.turns, turn.assigned_count, turn.asked_count), (1, 1, 0))

    def test_longest_without_a_client_first(self):
        self.env.company.salon_turn_rule = "idle"
        self._serve(self.carl, -30)  # until noon
        self._serve(self.ben, -90, service=self.colour)  # until noon as well, but Ben is earlier in the order
        self._serve(self.anna, -90)  # until 11
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.env.company.salon_turn_rule = "order"
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.anna.salon_sequence = 9
        self.assertEqual(self._order(), ["Ben", "Anna", "Carl"])

    def test_who_passes_goes_to_the_end(self):
        turns = self.env["salon.turn"].with_user(self.reception)
        turns.browse(self.anna.id).action_pass()
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])
        turns.browse(self.anna.id).action_take_back()
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        with self.assertRaisesRegex(UserError, "has not passed"):
            turns.browse(self.anna.id).action_take_back()

    def test_who_passes_with_the_fewest_clients_comes_again_when_the_others_had_as_many(self):
        self.env.company.salon_turn_rule = "fewest"
        self._serve(self.ben, -90)
        self._serve(self.carl, -60)
        self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
        self.env["salon.turn"].browse(self.anna.id).action_pass()
        self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])
        with freeze_time(NOON + timedelta(hours=1)):
            self._serve(self.ben, 30)
            self._serve(self.carl, 40)
            self.assertEqual(self._order(), ["Anna", "Ben", "Carl"])
            self._serve(self.anna, 45)
            self.assertEqual(self._order(), ["Ben", "Carl", "Anna"])

    def test_a_stylist_passes_for_themselves_alone(self):
        turns = self.env["salon.turn"].with_user(self.stylist_user)
        turns.browse(self.anna.id).action_pass()
        with self.assertRaisesRegex(AccessError, "pass for themselves"):
            turns.browse(self.ben.id).action_pass()

    def test_the_screen_says_who_is_next_and_what_they_do(self):
        self._serve(self.anna, -10, assignment="asked")
        self._serve(self.ben, -10)
        self._book((self.cut, self.ben), start=NOON + timedelta(minutes=20))
        self.carl.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "None", "tz": "UTC", "attendance_ids": [(5,)]}
        )
        self.env.flush_all()
        turns = self.env["salon.turn"].with_user(self.reception).search([])
        self.assertEqual(turns.stylist_id.mapped("name"), ["Anna", "Ben", "Carl"])
        self.assertEqual(turns.mapped("works_now"), [True, True, False])
        self.assertEqual(turns.mapped("status"), ["busy", "busy", "off"])
        self.assertEqual(turns[0].with_context(tz="UTC").doing, "Busy until 12:20 PM")
        self.assertEqual(turns[1].with_context(tz="UTC").doing, "Busy until 12:50 PM")  # the next one follows at once
        self.assertEqual([(turn.asked_count, turn.assigned_count) for turn in turns], [(1, 0), (0, 1), (0, 0)])
        self.env["salon.blocked.time"].create(
            {"stylist_id": self.anna.id, "start": NOON + timedelta(hours=2), "stop": NOON + timedelta(hours=3)}
        )
        with freeze_time(NOON + timedelta(minutes=130)):
            turn = self.env["salon.turn"].with_context(tz="UTC").browse(self.anna.id)
            turn.invalidate_model()
            self.assertEqual(turn.doing, "Break until 3:00 PM")
            self.assertEqual(self.env["salon.turn"].browse(self.ben.id).status, "free")

    def test_the_search_gives_a_walk_in_to_whose_turn_it_is(self):
        self._serve(self.anna, -60)
        offers = self.env["salon.availability"].find_offers(
            [{"product_id": self.cut.id}], NOON, NOON + timedelta(minutes=1), channel="walk_in", by_turn=True
        )
        self.assertEqual(offers[0]["lines"][0]["stylist_id"], self.ben.id)
        self.env["salon.turn"].browse(self.ben.id).action_pass()
        offers = self.env["salon.availability"].find_offers(
            [{"product_id": self.cut.id}], NOON, NOON + timedelta(minutes=1), channel="walk_in", by_turn=True
        )
        self.assertEqual(offers[0]["lines"][0]["stylist_id"], self.carl.id)
