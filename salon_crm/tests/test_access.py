from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .access_common import AccessMatrix
from .common import SalonCommon

# May a role read, write, create, delete? Every model of the addon has a line: a new one without fails.
MATRIX = {
    #                         stylist reception manager accountant plain user
    "salon.client.file": ("rw--", "rwc-", "rwcd", "----", "----"),
    "salon.client.event": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.client.duplicate": ("----", "r---", "r---", "----", "----"),
    "salon.choice.link": ("----", "----", "----", "----", "----"),
    "salon.merged.client": ("----", "----", "----", "----", "----"),
    "salon.client.key": ("----", "----", "----", "----", "----"),
    "salon.health.key": ("----", "----", "----", "----", "----"),
    "salon.health.note": ("----", "----", "----", "----", "----"),
    "salon.access.log": ("----", "----", "r---", "----", "----"),
    "salon.access.review": ("----", "----", "r---", "----", "----"),
    "salon.erasure": ("----", "----", "r---", "----", "----"),
    "salon.substance": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.sensitivity": ("rwc-", "----", "rwcd", "----", "----"),
    "salon.override": ("----", "----", "r-c-", "----", "----"),
    "salon.product.line": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.patch.test": ("rwc-", "r---", "rwcd", "----", "----"),
    "salon.consent.form": ("r---", "r---", "rwcd", "----", "----"),
    "salon.contact.choice": ("r---", "r---", "r---", "----", "----"),
    "salon.consent": ("r---", "r---", "r---", "----", "----"),
    "salon.consent.request": ("r---", "r---", "r---", "----", "----"),
    "salon.station": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.stylist.level": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.service.variation": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.shift.template": ("r---", "r---", "rwcd", "----", "----"),
    "salon.shift": ("r---", "r---", "rwcd", "----", "----"),
    "salon.blocked.time": ("r---", "rwcd", "rwcd", "----", "----"),
    "salon.booking.hold": ("----", "r---", "r---", "----", "----"),
    "salon.online.booking": ("----", "----", "----", "----", "----"),
    "salon.public.attempt": ("----", "----", "----", "----", "----"),
    "salon.cancel.reason": ("r---", "r---", "rwcd", "----", "----"),
    "salon.turn": ("r---", "r---", "r---", "----", "----"),
    "salon.turn.pass": ("----", "r---", "r---", "----", "----"),
    "salon.walk.in": ("r---", "rwc-", "rwcd", "----", "----"),
    "salon.waiting": ("----", "rwc-", "rwcd", "----", "----"),
    "salon.waiting.offer": ("----", "r---", "r---", "----", "----"),
    "salon.waiting.offer.line": ("----", "r---", "r---", "----", "----"),
    "salon.message": ("----", "r---", "r---", "----", "----"),
    "salon.freed.time": ("----", "----", "r---", "----", "----"),
    "salon.booking.report": ("----", "----", "r---", "----", "----"),
    "salon.wish": ("r---", "rwcd", "rwcd", "----", "----"),
    "salon.booking.series": ("r---", "r---", "r---", "----", "----"),
    "salon.booking.line": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.booking.block": ("r---", "r---", "r---", "----", "----"),
    "salon.visit": ("rwc-", "rwc-", "rwcd", "----", "----"),
    "salon.visit.line": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.visit.performer": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.visit.field": ("r---", "r---", "r---", "r---", "r---"),
    "salon.diagnosis": ("rwcd", "----", "rwcd", "----", "----"),
    "salon.advice": ("rwcd", "----", "rwcd", "----", "----"),
    "salon.skin.problem": ("r---", "----", "rwcd", "----", "----"),
    "salon.photo": ("----", "----", "----", "----", "----"),
    "salon.visit.product": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.intake.form": ("r---", "r---", "rwcd", "----", "----"),
    "salon.intake.question": ("r---", "r---", "rwcd", "----", "----"),
    "salon.intake.version": ("r---", "r---", "r---", "----", "----"),
    "salon.intake": ("r---", "r---", "r---", "----", "----"),
    "salon.formula": ("rwcd", "----", "rwcd", "----", "----"),
    "salon.formula.bowl": ("rwcd", "----", "rwcd", "----", "----"),
    "salon.formula.component": ("rwcd", "----", "rwcd", "----", "----"),
    # Dialogs; each has the rows of its own user alone.
    "salon.blocked.time.repeat": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.booking.cancel": ("rwc-", "rwc-", "rwc-", "----", "----"),
    "salon.consent.ask": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.erase": ("----", "----", "rwc-", "----", "----"),
    "salon.erasure.find": ("----", "----", "rwc-", "----", "----"),
    "salon.intake.ask": ("rwc-", "rwc-", "rwc-", "----", "----"),
    "salon.repeat": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.repeat.line": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.repeat.proposal": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.replan": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.replan.line": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.replan.proposal": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.series.cancel": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.settings": ("----", "----", "rwc-", "----", "----"),
}


@tagged("post_install", "-at_install")
class TestAccess(AccessMatrix, SalonCommon):
    def test_every_model_has_its_line_and_every_role_its_rights(self):
        self._assert_matrix("salon_crm", MATRIX)

    def test_any_internal_user_without_a_role_sees_and_moves_no_booking(self):
        booking = self._book((self.cut, self.anna))
        meeting = self.env["calendar.event"].create(
            {"name": "Meeting", "start": self.start, "stop": self.start + timedelta(hours=1)}
        )
        for user in (self.plain_user, self.accountant):
            events = self.env["calendar.event"].with_user(user)
            self.assertEqual(events.search([("id", "in", (booking | meeting).ids)]), meeting)
            self.assertFalse(events.search_count([("salon_client_id", "=", self.client.id)]))
            self.assertFalse(events._read_group([("is_salon_booking", "=", True)], ["name"], ["__count"]))
            with self.assertRaises(AccessError):
                booking.with_user(user).read(["name", "start"])
            with self.assertRaises(AccessError):
                booking.with_user(user).write({"start": self.start + timedelta(hours=1)})
            with self.assertRaises(AccessError):
                booking.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self._book((self.cut, self.ben), user=user)
            meeting.with_user(user).write({"stop": self.start + timedelta(hours=2)})

    def test_a_booking_whose_stylist_they_would_attend_stays_hidden_from_attendees_without_a_role(self):
        booking = self._book((self.cut, self.anna))
        self.env["calendar.attendee"].create({"event_id": booking.id, "partner_id": self.plain_user.partner_id.id})
        with self.assertRaises(AccessError):
            booking.with_user(self.plain_user).read(["name"])

    def test_a_stylist_sees_own_bookings_and_clients_alone(self):
        own = self._book((self.cut, self.anna))
        other_client = self.env["res.partner"].create({"name": "Olga Other"})
        other = self._book((self.cut, self.ben), client=other_client)
        events = self.env["calendar.event"].with_user(self.stylist_user)
        self.assertEqual(events.search([("id", "in", (own | other).ids)]), own)
        files = self.env["salon.client.file"].with_user(self.stylist_user)
        self.assertEqual(files.search([("partner_id", "in", (self.client | other_client).ids)]).partner_id, self.client)
        with self.assertRaises(AccessError):
            other_client.salon_file_ids.with_user(self.stylist_user).read(["alert"])
        with self.assertRaises(AccessError):
            other.salon_line_ids.with_user(self.stylist_user).read(["product_id"])

    def test_the_front_desk_books_moves_and_cancels_for_everyone(self):
        booking = self._book((self.cut, self.anna, self.chair), user=self.reception)
        self.assertTrue(booking.user_can_edit)
        booking.write({"start": booking.start + timedelta(hours=1)})
        booking.salon_line_ids.stylist_id = self.ben
        self.assertEqual(self._blocks(booking, self.ben.resource_id), [(0, 30)])
        booking.action_salon_cancel()
        self.assertEqual(booking.salon_state, "cancelled")

    def test_birthday_and_gender_are_for_the_salon_alone(self):
        with self.assertRaises(AccessError):
            self.client.with_user(self.plain_user).read(["birthdate_date"])
        self.client.with_user(self.reception).read(["birthdate_date", "gender"])

    def test_every_company_sees_its_own_bookings_and_visits_alone(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "reception_2", "salon_crm.group_salon_reception")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        booking = self._book((self.cut, self.anna))
        booking.action_salon_arrive()
        self.assertFalse(self.env["calendar.event"].with_user(elsewhere).search([("id", "=", booking.id)]))
        self.assertFalse(self.env["salon.visit"].with_user(elsewhere).search([("event_id", "=", booking.id)]))
        with self.assertRaises(AccessError):
            booking.salon_visit_ids.with_user(elsewhere).read(["note"])
        # The file follows its partner, who is shared.
        file = self.client.salon_file_ids.with_user(elsewhere)
        self.assertEqual(file.read(["alert"])[0]["id"], file.id)
        self.client.company_id = self.env.company
        with self.assertRaises(AccessError):
            file.read(["alert"])

    def test_attendees_and_alerts_tell_nothing_of_a_booking(self):
        booking = self._book((self.cut, self.anna))
        self.client.salon_file_ids.alert = "avoid ammonia"
        attendees = self.env["calendar.attendee"].with_user(self.plain_user)
        self.assertFalse(attendees.search([("event_id", "=", booking.id)]))
        self.assertFalse(
            attendees.search([("partner_id", "=", self.stylist_user.partner_id.id), ("event_id", "=", booking.id)])
        )
        with self.assertRaises(AccessError):
            booking.attendee_ids.with_user(self.plain_user).read(["event_id", "access_token"])
        self.assertTrue(self.env["calendar.attendee"].with_user(self.reception).search([("event_id", "=", booking.id)]))
        event = self.env["calendar.event"].with_user(self.plain_user).new({"salon_client_id": self.client.id})
        self.assertFalse(event.salon_alert)

    def test_an_activity_of_ones_own_names_no_booking(self):
        booking = self._book((self.cut, self.anna))
        model_id = self.env["ir.model"]._get_id("calendar.event")
        for user in (self.plain_user, self.other_stylist_user):
            activities = self.env["mail.activity"].with_user(user)
            mine = activities.create({"user_id": user.id, "summary": "mine"})
            for vals in (
                {"res_model_id": model_id, "res_id": booking.id},
                {"salon_event_id": booking.id},
                {"calendar_event_id": booking.id},
            ):
                with self.subTest(f"{user.login} {vals}"):
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        mine.write(vals)
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        activities.create({"user_id": user.id, **vals})

    def test_a_stylist_books_for_themselves_and_joins_no_booking_of_others(self):
        own = self._book((self.cut, self.anna), user=self.stylist_user)
        self.assertEqual(own.with_user(self.stylist_user).name, "Clara Client · Cut")
        with self.assertRaisesRegex(AccessError, "Stylists book for themselves"):
            self._book((self.cut, self.ben), user=self.stylist_user, minutes=180)
        with self.assertRaisesRegex(AccessError, "hand a booking over"):
            own.with_user(self.stylist_user).salon_line_ids.stylist_id = self.ben
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        other = self._book((self.facial, self.ben), client=olga, minutes=300)
        lines = self.env["salon.booking.line"].with_user(self.stylist_user)
        with self.assertRaises(AccessError):
            lines.create({**self._prepare_line(self.cut, self.anna), "event_id": other.id})
        with self.assertRaises(UserError):
            own.with_user(self.stylist_user).salon_line_ids.event_id = other.id
        visits = self.env["salon.visit"].with_user(self.stylist_user)
        with self.assertRaisesRegex(UserError, "Ask the front desk"):
            visits.create({"partner_id": olga.id})
        self.assertFalse(olga.salon_file_ids.with_user(self.stylist_user).has_access("read"))

    def test_no_context_from_outside_skips_the_blocks(self):
        booking = self._book((self.cut, self.anna), user=self.reception)
        outside = booking.with_user(self.reception).with_context(salon_booking_in_hand=True)
        outside.start = self.start + timedelta(hours=2)
        self.assertEqual(booking.salon_line_ids.block_ids.start, self.start + timedelta(hours=2))
