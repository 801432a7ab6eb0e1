from odoo.tests import tagged

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestActivity(AftercareCommon):
    def test_an_activity_reminds_the_stylist_with_the_script(self):
        followup = self._followup()
        activity = followup.activity_ids
        self.assertEqual(activity, followup.activity_id)
        self.assertEqual(activity.user_id, self.stylist_user)
        self.assertEqual(activity.activity_type_id, self.env.ref("salon_aftercare.mail_activity_type_followup_call"))
        self.assertEqual(activity.summary, self.step.name)
        self.assertIn("How do you feel with the result", activity.note)

    def test_the_stylist_gets_no_email_for_each_visit(self):
        before = self.env["mail.mail"].search_count([])
        followup = self._followup()
        self.assertFalse(followup.message_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_marking_the_activity_done_closes_the_follow_up_with_what_was_noted(self):
        followup = self._followup()
        followup.activity_id.with_user(self.stylist_user).action_feedback(feedback="She loves it")
        self.assertEqual((followup.state, followup.said, followup.done_by), ("done", "She loves it", self.stylist_user))
        self.assertTrue(followup.done_at)

    def test_marking_the_activity_done_without_a_word_closes_the_follow_up(self):
        followup = self._followup()
        followup.activity_id.with_user(self.stylist_user).action_done()
        self.assertEqual((followup.state, followup.said), ("done", False))

    def test_other_activities_on_the_follow_up_leave_it_open(self):
        followup = self._followup()
        todo = followup.activity_schedule("mail.mail_activity_data_todo", user_id=self.stylist_user.id)
        todo.action_done()
        self.assertEqual(followup.state, "planned")

    def test_activities_of_other_records_are_left_alone(self):
        activity = self.client.activity_schedule("mail.mail_activity_data_todo", user_id=self.stylist_user.id)
        activity.action_feedback(feedback="Done")
        self.assertFalse(activity.active)

    def test_a_follow_up_that_is_done_ends_its_activity(self):
        followup = self._followup()
        activity = followup.activity_id
        own = followup.with_user(self.stylist_user)
        own.write({"reached": "yes", "rating": "5", "said": "Wants the same again"})
        own.action_done()
        self.assertFalse(activity.active)
        self.assertIn("Wants the same again", activity.feedback)
        self.assertIn("Great", activity.feedback)

    def test_a_receptionist_can_close_what_was_given_to_a_stylist(self):
        followup = self._followup().with_user(self.reception)
        followup.reached = "yes"
        followup.action_done()
        self.assertEqual((followup.state, followup.done_by), ("done", self.reception))
        self.assertFalse(followup.sudo().activity_id.active)

    def test_a_follow_up_that_is_skipped_or_cancelled_ends_its_activity(self):
        for method in ("action_skip", "action_cancel"):
            followup = self._followup()
            activity = followup.activity_id
            followup.reason = "Was here again yesterday"
            getattr(followup.with_user(self.stylist_user), method)()
            self.assertFalse(activity.exists())

    def test_cancelling_the_activity_cancels_the_follow_up(self):
        followup = self._followup()
        followup.activity_id.with_user(self.stylist_user).action_cancel()
        self.assertEqual((followup.state, followup.reason), ("cancelled", "The activity was cancelled."))

    def test_giving_the_follow_up_to_another_moves_the_activity(self):
        followup = self._followup()
        followup.with_user(self.manager).user_id = self.other_stylist_user
        self.assertEqual(followup.activity_id.user_id, self.other_stylist_user)

    def test_giving_the_activity_to_another_moves_the_follow_up(self):
        followup = self._followup()
        followup.activity_id.with_user(self.manager).user_id = self.other_stylist_user
        self.assertEqual(followup.user_id, self.other_stylist_user)

    def test_the_follow_up_of_an_archived_user_is_planned_anew_for_another(self):
        followup = self._followup()
        self.stylist_user.action_archive()
        self.assertFalse(followup.activity_id)
        self._run_cron("sweep")
        self.assertEqual((followup.state, followup.user_id), ("planned", self.manager))
        self.assertEqual((followup.activity_id.user_id, followup.activity_id.active), (self.manager, True))

    def test_archiving_a_user_calls_the_sweep_at_once(self):
        self._followup()
        triggers = self.env["ir.cron.trigger"].search([])
        self.stylist_user.action_archive()
        called = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertEqual(called.cron_id, self.env.ref("salon_aftercare.ir_cron_sweep"))

    def test_the_follow_up_of_a_deleted_user_is_planned_anew_for_another(self):
        followup = self._followup(self.ben)
        self.ben.user_id = False
        # The database takes the activities of a user along. Of what was made in this same transaction it checks the
        # references once more while it does so, and fails or not by the names that it gave its triggers.
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM mail_activity WHERE user_id = %s", (self.other_stylist_user.id,))
        self.env.invalidate_all()
        self.other_stylist_user.unlink()
        self.env.invalidate_all()
        self._run_cron("sweep")
        self.assertEqual((followup.user_id, followup.activity_id.user_id), (self.manager, self.manager))
