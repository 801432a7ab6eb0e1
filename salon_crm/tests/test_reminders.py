from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .message_common import NOW, MessageCommon


@tagged("post_install", "-at_install")
class TestReminders(MessageCommon):
    """When whom is reminded of what."""

    def setUp(self):
        super().setUp()
        self.start = NOW + timedelta(days=7, hours=4)  # Monday at 14:00
        self.env["salon.visit"].create({"partner_id": self.client.id}).action_done()

    def _days(self, *, until=None):
        """Let the clock go until the visit, at last hour by hour; return {kind of reminder: hours before the visit}."""
        sent = {}
        while fields.Datetime.now() < (until or self.start):
            self._run()
            far = self.start - fields.Datetime.now() > timedelta(days=4)  # a day early would be seen all the same
            self._later(hours=24 if far else 1)
        for message in self.env["salon.message"].search([("kind", "not in", ("confirmation", "changed", "cancelled"))]):
            if message.state == "sent" and message.event_id.salon_client_id in self.client | self.dana:
                sent[message.kind] = round((message.told_start - message.sent_at).total_seconds() / 3600)
        return sent

    def test_a_known_client_is_reminded_two_days_before_again_and_on_the_day(self):
        self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {"reminder": 48, "reminder_again": 24, "same_day": 3})

    def test_who_confirmed_is_not_asked_again(self):
        booking = self._book((self.cut, self.anna))
        self._days(until=self.start - timedelta(hours=30))
        booking.action_salon_confirm()
        self.assertEqual(self._days(), {"reminder": 48, "same_day": 3})

    def test_a_reminder_asks_to_confirm_and_to_who_has_confirmed_it_does_not(self):
        asked = self._book((self.cut, self.anna))
        sure = self._book((self.cut, self.ben), client=self.dana)
        self.dana.email = "dana@example.com"
        self.env["salon.visit"].create({"partner_id": self.dana.id}).action_done()
        sure.action_salon_confirm()
        self._later(hours=1)
        self._run()
        self._later(days=5, hours=4)
        mails = {mail.recipient_ids: mail for mail in self._run()}
        self.assertIn("Confirm my visit", mails[self.client].body_html)
        self.assertNotIn("Confirm my visit", mails[self.dana].body_html)
        self.assertEqual(mails[self.client].subject.replace("\u202f", " "), "Salon: Mon, Jan 14, 2:00 PM")
        self.assertFalse(mails[self.client].attachment_ids)
        self.assertEqual(asked.salon_last_message_id.kind, "reminder")

    def test_a_new_client_and_who_wishes_it_are_reminded_the_day_before(self):
        self.dana.email = "dana@example.com"
        self._book((self.cut, self.anna), client=self.dana)
        self.assertEqual(self._days(), {"reminder": 24, "same_day": 3})

    def test_who_wishes_it_is_reminded_the_day_before(self):
        self.client._make_salon_clients()
        self.client.salon_file_ids.remind_day_before = True
        self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {"reminder": 24, "same_day": 3})

    def test_a_booking_made_late_is_not_reminded_right_after_its_confirmation(self):
        self._later(days=6)  # 28 hours before
        self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {"same_day": 3})

    def test_a_booking_made_between_the_reminders_gets_the_second(self):
        self._later(days=5, hours=8)  # 44 hours before
        self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {"reminder_again": 24, "same_day": 3})

    def test_a_booking_of_the_same_day_gets_no_reminder(self):
        self._later(days=6, hours=23)  # 5 hours before
        booking = self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {})
        self.assertEqual(self._told(booking, "skipped")[-1], ("same_day", "none", "skipped", "soon"))

    def test_reminders_that_fall_into_the_night_wait_for_the_morning_or_go_the_evening_before(self):
        self.start = NOW.replace(hour=9) + timedelta(days=7)  # 6:00 is too early, 9:00 too late
        self._book((self.cut, self.anna))
        sent = self._days()
        self.assertEqual((sent["reminder"], sent["reminder_again"]), (48, 24))
        self.assertEqual(sent["same_day"], 14)  # at 19:00 the evening before

    def test_each_reminder_can_be_switched_off(self):
        self.company.write({"salon_remind": False, "salon_remind_same_day": False})
        self._book((self.cut, self.anna))
        self.assertEqual(self._days(), {"reminder_again": 24})

    def test_a_booking_that_was_moved_is_reminded_of_its_new_time(self):
        booking = self._book((self.cut, self.anna))
        self._days(until=self.start - timedelta(hours=40))
        self.start += timedelta(days=4)
        booking.start = self.start
        self.assertEqual(self._days(), {"reminder": 48, "reminder_again": 24, "same_day": 3})
        self.assertEqual(self._sent(booking).count("reminder"), 2)

    def test_after_the_cron_stopped_the_last_reminder_alone_goes(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        self._later(days=6, hours=8)  # 20 hours before the visit
        self.assertEqual(len(self._run()), 1)
        self.assertEqual(
            self._told(booking)[1:],
            [("reminder", "none", "skipped", "overtaken"), ("reminder_again", "email", "sent", False)],
        )

    def test_after_the_visit_began_nothing_goes(self):
        booking = self._book((self.cut, self.anna))
        self._later(days=8)
        self.assertFalse(self._run())
        self.assertFalse(booking.salon_message_ids)

    def test_a_change_and_a_reminder_do_not_follow_each_other(self):
        booking = self._book((self.cut, self.anna))
        self._days(until=self.start - timedelta(hours=50))
        booking.start = self.start - timedelta(hours=1)
        self.start = booking.start
        self.assertEqual(self._days(), {"reminder_again": 24, "same_day": 3})

    # Whom to call -------------------------------------------------------------------------------------------------

    def _to_confirm(self, user=None):
        events = self.env["calendar.event"].with_user(user or self.reception)
        return events.search(
            [("salon_to_confirm", "=", True), ("salon_client_id", "in", (self.client | self.dana).ids)]
        )

    def test_who_was_reminded_or_can_not_be_reminded_and_has_not_confirmed_is_to_be_called(self):
        booking = self._book((self.cut, self.anna))
        unreachable = self._book((self.cut, self.ben), client=self.dana)
        later = self._book((self.cut, self.anna), start=self.start + timedelta(days=20))
        self._later(days=5)
        self._run()
        self.assertFalse(self._to_confirm())
        self._later(days=1, hours=5)
        self._run()
        self.assertEqual(self._to_confirm(), booking | unreachable)
        self.assertEqual(booking.salon_last_message_state, "sent")
        self.assertEqual(unreachable.salon_last_message_why, "No address to write to")
        self.assertTrue(booking.with_user(self.reception).salon_to_confirm)
        self.assertFalse(later.with_user(self.reception).salon_to_confirm)
        self._to_confirm().action_salon_confirm()
        self.assertFalse(self._to_confirm())
        company = self.env["res.company"].create({"name": "Second Salon"})
        booking.salon_state = "booked"
        elsewhere = new_test_user(self.env, "reception_2", "salon_crm.group_salon_reception")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self._to_confirm(elsewhere))
        with self.assertRaises(AccessError):
            booking.with_user(self.stylist_user).read(["salon_to_confirm"])
