from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SalonCommon

NOON = datetime(2031, 5, 14, 12)  # a Wednesday
TOMORROW = NOON + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestWaiting(SalonCommon):
    """Anna works from 12 to 14 and Ben not at all, so that what is booked leaves nothing else to offer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["salon.waiting"].search([]).unlink()
        stylists = cls.env["hr.employee"].search(
            [("is_salon_stylist", "=", True), ("company_id", "=", cls.env.company.id)]
        )
        (stylists - cls.anna - cls.ben).active = False
        (cls.anna | cls.ben).salon_roster_only = True
        cls.env.company.write({"salon_opening_calendar_id": False, "salon_offer_minutes": 60})
        cls.env.company.resource_calendar_id.tz = "UTC"
        freezer = freeze_time(NOON)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.shift = cls._work(cls.anna, 12, 14)
        cls.others = cls.env["res.partner"].create([{"name": name} for name in ("Wei", "Xia", "Yan", "Zoe", "Una")])

    @classmethod
    def _work(cls, stylist, hour_from, hour_to, day=TOMORROW):
        return cls.env["salon.shift"].create(
            {"employee_id": stylist.id, "date": day.date(), "hour_from": hour_from, "hour_to": hour_to}
        )

    def _wait(self, client, service=None, stylist=None, **values):
        wish = {"product_id": (service or self.cut).id, "stylist_id": stylist and stylist.id}
        return (
            self.env["salon.waiting"]
            .with_user(self.reception)
            .create(
                {
                    "partner_id": client.id,
                    "date_from": NOON.date(),
                    "date_to": TOMORROW.date(),
                    "wish_ids": [(0, 0, wish)],
                    **values,
                }
            )
        )

    def _fill(self, service=None, minutes=0, stylist=None):
        return self._book((service or self.cut, stylist or self.anna), start=TOMORROW + timedelta(minutes=minutes))

    def _run_cron(self):
        with self.enter_registry_test_mode(), self.assertNoLogs("odoo.addons.salon_crm", level="ERROR"):
            done = self.env.ref("salon_crm.ir_cron_waiting").method_direct_trigger()
        self.assertIs(done, True)  # else it is what went wrong
        self.env.invalidate_all()

    def _free(self, booking):
        booking.action_salon_cancel()
        self._run_cron()

    # What comes free -----------------------------------------------------------------------------------------

    def test_a_cancelled_time_is_offered_to_the_first_whom_it_suits_and_held(self):
        booking = self._fill(minutes=0)
        monday = self._wait(self.others[0], wed=False, thu=False)
        late = self._wait(self.others[1], hour_from=13)
        ben = self._wait(self.others[2], stylist=self.ben)
        colour = self._wait(self.others[3], self.colour)
        first = self._wait(self.others[4])
        second = self._wait(self.client)
        self._fill(minutes=30)
        self._fill(minutes=60)
        self._fill(minutes=90)
        self.assertFalse(self.env["salon.freed.time"].search([]))
        booking.action_salon_cancel()
        self.assertEqual(first.state, "waiting")  # the cancellation itself looks for nobody
        self._run_cron()
        self.assertEqual((monday | late | ben | colour | second).mapped("state"), ["waiting"] * 5)
        offer = first.open_offer_id
        self.assertEqual((first.state, offer.start, offer.expires_at), ("offered", TOMORROW, NOON + timedelta(hours=1)))
        self.assertEqual(offer.line_ids.stylist_id, self.anna)
        with self.assertRaisesRegex(ValidationError, "Anna is taken"):
            self._fill(minutes=15)
        found = self.env["salon.availability"].find_offers(
            [{"product_id": self.cut.id}], TOMORROW, TOMORROW + timedelta(hours=2)
        )
        self.assertFalse(found)
        self.assertFalse(self.env["salon.freed.time"].search([]))
        self._run_cron()  # twice does no harm
        self.assertEqual(len(first.offer_ids), 1)

    def test_what_is_left_of_a_freed_time_goes_to_the_next(self):
        booking = self._fill(self.facial)
        self._fill(minutes=75)
        first, second, third = (self._wait(client) for client in self.others[:3])
        self._free(booking)
        self.assertEqual(
            (first.open_offer_id.start, second.open_offer_id.start), (TOMORROW, TOMORROW + timedelta(minutes=30))
        )
        self.assertEqual(third.state, "waiting")

    def _freed(self):
        """Return, and forget, what was noted until now, in minutes from tomorrow noon."""
        self.env.cr.flush()
        found = self.env["salon.freed.time"].search([])
        stretches = [
            (record.resource_id, *((moment - TOMORROW).total_seconds() // 60 for moment in (record.start, record.stop)))
            for record in found
        ]
        found.unlink()
        return stretches

    def test_time_comes_free_by_moving_deleting_unblocking_and_a_new_shift(self):
        booking = self._fill()
        self._wait(self.client)
        freed = self._freed
        self.assertEqual(freed(), [])
        booking.start += timedelta(minutes=10)
        self.assertEqual(freed(), [(self.anna.resource_id, 0, 10)])
        booking.salon_line_ids.active_minutes = 20
        self.assertEqual(freed(), [(self.anna.resource_id, 30, 40)])
        booking.action_salon_no_show()
        self.assertEqual(freed(), [(self.anna.resource_id, 10, 30)])
        self._fill().unlink()
        self.assertEqual(freed(), [(self.anna.resource_id, 0, 30)])
        blocked = self.env["salon.blocked.time"].create(
            {"stylist_id": self.anna.id, "start": TOMORROW, "stop": TOMORROW + timedelta(minutes=45)}
        )
        self.assertEqual(freed(), [])
        blocked.unlink()
        self.assertEqual(freed(), [(self.anna.resource_id, 0, 45)])
        self._work(self.ben, 13, 14)
        self.assertEqual(freed(), [(self.ben.resource_id, 60, 120)])
        self._fill(minutes=0).action_salon_cancel()
        freed()
        self.env["salon.waiting"].search([]).state = "ended"
        self._fill(minutes=0).action_salon_cancel()
        self.assertEqual(freed(), [])  # nobody waits

    def _absent(self, hour_from, hour_to, resource=None, **values):
        moments = {
            f"date_{name}": NOON + timedelta(hours=hours) for name, hours in (("from", hour_from), ("to", hour_to))
        }
        return self.env["resource.calendar.leaves"].create(
            {"name": "Away", "resource_id": resource and resource.id, "calendar_id": False, **moments, **values}
        )

    def test_time_off_that_is_withdrawn_or_shortened_is_noted(self):
        away = self._absent(-24, 48, self.anna.resource_id)
        broken = self._absent(24, 25, self.chair.resource_id)
        over = self._absent(-48, -24, self.anna.resource_id)
        self._wait(self.client)
        self.assertEqual(self._freed(), [])
        away.date_from = TOMORROW + timedelta(hours=1)
        self.assertEqual(self._freed(), [(self.anna.resource_id, 0, 60)])
        (away | over).unlink()
        self.assertEqual(self._freed(), [(self.anna.resource_id, 60, 120)])  # what she works, and no more
        broken.unlink()
        self.assertEqual(self._freed(), [(self.chair.resource_id, 0, 60)])
        meeting = self._absent(24, 25, self.anna.resource_id)
        meeting.name = "Still away"
        self.assertEqual(self._freed(), [])
        self.env["salon.waiting"].search([]).state = "ended"
        meeting.unlink()
        self.assertEqual(self._freed(), [])  # nobody waits

    def test_a_public_holiday_that_is_withdrawn_is_noted_for_who_works_by_working_hours(self):
        self.ben.salon_roster_only = False
        holiday = self._absent(24, 26)
        self._wait(self.client)
        holiday.unlink()
        # Anna works by the roster, which no public holiday touches.
        self.assertEqual(self._freed(), [(self.ben.resource_id, 0, 120)])

    def test_working_hours_that_grow_are_noted(self):
        calendar = self.env["resource.calendar"].create({"name": "Short", "tz": "UTC", "attendance_ids": [(5,)]})
        hours = self.env["resource.calendar.attendance"].create(
            {"name": "Thursday", "calendar_id": calendar.id, "dayofweek": "3", "hour_from": 13, "hour_to": 14}
        )
        self._wait(self.client)
        self.ben.salon_roster_only = False
        self.ben.resource_calendar_id = calendar  # he worked whenever asked
        self._freed()
        hours.hour_to = 15
        self.assertEqual(self._freed(), [(self.ben.resource_id, 120, 180)])
        hours.hour_to = 14
        self.assertEqual(self._freed(), [])
        hours.copy({"hour_from": 16, "hour_to": 17})
        self.assertEqual(self._freed(), [(self.ben.resource_id, 240, 300)])
        self._work(self.ben, 13, 15)
        self.assertEqual(self._freed(), [(self.ben.resource_id, 120, 180)])  # an hour of it is his anyway
        shift = self.env["salon.shift"].search([("employee_id", "=", self.ben.id)])
        shift.kind = "off"
        self.assertEqual(self._freed(), [])
        shift.unlink()
        self.assertEqual(sorted(self._freed())[0][1:], (60, 120))

    def test_a_stylist_who_comes_after_all_is_offered_to_who_waits(self):
        away = self._absent(-24, 24 * 30, self.anna.resource_id)
        waiting = self._wait(self.client)
        self._run_cron()
        self.assertEqual(waiting.state, "waiting")
        away.unlink()
        self.env.cr.flush()
        self._run_cron()
        self.assertEqual((waiting.state, waiting.open_offer_id.start.date()), ("offered", TOMORROW.date()))

    def test_who_waits_for_two_services_gets_them_together_or_not_at_all(self):
        booking = self._fill(self.facial)
        both = self._wait(self.client)
        both.wish_ids = [(0, 0, {"product_id": self.colour.id, "sequence": 20})]
        self._free(booking)
        offer = both.open_offer_id
        self.assertEqual(len(offer.line_ids), 2)
        self.assertEqual(offer.stop - offer.start, timedelta(minutes=120))
        self.assertEqual(len(offer.hold_id.block_ids), 3)  # the cut and the colour's two parts

    # Accept, decline, expire ----------------------------------------------------------------------------------

    def test_accept_books_the_held_time_in_one_transaction(self):
        booking = self._fill(self.facial)
        waiting = self._wait(self.client, note="by the window")
        self._free(booking)
        offer = waiting.open_offer_id
        self.assertEqual(len(waiting.activity_ids), 1)
        action = waiting.with_user(self.reception).action_accept()
        made = waiting.event_id
        self.assertEqual((action["res_model"], action["res_id"]), ("calendar.event", made.id))
        self.assertEqual((made.start, made.salon_client_id, made.salon_state), (TOMORROW, self.client, "booked"))
        self.assertEqual((made.salon_line_ids.assignment, made.create_uid), ("assigned", self.reception))
        self.assertIn("by the window", made.notes)
        self.assertEqual((waiting.state, offer.state), ("booked", "accepted"))
        self.assertFalse(offer.hold_id or waiting.with_context(active_test=False).activity_ids)
        self.assertEqual(self._blocks(made, self.anna.resource_id), [(0, 30)])
        with self.assertRaisesRegex(UserError, "no open offer"):
            waiting.action_accept()
        with self.assertRaisesRegex(UserError, "ended already"):
            offer.action_decline()

    def test_a_declined_time_goes_to_the_next_and_not_to_the_same_client_again(self):
        booking = self._fill()
        self._fill(self.facial, minutes=30)
        first, second = self._wait(self.others[0]), self._wait(self.others[1])
        self._free(booking)
        first.action_decline()
        self.assertEqual((first.state, first.offer_ids.state), ("waiting", "declined"))
        self.assertFalse(first.with_context(active_test=False).activity_ids)
        self._run_cron()
        self.assertEqual((first.state, second.state, second.open_offer_id.start), ("waiting", "offered", TOMORROW))

    def test_an_offer_that_expires_goes_on_to_the_next(self):
        booking = self._fill()
        self._fill(self.facial, minutes=30)
        first, second = self._wait(self.others[0]), self._wait(self.others[1])
        self._free(booking)
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("salon_crm.ir_cron_waiting").id), ("call_at", ">", NOON)]
        )
        self.assertTrue(trigger)
        with freeze_time(NOON + timedelta(minutes=61)):
            with self.assertRaisesRegex(UserError, "was held until 1:00 PM"):
                first.action_accept()
            self._run_cron()
            self._run_cron()
            self.assertEqual((first.state, first.offer_ids.state), ("waiting", "expired"))
            self.assertEqual((second.state, second.open_offer_id.start), ("offered", TOMORROW))

    def test_an_expired_time_is_free_for_everybody_at_once(self):
        booking = self._fill()
        waiting = self._wait(self.client)
        self._free(booking)
        with freeze_time(NOON + timedelta(minutes=61)):
            self._fill()  # before any cron
            self._run_cron()
            self.assertEqual((waiting.state, waiting.open_offer_id.id), ("waiting", False))

    def test_what_begins_too_soon_is_offered_to_nobody(self):
        self._work(self.anna, 12, 13, day=NOON)
        booking = self._book((self.cut, self.anna), start=NOON + timedelta(minutes=10))
        self._book((self.cut, self.anna), start=NOON + timedelta(minutes=40), salon_off_hours=True)
        waiting = self._wait(self.client, date_to=NOON.date())
        self._free(booking)
        self.assertEqual(waiting.state, "waiting")
        with freeze_time(NOON + timedelta(days=3)):
            self._run_cron()
            self.assertEqual(waiting.state, "ended")

    def test_an_offer_ends_when_its_time_begins(self):
        self._work(self.anna, 12, 13, day=NOON)
        booking = self._book((self.cut, self.anna), start=NOON + timedelta(minutes=30))
        self._book((self.cut, self.anna), start=NOON)
        waiting = self._wait(self.client)
        self._free(booking)
        self.assertEqual(waiting.open_offer_id.expires_at, NOON + timedelta(minutes=30))

    # Limits -----------------------------------------------------------------------------------------------------

    def test_a_time_is_offered_three_times_at_most(self):
        booking = self._fill()
        self._fill(self.facial, minutes=30)
        queue = [self._wait(client) for client in self.others[:4]]
        self._free(booking)
        for waiting in queue[:3]:
            self.assertEqual(waiting.state, "offered")
            waiting.action_decline()
            self._run_cron()
        self.assertEqual([len(waiting.offer_ids) for waiting in queue], [1, 1, 1, 0])
        self.assertEqual([waiting.offer_ids.line_ids.number for waiting in queue[:3]], [1, 2, 3])
        # Another length of the same time is the same time.
        self._book((self.cut, self.anna), start=TOMORROW).action_salon_cancel()
        self._run_cron()
        self.assertFalse(queue[3].offer_ids)

    def test_a_client_gets_three_offers_a_day_at_most_whatever_they_wait_for(self):
        bookings = [self._fill(minutes=minutes) for minutes in (0, 30, 60, 90)]
        for number in range(4):
            self._wait(self.client, hour_from=12 + number * 0.5, hour_to=12.5 + number * 0.5)
        for booking in bookings:
            booking.action_salon_cancel()
        self._run_cron()
        offers = self.env["salon.waiting.offer"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(sorted(offers.mapped("day_number")), [1, 2, 3])
        with freeze_time(NOON + timedelta(hours=12, minutes=5)):  # the salon's next day has begun
            self._run_cron()
            free = self.env["salon.availability"].find_offers(
                [{"product_id": self.cut.id}], TOMORROW, TOMORROW + timedelta(hours=2), every=30
            )
            self.assertEqual(len(free), 4)
            self._fill(minutes=90).action_salon_cancel()
            self._run_cron()
            offer = self.env["salon.waiting.offer"].search(
                [("partner_id", "=", self.client.id), ("day", "=", date(2031, 5, 15))]
            )
            self.assertTrue(offer)

    def test_the_database_itself_refuses_a_fourth_offer(self):
        booking = self._fill()
        waiting = self._wait(self.client)
        self._free(booking)
        offer, line = waiting.open_offer_id, waiting.open_offer_id.line_ids
        insert = """
            INSERT INTO salon_waiting_offer
                   (waiting_id, partner_id, company_id, start, stop, expires_at, state, day, day_number)
            SELECT waiting_id, partner_id, company_id, start, stop, expires_at, state, day, %s
              FROM salon_waiting_offer WHERE id = %s
        """
        for number, error in ((1, UniqueViolation), (4, CheckViolation)):
            with self.assertRaises(error), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.env.cr.execute(insert, (number, offer.id))
        for number, error in ((1, ExclusionViolation), (4, CheckViolation)):
            with self.assertRaises(error), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                line.sudo().copy({"number": number})

    def test_merging_clients_keeps_their_offers(self):
        bookings = [self._fill(), self._fill(minutes=30)]
        one = self._wait(self.others[0], hour_to=12.5)
        two = self._wait(self.others[1], hour_from=12.5)
        for booking in bookings:
            booking.action_salon_cancel()
        self._run_cron()
        self.assertEqual((one | two).mapped("state"), ["offered"] * 2)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.others[0] | self.others[1]).ids, self.others[0])
        self.assertEqual((one | two).partner_id, self.others[0])
        self.assertEqual(len(self.env["salon.waiting.offer"].search([("partner_id", "=", self.others[0].id)])), 2)

    # The client and the desk ------------------------------------------------------------------------------------

    def test_a_client_with_an_email_is_written_to_in_their_own_language(self):
        booking = self._fill()
        self.client.email = "clara@example.com"
        waiting = self._wait(self.client)
        self._free(booking)
        mail = self.env["mail.mail"].search(
            [("model", "=", "salon.waiting.offer"), ("res_id", "=", waiting.offer_ids.id)]
        )
        self.assertEqual((mail.state, mail.recipient_ids), ("outgoing", self.client))
        for text in ("Clara Client", "12:00 PM", "Anna", "Cut", "1:00 PM"):
            self.assertIn(text, mail.body_html)
        self.assertEqual(waiting.activity_ids.user_id, self.reception)
        self.assertIn("1:00 PM", waiting.activity_ids.summary)

    def test_a_refused_time_goes_on_the_list(self):
        values = {
            "client_id": self.client.id,
            "start": "2031-05-15 12:00:00",
            "lines": [
                {
                    "product_id": self.cut.id,
                    "stylist_id": self.anna.id,
                    "wait_minutes": 0,
                    "addon_ids": self.facial.ids,
                }
            ],
        }
        action = self.env["salon.waiting"].with_user(self.reception).action_put_on_list(values)
        model = self.env["salon.waiting"].with_user(self.reception).with_context(**action["context"])
        waiting = Form(model, view="salon_crm.salon_waiting_view_form").save()
        self.assertEqual(
            (waiting.partner_id, waiting.date_from, waiting.date_to), (self.client, TOMORROW.date(), TOMORROW.date())
        )
        self.assertEqual((waiting.wish_ids.product_id, waiting.wish_ids.stylist_id), (self.cut, self.anna))
        self.assertEqual(waiting.note, "With Facial")

    def test_a_cancelled_booking_shows_who_waits_for_such_a_day(self):
        booking = self._fill()
        suits, later = (
            self._wait(self.others[0]),
            self._wait(
                self.others[1],
                date_from=TOMORROW.date() + timedelta(days=1),
                date_to=TOMORROW.date() + timedelta(days=2),
            ),
        )
        self._wait(self.others[2], thu=False)
        action = booking.with_user(self.reception).action_salon_waiting()
        self.assertEqual(self.env["salon.waiting"].search(action["domain"]), suits)
        self.assertTrue(later)

    def test_bad_wishes_are_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "at least one service"):
            self._wait(self.client, wish_ids=[])
        for values in ({"date_to": NOON.date() - timedelta(days=1)}, {"hour_from": 14, "hour_to": 12}):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self._wait(self.client, **values)
                self.env.flush_all()

    def test_stylists_do_not_see_who_waits(self):
        waiting = self._wait(self.client)
        with self.assertRaises(AccessError):
            waiting.with_user(self.stylist_user).read(["partner_id"])
        self.assertFalse(self.env["salon.wish"].with_user(self.stylist_user).search([]))

    def test_a_salon_sees_its_own_list_alone(self):
        waiting = self._wait(self.client)
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.reception.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["salon.waiting"].with_user(self.reception).search([]))
        self.assertFalse(self.env["salon.wish"].with_user(self.reception).search([]))
        self.assertTrue(waiting)
