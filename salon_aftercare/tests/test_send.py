import smtplib
from ast import literal_eval
from datetime import timedelta
from itertools import pairwise

import requests

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .send_common import NOW, SendCommon


@tagged("post_install", "-at_install")
class TestSend(SendCommon):
    """What goes by itself: written in the client's words, sent once, done when it went."""

    def test_a_follow_up_by_email_goes_once_and_is_done_when_it_went(self):
        followup = self._due()
        self.assertEqual((followup.sending, followup.done_at), ("planned", False))
        self.assertFalse(followup.activity_id, "nobody has to do anything")
        self._later(minutes=1)
        mail = self._send()
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertEqual(mail.email_from, '"Salon" <hello@salon.example.com>')
        self.assertEqual(mail.subject, "How is it, Clara?")
        self.assertIn("Anna did Cut on you.", mail.body_html)
        self.assertIn("&lt;b&gt;Well?&lt;/b&gt;", mail.body_html, "a text is a text")
        self.assertEqual((followup.state, followup.sending), ("done", "sent"))
        self.assertEqual((followup.done_at, followup.sent_at), (NOW + timedelta(minutes=1),) * 2)
        self.assertFalse(self._send())

    def test_each_client_reads_their_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.step.with_context(lang="zh_CN").write({"subject": "{{client}},还好吗?", "script": "{{client}},您好!"})
        self.client.lang = "zh_CN"
        self._due()
        mail = self._send()
        self.assertEqual(mail.subject, "Clara,还好吗?")
        self.assertIn("Clara,您好!", mail.body_html)

    def test_a_follow_up_by_sms_has_its_words_and_its_number(self):
        followup = self._due("sms")
        self._gateway("sms", lambda record: True)
        self._send()
        self.assertEqual(self._new_sms.number, "+8613900000001")
        self.assertEqual(self._new_sms.body, "Dear Clara,\n\nAnna did Cut on you. <b>Well?</b>\n\nSalon")
        self.assertEqual((followup.state, followup.sending, self._new_sms.state), ("done", "sent", "sent"))

    def test_an_offer_says_how_to_have_no_more_of_them_and_care_does_not_count_as_one(self):
        self._due(marketing=True)
        mail = self._send()
        link = self.file._choice_link(self.company)
        headers = literal_eval(mail.headers)
        self.assertEqual(headers["List-Unsubscribe"], f"<{link}/offers/email>")
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn("No more offers", mail.body_html)
        self.assertNotIn(link, mail.body_html, "the team reads it too")
        self.assertIn(link, mail._prepare_outgoing_body())
        self._due()
        self.assertNotIn("List-Unsubscribe", self._send().headers)

    def test_the_link_to_say_how_it_was_is_in_what_the_client_gets_alone(self):
        self.step.script = "How was it? {{feedback}}"
        followup = self._due()
        self.assertNotIn(followup.visit_id.sudo().feedback_ids.token or "none", followup.script)
        mail = self._send()
        link = followup.visit_id.sudo().feedback_ids._link()
        self.assertNotIn(link, mail.body_html)
        self.assertIn(link, mail._prepare_outgoing_body())
        self.file.wechat = "clara_wx"
        followup = self._due("wechat")
        link = followup.visit_id.sudo().feedback_ids._link()
        self.assertIn(link, followup.with_user(self.reception).script, "who writes it has to copy it")

    def test_an_offer_by_sms_has_the_link_in_it(self):
        self._due("sms", marketing=True)
        self._gateway("sms", lambda record: True)
        self._send()
        self.assertTrue(self._new_sms.body.endswith(f"No more offers: {self.file._choice_link(self.company)}"))

    def test_who_takes_it_back_meanwhile_gets_nothing(self):
        followup = self._due(marketing=True)
        self.file._set_contact_choice("marketing", "email", False, "link")
        self.assertFalse(self._send())
        self.assertEqual((followup.state, followup.skip_code, followup.sending), ("skipped", "objected", "stopped"))

    def _with_offer(self):
        """Return care by email that an offer goes with."""
        step = {"name": "Offer", "script": "Two for one!", "channel": "email", "delay": 0, "since": NOW}
        plan = {"name": "Offer", "trigger": "visit_done", "is_marketing": True, "step_ids": [(0, 0, step)]}
        self.env["salon.followup.plan"].create(plan)
        self.file._set_contact_choice("marketing", "email", True)
        self.step.channel = "email"
        followups = self._followup()
        followups._gate()
        care = followups.filtered(lambda one: one.step_id == self.step)
        self.assertEqual((care.state, (followups - care).merged_into_id), ("due", care))
        return care

    def test_care_with_an_offer_says_how_to_have_no_more_of_them(self):
        self._with_offer()
        mail = self._send()
        self.assertIn("Two for one!", mail.body_html)
        self.assertIn("List-Unsubscribe", mail.headers)

    def test_care_goes_without_the_offer_that_is_refused_meanwhile(self):
        care = self._with_offer()
        self.file._set_contact_choice("marketing", "email", False, "link")
        mail = self._send()
        self.assertEqual((care.state, len(mail)), ("done", 1))
        self.assertIn("Anna did Cut", mail.body_html)
        self.assertNotIn("Two for one!", mail.body_html)
        self.assertNotIn("List-Unsubscribe", mail.headers)

    def test_a_mail_that_was_refused_by_the_server_goes_again_without_the_offer_that_the_client_refused(self):
        care = self._with_offer()
        care._make()
        first = care.mail_id
        care.write({"sending": "retry", "tries": 1, "try_at": fields.Datetime.now()})
        self.file._set_contact_choice("marketing", "email", False, "link")
        mail = self._send()
        self.assertEqual((care.state, first.state, len(mail)), ("done", "cancel", 1))
        self.assertNotIn("Two for one!", mail.body_html)

    def test_what_was_written_to_one_client_does_not_go_when_the_visit_is_another_s(self):
        followup = self._due()
        followup._make()
        first = followup.mail_id
        followup.write({"sending": "retry", "tries": 1, "try_at": fields.Datetime.now()})
        dora = self.env["res.partner"].create({"name": "Dora", "email": "dora@example.com", "lang": "en_US"})
        followup.visit_id.partner_id = dora
        self.assertEqual((followup.state, followup.sending, first.state), ("planned", False, "cancel"))
        followup._gate()
        mail = self._send()
        self.assertEqual((mail.recipient_ids, followup.state), (dora, "done"))
        self.assertNotIn("Clara", mail.body_html)

    def test_what_waits_until_the_evening_goes_in_the_morning(self):
        followup = self._due()
        self._later(hours=11)
        self.assertFalse(self._send())
        self.assertEqual((followup.state, followup.sending), ("due", "planned"))
        self._later(hours=13)
        self.assertTrue(self._send())

    def test_what_a_person_closes_does_not_go(self):
        skipped, done = self._due(), self._due()
        skipped.with_user(self.manager).write({"reason": "Was here"})
        skipped.with_user(self.manager).action_skip()
        done.with_user(self.manager).write({"reached": "yes"})
        done.with_user(self.manager).action_done()
        self.assertFalse(self._send())
        self.assertEqual((skipped | done).mapped("sending"), ["stopped", "stopped"])

    def test_two_that_are_made_together_are_one_mail(self):
        other = self.step.copy({"name": "Tips", "script": "Use less soap.", "since": NOW - timedelta(days=30)})
        followups = self._followup()
        self.assertEqual(followups.step_id, self.step | other)
        followups._gate()
        mail = self._send()
        self.assertEqual(len(mail), 1)
        self.assertIn("Use less soap.", mail.body_html)
        self.assertIn("Anna did Cut", mail.body_html)

    def test_an_email_that_dies_with_its_worker_is_perhaps_sent_and_a_person_decides(self):
        arrived, lost = self._due(), self._due()
        for followup in arrived | lost:
            followup._make()
        (arrived | lost).write({"sending": "sending", "sending_at": fields.Datetime.now()})
        self.assertFalse(self._send())
        self._later(minutes=20)
        self.assertFalse(self._send())
        self.assertEqual((arrived | lost).mapped("sending"), ["unsure", "unsure"])
        self.assertEqual(arrived.activity_id.user_id, self.reception)
        self.assertIn("Perhaps sent", arrived.activity_id.summary)
        arrived.with_user(self.reception).action_arrived()
        self.assertEqual((arrived.state, arrived.done_at, arrived.sudo().mail_id.state), ("done", NOW, "cancel"))
        lost.with_user(self.reception).action_send_again()
        with self.assertNoLogs(level="ERROR"):
            self._send()
        self.assertEqual((lost.state, lost.sending), ("done", "sent"))
        self.assertFalse(lost.activity_id.active)

    def test_a_text_that_can_not_be_made_holds_up_no_other(self):
        broken, fine = self._due(), self._due()
        origin = self.env.registry["salon.followup"]._get_subject

        def fails(record):
            if record.id == broken.id:
                raise ValueError("no words")
            return origin(record)

        self.patch(self.env.registry["salon.followup"], "_get_subject", fails)
        with mute_logger("odoo.addons.salon_crm.models.salon_sending"):
            self.assertEqual(len(self._send()), 1)
        self.assertEqual((broken.state, broken.sending, broken.fault), ("due", "failed", "broken"))
        self.assertEqual(fine.state, "done")
        self.assertIn("The text could not be made.", broken.with_user(self.reception).server_said)


@tagged("post_install", "-at_install")
class TestRefused(SendCommon):
    """What a server does not take is tried again, and then shown to the front desk."""

    def setUp(self):
        super().setUp()
        self.server = self.env.registry["salon.followup"]._send_email

    def _refuse(self, error):
        def refuse(record):
            raise error

        self._gateway("email", refuse)

    def test_a_refused_mail_is_tried_again_with_growing_pauses_and_then_somebody_calls(self):
        self._refuse(smtplib.SMTPDataError(554, b"Not today"))
        followup = self._due()
        moments = []
        for _minute in range(24 * 60):
            if followup.sending == "failed":
                break
            if followup.sending == "planned" or followup.try_at <= fields.Datetime.now():
                tries = followup.tries
                self._send()
                if followup.tries > tries:
                    moments.append(fields.Datetime.now())
            self._later(minutes=5)
        pauses = [(later - before) // timedelta(minutes=1) for before, later in pairwise(moments)]
        self.assertEqual(len(moments), 5)
        self.assertEqual(pauses, [5, 30, 120, 360])
        self.assertEqual((followup.state, followup.fault), ("due", "tries"))
        self.assertIn("554 Not today", followup.server_said)
        activity = followup.activity_id
        self.assertEqual(activity.user_id, self.reception)
        self.assertEqual(activity.summary, "Could not be sent: call instead")
        self.assertIn("554 Not today", activity.note)
        found = self.followups.with_user(self.reception).search(
            [("sending", "in", ("failed", "unsure")), ("state", "=", "due")]
        )
        self.assertEqual(found, followup)
        followup.with_user(self.reception).write({"reached": "yes", "rating": "5"})
        followup.with_user(self.reception).action_done()
        self.assertEqual((followup.state, followup.sending), ("done", "failed"))
        self.assertEqual(followup.sudo().mail_id.state, "cancel")

    def test_a_failing_message_holds_up_none_of_the_others(self):
        followups = [self._due() for _number in range(3)]
        bad = followups[0]

        def refuse_one(record):
            if record == bad:
                raise smtplib.SMTPDataError(554, b"Not today")
            return True

        self._gateway("email", refuse_one)
        self._send()
        self.assertEqual([followup.state for followup in followups], ["due", "done", "done"])

    def test_a_server_out_of_order_for_a_day_is_nobodys_fault(self):
        self._refuse(ConnectionRefusedError(111, "Connection refused"))
        followup = self._due()
        for _hour in range(24):
            self._send()
            self._later(hours=1)
        self.assertEqual((followup.state, followup.sending), ("due", "retry"))
        self.assertFalse(followup.activity_id)

    def test_a_bad_address_is_shown_at_once(self):
        followup = self._due()
        self.client.email = "by phone only"
        self._send()
        self.assertEqual((followup.state, followup.skip_code), ("skipped", "no_address"))
        self.client.email = "clara@example.com"
        followup = self._due()
        self._refuse(smtplib.SMTPRecipientsRefused({"clara@example.com": (550, b"No such user")}))
        self._send()
        self.assertEqual(followup.sending, "failed")
        self.assertEqual(followup.fault, "refused")
        self.assertIn("550 No such user", followup.server_said)

    def test_nobody_is_called_who_did_not_agree_to_it(self):
        self._refuse(smtplib.SMTPRecipientsRefused({"clara@example.com": (550, b"No such user")}))
        followup = self._due(marketing=True)
        self.file._set_contact_choice("marketing", "call", False)
        self._send()
        self.assertEqual(followup.activity_id.summary, "Could not be sent: ask for the right address")
        self._later(days=4)
        self._send()
        self.assertEqual((followup.state, followup.skip_code), ("skipped", "late"))

    def test_with_the_right_address_it_is_sent_again(self):
        self._refuse(smtplib.SMTPRecipientsRefused({"clara@example.com": (550, b"No such user")}))
        followup = self._due()
        self._send()
        self.client.email = "clara.new@example.com"
        self._gateway("email", self.server)
        followup.with_user(self.reception).action_send_again()
        self.assertFalse(followup.activity_id.active)
        self._send()
        self.assertEqual((followup.state, followup.sending), ("done", "sent"))
        self.assertEqual(self._mails[0]["email_to"], ['"Clara" <clara.new@example.com>'])
        with self.assertRaisesRegex(UserError, "Only what could not be sent"):
            followup.action_send_again()

    def test_an_activity_that_got_lost_comes_back(self):
        self._refuse(smtplib.SMTPRecipientsRefused({"clara@example.com": (550, b"No such user")}))
        followup = self._due()
        self._send()
        followup.activity_id.sudo().unlink()
        self._run_cron("sweep")
        self.assertTrue(followup.activity_id.active)


@tagged("post_install", "-at_install")
class TestGateway(SendCommon):
    """A channel that another addon sends by: one method."""

    def test_without_a_gateway_wechat_is_written_by_hand(self):
        self.file.wechat = "clara_wx"
        followup = self._due("wechat")
        self.assertFalse(followup.sending)
        self.assertIn("clara_wx", followup.activity_id.note)
        self.assertIn("Anna did Cut", followup.activity_id.note)
        self._send()
        self.assertEqual(followup.state, "due")

    def test_what_is_copied_is_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.step.with_context(lang="zh_CN").script = "{{client}},您好!"
        self.client.lang = "zh_CN"
        self.file.wechat = "clara_wx"
        followup = self._due("wechat")
        self.assertEqual(followup.with_user(self.reception).script, "Clara,您好!")
        self.assertIn("Clara,您好!", followup.activity_id.note)

    def test_a_gateway_for_wechat_is_one_method(self):
        sent = []

        def send_wechat(record):
            sent.append((record.wechat, record._for_client()._get_text()))
            return True

        self._gateway("wechat", send_wechat)
        self.file.wechat = "clara_wx"
        followup = self._due("wechat")
        self.assertFalse(followup.activity_id)
        self._send()
        self.assertEqual(sent, [("clara_wx", "Dear Clara,\n\nAnna did Cut on you. <b>Well?</b>\n\nSalon")])
        self.assertEqual((followup.state, followup.sending), ("done", "sent"))

    def test_what_a_gateway_can_not_send_is_tried_again(self):
        answers = [requests.ConnectTimeout("out of order"), None]

        def send_wechat(record):
            if answer := answers.pop(0):
                raise answer
            return True

        self._gateway("wechat", send_wechat)
        self.file.wechat = "clara_wx"
        followup = self._due("wechat")
        self._send()
        self.assertEqual((followup.state, followup.sending), ("due", "retry"))
        self._later(minutes=6)
        self._send()
        self.assertEqual((followup.state, followup.sending), ("done", "sent"))

    def test_a_gateway_may_take_a_channel_over_as_it_is_carried_out(self):
        taken = []
        model = self.env.registry["salon.followup"]
        self.patch(model, "_carry_out_sms", lambda records: taken.extend(records.ids))
        followup = self._due("sms")
        self.assertEqual(taken, followup.ids)
        self.assertFalse(followup.sending)


@tagged("post_install", "-at_install")
class TestLetters(SendCommon):
    def test_letters_wait_for_their_labels_and_printed_closes_them(self):
        self.client.write({"street": "12 Park Street", "city": "Springfield", "zip": "12345"})
        letters = self._due("post")
        self.assertEqual(letters.address, "12 Park Street, Springfield 12345")
        action = letters.with_user(self.reception).action_print_labels()
        self.assertEqual(action["context"]["active_ids"], letters.ids)
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "salon_aftercare.report_followup_labels", letters.ids
        )
        self.assertIn("12 Park Street", page.decode())
        letters.with_user(self.reception).action_printed()
        self.assertEqual((letters.state, letters.done_by), ("done", self.reception))
        with self.assertRaisesRegex(UserError, "no letter to send"):
            letters.with_user(self.reception).action_printed()
