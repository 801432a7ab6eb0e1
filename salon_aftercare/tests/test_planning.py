from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged, warmup
from odoo.tools import mute_logger

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestPlanning(AftercareCommon):
    def test_a_done_visit_plans_a_call_within_24_to_48_hours_by_its_stylist(self):
        visit = self._open_visit(self.anna)
        self.assertFalse(visit.followup_ids)
        visit.action_done()
        followup = visit.followup_ids
        self.assertEqual((followup.partner_id, followup.step_id, followup.channel), (self.client, self.step, "call"))
        self.assertEqual(followup.due_at, visit.date + timedelta(hours=24))
        self.assertEqual(followup.latest_at, visit.date + timedelta(hours=48))
        self.assertEqual((followup.state, followup.user_id), ("planned", self.stylist_user))
        self.assertEqual(followup.company_id, visit.company_id)

    def test_a_consultation_is_followed_up_by_the_stylist_who_noted_it(self):
        visit = self.env["salon.visit"].with_user(self.other_stylist_user).create({"partner_id": self.client.id})
        visit.action_done()
        self.assertEqual(visit.sudo().followup_ids.user_id, self.other_stylist_user)

    def test_a_visit_without_a_client_plans_nothing(self):
        visit = self.env["salon.visit"].create({"partner_id": False})
        visit.action_done()
        self.assertFalse(visit.followup_ids)

    def test_the_stylist_calls_and_not_the_assistant(self):
        visit = self._open_visit(self.ben)
        visit.line_ids.performer_ids.part = "assistant"
        visit.line_ids.performer_ids.share = 20
        visit.line_ids.write({"performer_ids": [(0, 0, {"employee_id": self.anna.id, "share": 80})]})
        visit.action_done()
        self.assertEqual(visit.followup_ids.user_id, self.stylist_user)

    def test_another_who_served_calls_where_the_first_stylist_has_no_user(self):
        self.anna.user_id = False
        self.assertEqual(self._followup(self.anna, self.ben).user_id, self.other_stylist_user)

    def test_the_keeper_of_the_file_calls_where_no_stylist_can(self):
        self.anna.user_id = False
        self.client._make_salon_clients()
        self.client.salon_file_ids.keeper_id = self.ben
        self.assertEqual(self._followup(self.anna).user_id, self.other_stylist_user)

    def test_a_manager_calls_where_nobody_else_can(self):
        self.env.ref("salon_crm.group_salon_manager").user_ids -= self.env.user
        self.anna.user_id = False
        self.assertEqual(self._followup(self.anna).user_id, self.manager)

    def test_a_stylist_without_a_role_is_not_given_a_call(self):
        self.anna.user_id = self.plain_user
        self.assertEqual(self._followup(self.anna).user_id, self.manager)

    def test_a_stylist_whose_user_is_not_in_the_company_is_not_given_a_call(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        self.stylist_user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertEqual(self._followup(self.anna).user_id, self.manager)

    def test_a_step_for_reception_is_given_to_a_receptionist(self):
        self.step.who = "reception"
        self.assertEqual(self._followup().user_id, self.reception)

    def test_where_there_is_nobody_the_follow_up_is_planned_for_nobody(self):
        self.anna.user_id = False
        for role in ("stylist", "reception", "manager"):
            self.env.ref(f"salon_crm.group_salon_{role}").user_ids = [(5,)]
        followup = self._followup()
        self.assertEqual((followup.state, followup.user_id.id, followup.activity_id.id), ("planned", False, False))

    def test_a_follow_up_is_not_planned_twice(self):
        visit = self._done_visit()
        followup = visit.followup_ids
        visit._plan_followups()
        self.assertEqual(visit.followup_ids, followup)

    def test_the_database_refuses_a_second_follow_up_of_a_step_and_visit(self):
        followup = self._followup()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            followup.copy({"visit_id": followup.visit_id.id})

    def test_each_step_plans_its_own(self):
        self.step.copy({"plan_id": self.step.plan_id.id, "delay": 72})
        self.assertEqual(len(self._followup()), 2)

    def test_an_archived_plan_plans_nothing(self):
        self.step.plan_id.active = False
        self.assertFalse(self._followup())

    def test_an_archived_step_plans_nothing(self):
        self.step.active = False
        self.assertFalse(self._followup())

    def test_a_plan_of_one_company_leaves_the_others_alone(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        self.step.plan_id.company_id = other
        self.assertFalse(self._followup())

    def test_words_in_braces_that_nothing_fills_in_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Nothing fills in {{cleint}}"):
            self.step.script = "Dear {{cleint}}"
        self.step.script = "Dear {{client}}, {{ stylist }} of {{salon}}"
        self.assertEqual(self._followup().script, f"Dear Clara Client, Anna of {self.env.company.name}")

    def test_a_plan_that_fails_does_not_stop_the_visit(self):
        visit = self._open_visit()
        self._break_planning()
        with self.assertLogs("odoo.addons.salon_aftercare.tools", "ERROR"), mute_logger("odoo.sql_db"):
            visit.action_done()
        self.assertEqual(visit.state, "done")
        self.assertFalse(visit.followup_ids)

    def test_one_visit_that_fails_does_not_hold_up_the_others(self):
        bad, good = self._open_visit(), self._open_visit(self.ben)
        self.patch(self.registry["salon.visit"], "_plan_followups", self._failing_on(bad))
        with self.assertLogs("odoo.addons.salon_aftercare.tools", "ERROR"):
            (bad | good).action_done()
        self.assertEqual((len(bad.followup_ids), len(good.followup_ids)), (0, 1))

    def _failing_on(self, bad):
        plan = self.registry["salon.visit"]._plan_followups

        def _plan_followups(visits):
            plan(visits)
            if bad in visits:
                raise ValueError("a fault of our own")

        return _plan_followups

    @freeze_time("2026-03-10 20:00:00")
    def test_the_deadline_is_a_day_of_the_one_who_calls(self):
        self.stylist_user.tz = "Asia/Shanghai"
        self.other_stylist_user.tz = "Europe/Lisbon"
        date = datetime(2026, 3, 10, 17, 30)
        followups = (
            self._done_visit(self.anna, date=date).followup_ids
            | self._done_visit(self.ben, date=date, client=self._others(1)).followup_ids
        )
        self.assertEqual(followups.mapped("due_at"), [datetime(2026, 3, 11, 17, 30)] * 2)
        deadlines = [fields.Date.to_string(day) for day in followups.activity_id.mapped("date_deadline")]
        self.assertEqual(deadlines, ["2026-03-12", "2026-03-11"])

    def test_a_visit_that_was_noted_late_is_due_at_once(self):
        triggers = self.env["ir.cron.trigger"].search([])
        followup = self._followup(hours_ago=30)
        called = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertIn(self.env.ref("salon_aftercare.ir_cron_due"), called.cron_id)
        self._run_cron("due")
        self.assertEqual(followup.state, "due")

    def test_who_calls_follows_when_the_visit_turns_out_to_be_another_client_s(self):
        visit = self._done_visit()
        visit.partner_id = self.env["res.partner"].create({"name": "Dora"})
        self.assertEqual(visit.followup_ids.partner_id.name, "Dora")
        visit.partner_id = False
        self.assertEqual(visit.followup_ids.state, "cancelled")

    def test_calls_that_are_made_together_part_when_one_of_the_visits_is_another_client_s(self):
        dora = self.env["res.partner"].create({"name": "Dora", "phone": "+86 139 0000 0002"})
        for wrong in (0, 1):
            visits = [self._done_visit(self.anna), self._done_visit(self.ben)]
            calls = [visit.followup_ids for visit in visits]
            self.assertTrue(calls[1].merged_into_id == calls[0] or calls[0].merged_into_id == calls[1])
            visits[wrong].partner_id = dora
            right = 1 - wrong
            self.assertEqual([call.state for call in calls], ["planned", "planned"])
            self.assertEqual((calls[wrong].partner_id, calls[right].partner_id), (dora, self.client))
            self.assertFalse((calls[0] | calls[1]).merged_into_id)
            self.assertTrue(calls[0].activity_id.active and calls[1].activity_id.active)
            (calls[0] | calls[1]).action_cancel()

    def test_the_reminder_names_the_client_of_whom_the_visit_turned_out_to_be(self):
        self.step.script = "Ask {{client}}"
        visit = self._done_visit()
        self.assertIn("Clara", visit.followup_ids.activity_id.note)
        visit.partner_id = self.env["res.partner"].create({"name": "Dora", "phone": "+86 139 0000 0002"})
        self.assertIn("Dora", visit.followup_ids.activity_id.note)

    def test_merging_two_clients_keeps_their_follow_ups(self):
        double = self.env["res.partner"].create({"name": "Clara C."})
        followups = self._followup() | self._followup(client=double)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | double).ids, self.client)
        followups.invalidate_recordset()
        self.assertEqual(followups.partner_id, self.client)

    def test_a_removed_visit_takes_its_follow_ups_and_their_activities_with_it(self):
        visit = self._done_visit()
        followup, activity = visit.followup_ids, visit.followup_ids.activity_id
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        visit._unlink_followups()
        self.assertFalse(followup.exists() or activity.exists())

    @freeze_time("2026-03-28 12:00:00")
    def test_due_hours_are_true_hours_also_when_clocks_change(self):
        self.stylist_user.tz = "Europe/Berlin"
        followup = self._followup()
        self.assertEqual(followup.due_at, datetime(2026, 3, 29, 12))

    @warmup
    def test_planning_fifty_visits_takes_few_queries(self):
        users = [new_test_user(self.env, f"budget_{i}", "salon_crm.group_salon_stylist") for i in range(5)]
        stylists = self.env["hr.employee"].create([{"name": user.name, "user_id": user.id} for user in users])
        visits = self.env["salon.visit"]
        for number in range(50):
            visits |= self._open_visit(stylists[number % 5])
        self.env.flush_all()
        with self.assertQueryCount(55):
            visits.action_done()
            self.env.flush_all()
        self.assertEqual(len(visits.followup_ids), 50)
