from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.salon_aftercare.models import salon_followup_clock, salon_followup_planner

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestSweep(AftercareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step.since = fields.Datetime.now() - timedelta(days=100)

    def _left_out(self, number=1, days_ago=0, **values):
        """Return done visits that a crash left without follow-ups."""
        visits = self.env["salon.visit"].browse()
        for client in self._others(number):
            visits |= self._open_visit(client=client, date=fields.Datetime.now() - timedelta(days=days_ago), **values)
        with patch.object(type(visits), "_plan_followups", lambda self: None):
            visits.action_done()
        visits.done_at = fields.Datetime.now() - timedelta(days=days_ago)
        return visits

    def test_the_sweep_plans_what_a_fault_left_out(self):
        visit = self._open_visit()
        self._break_planning()
        with self.assertLogs("odoo.addons.salon_aftercare.tools", "ERROR"), mute_logger("odoo.sql_db"):
            visit.action_done()
        self._mend_planning()
        self._run_cron("sweep")
        self.assertEqual(visit.followup_ids.user_id, self.stylist_user)
        self.assertEqual(visit.followup_ids.due_at, visit.date + timedelta(hours=24))

    def test_running_the_sweep_twice_changes_nothing(self):
        visits = self._left_out(3)
        self._run_cron("sweep")
        followups = visits.followup_ids
        activities = followups.activity_id
        self._run_cron("sweep")
        self.assertEqual((visits.followup_ids, visits.followup_ids.activity_id), (followups, activities))
        self.assertEqual((len(followups), len(activities)), (3, 3))

    def test_the_sweep_works_in_batches_and_can_be_taken_up_again(self):
        visits = self._left_out(5)
        stop_after_two = iter([1, 0])
        with (
            patch.object(salon_followup_planner, "BATCH", 2),
            patch.object(self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: next(stop_after_two)),
        ):
            self.env["salon.followup"]._cron_sweep()
        self.assertEqual(len(visits.followup_ids), 4)
        self._run_cron("sweep")
        self.assertEqual(len(visits.followup_ids), 5)

    def test_visits_from_before_a_step_are_not_followed_up_by_it(self):
        visits = self._left_out(days_ago=2)
        self.step.since = fields.Datetime.now() - timedelta(days=1)
        self._run_cron("sweep")
        self.assertFalse(visits.followup_ids)

    def test_a_plan_taken_up_again_begins_with_the_visits_from_now_on(self):
        for record in (self.step, self.step.plan_id):
            self.step.since = fields.Datetime.now() - timedelta(days=9)
            record.active = False
            record.active = True
            self.assertGreater(self.step.since, fields.Datetime.now() - timedelta(minutes=1))

    def test_a_standstill_of_days_is_caught_up(self):
        recent, late, old = (self._left_out(days_ago=days) for days in (1.5, 4, 30))
        self._run_cron("sweep")
        self._run_cron("due")
        self.assertEqual((recent.followup_ids.state, len(old.followup_ids)), ("due", 0))
        self.assertEqual((late.followup_ids.state, late.followup_ids.skip_code), ("skipped", "late"))
        self.assertEqual(late.followup_ids.why, "It was too late for it.")

    def test_a_visit_whose_client_became_known_later_is_followed_up(self):
        visit = self.env["salon.visit"].create({"partner_id": False})
        visit.action_done()
        visit.partner_id = self.client
        self._run_cron("sweep")
        self.assertEqual(visit.followup_ids.partner_id, self.client)

    def test_a_lost_activity_comes_back(self):
        followup = self._followup()
        followup.activity_id.sudo().unlink()
        self._run_cron("sweep")
        self.assertEqual((followup.activity_id.user_id, followup.state), (self.stylist_user, "planned"))

    def test_a_closed_follow_up_gets_no_new_activity(self):
        followup = self._followup()
        followup.action_cancel()
        self._run_cron("sweep")
        self.assertFalse(followup.activity_id)

    def test_what_nobody_could_be_given_is_given_as_soon_as_somebody_is_there(self):
        self.anna.user_id = False
        managers = self.env.ref("salon_crm.group_salon_manager").user_ids
        for role in ("stylist", "reception", "manager"):
            self.env.ref(f"salon_crm.group_salon_{role}").user_ids = [(5,)]
        followup = self._followup()
        self._run_cron("sweep")
        self.assertFalse(followup.user_id)
        self.env.ref("salon_crm.group_salon_manager").user_ids = managers
        self._run_cron("sweep")
        self.assertEqual((followup.user_id, followup.activity_id.user_id), (self.manager, self.manager))

    def test_a_follow_up_becomes_due_when_its_time_has_come(self):
        followups = self._followup() | self._followup(client=self._others(1))
        followups[0].due_at = fields.Datetime.now() - timedelta(minutes=1)
        self._run_cron("due")
        self.assertEqual(followups.mapped("state"), ["due", "planned"])

    def test_many_become_due_in_batches(self):
        followups = self.env["salon.followup"].union(*(self._followup(client=client) for client in self._others(5)))
        followups.due_at = fields.Datetime.now() - timedelta(minutes=1)
        with patch.object(salon_followup_clock, "BATCH", 2):
            self._run_cron("due")
        self.assertEqual(set(followups.mapped("state")), {"due"})
