from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .message_common import MessageCommon


@tagged("post_install", "-at_install")
class TestContent(MessageCommon):
    """What stands in them, in mails and in SMS."""

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
