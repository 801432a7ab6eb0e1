from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..models.salon_feedback import MARK
from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestFeedback(FeedbackCommon):
    def test_each_visit_with_a_client_gets_one_and_never_two(self):
        visits = self._done_visit(self.anna) | self._done_visit(self.ben)
        nobody = self._done_visit(self.anna, partner_id=False)
        still_open = self._open_visit(self.anna)
        self.env["salon.feedback"]._make_for_latest()
        self.assertFalse(self.env["salon.feedback"]._make_for_latest())
        feedbacks = self.env["salon.feedback"].search([("visit_id", "in", (visits | nobody | still_open).ids)])
        self.assertEqual(feedbacks.visit_id, visits)
        self.assertEqual(len(feedbacks), 2)
        self.assertEqual(set(feedbacks.mapped("state")), {"new"})
        self.assertEqual(feedbacks.employee_id, self.anna | self.ben)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            feedbacks[0].copy({"visit_id": feedbacks[0].visit_id.id})

    def test_the_first_answer_counts(self):
        feedback = self._feedback()
        feedback._link()
        self.assertTrue(feedback._answer("5", "link"))
        self.assertFalse(feedback._answer("1", "link"))
        self.assertFalse(feedback._answer("1", "person", self.manager))
        self.assertEqual((feedback.rating, feedback.way, feedback.state), ("5", "link", "answered"))
        self.assertTrue(feedback._tell_more({"skill": "4", "nps": "0", "comment": "Fine"}))
        self.assertFalse(feedback._tell_more({"comment": "Not fine"}))
        self.assertEqual((feedback.skill, feedback.nps, feedback.comment), ("4", "0", "Fine"))
        rating = self.env["rating.rating"].search(feedback._rating_domain())
        self.assertEqual((len(rating), rating.rating, rating.feedback, rating.consumed), (1, 5, "Fine", True))
        self.assertEqual((rating.partner_id, rating.rated_partner_id), (self.client, self.stylist_user.partner_id))
        self.assertFalse(rating.access_token)
        self.assertNotIn("Clara", rating.res_name)
        self.assertEqual(rating.parent_ref, self.env.company)

    def test_a_link_ends_after_its_days_and_can_be_given_anew(self):
        feedback = self._feedback()
        path = feedback._path()
        token = path.rpartition("/")[2]
        self.assertEqual(len(token), 32)
        self.assertEqual(self.env["salon.feedback"]._by_token(token), feedback)
        for wrong in (token[:-1], token + "x", token.swapcase(), "", None, "%", feedback.id):
            self.assertFalse(self.env["salon.feedback"]._by_token(wrong), wrong)
        with freeze_time(fields.Datetime.now() + timedelta(days=29, hours=23)):
            self.assertFalse(feedback._has_ended())
        with freeze_time(fields.Datetime.now() + timedelta(days=30, minutes=1)):
            self.assertTrue(feedback._has_ended())
            self.assertFalse(feedback._answer("5", "link"))
            self.assertTrue(feedback._path().endswith(token))
            self.assertFalse(feedback._has_ended())

    def test_another_client_of_the_visit_is_asked_anew(self):
        feedback = self._feedback()
        token = feedback._path().rpartition("/")[2]
        dora = self.env["res.partner"].create({"name": "Dora"})
        feedback.visit_id.partner_id = dora
        self.assertEqual((feedback.partner_id, feedback.state), (dora, "new"))
        self.assertFalse(self.env["salon.feedback"]._by_token(token))
        feedback.visit_id.partner_id = False
        self.assertFalse(feedback.exists())

    def test_a_low_rating_or_a_word_of_the_list_calls_for_care_once(self):
        low, fine = self._answered("2"), self._answered("3")
        self.assertEqual((low.case_reason, fine.case_reason), ("rating", False))
        for words, found in (
            ("My scalp has a RASH now", "rash"),
            ("I want my Money\nback!", "money back"),
            ("auburn is my colour, crashing good", False),
            ("头皮过敏了", "过敏"),
            ("头皮很舒服", False),
        ):
            feedback = self._answered("5", comment=words)
            self.assertEqual((feedback.case_word, feedback.case_reason), (found, found and "word"), words)
        case = low.case_id
        self.assertEqual((case.kind, case.partner_id, case.visit_id), ("complaint", self.client, low.visit_id))
        self.assertEqual(case.user_id, case._choose_owner(self.env.company))
        self.assertTrue(case.user_id.has_group("salon_crm.group_salon_manager"))
        self.assertFalse(fine.case_id)
        low._tell_more({"comment": "Too short"})
        self.assertEqual(low.case_id, case)
        self.assertIn("Too short", case.message_ids[0].body)
        self.assertIn(self.client, self.env["salon.case"]._find_complaining(self.client))
        self.env.company.salon_feedback_low = 0
        self.assertFalse(self._answered("1").case_reason)

    def test_an_answer_is_kept_where_its_case_can_not_be_opened_and_that_is_made_up_for(self):
        self.env.cr.execute("ALTER TABLE salon_case ADD CONSTRAINT broken CHECK (kind <> 'complaint') NOT VALID")
        with mute_logger("odoo.sql_db", "odoo.addons.salon_aftercare.tools"):
            feedback = self._answered("1")
        self.assertEqual((feedback.rating, feedback.case_id.id), ("1", False))
        self.env.cr.execute("ALTER TABLE salon_case DROP CONSTRAINT broken")
        feedback._open_missing_cases()
        case = feedback.case_id
        self.assertTrue(case)
        feedback._open_missing_cases()
        self.assertEqual(self.env["salon.case"].search([("visit_id", "=", feedback.visit_id.id)]), case)

    def test_words_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        self.env["salon.feedback.word"].create({"name": "lukewarm", "company_id": other.id})
        self.assertFalse(self._answered("5", comment="Lukewarm").case_reason)

    def test_odoos_own_ways_of_rating_are_closed(self):
        feedback = self._answered("5")
        rating = self.env["rating.rating"].search(feedback._rating_domain())
        for attempt in (
            lambda: feedback.rating_apply(1, rating=rating),
            lambda: feedback.rating_send_request(self.env["mail.template"]),
            feedback._rating_get_access_token,
            lambda: feedback.message_post(body="x", rating_value=1),
        ):
            with self.assertRaises(UserError):
                attempt()
        for user in (self.manager, self.stylist_user, self.reception, self.plain_user):
            theirs = self.env["rating.rating"].with_user(user)
            for change in (
                lambda theirs=theirs: theirs.browse(rating.id).write({"rating": 1}),
                lambda theirs=theirs: theirs.browse(rating.id).reset(),
                lambda theirs=theirs: theirs.create(
                    {
                        "res_model_id": self.env["ir.model"]._get_id("salon.feedback"),
                        "res_id": feedback.id,
                        "rating": 1,
                        "consumed": True,
                    }
                ),
            ):
                with self.assertRaises(AccessError):
                    change()
        self.assertEqual(rating.rating, 5)
        self.assertEqual(feedback.rating_avg, 5)

    def test_ratings_of_others_stay_free(self):
        """What other apps of Odoo do with ratings is not ours."""
        values = {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": self.client.id, "rating": 4}
        rating = self.env["rating.rating"].with_user(self.plain_user).create(values)
        rating.rating = 3
        self.assertEqual(rating.read(["rating"])[0]["rating"], 3)

    def test_settings_that_make_no_sense_are_refused(self):
        for values in ({"salon_feedback_days": 0}, {"salon_feedback_hours": 100}, {"salon_feedback_low": 6}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.env.company.write(values)
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestFeedbackAccess(FeedbackCommon):
    def _found(self, user, feedbacks):
        return self.env["salon.feedback"].with_user(user).search([("id", "in", feedbacks.ids)]).sudo(False)

    def test_a_stylist_reads_answers_of_own_visits_alone(self):
        own, others, both = (self._answered("4", *who) for who in ([self.anna], [self.ben], [self.anna, self.ben]))
        every = own | others | both
        self.assertEqual(self._found(self.stylist_user, every), own | both)
        for user in (self.reception, self.manager):
            self.assertEqual(self._found(user, every), every)
        for user in (self.plain_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self._found(user, every)
        self.assertEqual(own.visit_id.with_user(self.stylist_user).feedback_rating, "4 of 5")
        self.assertFalse(others.visit_id.with_user(self.stylist_user).feedback_rating)

    def test_ratings_are_read_by_who_reads_the_feedback(self):
        own, others = self._answered("4", self.anna), self._answered("4", self.ben)
        ratings = self.env["rating.rating"].search(own._rating_domain() | others._rating_domain())

        def seen(user):
            return ratings.with_user(user).search([("id", "in", ratings.ids)]).mapped("res_id")

        self.assertEqual(set(seen(self.manager)), set((own | others).ids))
        self.assertEqual(seen(self.stylist_user), own.ids)
        self.assertFalse(seen(self.plain_user))

    def test_other_companies_see_nothing(self):
        feedback = self._answered("4", comment="Fine")
        other = self.env["res.company"].create({"name": "Other salon"})
        self.manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self._found(self.manager, feedback))
        self.assertFalse(self.env["rating.rating"].with_user(self.manager).search(feedback._rating_domain()))
        self.assertFalse(
            self.env["salon.feedback.report"].with_user(self.manager).search([("feedback_id", "=", feedback.id)])
        )

    def test_nobody_changes_or_deletes_an_answer(self):
        feedback = self._answered("1")
        for user in (self.manager, self.reception, self.stylist_user):
            with self.assertRaises(AccessError):
                feedback.with_user(user).write({"rating": "5"})
            with self.assertRaises(AccessError):
                feedback.with_user(user).unlink()

    def test_nobody_reads_the_link(self):
        feedback = self._feedback()
        feedback._link()
        for user in (self.manager, self.stylist_user):
            with self.assertRaises(AccessError):
                feedback.with_user(user).read(["token"])


@tagged("post_install", "-at_install")
class TestFeedbackNote(FeedbackCommon):
    def _note(self, visit, user, **values):
        action = visit.with_user(user).action_note_feedback()
        note = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        note.write(values)
        return note.action_save()

    def test_staff_note_what_was_said(self):
        visit = self._done_visit(self.anna)
        self._note(visit, self.stylist_user, rating="4", skill="5", comment="Lovely")
        feedback = visit.feedback_ids
        self.assertEqual((feedback.rating, feedback.way, feedback.noted_by_id), ("4", "person", self.stylist_user))
        self.assertEqual((feedback.skill, feedback.comment), ("5", "Lovely"))
        action = visit.with_user(self.stylist_user).action_note_feedback()
        self.assertEqual((action["res_model"], action["res_id"]), ("salon.feedback", feedback.id))

    def test_what_the_client_answered_counts_more(self):
        visit = self._done_visit(self.anna)
        action = visit.with_user(self.reception).action_note_feedback()
        note = self.env["salon.feedback.note"].with_user(self.reception).browse(action["res_id"])
        note.rating = "5"
        visit.feedback_ids._link()
        visit.feedback_ids._answer("1", "link")
        with self.assertRaisesRegex(UserError, "by themselves"):
            note.action_save()
        self.assertEqual(visit.feedback_ids.rating, "1")

    def test_a_visit_that_is_open_or_of_nobody_has_none(self):
        for visit in (self._open_visit(self.anna), self._done_visit(self.anna, partner_id=False)):
            with self.assertRaisesRegex(UserError, "done, by a client"):
                visit.action_note_feedback()

    def test_a_stylist_notes_nothing_of_visits_that_they_do_not_see(self):
        stranger = self.env["res.partner"].create({"name": "Dora"})
        visit = self._done_visit(self.ben, client=stranger)
        with self.assertRaises(AccessError):
            visit.with_user(self.stylist_user).action_note_feedback()
        notes = self.env["salon.feedback.note"].with_user(self.stylist_user)
        with self.assertRaises(AccessError):
            notes.create({"visit_id": visit.id, "rating": "1"})
        note = notes.create({"visit_id": self._done_visit(self.anna).id, "rating": "1"})
        with self.assertRaises(AccessError):
            note.visit_id = visit
        self.assertFalse(visit.feedback_ids.answered_at)

    def test_what_is_being_noted_is_ones_own(self):
        note = self.env["salon.feedback.note"].with_user(self.reception)
        note = note.create({"visit_id": self._done_visit(self.anna).id, "comment": "Only between us"})
        with self.assertRaises(AccessError):
            note.with_user(self.stylist_user).read(["comment"])

    def test_the_stars_of_a_call_count(self):
        followup = self._followup(self.anna)
        followup.write({"reached": "yes", "rating": "2", "said": "Too short"})
        followup.with_user(self.stylist_user).action_done()
        feedback = followup.visit_id.feedback_ids
        self.assertEqual((feedback.rating, feedback.way, feedback.noted_by_id), ("2", "person", self.stylist_user))
        self.assertEqual(feedback.case_reason, "rating")
        self.assertFalse(feedback.comment)
        action = followup.action_note_feedback()
        note = self.env["salon.feedback.note"].browse(action["res_id"])
        self.assertEqual((note.rating, note.is_rated), ("2", True))
        note.comment = "Too short"
        note.action_save()
        self.assertEqual(feedback.comment, "Too short")

    def test_a_call_does_not_write_over_the_clients_own_answer(self):
        followup = self._followup(self.anna)
        feedback = self.env["salon.feedback"]._of_visits(followup.visit_id)
        feedback._link()
        feedback._answer("5", "link")
        followup.write({"reached": "yes", "rating": "1"})
        followup.action_done()
        self.assertEqual((feedback.rating, feedback.way), ("5", "link"))


@tagged("post_install", "-at_install")
class TestFeedbackRequest(FeedbackCommon, MockEmail):
    def _run(self, **patched):
        with self.mock_mail_gateway(), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["salon.feedback"]._cron_feedback()
        self.env.invalidate_all()
        return self._new_mails

    def test_the_client_is_asked_once_with_a_link_that_the_team_does_not_see(self):
        visit = self._done_visit(self.anna)
        self._run()
        feedback = visit.feedback_ids
        self.assertEqual((feedback.send_state, feedback.channel, feedback.state), ("sent", "email", "asked"))
        self.assertEqual(len(self._mails), 1)
        self.assertIn(feedback.sudo().token, self._mails[0]["body"])
        self.assertNotIn(MARK, self._mails[0]["body"])
        message = feedback.mail_id.mail_message_id
        self.assertIn(f"{MARK}{feedback.id}", message.body)
        self.assertNotIn(feedback.sudo().token, message.body)
        self.assertEqual(feedback.mail_id.recipient_ids, self.client)
        self._run()
        self.assertFalse(self._mails)

    def test_a_visit_that_is_another_client_s_is_asked_of_that_client_alone(self):
        sent, parked = self._done_visit(self.anna), self._done_visit(self.ben, client=self.env["res.partner"].create(
            {"name": "Emma", "email": "emma@example.com"}))  # fmt: skip
        self._run()
        feedback = parked.feedback_ids
        feedback.write({"send_state": "retry", "tries": 1, "try_at": fields.Datetime.now()})
        feedback.mail_id.state = "exception"
        for visit, name in ((sent, "Dora"), (parked, "Fay")):
            visit.partner_id = self.env["res.partner"].create({"name": name, "email": f"{name}@example.com"})
        mails = self._run()
        self.assertEqual(set(mails.recipient_ids.mapped("name")), {"Dora", "Fay"})
        self.assertEqual(set((sent | parked).feedback_ids.mapped("send_state")), {"sent"})

    def test_who_does_not_want_it_or_can_not_be_asked_is_not(self):
        silent = self.env["res.partner"].create({"name": "Dora", "email": False, "phone": False})
        refuses = self.env["res.partner"].create({"name": "Emma", "email": "emma@example.com"})
        self.env["mail.blacklist"]._add("emma@example.com")
        archived = self.env["res.partner"].create({"name": "Fay", "email": "fay@example.com"})
        visits = [self._done_visit(self.anna, client=client) for client in (silent, refuses, archived)]
        archived.active = False
        answered = self._answered("5").visit_id
        answered.feedback_ids.write({"asked_at": False})
        late = self._done_visit(
            self.anna,
            client=self.env["res.partner"].create({"name": "Gail", "email": "gail@example.com"}),
            date=fields.Datetime.now() - timedelta(days=6),
        )
        self._run()
        self.assertFalse(self._mails)
        codes = [visit.feedback_ids.skip_code for visit in (*visits, answered, late)]
        self.assertEqual(codes, ["no_address", "objected", "gone", "answered", "late"])

    def test_who_complains_is_not_asked(self):
        self.env["salon.case"].create({"kind": "complaint", "name": "Too short", "partner_id": self.client.id})
        visit = self._done_visit(self.anna)
        self._run()
        self.assertFalse(self._mails)
        self.assertEqual(visit.feedback_ids.skip_code, "complaint")

    def test_two_visits_of_a_day_are_asked_once(self):
        visits = self._done_visit(self.anna) | self._done_visit(self.ben)
        self._run()
        self.assertEqual(len(self._mails), 1)
        self.assertEqual(sorted(visits.feedback_ids.mapped("send_state")), ["sent", "skipped"])

    def test_nobody_is_asked_at_night_nor_before_the_hours_are_over(self):
        self.env.company.write({"salon_feedback_hours": 3, "salon_message_from": 9, "salon_message_to": 20})
        self.client.tz = "Asia/Shanghai"
        with freeze_time("2030-01-07 11:30:00"):  # half past seven in the evening there
            visit = self._done_visit(self.anna)
            self._run()
            self.assertEqual(visit.feedback_ids.send_state, "planned")
        with freeze_time("2030-01-07 14:40:00"):
            self._run()
            self.assertEqual(visit.feedback_ids.try_at, fields.Datetime.to_datetime("2030-01-08 01:00:00"))
            self.assertFalse(self._mails)
        with freeze_time("2030-01-08 01:00:00"):
            self._run()
        self.assertEqual(visit.feedback_ids.send_state, "sent")

    def test_who_switches_it_on_asks_of_visits_from_then_on(self):
        self.env.company.salon_feedback_ask = False
        self._done_visit(self.anna)
        self._run()
        earlier = self._done_visit(self.anna)
        earlier.flush_recordset()
        self.env.cr.execute("UPDATE salon_visit SET done_at = done_at - interval '1 hour' WHERE id = %s", [earlier.id])
        earlier.invalidate_recordset()
        self.env.company.salon_feedback_ask = True
        self._run()
        self.assertFalse(self._mails)
        self.assertFalse(earlier.feedback_ids.send_state)

    def test_a_template_with_an_error_holds_up_nobody_else(self):
        template = self.env.ref("salon_aftercare.mail_template_feedback")
        template.body_html = "<p t-out=\"1 / (object.partner_id.name != 'Broken')\"/>"
        broken = self.env["res.partner"].create({"name": "Broken", "email": "broken@example.com"})
        visits = self._done_visit(self.anna, client=broken) | self._done_visit(self.anna)
        with mute_logger("odoo.addons.salon_crm.models.salon_sending", "odoo.addons.mail.models.mail_render_mixin"):
            self._run()
        self.assertEqual(set(visits.feedback_ids.mapped("send_state")), {"failed", "sent"})
        self.assertEqual(visits[0].feedback_ids.skip_code, "broken")

    def test_an_sms_brings_the_link(self):
        self.client.email = False
        self.env.company.salon_message_sms = "no_email"
        visit = self._done_visit(self.anna)
        with mute_logger("odoo.addons.sms.models.sms_sms", "odoo.addons.iap.tools.iap_tools"):
            self._run()
        feedback = visit.feedback_ids
        self.assertEqual(feedback.channel, "sms")
        self.assertIn(feedback.sudo().token, feedback.sms_id.body)


@tagged("post_install", "-at_install")
class TestFeedbackData(FeedbackCommon):
    def test_merged_clients_keep_their_answers(self):
        double = self.env["res.partner"].create({"name": "Clara C.", "email": self.client.email})
        feedback = self._answered("4", client=double, comment="Fine")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((double | self.client).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(feedback.partner_id, self.client)
        self.assertEqual(self.env["rating.rating"].search(feedback._rating_domain()).partner_id, self.client)

    def test_an_erased_client_leaves_figures_and_no_words(self):
        feedback = self._answered("4", skill="5", nps="9", comment="Ask Dora, my rash is gone")
        data = self.env["salon.personal.data"].sudo()
        for answer in data._installed_answers():
            if answer.model in ("salon.feedback", "rating.rating"):
                data._carry_out(answer, data._find(answer, self.client))
        self.env.invalidate_all()
        rating = self.env["rating.rating"].search(feedback._rating_domain())
        self.assertEqual((feedback.comment, feedback.case_word, feedback.sudo().token), (False, False, False))
        self.assertEqual((feedback.rating, feedback.skill, feedback.nps), ("4", "5", "9"))
        self.assertEqual((rating.rating, rating.feedback), (4, False))

    def test_a_visit_that_retention_removes_takes_its_feedback_along(self):
        feedback = self._answered("4")
        domain = feedback._rating_domain()
        self.env["salon.visit"].browse(feedback.visit_id.id)._unlink_feedbacks()
        self.assertFalse(feedback.exists())
        self.assertFalse(self.env["rating.rating"].search(domain))
