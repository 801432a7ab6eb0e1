from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_rhythm import RhythmCommon


@tagged("post_install", "-at_install")
class TestCarePlan(RhythmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _plan(self, client=None, days_ago=30, **values):
        return self.env["salon.care.plan"].create(
            {
                "name": "A calm scalp",
                "partner_id": (client or self.client).id,
                "product_ids": [(6, 0, self.facial.ids)],
                "start_date": self.today - timedelta(days=days_ago),
                "visit_count": 3,
                "interval_days": 14,
                "home_ids": [(0, 0, {"name": "Mild shampoo", "often": "twice a week"})],
                **values,
            }
        )

    def _agreed(self, *args, **values):
        plan = self._plan(*args, **values)
        plan.action_agree()
        return plan

    def _ago(self, *days):
        return [self.today - timedelta(days=one) for one in days]

    def test_who_agrees_gets_the_days_of_the_visits(self):
        plan = self._agreed()
        self.assertEqual(plan.line_ids.mapped("due_on"), self._ago(30, 16, 2))
        self.assertEqual((plan.state, plan.agreed_on, plan.next_date), ("agreed", self.today, self._ago(30)[0]))
        self.assertTrue(plan.is_late)

    def test_done_visits_tick_one_a_day_whatever_else_was_done(self):
        client = self._client()
        plan = self._plan(client)
        self._came(client, *self._ago(29, 29), services=[self.facial])
        self._came(client, *self._ago(20), services=[self.cut])
        self._came(client, *self._ago(15), services=[self.cut, self.facial])
        self._came(client, *self._ago(60), services=[self.facial])  # before the plan began
        plan.action_agree()
        self.assertEqual(plan.line_ids.mapped("state"), ["done", "done", "open"])
        self.assertEqual(plan.line_ids.mapped("done_on"), [*self._ago(29, 15), False])
        self.assertEqual((plan.done_count, round(plan.progress)), (2, 67))

    def test_a_visit_ticks_when_it_is_done_and_the_last_one_closes_the_plan(self):
        client = self._client()
        plan = self._agreed(client, days_ago=0, visit_count=1)
        visit = self._open_visit(self.anna, client=client)
        visit.line_ids.product_id = self.facial
        visit.action_done()
        self.assertEqual((plan.line_ids.visit_id, plan.state), (visit, "done"))
        other = self._client("Other")
        visit.partner_id = other
        self.assertFalse(plan.line_ids.visit_id)
        self.assertEqual(plan.state, "agreed")

    def test_running_it_again_changes_nothing(self):
        client = self._client()
        self._came(client, *self._ago(29, 15), services=[self.facial])
        plan = self._agreed(client)
        before = plan.line_ids.read(["state", "visit_id", "done_on"])
        self._compute(self.today)
        self.assertEqual(plan.line_ids.read(["state", "visit_id", "done_on"]), before)

    def test_a_visit_that_is_left_out_waits_for_nobody(self):
        client = self._client()
        plan = self._agreed(client)
        plan.line_ids[0].action_leave_out()
        self._came(client, *self._ago(15), services=[self.facial])
        plan._tick()
        self.assertEqual(plan.line_ids.mapped("state"), ["skipped", "done", "open"])
        self.assertEqual(round(plan.progress), 50)

    def test_a_stopped_plan_is_not_ticked_and_goes_on(self):
        client = self._client()
        plan = self._agreed(client)
        plan.action_stop()
        self._came(client, *self._ago(15), services=[self.facial])
        self._compute(self.today)
        self.assertEqual(plan.done_count, 0)
        plan.action_go_on()
        self.assertEqual((plan.state, plan.done_count), ("agreed", 1))

    def test_its_visits_are_days_to_follow_up_on(self):
        plan = self._agreed(days_ago=-3)
        follow = self.env.ref("salon_aftercare.salon_followup_plan_care_plan")
        follow.active = True
        follow.step_ids.since = fields.Datetime.now() - timedelta(days=1)
        follow._plan_now("care_plan", plan.line_ids.ids)
        planned = self.env["salon.followup"].search([("plan_id", "=", follow.id)])
        self.assertEqual(planned.partner_id, self.client)
        self.assertTrue(planned[:1].occasion.startswith(f"care_plan-{plan.line_ids[0].id}-"))

    def test_bad_input_gets_a_sentence(self):
        with self.assertRaises(ValidationError):
            self._plan(product_ids=False).action_agree()
        plan = self._agreed()
        with self.assertRaises(UserError):
            plan.with_user(self.manager).unlink()
        with self.assertRaises(UserError):
            plan.with_user(self.manager).write({"state": "done"})

    def test_a_stylist_makes_plans_for_clients_they_serve(self):
        served, other = self._client(), self._client("Other")
        self._done_visit(self.anna, client=served)
        values = {"name": "P", "product_ids": [(6, 0, self.facial.ids)]}
        plan = self.env["salon.care.plan"].with_user(self.stylist_user).create({**values, "partner_id": served.id})
        plan.action_agree()
        self.assertEqual(plan.state, "agreed")
        with self.assertRaises(UserError):
            self.env["salon.care.plan"].with_user(self.stylist_user).create({**values, "partner_id": other.id})
        theirs = self._agreed(other)
        with self.assertRaises(AccessError):
            theirs.with_user(self.stylist_user).read(["name"])
        with self.assertRaises(AccessError):
            theirs.home_ids.with_user(self.stylist_user).read(["often"])
        self.assertEqual(other.salon_file_ids.with_user(self.reception).care_plan_count, 1)

    def test_nobody_learns_of_a_visit_by_way_of_a_care_plan(self):
        served, other = self._client(), self._client("Other")
        self._done_visit(self.anna, client=served)
        visit = self._done_visit(self.ben, client=other)
        plans = self.env["salon.care.plan"].with_user(self.stylist_user)
        values = {"name": "P", "product_ids": [(6, 0, self.facial.ids)], "partner_id": served.id}
        with self.assertRaises(AccessError):
            plans.create({**values, "visit_id": visit.id})
        with self.assertRaises(AccessError):
            plans.with_context(default_visit_id=visit.id).create(values)
        plan = plans.create(values)
        with self.assertRaises(AccessError):
            plan.visit_id = visit
        plan.action_agree()
        for line in ({"visit_id": visit.id}, {"state": "done"}):
            with self.assertRaisesRegex(UserError, "ticked by the visit"):
                plan.line_ids[0].write(line)
            with self.assertRaisesRegex(UserError, "ticked by the visit"):
                plan.line_ids.create({"plan_id": plan.id, "due_on": self.today, **line})
        line = plan.line_ids.with_context(default_visit_id=visit.id, default_state="done")
        line = line.create({"plan_id": plan.id, "due_on": self.today})
        self.assertEqual((line.state, line.visit_id.id), ("open", False))

    def test_the_next_visit_is_booked_at_ten_on_the_salons_clocks(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        plan = self._agreed(start_date=self.today + timedelta(days=7))
        start = plan.action_book()["context"]["default_start"]
        self.assertEqual(start, f"{self.today + timedelta(days=7)} 02:00:00")

    def test_a_visit_whose_day_is_corrected_corrects_the_plan(self):
        plan = self._agreed(days_ago=10)
        visit = self._done_visit(self.anna, client=plan.partner_id)
        visit.line_ids.product_id = self.facial
        plan._tick()
        self.assertEqual(plan.line_ids[0].done_on, self.today)
        visit.date -= timedelta(days=3)
        plan._tick()
        self.assertEqual(plan.line_ids[0].done_on, self.today - timedelta(days=3))

    def test_the_plan_is_printed_in_the_clients_language(self):
        plan = self._agreed()
        report = self.env["ir.actions.report"].with_user(self.reception)
        html, _kind = report._render_qweb_html("salon_aftercare.salon_care_plan_report", plan.ids)
        for text in (b"A calm scalp", b"Clara Client", b"Mild shampoo", b"twice a week", b"Facial"):
            self.assertIn(text, html)
        action = plan.action_send()
        self.assertEqual(action["context"]["default_partner_ids"], self.client.ids)
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertIn("A calm scalp", composer.body)

    def test_merged_and_erased_clients(self):
        client, twin = self._client(), self._client("Twin")
        plan = self._agreed(twin)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((client | twin).ids, client)
        self.env.invalidate_all()
        self.assertEqual((plan.partner_id, plan.line_ids.partner_id), (client, client))
        self.env["salon.erasure"]._erase(client.salon_file_ids, "request")
        self.assertFalse(plan.exists())

    def test_many_plans_are_ticked_with_few_queries(self):
        clients = self._others(20)
        clients._make_salon_clients()
        plans = self.env["salon.care.plan"]
        for client in clients:
            plans |= self._agreed(client)
        self.env.flush_all()
        with self.assertQueryCount(4):
            plans._tick()
