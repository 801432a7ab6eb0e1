from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestPlanChange(AftercareCommon):
    def test_a_plan_that_is_as_it_was_changes_nothing(self):
        self._followup()
        self.assertFalse(self.step.plan_id.changes)

    def test_a_change_is_shown_first_and_done_on_a_word(self):
        followup = self._followup()
        before = followup.due_at
        self.step.write({"delay": 30, "script": "New words"})
        plan = self.step.plan_id
        self.assertEqual(followup.due_at, before, "nothing moves by itself")
        sentence = "Of 1 planned follow-ups 1 would move and 0 would end by what this plan says now."
        self.assertEqual(plan.changes, sentence)
        plan.with_user(self.manager).action_apply()
        plan.invalidate_recordset()
        self.assertFalse(plan.changes)
        self.assertEqual(followup.due_at, before + timedelta(hours=6))
        self.assertEqual(followup.latest_at, before + timedelta(hours=30))
        self.assertIn("New words", followup.activity_id.note)

    def test_what_a_narrower_plan_leaves_out_ends(self):
        kept = self._followup(client=self._others(1))
        ends = self._followup()
        self.step.plan_id.condition = "[('name', 'ilike', 'Client 0')]"
        self.assertIn("1 would end", self.step.plan_id.changes)
        self.step.plan_id.action_apply()
        self.assertEqual((kept.state, ends.state, ends.skip_code), ("planned", "skipped", "plan"))
        self.assertFalse(ends.activity_id)

    def test_another_channel_and_a_step_that_is_off(self):
        followup = self._followup()
        self.step.channel = "wechat"
        self.step.plan_id.action_apply()
        self.assertEqual(followup.channel, "wechat")
        self.step.active = False
        self.step.plan_id.action_apply()
        self.assertEqual(followup.skip_code, "plan")

    def test_what_was_to_be_made_with_another_stays_on_its_day(self):
        other = self.step.plan_id.copy({"sequence": 99})
        followups = self._followup()
        joined = followups.filtered("merged_into_id")
        kept = followups - joined
        self.assertEqual((len(followups), joined.merged_into_id, joined.plan_id), (2, kept, other))
        before = joined.due_at
        self.step.delay += 5 * 24
        self.step.plan_id.action_apply()
        self.assertEqual((kept.due_at - before).days, 5)
        self.assertEqual((joined.state, joined.due_at), ("planned", before))
        self.assertTrue(joined.activity_id.active)

    def test_what_is_due_or_done_stays(self):
        followup = self._followup(hours_ago=30)
        self._run_cron("due")
        self.step.plan_id.active = False
        self.step.plan_id.action_apply()
        self.assertEqual(followup.state, "due")

    def test_a_receptionist_changes_nothing(self):
        with self.assertRaisesRegex(Exception, "not allowed"):
            self.step.plan_id.with_user(self.reception).action_apply()


@tagged("post_install", "-at_install")
class TestPlanTour(AftercareCommon, HttpCase):
    def test_a_manager_makes_a_plan_and_sees_what_a_change_changes(self):
        self._followup()
        self.start_tour("/odoo/salon-followup-plans", "salon_aftercare_plans", login="salon_manager")
        plan = self.env["salon.followup.plan"].search([("name", "=", "After colour")])
        steps = [(step.name, step.delay, step.delay_unit, step.channel) for step in plan.step_ids]
        self.assertEqual(steps, [("Ask", 1, "days", "call"), ("Write", 3, "days", "wechat")])
        self.assertEqual(self.step.delay, 40)
        self.assertFalse(self.step.plan_id.changes, "it was applied")
