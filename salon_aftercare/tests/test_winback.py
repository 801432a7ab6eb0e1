from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_rhythm import RhythmCommon

LONG_AGO = 100  # days: the time of looking at is over


@tagged("post_install", "-at_install")
class TestControlGroup(RhythmCommon):
    """A few clients, by chance, are not contacted; what contacts bring about is seen beside them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"salon_control_percent": 10, "salon_winback_days": 60})
        cls.plan = cls.env["salon.followup.plan"].create(
            {
                "name": "Lost clients",
                "trigger": "client_state",
                "source_domain": "[('state', '=', 'lost')]",
                "has_control_group": True,
                "step_ids": [
                    (0, 0, {"name": "Call", "channel": "call", "script": "Hello", "delay": 0, "delay_unit": "days"})
                ],
            }
        )

    def _one(self, occasion, client=None, days_ago=0, **values):
        """Return a follow-up of the plan that was due some days ago."""
        due_at = fields.Datetime.now() - timedelta(days=days_ago)
        return self.env["salon.followup"].create(
            {
                "partner_id": (client or self.client).id,
                "step_id": self.plan.step_ids[0].id,
                "company_id": self.company.id,
                "channel": "call",
                "occasion": occasion,
                "user_id": self.reception.id,
                "planned_for": due_at,
                "due_at": due_at,
                "latest_at": due_at + timedelta(days=1),
                **values,
            }
        )

    def _contacted(self, occasion, client, **values):
        done_at = fields.Datetime.now() - timedelta(days=LONG_AGO)
        return self._one(occasion, client, LONG_AGO, state="done", done_at=done_at, **values)

    def _left_out(self, occasion, client, **values):
        return self._one(occasion, client, LONG_AGO, state="skipped", skip_code="control", **values)

    def _draws(self, plan, number):
        followups = self.env["salon.followup"]
        return [
            followups.new({"step_id": plan.step_ids.id, "plan_id": plan.id, "company_id": self.company.id,
                           "occasion": f"client_state-{one}-20260301"})._in_control_group()
            for one in range(number)
        ]  # fmt: skip

    def test_a_tenth_is_left_out_and_always_the_same(self):
        first = self._draws(self.plan, 2000)
        self.assertTrue(150 < sum(first) < 250, sum(first))
        self.assertEqual(self._draws(self.plan, 2000), first)

    def test_it_does_not_follow_the_order_of_ids_and_differs_by_plan_and_database(self):
        first = self._draws(self.plan, 500)
        gaps = [one for one, out in enumerate(first) if out]
        self.assertGreater(len({later - earlier for earlier, later in pairwise(gaps)}), 5)
        self.assertNotEqual(self._draws(self.plan.copy(), 500), first)
        self.env["ir.config_parameter"].sudo().set_param("database.secret", "another")
        self.assertNotEqual(self._draws(self.plan, 500), first)

    def test_who_is_left_out_is_skipped_and_says_so(self):
        self.company.salon_control_percent = 50
        followups = self.env["salon.followup"]
        for number, client in enumerate(self._others(30)):
            client._make_salon_clients()
            followups |= self._one(f"client_state-{number}-20260301", client)
        followups._gate()
        out = followups.filtered(lambda one: one._in_control_group())
        self.assertTrue(0 < len(out) < 30)
        self.assertEqual(set(out.mapped("skip_code")), {"control"})
        self.assertEqual(set((followups - out).mapped("state")), {"due"})

    def test_who_was_promised_another_call_gets_it_and_is_one_contact(self):
        self.company.salon_control_percent = 50
        again = {"origin_model": "salon.followup", "origin_id": 1}
        calls = self.env["salon.followup"]
        for number, client in enumerate(self._others(12)):
            client._make_salon_clients()
            calls |= self._one(f"again-{number}", client, **again)
        calls._gate()
        self.assertEqual(set(calls.mapped("state")), {"due"})
        self._contacted("client_state-1-1", self.client)
        self._contacted("again-99", self.client, **again)
        self.assertEqual(self._figure().contacted, 1)

    def test_other_plans_leave_nobody_out(self):
        self.plan.has_control_group = False
        self.company.salon_control_percent = 50
        followups = self.env["salon.followup"]
        for number, client in enumerate(self._others(10)):
            client._make_salon_clients()
            followups |= self._one(f"client_state-{number}-20260301", client)
        followups._gate()
        self.assertEqual(set(followups.mapped("state")), {"due"})

    def test_a_client_who_is_lost_is_planned_for(self):
        client = self._client()
        today = fields.Date.today()
        self._came(client, *self._days(180, 140, 100, today=today))
        self._compute(today)
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).state_since), ("lost", today))
        self.plan.step_ids.since = fields.Datetime.now() - timedelta(days=2)
        self.plan._plan_now("client_state", self._rhythm(client).ids)
        followup = self.env["salon.followup"].search([("plan_id", "=", self.plan.id)])
        self.assertEqual(followup.partner_id, client)
        self.assertIn("client_state-", followup.occasion)

    # The report ------------------------------------------------------------------------------------------

    def _figure(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["salon.winback.figure"].search([("plan_id", "=", self.plan.id)])

    def _comes(self, client, days_after):
        self._came(client, fields.Date.today() - timedelta(days=LONG_AGO - days_after))

    def test_both_groups_are_compared(self):
        clients = self._others(8)
        clients._make_salon_clients()
        for number, client in enumerate(clients):
            (self._contacted if number < 4 else self._left_out)(f"client_state-{number}-1", client)
        for client in clients[:3]:
            self._comes(client, 10)
        self._comes(clients[3], 70)  # too late to count
        self._comes(clients[4], 20)
        self._comes(clients[5], -10)  # before the contact
        self._one("client_state-99-1", self.client, 5, state="done", done_at=fields.Datetime.now())
        figure = self._figure()
        self.assertEqual((figure.contacted, figure.control, figure.waiting), (4, 4, 1))
        self.assertEqual((figure.contacted_back, figure.control_back, figure.back_difference), (75, 25, 50))
        self.assertIn("(4)", figure.caution)
        rows = self.env["salon.winback.report"].search(figure.action_view_clients()["domain"])
        self.assertEqual(len(rows), 9)
        self.assertEqual(rows[0].action_open_followup()["res_model"], "salon.followup")

    def test_several_steps_on_one_occasion_are_one_contact(self):
        second = self.plan.step_ids.copy({"plan_id": self.plan.id})
        self._contacted("client_state-1-1", self.client)
        done_at = fields.Datetime.now() - timedelta(days=LONG_AGO - 3)
        self._one("client_state-1-1", self.client, 97, step_id=second.id, state="done", done_at=done_at)
        self.assertEqual(self._figure().contacted, 1)

    def test_the_caution_goes_when_there_are_many_and_the_difference_is_no_chance(self):
        figure = self.env["salon.winback.figure"].new(
            {"contacted": 400, "contacted_back": 40, "control": 60, "control_back": 10, "back_difference": 30}
        )
        self.assertFalse(figure.caution)
        chance = self.env["salon.winback.figure"].new(
            {"contacted": 400, "contacted_back": 21, "control": 60, "control_back": 20, "back_difference": 1}
        )
        self.assertIn("by chance", chance.caution)

    def test_only_managers_see_it(self):
        self._contacted("client_state-1-1", self.client)
        self.assertTrue(self.env["salon.winback.figure"].with_user(self.manager).search([]))
        self.assertFalse(self.env["salon.winback.figure"].with_user(self.reception).has_access("read"))


@tagged("post_install", "-at_install")
class TestLostReasons(RhythmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dear = cls.env.ref("salon_aftercare.salon_lost_reason_price_dear")

    def _answer(self, client, **values):
        action = client.salon_file_ids.action_ask_reason()
        return (
            self.env["salon.lost.answer"]
            .with_context(**action["context"])
            .create({"reason_id": self.dear.id, "note": "40 more next door", **values})
        )

    def test_the_answer_shows_on_the_file_until_the_client_comes_again(self):
        client = self._client()
        self._came(client, *self._days(400, today=fields.Date.today()))
        self._compute(fields.Date.today())
        answer = self._answer(client)
        self.assertEqual((answer.partner_id, answer.reason_group_id), (client, self.dear.parent_id))
        self.assertEqual(client.salon_file_ids.lost_reason, "Price · Too expensive: 40 more next door")
        answer.asked_on = fields.Date.today() - timedelta(days=10)
        self._done_visit(self.anna, client=client)
        self.env.invalidate_all()
        self.assertFalse(client.salon_file_ids.lost_reason)

    def test_a_follow_up_keeps_which_call_it_was(self):
        followup = self._one_followup()
        answer = self.env["salon.lost.answer"].with_context(**followup.action_ask_reason()["context"])
        self.assertEqual(answer.create({"reason_id": self.dear.id}).followup_id, followup)

    def test_nobody_learns_of_a_contact_by_way_of_an_answer(self):
        served = self._client()
        self._done_visit(self.anna, client=served)
        values = {"partner_id": served.id, "reason_id": self.dear.id, "followup_id": self._one_followup().id}
        with self.assertRaises(AccessError):
            self.env["salon.lost.answer"].with_user(self.stylist_user).create(values)

    def _one_followup(self):
        now = fields.Datetime.now()
        return self.env["salon.followup"].create(
            {"partner_id": self.client.id, "company_id": self.company.id, "channel": "call", "due_at": now,
             "planned_for": now, "latest_at": now}
        )  # fmt: skip

    def test_a_stylist_asks_clients_they_serve(self):
        served, other = self._client(), self._client("Other")
        self._done_visit(self.anna, client=served)
        answers = self.env["salon.lost.answer"].with_user(self.stylist_user)
        answers.create({"partner_id": served.id, "reason_id": self.dear.id})
        with self.assertRaises(UserError):
            answers.create({"partner_id": other.id, "reason_id": self.dear.id})

    def test_an_erased_client_leaves_no_words(self):
        client = self._client()
        self._answer(client)
        self.env["salon.erasure"]._erase(client.salon_file_ids, "request")
        self.assertFalse(self.env["salon.lost.answer"].search([("partner_id", "=", client.id)]))

    def test_a_reason_is_not_part_of_itself(self):
        with self.assertRaises(UserError):
            self.dear.parent_id.parent_id = self.dear
