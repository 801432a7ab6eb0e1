from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SalonCommon
from .health import HealthKeys

NO_TEST = "needs a valid patch test"
AHEAD = "needs a patch test .* before"
NEVER = "This client can't have “Colour”"


@tagged("post_install", "-at_install")
class TestPatchTests(HealthKeys, SalonCommon):
    """A client without a valid patch test is not put into a service that needs one (invariant 4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wella, cls.other_line = cls.env["salon.product.line"].create(
            [{"name": "Test Wella"}, {"name": "Test Goldwell"}]
        )
        cls.colour.salon_patch_test_line_ids = cls.wella
        cls._book((cls.cut, cls.anna), minutes=-600)
        cls.file = cls.client.salon_file_ids
        cls.friend = cls.env["res.partner"].create({"name": "Olga Other", "is_salon_client": True})
        cls.now = fields.Datetime.now()

    def _test(self, result="clear", ago=None, user=None, client=None, **values):
        ago = timedelta(hours=72) if ago is None else ago
        return (
            self.env["salon.patch.test"]
            .with_user(user or self.env.user)
            .create(
                {
                    "file_id": (client or self.client).salon_file_ids.id,
                    "product_line_id": self.wella.id,
                    "applied_at": fields.Datetime.now() - ago,
                    "result": result,
                    **values,
                }
            )
        )

    def _refused(self, act, sentence):
        with self.assertRaisesRegex(ValidationError, sentence), self.cr.savepoint():
            act()
            self.env.flush_all()

    def _at(self, moment, client=None, step="visit", product=None):
        """Return what speaks against the colour at a moment: a kind, or None."""
        wanted = [((client or self.client).id, (product or self.colour).id)]
        found = self.env["salon.safety"]._finder(wanted, self.env.company, step)(moment)
        return found and found.kind

    def _hours(self, zone):
        self.env.company.salon_opening_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}) for day in range(7)
                ],
            }
        )

    # How long one holds -----------------------------------------------------------------------------------

    def test_a_stylist_dates_no_test_so_far_back_that_it_holds_at_once(self):
        for ago in (timedelta(hours=25), timedelta(hours=72)):
            with self.assertRaisesRegex(UserError, "noted by a manager"), self.cr.savepoint():
                self._test("pending", ago, self.stylist_user)
        test = self._test("pending", timedelta(hours=20), self.stylist_user)
        with self.assertRaisesRegex(UserError, "noted by a manager"), self.cr.savepoint():
            test.applied_at = self.now - timedelta(hours=49)
        test.with_user(self.manager).applied_at = self.now - timedelta(hours=49)
        self._test("clear", timedelta(days=30), self.manager)

    def test_it_holds_from_48_hours_after_it_to_the_minute(self):
        applied = self._test().applied_at
        minute = timedelta(minutes=1)
        self.assertEqual(self._at(applied + timedelta(hours=48) - minute), "patch_test")
        self.assertIsNone(self._at(applied + timedelta(hours=48)))

    def test_it_holds_for_six_months_to_the_end_of_the_day(self):
        self._hours("Asia/Shanghai")
        # 31 August, 1:00 in the salon; February has no 31st.
        self._test(applied_at=datetime(2025, 8, 30, 17, 0))
        self.assertIsNone(self._at(datetime(2026, 2, 28, 15, 59)))
        self.assertEqual(self._at(datetime(2026, 2, 28, 16, 0)), "patch_test")

    def test_the_salon_sets_how_long(self):
        self._hours("UTC")
        self._test(applied_at=datetime(2026, 1, 10, 12))
        self.env.company.write({"salon_patch_test_hours": 24, "salon_patch_test_months": 12})
        self.assertEqual(self._at(datetime(2026, 1, 11, 11, 59)), "patch_test")
        self.assertIsNone(self._at(datetime(2026, 1, 11, 12)))
        self.assertIsNone(self._at(datetime(2027, 1, 10, 23, 59)))
        self.assertEqual(self._at(datetime(2027, 1, 11)), "patch_test")
        for values in ({"salon_patch_test_hours": 0}, {"salon_patch_test_months": 0}, {"salon_patch_test_months": 61}):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.company.write(values)
                self.env.flush_all()

    def test_the_hours_are_real_ones_when_clocks_change(self):
        self._hours("Europe/Berlin")
        # On 29 March 2026 clocks go from 2:00 to 3:00: 48 hours after Friday 15:00 it is Sunday 16:00.
        test = self._test(applied_at=datetime(2026, 3, 27, 14))
        self.assertEqual(self._at(datetime(2026, 3, 29, 13, 59)), "patch_test")
        self.assertIsNone(self._at(datetime(2026, 3, 29, 14)))
        # Applied in summer time, it ends with the local day in winter time.
        test.write({"applied_at": datetime(2026, 3, 29, 22, 30)})  # 30 March, 0:30
        self.assertIsNone(self._at(datetime(2026, 9, 30, 21, 59)))
        self.assertEqual(self._at(datetime(2026, 9, 30, 22)), "patch_test")

    def test_one_says_how_it_stands(self):
        states = [
            ("pending", 1, "pending"), ("pending", 90, "pending"), ("clear", 1, "early"), ("clear", 49, "valid"),
            ("clear", 24 * 200, "expired"), ("reaction", 49, "blocked"), ("reaction", 24 * 200, "blocked"),
        ]  # fmt: skip
        for result, hours, state in states:
            test = self._test(result, timedelta(hours=hours))
            self.assertEqual(test.with_user(self.reception).state, state, f"{result} {hours} h ago")
            with self.assertRaises(AccessError):
                test.with_user(self.reception).read(["result"])

    # What is refused, where -------------------------------------------------------------------------------

    def test_the_desk_plans_ahead_and_no_service_begins_without(self):
        booking = self._book((self.colour, self.anna), user=self.reception)
        self.assertTrue(booking.salon_patch_test_needed)
        self.assertIn("“Colour” needs a patch test (Test Wella)", booking.with_user(self.reception).salon_safety_note)
        self._refused(
            lambda: self._book((self.colour, self.ben), start=self.now + timedelta(hours=47, minutes=59)), AHEAD
        )
        self._book((self.colour, self.ben), start=self.now + timedelta(hours=48, minutes=10))
        booking.action_salon_arrive()
        for user in (self.stylist_user, self.manager):
            self._refused(booking.with_user(user).action_salon_start, NO_TEST)
            self._refused(booking.with_user(user).action_salon_done, NO_TEST)
            self._refused(booking.salon_visit_ids.with_user(user).action_done, NO_TEST)
        self._test("pending")
        self._refused(booking.action_salon_start, NO_TEST)
        self._test()
        booking.action_salon_start()
        booking.action_salon_done()
        self.assertEqual(booking.salon_state, "done")

    def test_a_test_that_waits_for_its_result_lets_the_desk_book(self):
        test = self._test("pending", timedelta(hours=12))
        soon = self.now + timedelta(hours=36, minutes=5)
        self._refused(lambda: self._book((self.colour, self.anna), start=soon - timedelta(minutes=10)), AHEAD)
        booking = self._book((self.colour, self.anna), start=soon)
        self.assertIn("waits for its result", booking.salon_safety_note)
        self.assertTrue(booking.salon_patch_test_needed)
        test.with_user(self.manager).action_clear()
        booking.invalidate_recordset()
        self.assertFalse(booking.salon_safety_note)
        self.assertFalse(booking.salon_patch_test_needed)

    def test_a_booking_moves_to_no_day_on_which_none_is_valid(self):
        self._test(ago=timedelta(hours=24))
        early = self.now + timedelta(hours=20)
        booking = self._book((self.colour, self.anna))
        for user in (self.reception, self.stylist_user):
            self._refused(lambda user=user: booking.with_user(user).write({"start": early}), AHEAD)
        booking.with_user(self.reception).write({"start": self.now + timedelta(hours=25)})
        # What stays as it is booked is asked at the chair, not each time something else is changed.
        late = self._book((self.colour, self.anna), minutes=300, client=self.friend)
        with freeze_time(late.start - timedelta(hours=1)):
            late.salon_line_ids = [(0, 0, self._prepare_line(self.cut, self.anna))]
            self._refused(lambda: late.write({"start": late.start + timedelta(minutes=30)}), AHEAD)
            late.action_salon_cancel()
            self._refused(late.action_salon_rebook, AHEAD)

    def test_guests_and_add_ons_need_theirs(self):
        self._test()
        self._book((self.colour, self.anna), start=self.now + timedelta(hours=2))
        line = {**self._prepare_line(self.colour, self.ben), "guest_id": self.friend.id}
        self._refused(lambda: self._book(salon_line_ids=[(0, 0, line)], start=self.now + timedelta(hours=3)), AHEAD)
        line = {**self._prepare_line(self.cut, self.ben), "addon_ids": [(6, 0, self.colour.ids)]}
        self._refused(
            lambda: self._book(salon_line_ids=[(0, 0, line)], start=self.now + timedelta(hours=3), client=self.friend),
            AHEAD,
        )

    def test_no_visit_is_noted_by_hand_around_it(self):
        visits = self.env["salon.visit"].with_user(self.reception)
        line = {"product_id": self.colour.id}
        self._refused(lambda: visits.create({"partner_id": self.client.id, "line_ids": [(0, 0, line)]}), NO_TEST)
        self._test()
        visits.create({"partner_id": self.client.id, "line_ids": [(0, 0, line)]})

    def test_no_visit_of_nobody_is_a_way_around_it(self):
        visits = self.env["salon.visit"].with_user(self.stylist_user)
        line = [(0, 0, {"product_id": self.colour.id})]
        self._refused(lambda: visits.create({"line_ids": line}), "Choose the client first")
        visit = visits.create({"line_ids": [(0, 0, {"product_id": self.cut.id})]})
        self._refused(lambda: visit.line_ids.write({"product_id": self.colour.id}), "Choose the client first")
        self._test()
        visit = (
            self.env["salon.visit"].with_user(self.reception).create({"partner_id": self.client.id, "line_ids": line})
        )
        self._refused(lambda: visit.write({"partner_id": False}), "Choose the client first")

    def test_no_service_of_a_visit_begins_around_it(self):
        booking = self._book((self.colour, self.anna))
        booking.action_salon_arrive()
        line = booking.salon_visit_ids.line_ids.with_user(self.stylist_user)
        self._refused(line.action_begin, NO_TEST)
        self._refused(lambda: line.write({"started_at": fields.Datetime.now()}), NO_TEST)
        self._test()
        line.action_begin()
        self.assertTrue(line.started_at)

    def test_what_is_added_to_a_service_that_has_begun_needs_a_result(self):
        booking = self._book((self.cut, self.anna), start=fields.Datetime.now())
        booking.action_salon_start()
        test = self._test("pending")
        add = {"salon_line_ids": [(0, 0, self._prepare_line(self.colour, self.ben))]}
        self._refused(lambda: booking.write(add), NO_TEST)
        line = {"event_id": booking.id, **self._prepare_line(self.colour, self.ben)}
        self._refused(lambda: self.env["salon.booking.line"].create(line), NO_TEST)
        values = {"salon_state": "in_service", "minutes": 600}
        self._refused(lambda: self._book((self.colour, self.ben), **values), NO_TEST)
        test.result = "clear"
        booking.write(add)
        self.assertEqual(booking.salon_line_ids.product_id, self.cut | self.colour)

    def test_the_test_of_another_line_does_not_do(self):
        self._test(product_line_id=self.other_line.id)
        self.assertEqual(self._at(self.now), "patch_test")
        self.colour.salon_patch_test_line_ids |= self.other_line
        self._test()
        self.assertIsNone(self._at(self.now))
        self.colour.salon_patch_test_line_ids = False
        self.assertIsNone(self._at(self.now, client=self.friend))

    def test_a_reaction_blocks_for_good(self):
        reaction = self._test("reaction", timedelta(days=900))
        self._test()
        for step in ("book", "online", "visit", "start", "sale"):
            self.assertEqual(self._at(self.start, step=step), "reaction")
        self._refused(lambda: self._book((self.colour, self.anna)), NEVER)
        for values in ({"result": "clear"}, {"product_line_id": self.other_line.id}, {"applied_at": self.now}):
            with self.assertRaisesRegex(UserError, "for good"):
                reaction.with_user(self.manager).write(values)
        with self.assertRaisesRegex(UserError, "for good"):
            reaction.with_user(self.manager).unlink()
        self.env.flush_all()
        for statement in (
            "UPDATE salon_patch_test SET result = 'clear' WHERE id = %s",
            "UPDATE salon_patch_test SET product_line_id = %s WHERE id = %s",
            "DELETE FROM salon_patch_test WHERE id = %s",
        ):
            values = [reaction.id] if statement.count("%s") == 1 else [self.other_line.id, reaction.id]
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.cr.execute(statement, values)

    def test_a_result_is_noted_once(self):
        test = self._test("pending").with_user(self.stylist_user)
        test.result = "clear"
        with self.assertRaisesRegex(UserError, "noted already"):
            test.applied_at = self.now - timedelta(hours=60)
        with self.assertRaisesRegex(UserError, "stays with its client"):
            test.file_id = self.friend.salon_file_ids
        test.result = "reaction"  # what shows late is noted all the same
        with self.assertRaisesRegex(UserError, "when it is made"):
            self._test(ago=timedelta(hours=-1))

    def test_what_was_seen_is_a_health_note(self):
        with Form(
            self.env["salon.patch.test"].with_user(self.stylist_user).with_context(default_file_id=self.file.id)
        ) as form:
            form.product_line_id = self.wella
            form.result = "reaction"
            form.seen = "zz blisters behind the ear"
        self.env.flush_all()
        for table in ("salon_patch_test", "salon_health_note"):
            self.env.cr.execute(f"SELECT string_agg(to_jsonb(t)::text, '') FROM {table} t")
            self.assertNotIn("blisters", self.env.cr.fetchone()[0])
        (note,) = self.file.with_user(self.stylist_user).reveal_health("service")
        self.assertIn("Test Wella", note["text"])
        self.assertIn("zz blisters", note["text"])
        for user in (self.reception, self.other_stylist_user):
            with self.assertRaises(AccessError):
                self._test(user=user, seen="x")

    # The search for free times ----------------------------------------------------------------------------

    def test_online_what_is_offered_is_what_is_taken(self):
        """Offer and acceptance are the same at each time around the moment at which a test begins, or ends, to hold."""
        self.env.company.write({"salon_online_booking": True, "salon_notice_minutes": 0, "salon_horizon_days": 400})
        self._hours("Asia/Shanghai")
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        wishes = [{"product_id": self.colour.id, "stylist_id": self.anna.id}]
        offered = taken = 0
        for applied in (hour - timedelta(hours=40), hour - relativedelta(months=6) + timedelta(days=1)):
            test = self._test(applied_at=applied)
            begins, last = self.env.company._salon_patch_test_span(applied)
            edge = begins if begins > hour else datetime.combine(last, datetime.min.time()) + timedelta(hours=16)
            span = (edge - timedelta(hours=2), edge + timedelta(hours=2))
            search = self.env["salon.availability"].find_offers
            free = {offer["start"] for offer in search(wishes, *span, channel="online", every=15)}
            offers = {offer["start"] for offer in search(wishes, *span, channel="online", client=self.client, every=15)}
            self.assertTrue(offers < free)
            for start in sorted(free):
                savepoint = self.cr.savepoint()
                draft = self.env["salon.online.booking"]._begin(self.env.company, wishes, start, "192.0.2.1")
                try:
                    self.assertTrue(draft._book(self.client))
                    booked = True
                except UserError as error:
                    self.assertIn("patch test at the salon first", error.args[0])
                    booked = False
                savepoint.rollback()
                self.env.invalidate_all()
                self.assertEqual(start in offers, booked, f"{start}, {edge}")
                offered += booked
                taken += 1
            test.unlink()
        self.assertGreater(offered, 8)
        self.assertGreater(taken, offered + 8)

    def test_the_client_moves_a_booking_to_no_other_time_by_the_link(self):
        self.env.company.write({"salon_online_booking": True, "salon_notice_minutes": 0, "salon_change_hours": 0})
        booking = self._book((self.colour, self.anna))
        near = (booking.start - timedelta(hours=1), booking.start)
        self.assertFalse(booking._salon_client_offers(*near))
        self._test()
        self.assertTrue(booking._salon_client_offers(*near))

    def test_the_desk_is_offered_what_it_can_book(self):
        search = self.env["salon.availability"].find_offers
        wishes = [{"product_id": self.colour.id, "stylist_id": self.anna.id}]
        edge = fields.Datetime.now() + timedelta(hours=48)
        offers = search(wishes, edge - timedelta(hours=1), edge + timedelta(hours=1), client=self.client)
        self.assertGreaterEqual(min(offer["start"] for offer in offers), edge)
        guests = [{**wishes[0], "guest": self.friend.id}]
        self._test()
        self.assertTrue(search(wishes, self.now, edge, client=self.client, limit=1))
        self.assertFalse(search(guests, self.now, edge, client=self.client, limit=1))
        answer = self.env["calendar.event"].with_user(self.reception)
        values = {"lines": guests, "client_id": self.client.id}
        refused = answer._salon_refuse({**values, "start": str(self.now)})
        self.assertRegex(refused["message"], AHEAD)
        day = {"date_from": self.now, "date_to": self.now + timedelta(hours=40)}
        refusal = answer.salon_free_times({**values, **day})["refusal"]
        self.assertRegex(refusal["message"], AHEAD)
        self.assertEqual((refusal["later"], refusal["may_except"]), (True, False))

    def test_who_waits_is_told_at_once_that_it_is_too_early(self):
        wish = [(0, 0, {"product_id": self.colour.id})]
        walk_ins = self.env["salon.walk.in"].with_user(self.reception)
        waiting = self.env["salon.waiting"].with_user(self.reception)
        today = fields.Date.context_today(waiting)
        self._refused(lambda: walk_ins.create({"partner_id": self.client.id, "wish_ids": wish}), AHEAD)
        soon = {"partner_id": self.client.id, "wish_ids": wish, "date_from": today, "date_to": today}
        self._refused(lambda: waiting.create(soon), AHEAD)
        waiting.create({**soon, "date_to": today + timedelta(days=9)})

    # Exceptions -------------------------------------------------------------------------------------------

    def _allow(self, **values):
        day = fields.Date.context_today(self.file) + timedelta(days=30)
        return (
            self.env["salon.override"]
            .with_user(self.manager)
            .create(
                {
                    "file_id": self.file.id,
                    "product_tmpl_id": self.colour.product_tmpl_id.id,
                    "valid_until": day,
                    "reason": "Had it for years",
                    **values,
                }
            )
        )

    def test_a_managers_reason_does_for_a_missing_test_and_not_for_a_later_reaction(self):
        self._allow()
        self._book((self.colour, self.anna), start=self.now + timedelta(hours=1)).action_salon_start()
        self.assertIsNone(self._at(self.now, step="start"))
        self.assertIsNone(self._at(self.now + timedelta(days=29)))
        self.assertEqual(self._at(self.now + timedelta(days=32)), "patch_test")
        self._test("reaction")
        self.assertEqual(self._at(self.now), "reaction")
        self._allow()
        self.assertIsNone(self._at(self.now))

    def test_no_exception_where_nothing_is_missing(self):
        self._test()
        with self.assertRaisesRegex(UserError, "Just book it"):
            self._allow()
        # It runs out before the last day of the exception.
        self._allow(valid_until=fields.Date.context_today(self.file) + timedelta(days=300))

    # Lists, files -----------------------------------------------------------------------------------------

    def test_bookings_that_still_need_one_are_listed(self):
        needed = self._book((self.colour, self.anna))
        line = {**self._prepare_line(self.cut, self.ben), "addon_ids": [(6, 0, self.colour.ids)]}
        as_addon = self._book(salon_line_ids=[(0, 0, line)], client=self.friend)
        cut = self._book((self.cut, self.anna), minutes=400)
        off = self._book((self.colour, self.anna), minutes=500)
        off.action_salon_cancel()
        events = self.env["calendar.event"].with_user(self.reception)
        mine = [("id", "in", (needed | as_addon | cut | off).ids)]
        self.assertEqual(events.search([*mine, ("salon_patch_test_needed", "=", True)]), needed | as_addon)
        self.assertEqual(events.search([*mine, ("salon_patch_test_needed", "=", False)]), cut | off)
        self._test()
        self.assertEqual(events.search([*mine, ("salon_patch_test_needed", "=", True)]), as_addon)
        draft = (
            self.env["calendar.event"]
            .with_user(self.plain_user)
            .new(
                {
                    "is_salon_booking": True,
                    "salon_client_id": self.friend.id,
                    "salon_state": "booked",
                    "start": self.start,
                }
            )
        )
        self.assertFalse(draft.salon_safety_note)

    def test_merged_clients_keep_both_files_tests_and_erasure_takes_them(self):
        reaction = self._test("reaction")
        other = self._test(client=self.friend)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.friend).ids, self.friend)
        self.env.invalidate_all()
        self.assertEqual((reaction | other).file_id, self.friend.salon_file_ids)
        self.assertEqual(self._at(self.now, client=self.friend), "reaction")
        with self.assertRaisesRegex(UserError, "stays"):
            self.friend.salon_file_ids.unlink()
        self.friend.salon_file_ids._erase_health()
        self.assertFalse((reaction | other).exists())
