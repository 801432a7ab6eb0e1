from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .case_common import ALERT, STEP, CaseCommon


@tagged("post_install", "-at_install")
class TestCaseEquipment(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)

    def test_a_fault_shows_the_bookings_that_it_hits(self):
        booking = self._book((self.cut, self.anna, self.chair))
        self._book((self.cut, self.ben, self.chair_2))
        self._book((self.cut, self.anna, self.chair), minutes=60 * 24 * 5)
        case = self._case("equipment", user=self.stylist_user)
        self.assertEqual(case.hit_count, 1, "until it is to be repaired, at this station")
        self.assertEqual(case.action_view_hit()["domain"], [("id", "in", booking.ids)])

    def test_the_station_goes_out_of_service_and_its_bookings_elsewhere(self):
        booking = self._book((self.cut, self.anna, self.chair))
        case = self._case("equipment", user=self.reception)
        self.assertFalse(case.is_blocked)
        action = case.action_out_of_service()
        replan = self.env["salon.replan"].with_user(self.reception).with_context(**action["context"]).create({})
        self.assertEqual((replan.station_id, replan.kind), (self.chair, "out_of_service"))
        self.assertEqual(replan.stop, case.solution_due_at)
        replan.action_search()
        self.assertEqual(replan.line_ids.event_id, booking)
        replan.action_apply()
        self.assertNotEqual(booking.salon_line_ids.station_id, self.chair)
        case.invalidate_recordset()
        self.assertEqual((case.is_blocked, case.hit_count), (True, 0))

    def test_what_is_repaired_is_back_in_service_and_what_was_blocked_before_stays(self):
        blocked = self.env["salon.blocked.time"]
        now = fields.Datetime.now()
        values = {"station_id": self.chair.id, "kind": "out_of_service"}
        before = blocked.create({**values, "start": now + timedelta(days=30), "stop": now + timedelta(days=31)})
        before.flush_recordset()
        earlier = (now - timedelta(days=9), before.id)
        self.env.cr.execute("UPDATE salon_blocked_time SET create_date = %s WHERE id = %s", earlier)
        before.invalidate_recordset()
        case = self._case("equipment")
        running = blocked.create({**values, "start": now - timedelta(hours=1), "stop": now + timedelta(days=2)})
        coming = blocked.create({**values, "start": now + timedelta(days=3), "stop": now + timedelta(days=4)})
        case.corrective_action = "New pump"
        case.action_answer()
        case.action_solve()
        self.assertFalse(coming.exists())
        self.assertLessEqual(running.stop, fields.Datetime.now())
        self.assertTrue(before.exists())
        self.assertFalse(case.is_blocked)

    def test_a_fault_that_is_closed_at_once_frees_its_station_and_nothing_that_was_blocked_since(self):
        blocked = self.env["salon.blocked.time"]
        now = fields.Datetime.now()
        values = {"station_id": self.chair.id, "kind": "out_of_service", "stop": now + timedelta(days=4)}
        case = self._case("equipment", corrective_action="New pump", cause_id=self.cause.id)
        coming = blocked.create({**values, "start": now + timedelta(days=3)})
        case.action_close()
        self.assertFalse(coming.exists())
        case = self._case("equipment", corrective_action="New pump", cause_id=self.cause.id)
        case.action_solve()
        since = blocked.create({**values, "start": now + timedelta(days=3)})
        case.action_close()
        self.assertTrue(since.exists(), "it is for another reason: this fault was solved before")

    def test_the_repair_has_an_owner_and_a_deadline(self):
        case = self._case("equipment", user=self.stylist_user)
        self.assertEqual(self._activities(case).user_id, self.manager)
        case.action_answer()
        step = self._activities(case)
        self.assertEqual(step.summary, "Have it repaired")
        self.assertAlmostEqual((step.date_deadline - fields.Date.today()).days, 2, delta=1)
        self.assertFalse(self._activities(case, ALERT))
        self.assertEqual(case.action_solve()["target"], "new", "what was done about it?")

    def test_repairs_are_a_list_of_tasks_with_an_owner_and_a_deadline(self):
        case, later = self._case("equipment"), self._case("equipment")
        later.sudo().solution_due_at = case.solution_due_at + timedelta(days=1)
        self._case("complaint")
        case.action_answer()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_case_action_repairs")
        cases = self.env["salon.case"].with_user(self.manager)
        domain = [*literal_eval(action["domain"]), ("id", "in", (case | later).ids)]
        found = cases.search(domain, order="solution_due_at")
        self.assertEqual(found.ids, (case | later).ids)
        task = case._of_type(STEP)
        self.assertEqual((task.user_id, task.date_deadline), (case.user_id, case.solution_due_at.date()))
        case.corrective_action = "New screw"
        case.action_solve()
        self.assertEqual(cases.search(domain), later)
