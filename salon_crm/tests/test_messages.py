from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .message_common import NOW, MessageCommon


@tagged("post_install", "-at_install")
class TestNews(MessageCommon):
    """Confirmation, change, cancellation."""

    def test_saving_a_booking_writes_no_message_and_the_cron_confirms_it_once(self):
        booking = self._book((self.cut, self.anna))
        self.assertFalse(booking.salon_message_ids)
        self.assertFalse(self._run(), "it is still fresh: it may change")
        self._later(minutes=6)
        mail = self._run()
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertEqual(mail.subject, "Salon: you are booked")
        for text in ("Clara Client", "Monday, January 14, 2030", "10:00", "Cut", "Anna"):
            self.assertIn(text, mail.body_html)
        self._later(hours=3)
        self.assertFalse(self._run())
        self.assertEqual(self._told(booking), [("confirmation", "email", "sent", False)])

    def test_what_was_cancelled_before_anything_was_told_is_not_told(self):
        booking = self._book((self.cut, self.anna))
        self._run()
        booking.action_salon_cancel()
        self._later(hours=1)
        self.assertFalse(self._run())
        self.assertFalse(booking.salon_message_ids)

    def test_a_booking_dragged_twice_is_told_once_and_one_dragged_back_not_at_all(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=6)
        self._run()
        for hours in (1, 2):
            booking.start = self.start + timedelta(hours=hours)
            self._later(minutes=3)
            self.assertFalse(self._run())
        self._later(minutes=6)
        mail = self._run()
        self.assertEqual(mail.subject, "Salon: your visit has changed")
        self.assertIn("12:00", mail.body_html)
        self.assertRegex(mail.body_html, r"Before:\s+Monday, January 14, 2030,? (at )?10:00\s?AM\s*<")
        booking.start = self.start + timedelta(hours=5)
        self._later(minutes=1)
        booking.start = self.start + timedelta(hours=2)
        self._later(hours=1)
        self.assertFalse(self._run())
        self.assertEqual(self._sent(booking), ["confirmation", "changed"])

    def test_there_and_back_and_there_again_is_told_each_time(self):
        booking = self._book((self.cut, self.anna))
        for hours in (0, 1, 0, 1):
            booking.start = self.start + timedelta(hours=hours)
            self._later(minutes=10)
            self.assertEqual(len(self._run()), 1)
        self.assertEqual(self._sent(booking), ["confirmation", "changed", "changed", "changed"])

    def test_another_stylist_and_another_service_are_changes_and_another_chair_is_none(self):
        booking = self._book((self.cut, self.anna, self.chair))
        self._later(minutes=10)
        self._run()
        booking.salon_line_ids.station_id = self.chair_2
        booking.notes = "<p>late again</p>"
        self._later(minutes=10)
        self.assertFalse(self._run())
        booking.salon_line_ids.stylist_id = self.ben
        self._later(minutes=10)
        mail = self._run()
        self.assertRegex(mail.body_html, r"Before:\s+Anna")
        self.assertNotIn("late again", mail.body_html)
        booking.write({"salon_line_ids": [Command.create(self._prepare_line(self.facial, self.ben, sequence=20))]})
        self._later(minutes=10)
        mail = self._run()
        self.assertIn("Cut, Facial", mail.body_html)
        self.assertRegex(mail.body_html, r"Before:\s+Cut")

    def test_a_cancellation_is_told_once_with_the_time_that_the_client_knows(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.start = self.start + timedelta(hours=3)
        booking.action_salon_cancel()
        self._later(minutes=10)
        mail = self._run()
        self.assertEqual(mail.subject, "Salon: your visit is cancelled")
        self.assertIn("10:00", mail.body_html)
        self.assertNotIn("1:00 PM", mail.body_html.replace("\u202f", " "))
        self._later(hours=3)
        self.assertFalse(self._run())
        booking.action_salon_rebook()
        self._later(minutes=10)
        self.assertEqual(self._run().subject, "Salon: you are booked")
        booking.action_salon_cancel()
        self._later(minutes=10)
        self.assertEqual(self._run().subject, "Salon: your visit is cancelled")

    def test_a_booking_taken_up_again_at_once_was_never_off(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.action_salon_cancel()
        self._later(minutes=2)
        self._run()
        booking.action_salon_rebook()
        self._later(minutes=10)
        self.assertFalse(self._run())

    def test_who_is_here_is_not_written_to(self):
        near = self._book((self.cut, self.anna), start=NOW + timedelta(minutes=20))
        walk_in = self._book(
            (self.cut, self.ben), start=NOW + timedelta(hours=2), salon_channel="walk_in", salon_state="arrived"
        )
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(self._told(near)[0], ("confirmation", "none", "skipped", "late"))
        self.assertFalse(walk_in.salon_message_ids)

    def test_a_booking_given_to_another_client_is_off_for_the_first_and_new_for_the_second(self):
        self.dana.email = "dana@example.com"
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.salon_client_id = self.dana
        self._later(minutes=10)
        mails = self._run()
        by_client = {mail.recipient_ids: mail for mail in mails}
        self.assertEqual(by_client[self.client].subject, "Salon: your visit is cancelled")
        self.assertEqual(by_client[self.dana].subject, "Salon: you are booked")
        self.assertNotIn("Dana", by_client[self.client].body_html)
        self.assertNotIn("Clara", by_client[self.dana].body_html)
        self._later(hours=1)
        self.assertFalse(self._run())

    def test_two_bookings_made_together_are_confirmed_in_one_mail_with_one_file(self):
        bookings = self._book((self.cut, self.anna)) | self._book((self.cut, self.anna), minutes=24 * 60)
        self._later(minutes=10)
        mail = self._run()
        self.assertEqual(len(mail), 1)
        self.assertIn("January 14", mail.body_html)
        self.assertIn("January 15", mail.body_html)
        self.assertEqual(len(self._calendar(mail).vevent_list), 2)
        self.assertEqual(bookings.salon_message_ids.mapped("state"), ["sent", "sent"])

    def test_kinds_that_are_switched_off_do_not_go_and_do_not_come_back(self):
        self.company.salon_tell_made = False
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.company.salon_tell_made = True
        self._later(minutes=10)
        self.assertFalse(self._run(), "what was not told then is not told later")
        booking.start += timedelta(hours=1)
        self._later(minutes=10)
        self.assertEqual(self._run().subject, "Salon: your visit has changed")

    def test_who_can_not_be_written_to_is_called_for_what_the_salon_changed(self):
        booking = self._book((self.cut, self.anna), client=self.dana, user=self.reception)
        self._later(minutes=10)
        self._run()
        self.assertEqual(self._told(booking), [("confirmation", "none", "skipped", "no_address")])
        self.assertFalse(booking.sudo().salon_call_ids)
        booking.with_user(self.reception).start += timedelta(hours=1)
        booking.with_user(self.reception).env.flush_all()
        self._later(minutes=10)
        self._run()
        call = booking.sudo().salon_call_ids
        self.assertRegex(call.summary, "Tell Dana by phone: Cut is now on .* with Anna.")
        self.assertEqual(call.user_id, self.reception)
        self._later(minutes=10)
        self._run()
        self.assertEqual(len(booking.sudo().salon_call_ids), 1)
        by_client = self._book((self.cut, self.ben), client=self.dana)
        by_salon = self._book((self.cut, self.ben), client=self.dana, minutes=60)
        self._later(minutes=10)
        self._run()
        by_client.action_salon_cancel()
        reason = self.env.ref("salon_crm.cancel_reason_stylist_ill")
        by_salon._salon_set_state("cancelled", salon_cancel_reason_id=reason.id)
        self._later(minutes=10)
        self._run()
        self.assertFalse(by_client.salon_call_ids, "who cancels knows it")
        self.assertRegex(by_salon.salon_call_ids.summary, "is cancelled")

    def test_at_night_the_desks_messages_wait_and_what_can_not_wait_does_not(self):
        self._later(hours=13)  # 23:00
        far = self._book((self.cut, self.anna))
        near = self._book((self.cut, self.anna), start=NOW + timedelta(hours=23, minutes=30), client=self.dana)
        self.dana.email = "dana@example.com"
        self._later(minutes=10)
        self.assertEqual(self._run().recipient_ids, self.dana, "the visit is at 9:30")
        self._later(hours=9)  # 8:10
        self.assertFalse(self._run())
        self._later(hours=1)
        self.assertEqual(self._run().recipient_ids, self.client)
        self.assertEqual(self._sent(far), ["confirmation"])
        self.assertEqual(self._sent(near), ["confirmation"])

    def test_decent_hours_are_those_of_the_client(self):
        self.client.tz = "Asia/Tokyo"  # 19:00 there
        self._book((self.cut, self.anna))
        self._later(hours=2)
        self.assertFalse(self._run())
        self._later(hours=12, minutes=30)  # 9:30 there
        self.assertEqual(len(self._run()), 1)

    def test_what_was_planned_for_the_morning_and_changed_in_the_night_is_told_as_it_is(self):
        self._later(hours=13)
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        self.assertEqual(self._told(booking), [("confirmation", "email", "planned", False)])
        booking.start += timedelta(hours=4)
        self._later(hours=11)
        mail = self._run()
        self.assertEqual(mail.subject, "Salon: you are booked")
        self.assertIn("2:00 PM", mail.body_html.replace("\u202f", " "))
        self.assertEqual([state for _kind, _channel, state, _reason in self._told(booking)], ["withdrawn", "sent"])

    def test_what_a_client_did_on_the_page_is_confirmed_at_once_at_any_hour(self):
        self._later(hours=13)
        booking = self._book((self.cut, self.anna), salon_channel="online")
        booking._salon_messages_soon()
        booking._salon_messages_soon()
        self.assertEqual(self._told(booking), [("confirmation", "email", "planned", False)])
        self.assertEqual(len(self._run()), 1)
        booking.start += timedelta(hours=1)
        booking._salon_messages_soon()
        self.assertEqual(self._run().subject, "Salon: your visit has changed")
        booking.action_salon_cancel()
        booking._salon_messages_soon()
        self.assertEqual(self._run().subject, "Salon: your visit is cancelled")
        self._later(hours=12)
        self.assertFalse(self._run())

    def test_the_public_user_may_ask_for_messages_soon(self):
        booking = self._book((self.cut, self.anna))
        booking.with_user(self.env.ref("base.public_user"))._salon_messages_soon()
        self.assertEqual(len(self._run()), 1)

    def test_two_files_of_one_client_that_are_merged_are_no_news(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        twin = self.env["res.partner"].create({"name": "Clara C.", "email": "clara@example.com"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | twin).ids, twin)
        self.env.invalidate_all()
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual((booking.salon_client_id, booking.salon_message_ids.partner_id), (twin, twin))

    # Counted as told ----------------------------------------------------------------------------------------------

    def test_what_was_booked_before_counts_as_told(self):
        booking = self._book((self.cut, self.anna))
        self.env["salon.message"]._count_all_as_told()
        self.env["salon.message"]._count_all_as_told()
        self._later(hours=1)
        self.assertFalse(self._run())
        self.assertEqual(self._told(booking), [("confirmation", "none", "skipped", "known")])
        booking.start += timedelta(hours=1)
        self._later(hours=1)
        self.assertEqual(self._run().subject, "Salon: your visit has changed")

    def test_imported_bookings_count_as_told(self):
        booking = self._book((self.cut, self.anna))
        imported = booking.with_context(import_file=True).copy({"start": self.start + timedelta(days=1)})
        self._later(hours=1)
        self._run()
        self.assertEqual(self._sent(booking), ["confirmation"])
        self.assertEqual(self._told(imported), [("confirmation", "none", "skipped", "known")])

    def test_the_wizards_tick_is_the_only_message_and_no_tick_is_none(self):
        told, untold = (
            self._book((self.cut, self.anna)),
            self._book((self.cut, self.anna), minutes=60, client=self.dana),
        )
        self.dana.email = "dana@example.com"
        self._later(minutes=10)
        self._run()
        replan = (
            self.env["salon.replan"]
            .with_user(self.reception)
            .create({"stylist_id": self.anna.id, "start": self.start, "stop": self.start + timedelta(hours=3)})
        )
        replan.action_search()
        replan.line_ids.filtered(lambda line: line.event_id == untold).tell = False
        replan.action_apply()
        mail = self._run()
        self.assertEqual((mail.recipient_ids, mail.subject), (self.client, "Salon: your visit has changed"))
        self.assertRegex(mail.body_html, r"Before:\s+Anna")
        self._later(hours=2)
        self.assertFalse(self._run())
        self.assertEqual(self._told(untold)[1:], [("changed", "none", "skipped", "known")])
        self.assertEqual(told.salon_message_ids.mapped("round"), untold.salon_message_ids.mapped("round"))

    def test_a_booking_that_was_told_is_cancelled_before_it_is_deleted(self):
        booking = self._book((self.cut, self.anna))
        booking.copy({"start": self.start + timedelta(days=1)}).unlink()  # nobody knows of it
        self._later(minutes=10)
        self._run()
        with self.assertRaisesRegex(UserError, "Cancel it, so that they are told"):
            booking.with_user(self.reception).unlink()
        booking.action_salon_cancel()
        with self.assertRaises(UserError):
            booking.unlink()
        self._later(minutes=10)
        self._run()
        booking.unlink()

    def test_a_booking_of_which_only_the_sms_arrived_was_told_as_well(self):
        self.company.salon_message_sms = "all"
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        by_email, by_sms = booking.sudo().salon_message_ids.sorted("channel")
        for lost, arrived in ((by_email, by_sms), (by_sms, by_email)):
            lost.write({"state": "failed", "reason": "refused"})
            arrived.write({"state": "sent", "reason": False})
            with self.assertRaisesRegex(UserError, "Cancel it, so that they are told"):
                booking.unlink()
        (by_email + by_sms).write({"state": "failed", "reason": "refused"})
        booking.unlink()

    def test_a_client_who_thinks_that_they_are_booked_is_told_before_the_booking_is_deleted(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.start += timedelta(hours=1)
        self._later(minutes=10)
        self._run()
        change = booking.sudo().salon_message_ids.filtered(lambda message: message.kind == "changed")
        for state in ("planned", "retry", "failed", "skipped"):  # what they know is the first time
            change.state = state
            with self.subTest(state), self.assertRaisesRegex(UserError, "Cancel it, so that they are told"):
                booking.unlink()
        change.state = "sent"
        self._later(hours=11)  # at night: the cancellation waits for the morning
        booking.action_salon_cancel()
        self._later(minutes=10)
        self._run()
        self.assertEqual(self._told(booking, "planned")[0][0], "cancelled")
        with self.assertRaises(UserError):
            booking.unlink()
        self._later(hours=12)
        self._run()
        self.assertEqual(self._sent(booking), ["confirmation", "changed", "cancelled"])
        booking.unlink()

    def test_who_could_not_be_told_of_a_cancellation_keeps_no_booking_from_being_deleted(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        self.client.write({"email": False, "phone": False})
        booking.action_salon_cancel()
        self._later(minutes=10)
        self._run()
        self.assertIn(("cancelled", "none", "skipped", "no_address"), self._told(booking))
        booking.unlink()

    # Settings, rights ------------------------------------------------------------------------------------------

    def test_settings_that_do_not_fit_are_refused(self):
        for values in (
            {"salon_remind_again_hours": 48},
            {"salon_remind_same_day_hours": 24},
            {"salon_remind_new_hours": 3},
            {"salon_message_from": 20},
            {"salon_message_to": 25},
            {"salon_message_rest_minutes": -1},
            {"salon_message_gap_hours": 48},
        ):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.company.write(values)
                self.env.flush_all()

    def test_every_company_sees_its_own_messages(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "reception_2", "salon_crm.group_salon_reception")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        messages = self.env["salon.message"]
        self.assertTrue(messages.with_user(self.reception).search([("event_id", "=", booking.id)]))
        self.assertFalse(messages.with_user(elsewhere).search([("event_id", "=", booking.id)]))
        with self.assertRaises(AccessError):
            booking.salon_message_ids.with_user(self.reception).action_send_again()

    def test_a_template_with_an_error_fails_alone_and_says_so(self):
        template = self.env.ref("salon_crm.mail_template_booking_changed")
        template.body_html = '<p t-out="object.no_such_field"/>'
        changed, fresh = self._book((self.cut, self.anna)), self.env["calendar.event"]
        self._later(minutes=10)
        self._run()
        changed.start += timedelta(hours=1)
        fresh = self._book((self.cut, self.ben))
        self._later(minutes=10)
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._run(errors=1)
        self.assertEqual(self._told(changed)[-1], ("changed", "email", "failed", "broken"))
        self.assertEqual(self._sent(fresh), ["confirmation"])
        template.reset_template()
        changed.salon_message_ids.filtered(lambda message: message.state == "failed").with_user(
            self.manager
        ).action_send_again()
        self.assertEqual(self._run().subject, "Salon: your visit has changed")
