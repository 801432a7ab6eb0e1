from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestDoneEarly(SalonCommon):
    """A visit that is over before its booked end leaves its stylist and station free."""

    def _serve(self, *lines, minutes, done=True, **values):
        """Return a booking that is done so many minutes after its start."""
        booking = self._book(*lines, **values)
        booking.action_salon_arrive()
        if done:
            self._at(minutes, booking.action_salon_done)
        return booking

    def _at(self, minutes, do, seconds=0):
        with freeze_time(self.start + timedelta(minutes=minutes, seconds=seconds)):
            return do()

    def test_the_rest_is_free_from_the_next_full_minute_on_and_what_is_booked_stays(self):
        booking = self._serve((self.cut, self.anna, self.chair), minutes=0, done=False)
        self._at(19, booking.action_salon_done, seconds=12)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 20)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 20)])
        line = booking.salon_line_ids
        self.assertEqual((line.stop, booking.stop), (self.start + timedelta(minutes=30),) * 2)
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            self._book((self.cut, self.anna), minutes=19)
        self._book((self.cut, self.anna), minutes=20)

    def test_clean_up_comes_after_it_was_done(self):
        booking = self._serve((self.facial, self.anna, self.chair), minutes=30)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 45)])
        later = self._serve((self.facial, self.ben, self.chair_2), minutes=55)
        self.assertEqual(self._blocks(later, self.ben.resource_id), [(0, 70)])

    def test_clean_up_that_two_services_share_comes_once(self):
        booking = self._serve((self.facial, self.anna), (self.cut, self.anna), minutes=80)
        self.assertEqual(self._blocks(booking, self.anna.resource_id)[-1], (60, 95))

    def test_what_is_done_late_takes_no_longer(self):
        booking = self._serve((self.facial, self.anna), minutes=90)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 75)])
        self.assertFalse(booking.salon_line_ids.finished_at)

    def test_done_while_the_stylist_has_somebody_else_takes_them_nothing(self):
        booking = self._book((self.colour, self.anna))
        other = self.env["res.partner"].create({"name": "Olga Other"})
        self._book((self.cut, self.anna), minutes=40, client=other)
        booking.action_salon_arrive()
        self._at(50, booking.action_salon_done)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 40)])

    def test_done_before_it_began_takes_nothing(self):
        booking = self._serve((self.cut, self.anna), minutes=-60)
        self.assertFalse(booking.sudo().salon_line_ids.block_ids)
        self._book((self.cut, self.anna))

    def test_nothing_puts_the_rest_back(self):
        booking = self._serve((self.cut, self.anna, self.chair), minutes=10)
        booking._salon_lines_changed(fit=False)
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 10)])
        with freeze_time(self.start):
            self.anna.user_id = False
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 10)])

    def test_a_guest_who_is_done_leaves_the_others_where_they_are(self):
        mia = self.env["res.partner"].create({"name": "Mia Client"})
        lines = [
            (0, 0, self._prepare_line(self.colour, self.anna, self.chair)),
            (0, 0, self._prepare_line(self.facial, self.ben, self.chair_2, guest_id=mia.id)),
        ]
        booking = self._serve(minutes=0, done=False, salon_line_ids=lines)
        visit = booking.salon_visit_ids.filtered(lambda visit: visit.partner_id == mia)
        self._at(20, visit.action_done)
        self.assertEqual(booking.salon_state, "arrived")
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(0, 35)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 90)])
        self._at(80, booking.action_salon_done)
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(0, 35)])
        self.assertEqual(self._blocks(booking, self.chair.resource_id), [(0, 80)])

    def test_the_others_go_on_although_the_time_of_who_is_done_is_given_away(self):
        mia, olga = self.env["res.partner"].create([{"name": "Mia Client"}, {"name": "Olga Other"}])
        lines = [
            (0, 0, self._prepare_line(self.cut, self.anna, self.chair)),
            (0, 0, self._prepare_line(self.facial, self.ben, self.chair_2, guest_id=mia.id)),
        ]
        booking = self._serve(minutes=0, done=False, salon_line_ids=lines)
        visit = booking.salon_visit_ids.filtered(lambda visit: visit.partner_id == mia)
        self._at(20, visit.action_done)
        self._book((self.cut, self.ben), minutes=40, client=olga)
        booking.salon_line_ids[0].active_minutes = 45
        self.assertEqual(self._blocks(booking, self.anna.resource_id), [(0, 45)])
        self._book((self.cut, self.anna), minutes=50, client=olga)
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            booking.salon_line_ids[0].active_minutes = 60

    def test_a_walk_in_is_taken_at_once_and_the_waiting_list_hears_of_it(self):
        stylists = self.env["hr.employee"].search([("is_salon_stylist", "=", True)])
        (stylists - self.anna).active = False
        self.env.company.salon_opening_calendar_id = False
        day = fields.Date.to_string(self.start.date())
        self.env["salon.waiting"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Wei"}).id,
                "date_from": day,
                "date_to": day,
                "wish_ids": [(0, 0, {"product_id": self.cut.id})],
            }
        )
        booking = self._serve((self.colour, self.anna), minutes=0, done=False)
        values = {"name": "Wanda", "wish_ids": [(0, 0, {"product_id": self.cut.id})]}

        def wait():
            self.env["salon.walk.in"].search([]).unlink()
            return self.env["salon.walk.in"].create(values).expected_minutes

        self.assertEqual(self._at(15, wait), 25)
        self.env["salon.freed.time"].search([]).unlink()
        self._at(15, booking.action_salon_done)
        freed = self.env["salon.freed.time"].search([("resource_id", "=", self.anna.resource_id.id)])
        minutes = [(moment - self.start).total_seconds() / 60 for moment in (*freed.mapped("start"), freed[:1].stop)]
        self.assertEqual(minutes, [15, 70, 40])
        self.assertEqual(self._at(15, wait), 0)
