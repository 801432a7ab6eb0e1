from datetime import datetime, timedelta
from unittest.mock import patch

import vobject
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SalonMailCommon

NOW = datetime(2030, 1, 7, 10)  # a Monday, in the middle of the decent hours


class MessageCommon(SalonMailCommon):
    """A salon on UTC whose client has an email, at ten on a Monday; the clock goes on when a test says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "email": "hello@salon.example.com",
                "name": "Salon",
                "salon_message_from": 9,
                "salon_message_to": 20,
            }
        )
        cls.company.resource_calendar_id.tz = "UTC"
        cls.client.write({"email": "clara@example.com", "phone": "+8613900000001", "tz": False, "lang": "en_US"})
        cls.dana = cls.env["res.partner"].create({"name": "Dana", "phone": "+8613900000002"})

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self._later()
        self.start = NOW + timedelta(days=7)

    def _book(self, *lines, minutes=0, **values):
        return super()._book(*lines, **{"start": self.start + timedelta(minutes=minutes), **values})

    def _later(self, **delta):
        self.env.flush_all()
        self.clock.tick(timedelta(**delta))
        self.env.cr._now = datetime.now()  # what is written is dated by the transaction, which has begun long ago

    _run = SalonMailCommon._send_messages

    def _told(self, booking, *states):
        """Return (kind, channel, state, reason) of what was planned for a booking."""
        messages = booking.sudo().salon_message_ids.sorted("id")
        return [
            (message.kind, message.channel, message.state, message.reason)
            for message in messages
            if not states or message.state in states
        ]

    def _sent(self, booking):
        return [kind for kind, _channel, _state, _reason in self._told(booking, "sent")]


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

    # What is in them -------------------------------------------------------------------------------------------

    def _calendar(self, mail):
        return vobject.readOne(mail.attachment_ids.filtered(lambda file: file.name == "visit.ics").raw.decode())

    def test_the_calendar_file_has_one_uid_rising_numbers_and_nobody_but_salon_and_client(self):
        booking = self._book((self.cut, self.anna), notes="<p>allergic</p>")
        self._later(minutes=10)
        made = self._calendar(self._run())
        self.assertEqual(made.method.value, "REQUEST")
        event = made.vevent
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), booking.start)
        self.assertEqual(event.dtend.value.replace(tzinfo=None), booking.stop)
        self.assertEqual(event.summary.value, "Salon: Cut")
        self.assertEqual([one.value for one in event.attendee_list], ["mailto:clara@example.com"])
        self.assertEqual(event.organizer.value, "mailto:hello@salon.example.com")
        self.assertNotIn("valarm", event.contents)
        self.assertNotIn("allergic", made.serialize())
        booking.start += timedelta(hours=1)
        self._later(minutes=10)
        changed = self._calendar(self._run())
        booking.action_salon_cancel()
        self._later(minutes=10)
        cancelled = self._calendar(self._run())
        self.assertEqual({one.vevent.uid.value for one in (made, changed, cancelled)}, {event.uid.value})
        self.assertEqual([int(one.vevent.sequence.value) for one in (made, changed, cancelled)], [0, 1, 2])
        self.assertEqual((cancelled.method.value, cancelled.vevent.status.value), ("CANCEL", "CANCELLED"))
        self.assertEqual(changed.vevent.dtstart.value.replace(tzinfo=None), booking.start)

    def test_what_to_mind_stands_in_the_confirmation_and_the_file_add_ons_included(self):
        self.cut.salon_prepare_note = "Come with dry hair <b>please</b>"
        self.facial.product_tmpl_id.salon_prepare_note = "Patch test 48 hours before"
        self.cut.product_tmpl_id.salon_addon_ids = self.facial
        self._book(
            (self.cut, self.anna),
            salon_line_ids=[
                Command.create(self._prepare_line(self.cut, self.anna, addon_ids=[Command.set(self.facial.ids)]))
            ],
        )
        self._later(minutes=10)
        mail = self._run()
        self.assertIn("Come with dry hair &lt;b&gt;please&lt;/b&gt;", mail.body_html)
        self.assertIn("Patch test 48 hours before", mail.body_html)
        self.assertIn("Facial: Patch test 48 hours before", self._calendar(mail).vevent.description.value)

    def test_a_message_is_in_the_clients_language_and_on_the_salons_clocks(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.cut.with_context(lang="fr_FR").name = "Coupe"
        self._book((self.cut, self.anna))
        self._later(minutes=10)
        mail = self._run()
        for text in ("lundi 14 janvier 2030", "18:00", "Coupe"):
            self.assertIn(text, mail.body_html)

    def test_the_link_leaves_in_the_mail_and_stands_nowhere_that_the_team_reads(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        mail = self._run()
        token = booking.salon_token
        self.assertNotIn(token, mail.body_html)
        self.assertNotIn(token, mail.mail_message_id.body)
        [left] = self._mails
        self.assertIn(f"/salon/visit/{token}", left["body"])
        self.assertNotIn("/salon/visit/booking-", left["body"])
        self.assertNotIn(token, mail.attachment_ids.raw.decode())

    def test_a_mark_that_somebody_typed_stays_a_mark(self):
        booking = self._book((self.cut, self.anna))
        booking._salon_link()
        mail = self.env["mail.mail"].create(
            {
                "model": "calendar.event",
                "res_id": booking.id,
                "body_html": f'<a href="/salon/visit/booking-{booking.id}">x</a>',
            }
        )
        self.assertNotIn(booking.salon_token, mail._prepare_outgoing_body())

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

    # SMS ------------------------------------------------------------------------------------------------------------

    def _sms(self, booking):
        return booking.salon_message_ids.sms_id

    def test_who_has_no_email_gets_an_sms_where_the_salon_wants_it(self):
        self.company.salon_message_sms = "no_email"
        with_email, without = self._book((self.cut, self.anna)), self._book((self.cut, self.ben), client=self.dana)
        self._later(minutes=10)
        self._run()
        self.assertEqual([channel for _kind, channel, _state, _why in self._told(with_email)], ["email"])
        self.assertEqual([channel for _kind, channel, _state, _why in self._told(without)], ["sms"])
        sms = self._sms(without)
        self.assertEqual((sms.number, sms.partner_id), ("+8613900000002", self.dana))
        self.assertEqual(
            sms.body, f"Salon: booked for Mon, Jan 14, 10:00 AM. Change or cancel: {without._salon_link()}"
        )

    def test_everybody_gets_both_where_the_salon_wants_it_and_none_without_email(self):
        self.company.salon_message_sms = "all"
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        self.assertEqual({channel for _kind, channel, _state, _why in self._told(booking)}, {"email", "sms"})
        self.company.write({"salon_message_sms": "off", "salon_message_email": False})
        booking.start += timedelta(hours=1)
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(self._told(booking)[-1], ("changed", "none", "skipped", "no_address"))

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


@tagged("post_install", "-at_install")
class TestReminders(MessageCommon):
    """When whom is reminded of what."""

    def setUp(self):
        super().setUp()
        self.start = NOW + timedelta(days=7, hours=4)  # Monday at 14:00
        self.env["salon.visit"].create({"partner_id": self.client.id}).action_done()

    def _days(self, *, until=None):
        """Let the clock go hour by hour until the visit; return {kind of reminder: hours before the visit}."""
        sent = {}
        while fields.Datetime.now() < (until or self.start):
            self._run()
            self._later(hours=1)
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
        self.client.salon_remind_day_before = True
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


@tagged("post_install", "-at_install")
class TestPlanner(MessageCommon):
    """Twice and at once."""

    def test_two_planners_who_saw_the_same_write_it_once(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        messages = self.env["salon.message"]
        [found] = messages._find_news(self.company, booking)
        rows = messages._prepare_news(self.company, found, fields.Datetime.now(), False)
        self.assertEqual(len(messages._insert(rows)), 1)
        self.assertFalse(messages._insert(rows))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            booking.salon_message_ids.copy()
            self.env.flush_all()

    def test_what_died_on_its_way_is_perhaps_sent_and_a_manager_decides(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        message = booking.salon_message_ids
        message.write({"state": "sending", "sending_at": fields.Datetime.now(), "sent_at": False})
        message.mail_id.state = "exception"
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(message.state, "sending")
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(message.state, "unsure")
        message.with_user(self.manager).action_send_again()
        with self.mock_mail_gateway(), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["salon.message"]._cron_messages()
        self.env.invalidate_all()
        self.assertEqual((message.state, len(self._mails)), ("sent", 1))

    def test_what_is_not_true_any_more_is_not_sent_again(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.salon_message_ids.state = "unsure"
        booking.start += timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "has changed since"):
            booking.salon_message_ids.with_user(self.manager).action_send_again()

    def test_a_planner_that_fails_for_one_salon_serves_the_others(self):
        other = self.env["res.company"].create({"name": "Second Salon", "email": "second@example.com"})
        self.env.user.company_ids |= other
        stylist = self.env["hr.employee"].create(
            {"name": "Cleo", "is_salon_stylist": True, "resource_calendar_id": False, "company_id": other.id}
        )
        self.company.resource_calendar_id.tz = "UTC"
        broken = self._book((self.cut, self.anna))
        booking = self._book((self.cut, stylist), company_id=other.id)
        self._later(minutes=10)
        plan = type(self.env["salon.message"])._plan_news

        def failing(messages, company, bookings=None):
            if company == self.company:
                raise ZeroDivisionError
            return plan(messages, company, bookings)

        with patch.object(type(self.env["salon.message"]), "_plan_news", failing):
            self._run(errors=1)
        self.assertEqual((self._sent(broken), self._sent(booking)), ([], ["confirmation"]))
