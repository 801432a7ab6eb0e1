from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SalonCommon

NOON = datetime(2031, 5, 14, 12)


@tagged("post_install", "-at_install")
class TestWalkIn(SalonCommon):
    """Two stylists work, Anna first in the order of turns; a cut takes 30 minutes, a facial 60 and 15 to clean up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stylists = cls.env["hr.employee"].search(
            [("is_salon_stylist", "=", True), ("company_id", "=", cls.env.company.id)]
        )
        (stylists - cls.anna - cls.ben).active = False
        cls.anna.salon_sequence = 1
        cls.env.company.salon_opening_calendar_id = False
        cls.env.company.resource_calendar_id.tz = "UTC"
        freezer = freeze_time(NOON)
        freezer.start()
        cls.addClassCleanup(freezer.stop)

    def _come(self, name, *services, **values):
        """Have somebody come for `services`, each a product or (product, stylist)."""
        wishes = [service if isinstance(service, tuple) else (service, self.anna.browse()) for service in services]
        return (
            self.env["salon.walk.in"]
            .with_user(self.reception)
            .create(
                {
                    "name": name,
                    "wish_ids": [
                        (0, 0, {"product_id": product.id, "stylist_id": stylist.id}) for product, stylist in wishes
                    ],
                    **values,
                }
            )
        )

    def test_the_wait_is_that_of_a_queue_worked_by_hand(self):
        """Anna has a client until 12:20 and one at 13:00, Ben one at 12:15, a cut.

        Ada (cut) can't have Ben before 12:15, so she waits for Anna at 12:20, until 12:50.
        Bea (facial, 60 and 15 minutes) gets Ben at 12:45, until 14:00: Anna is booked from 13:00 to 13:30.
        Cem (cut, asks for Anna) has to wait until 13:30, when her booked client leaves.
        Dan (cut) gets whoever is first: Ben at 14:00 or Anna at 14:00, by turn.
        """
        self._book((self.cut, self.anna), start=NOON - timedelta(minutes=10))
        self._book((self.cut, self.anna), start=NOON + timedelta(minutes=60))
        self._book((self.cut, self.ben), start=NOON + timedelta(minutes=15))
        queue = (
            self._come("Ada", self.cut)
            | self._come("Bea", self.facial)
            | self._come("Cem", (self.cut, self.anna))
            | self._come("Dan", self.cut)
        )
        self.assertEqual(queue.mapped("place"), [1, 2, 3, 4])
        self.assertEqual(queue.mapped("expected_minutes"), [20, 45, 90, 120])
        self.assertEqual(queue.mapped("estimate")[:3], ["20 min · Anna", "45 min · Ben", "90 min · Anna"])
        self.assertIn("2 h 0 min · ", queue[3].estimate)
        self.assertEqual(queue[3].expected_start, NOON + timedelta(hours=2))

    def test_the_wait_is_told_before_somebody_decides_to_stay(self):
        self._come("Ada", self.cut)
        self._come("Bea", self.facial)
        form = Form(self.env["salon.walk.in"].with_user(self.reception))
        self.assertFalse(form.estimate)
        with form.wish_ids.new() as wish:
            wish.product_id = self.cut
        self.assertEqual(form.estimate, "30 min · Anna")
        with form.wish_ids.edit(0) as wish:
            wish.stylist_id = self.ben
        self.assertEqual(form.estimate, "75 min · Ben")
        self.assertEqual(self.env["salon.walk.in"].search_count([("state", "=", "waiting")]), 2)

    def test_who_began_before_the_planned_time_is_not_free(self):
        booking = self._book((self.cut, self.anna), start=NOON + timedelta(minutes=45))
        walk_in = self._come("Ada", (self.cut, self.anna))
        self.assertEqual(walk_in.estimate, "Now · Anna")
        booking.with_user(self.reception).action_salon_start()
        walk_in.invalidate_recordset()
        # Until 12:30 with who came early; then there is no room for a cut before 13:15.
        self.assertEqual(walk_in.expected_minutes, 75)
        turn = self.env["salon.turn"].with_user(self.reception).with_context(tz="UTC").browse(self.anna.id)
        self.assertEqual(turn.doing, "Busy until 12:30 PM")

    def test_take_books_with_whose_turn_it_is_from_the_time_they_came(self):
        walk_in = self._come("Ada", self.cut, phone="+86 139 1111 2222")
        with freeze_time(NOON + timedelta(minutes=7, seconds=20)):
            self.assertEqual(walk_in.estimate, "Now · Anna")
            action = walk_in.action_take()
            booking = walk_in.event_id
            self.assertEqual(
                (walk_in.state, booking.salon_state, booking.salon_channel), ("served", "arrived", "walk_in")
            )
            self.assertEqual((booking.start, booking.salon_arrived_at), (NOON + timedelta(minutes=7), NOON))
            self.assertEqual(
                (booking.salon_line_ids.stylist_id, booking.salon_line_ids.assignment), (self.anna, "assigned")
            )
        visit = booking.salon_visit_ids
        self.assertEqual((action["res_model"], action["res_id"], visit.state), ("salon.visit", visit.id, "open"))
        with freeze_time(NOON + timedelta(minutes=12)):
            booking.action_salon_start()
            self.assertEqual(booking.salon_wait_minutes, 12)  # since they came, not since they were taken
            # Anna has a client now.
            self.assertEqual(self._come("Bea", self.cut).estimate, "Now · Ben")

    def test_who_is_not_known_gets_a_client_file_and_leaves_no_name_elsewhere(self):
        walk_in = self._come("Ada", self.cut, phone="+86 139 1111 2222")
        walk_in.action_take()
        client = walk_in.partner_id
        self.assertEqual((client.name, client.phone, len(client.salon_file_ids)), ("Ada", "+86 139 1111 2222", 1))
        self.assertFalse(walk_in.name or walk_in.phone)
        self.assertEqual(walk_in.display_name, "Ada")
        again = self._come("ada", self.cut, phone="+86 139 1111 2222")
        again.action_take()
        self.assertEqual(again.partner_id, client)
        known = self._come(False, (self.cut, self.ben), partner_id=self.client.id)
        known.action_take()
        self.assertEqual(known.event_id.salon_client_id, self.client)
        self.assertEqual(known.event_id.salon_line_ids.assignment, "asked")

    def test_take_books_the_start_that_was_offered(self):
        self._book((self.cut, self.anna), start=NOON - timedelta(minutes=10))
        self._book((self.cut, self.ben), start=NOON - timedelta(minutes=5))
        walk_in = self._come("Ada", self.cut)
        walk_in.action_take()
        self.assertEqual(walk_in.event_id.start, NOON + timedelta(minutes=20))
        with self.assertRaisesRegex(UserError, "does not wait any more"):
            walk_in.action_take()

    def test_who_is_taken_out_of_turn_takes_nobodys_place(self):
        ada = self._come("Ada", (self.cut, self.anna))
        bea = self._come("Bea", (self.cut, self.anna))
        bea.action_take()
        self.assertEqual(bea.event_id.start, NOON + timedelta(minutes=30))
        self.assertEqual(ada.estimate, "Now · Anna")

    def test_a_service_that_runs_over_is_not_counted_as_done(self):
        for stylist in (self.anna, self.ben):
            booking = self._book((self.cut, stylist), start=NOON - timedelta(minutes=40))
            booking.salon_state = "in_service"
        walk_in = self._come("Ada", self.cut)
        self.assertEqual(walk_in.expected_minutes, 10)
        booking.salon_state = "done"
        walk_in.invalidate_recordset()
        self.assertEqual(walk_in.estimate, "Now · Ben")

    def test_where_no_time_is_left_the_queue_says_so(self):
        hours = [(0, 0, {"name": "Day", "dayofweek": "2", "hour_from": 9, "hour_to": 12.5})]
        self.env.company.salon_opening_calendar_id = self.env["resource.calendar"].create(
            {"name": "Short", "tz": "UTC", "attendance_ids": [(5,), *hours]}
        )
        first, second, third = (self._come(name, self.cut) for name in ("Ada", "Bea", "Cem"))
        self.assertEqual(
            [walk_in.estimate for walk_in in (first, second, third)],
            ["Now · Anna", "Now · Ben", "No time left today"],
        )
        with self.assertRaisesRegex(UserError, "No time is left today for Cem"):
            third.action_take()

    def test_who_leaves_is_out_of_the_queue_and_forgotten(self):
        ada, bea = self._come("Ada", (self.cut, self.anna), phone="1"), self._come("Bea", (self.cut, self.anna))
        self.assertEqual(bea.expected_minutes, 30)
        ada.left_reason = "wait"
        ada.action_leave()
        bea.invalidate_recordset()
        self.assertEqual((ada.state, ada.estimate, bea.expected_minutes), ("left", False, 0))
        with freeze_time(NOON + timedelta(days=2)):
            self.env["salon.walk.in"]._gc_walk_ins()
        self.assertFalse(ada.name or ada.phone)
        self.assertEqual((ada.left_reason, bea.state), ("wait", "left"))

    def test_who_waits_has_a_name_and_a_wish(self):
        with self.assertRaisesRegex(ValidationError, "at least one service"):
            self._come("Ada")
        with self.assertRaisesRegex(ValidationError, "no salon service"):
            self._come("Ada", self.env["product.product"].create({"name": "Shampoo"}))
        self.anna.salon_service_ids = self.facial.product_tmpl_id
        self._come("Ada", (self.facial, self.anna))
        with self.assertRaisesRegex(ValidationError, "Ben does not perform Facial. Choose one of: Anna"):
            self._come("Ada", (self.facial, self.ben))

    def test_a_stylist_sees_the_queue_without_phones(self):
        self._come("Ada", self.cut, phone="+86 139 1111 2222")
        queue = self.env["salon.walk.in"].with_user(self.stylist_user).search([])
        self.assertEqual((queue.called, queue.estimate), ("Ada", "Now · Anna"))
        self.assertNotIn("phone", queue.fields_get())
