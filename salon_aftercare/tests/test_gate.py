from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged, warmup

from .common import AftercareCommon

SOON = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestGate(AftercareCommon):
    """What passes when its time has come, and what does not, and says why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client._make_salon_clients()
        cls.client.email = "clara@example.com"
        cls.file = cls.client.salon_file_ids
        cls.offer = cls._step("call", is_marketing=True, sequence=50)

    @classmethod
    def _step(cls, channel, **values):
        plan = cls.env["salon.followup.plan"].create(
            {
                "name": f"Plan {channel}",
                "trigger": "birthday",
                "step_ids": [(0, 0, {"name": "Step", "channel": channel, "script": f"Words for {channel}"})],
                **values,
            }
        )
        plan.active = values.get("active", True)
        return plan.step_ids

    @classmethod
    def _ripe(cls, step, client=None, minutes_ago=1, hours=24, **values):
        """Return a follow-up of `step` whose time has come, for no occasion that could end."""
        due_at = fields.Datetime.now() - timedelta(minutes=minutes_ago)
        return cls.env["salon.followup"].create(
            {
                "partner_id": (client or cls.client).id,
                "step_id": step.id,
                "company_id": cls.env.company.id,
                "channel": step.channel,
                "is_marketing": step.plan_id.is_marketing,
                "user_id": cls.reception.id,
                "planned_for": due_at,
                "due_at": due_at,
                "latest_at": due_at + timedelta(hours=hours),
                **values,
            }
        )

    def _agree(self, *channels):
        for channel in channels or ("call", "email", "sms", "wechat", "post"):
            self.file._set_contact_choice("marketing", channel, True)

    def _assert_skipped(self, followup, code):
        self.assertEqual((followup.state, followup.skip_code), ("skipped", code))
        self.assertTrue(followup.why)
        self.assertFalse(followup.activity_id.active)

    def test_what_passes_is_due_and_somebody_is_reminded(self):
        followup = self._ripe(self.step)
        self._run_cron("due")
        self.assertEqual((followup.state, followup.activity_id.user_id), ("due", self.reception))

    def test_offers_need_a_word_and_say_whether_it_was_refused(self):
        unasked = self._ripe(self.offer)
        self._run_cron("due")
        self._assert_skipped(unasked, "no_consent")
        self.file._set_contact_choice("marketing", "call", False)
        refused = self._ripe(self.offer)
        self._run_cron("due")
        self._assert_skipped(refused, "objected")

    def test_who_objects_to_care_gets_none_on_that_channel(self):
        self.file._set_contact_choice("care", "call", False)
        followup = self._ripe(self.step)
        self._run_cron("due")
        self._assert_skipped(followup, "objected")

    def test_without_a_number_or_address_nobody_is_asked_to_make_it(self):
        self.client.write({"phone": False, "email": False})
        steps = [self._step(channel) for channel in ("call", "email", "sms", "wechat", "post")]
        followups = [self._ripe(step) for step in steps]
        task = self._ripe(self._step("task"))
        self._run_cron("due")
        for followup in followups:
            self._assert_skipped(followup, "no_address")
        self.assertEqual(task.state, "due")

    def test_each_channel_by_hand_reminds_somebody_with_the_words(self):
        self.client.write({"street": "Main Street 1", "country_id": self.env.ref("base.cn").id})
        self.file.wechat = "clara-wx"
        kinds = {}
        for channel in ("call", "task", "wechat", "post"):
            followup = self._ripe(self._step(channel))
            self._run_cron("due")
            kinds[channel] = followup.activity_id
            self.assertEqual(followup.state, "due", channel)
            self.assertIn(f"Words for {channel}", followup.activity_id.note, channel)
        self.assertIn("WeChat: clara-wx", kinds["wechat"].note)
        self.assertEqual(kinds["wechat"].activity_type_id.name, "WeChat Message")

    def test_what_comes_too_late_is_skipped(self):
        followup = self._ripe(self.step, minutes_ago=120, hours=1)
        self._run_cron("due")
        self._assert_skipped(followup, "late")

    def test_quiet_hours_are_the_clients_own(self):
        self.env.company.write({"salon_message_from": 9, "salon_message_to": 20})
        self.client.tz = "Asia/Shanghai"
        with freeze_time("2026-03-10 14:00:00"):  # 22:00 there
            followup = self._ripe(self.step)
            self._run_cron("due")
            self.assertEqual((followup.state, followup.due_at), ("planned", datetime(2026, 3, 11, 1)))
            short = self._ripe(self._step("sms"), hours=2)
            self._run_cron("due")
            self._assert_skipped(short, "quiet")
        with freeze_time("2026-03-11 01:05:00"):
            self._run_cron("due")
            self.assertEqual(followup.state, "due")

    def test_two_plans_on_one_day_are_one_call_that_says_both(self):
        first, second = self._ripe(self.step), self._ripe(self._step("call", sequence=20))
        self._run_cron("due")
        self.assertEqual(first.state, "due")
        self._assert_skipped(second, "merged")
        self.assertEqual(second.merged_into_id, first)
        self.assertIn("How do you feel with the result", first.script)
        self.assertIn("Words for call", first.script)
        self.assertIn("Words for call", first.activity_id.note)

    def test_what_comes_later_on_the_day_joins_the_call_that_waits(self):
        first = self._ripe(self.step)
        self._run_cron("due")
        second = self._ripe(self._step("call", sequence=1))
        self._run_cron("due")
        self.assertEqual(second.merged_into_id, first)
        self.assertIn("Words for call", first.activity_id.note)

    def test_other_channels_and_other_days_stay_by_themselves(self):
        self._agree()
        call, mail = self._ripe(self.step), self._ripe(self._step("email"))
        self._run_cron("due")
        self.assertEqual((call.state, mail.state), ("due", "due"))

    def test_care_of_several_plans_is_one_call_when_it_is_planned_already(self):
        plans = [self.env.ref(f"salon_aftercare.salon_followup_plan_{name}") for name in ("first", "chemical")]
        for plan in plans:
            plan.active = True
        with freeze_time("2026-03-10 10:00:00"):
            visit = self._open_visit(self.anna)
            visit.line_ids.product_id = self.colour
            visit.action_done()
        by_day = visit.followup_ids.filtered(lambda one: one.state == "planned").grouped(lambda one: one.due_at.date())
        self.assertEqual([len(group) for group in by_day.values()], [1, 1, 1])
        self.assertEqual(len(visit.followup_ids.activity_id), 1, "days 3 and 7 are reminded of when they are near")

    def test_what_was_to_be_made_with_another_that_ends_stands_by_itself_again(self):
        keeper, joined = self._followup(), self._ripe(self._step("call", sequence=20), minutes_ago=-60 * 24)
        joined._merge({"one": keeper | joined})
        self.assertEqual(joined.merged_into_id, keeper)
        keeper._skip("gone")
        self.assertEqual((joined.state, joined.merged_into_id.id, joined.skip_code), ("planned", False, False))

    def test_who_has_a_booking_is_not_asked_to_book(self):
        self._agree()
        self._book((self.cut, self.anna))
        asked = self._ripe(self._step("call", is_marketing=True, stop_when_booked=True))
        care = self._ripe(self.step)
        self._run_cron("due")
        self._assert_skipped(asked, "booked")
        self.assertEqual(care.state, "due")

    def test_an_open_complaint_stops_offers_and_no_care(self):
        self._agree()
        case = self.env["salon.case"].create({"kind": "complaint", "partner_id": self.client.id, "name": "Too short"})
        offer, care = self._ripe(self.offer), self._ripe(self._step("email"))
        self._run_cron("due")
        self._assert_skipped(offer, "complaint")
        self.assertEqual(care.state, "due")
        self.assertTrue(case)

    def test_offers_keep_to_the_cap_and_wait_for_the_week_to_be_over(self):
        self._agree()
        with freeze_time("2026-03-02 12:00:00"):
            made = self._ripe(self.offer) | self._ripe(self._step("email", is_marketing=True))
            self._run_cron("due")
            for followup in made:
                followup.reached = "yes"
                followup.action_done()
        with freeze_time("2026-03-05 12:00:00"):
            third = self._ripe(self._step("sms", is_marketing=True), hours=24 * 7)
            short = self._ripe(self._step("wechat", is_marketing=True))
            self.file.wechat = "clara"
            self.client.country_id = self.env.ref("base.cn")
            care = self._ripe(self.step)
            self._run_cron("due")
            self.assertEqual((third.state, third.due_at), ("planned", datetime(2026, 3, 9, 12, 0, 1)))
            self._assert_skipped(short, "cap")
            self.assertEqual(care.state, "due", "care is no offer")
        with freeze_time("2026-03-09 12:05:00"):
            self._run_cron("due")
            self.assertEqual(third.state, "due")

    def test_an_offer_that_is_due_counts_until_it_is_made(self):
        self._agree()
        self.env.company.salon_marketing_cap = 1
        with freeze_time("2026-03-02 12:00:00"):
            self._ripe(self.offer, hours=24 * 30)
            self._run_cron("due")
        with freeze_time("2026-03-20 12:00:00"):
            second = self._ripe(self._step("email", is_marketing=True))
            self._run_cron("due")
            self._assert_skipped(second, "cap")

    def test_a_cap_of_none_sends_none(self):
        self._agree()
        self.env.company.salon_marketing_cap = 0
        followup = self._ripe(self.offer)
        self._run_cron("due")
        self._assert_skipped(followup, "cap")

    def test_care_goes_first_where_a_care_call_and_an_offer_meet(self):
        self._agree()
        offer, care = self._ripe(self.offer), self._ripe(self.step)
        self._run_cron("due")
        self.assertEqual((care.state, offer.merged_into_id), ("due", care))
        self.env.company.salon_marketing_cap = 1
        late = self._ripe(self._step("email", is_marketing=True))
        self._run_cron("due")
        self.assertEqual(late.skip_code, "cap", "the call carries an offer: the cap counts it")

    def test_care_that_an_offer_was_put_to_is_not_taken_back_with_it(self):
        self._agree()
        care = self._ripe(self.step, minutes_ago=120, hours=2.1)
        self._run_cron("due")
        care.latest_at = fields.Datetime.now() - SOON
        offer = self._ripe(self.offer)
        self._run_cron("due")
        self.assertEqual(offer.merged_into_id, care)
        self._run_cron("due")
        self.assertEqual(care.state, "due", "it is overdue, and still to be made")

    def test_who_takes_their_word_back_hears_no_offer_in_a_call_for_care(self):
        self._agree()
        offer, care = self._ripe(self.offer), self._ripe(self.step)
        self._run_cron("due")
        self.file._set_contact_choice("marketing", "call", False, "link")
        self._run_cron("due")
        self.assertEqual((care.state, offer.skip_code), ("due", "objected"))
        self.assertNotIn("Words for call", care.script)
        self.assertNotIn("Words for call", care.activity_id.note)

    def test_who_objects_complains_or_books_while_a_call_waits_is_not_called(self):
        self._agree()
        clients = self._others(5)
        clients._make_salon_clients()
        for client in clients[1:3]:
            client.salon_file_ids._set_contact_choice("marketing", "call", True)
        win_back = self._step("call", is_marketing=True, stop_when_booked=True)
        steps = (self.step, self.offer, win_back, self.step, self.step)
        calls = [self._ripe(step, client) for step, client in zip(steps, clients, strict=True)]
        self._run_cron("due")
        self.assertEqual({call.state for call in calls}, {"due"})
        clients[0].salon_file_ids._set_contact_choice("care", "call", False, "link")
        self.env["salon.case"].create({"kind": "complaint", "partner_id": clients[1].id, "name": "Too short"})
        self._book((self.cut, self.anna), client=clients[2])
        clients[3].active = False
        self.env["salon.erasure"]._erase(clients[4].salon_file_ids, "request")
        self._run_cron("due")
        self._run_cron("sweep")
        for call, code in zip(calls, ("objected", "complaint", "booked", "gone", "erased"), strict=True):
            self._assert_skipped(call, code)

    def test_an_offer_that_nobody_made_in_time_is_taken_back(self):
        self._agree()
        followup = self._ripe(self.offer)
        self._run_cron("due")
        followup.write({"due_at": fields.Datetime.now() - SOON, "latest_at": fields.Datetime.now() - SOON})
        self._run_cron("due")
        self._assert_skipped(followup, "late")

    def test_after_a_standstill_a_person_gets_so_many_a_day(self):
        self.env.company.salon_followups_a_day = 2
        clients = self._others(5)
        lying = self.env["salon.followup"].union(
            *(self._ripe(self.step, client, minutes_ago=60 * 30, hours=96) for client in clients)
        )
        fresh = self._ripe(self.step)
        ending = self._ripe(self._step("call"), self._others(6)[5], minutes_ago=60 * 30, hours=31)
        self._run_cron("due")
        self.assertEqual(fresh.state, "due", "what is of today goes today")
        self.assertEqual(ending.state, "due", "what would be too late tomorrow goes today")
        self.assertEqual(len(lying.filtered(lambda one: one.state == "due")), 2)
        left = lying.filtered(lambda one: one.state == "planned")
        self.assertTrue(all(one.due_at > fields.Datetime.now() for one in left))

    def test_a_plan_that_ended_ends_what_it_planned(self):
        followup = self._followup()
        self.step.plan_id.active = False
        followup.due_at = fields.Datetime.now() - SOON
        self._run_cron("due")
        self._assert_skipped(followup, "plan")

    def test_an_archived_client_is_not_contacted(self):
        followup = self._ripe(self.step)
        self.client.active = False
        self._run_cron("due")
        self._assert_skipped(followup, "gone")

    def test_a_call_agreed_on_is_planned_once(self):
        followup = self._followup()
        day = fields.Date.today() + timedelta(days=5)
        followup.write({"reached": "no", "next_action": "call_again", "call_again_on": day})
        followup.with_user(self.stylist_user).action_done()
        again = self.env["salon.followup"].search([("occasion", "=", f"again-{followup.id}")])
        self.assertEqual((again.due_at.date(), again.partner_id, again.user_id), (day, self.client, self.stylist_user))
        self.assertEqual(again.script, followup.script)

    def test_book_next_opens_a_booking_for_the_client(self):
        followup = self._ripe(self.step)
        followup.write({"reached": "yes", "next_action": "book"})
        action = followup.with_user(self.reception).action_done()
        self.assertEqual(action["context"]["default_salon_client_id"], self.client.id)

    def test_the_next_step_can_be_a_case(self):
        followup = self._ripe(self.step)
        followup.write({"reached": "yes", "next_action": "case", "said": "Too short"})
        action = followup.with_user(self.reception).action_done()
        self.assertEqual((action["res_model"], action["context"]["default_partner_id"]), ("salon.case", self.client.id))

    @warmup
    def test_fifty_pass_the_gate_with_few_queries(self):
        clients = self._others(50)
        for client in clients:
            self._ripe(self.step, client)
            self._ripe(self.offer, client)
        self.env.flush_all()
        self.env.invalidate_all()
        followups = self.env["salon.followup"].search([("partner_id", "in", clients.ids)])
        with self.assertQueryCount(60):
            followups._gate()
            self.env.flush_all()
        self.assertEqual(len(followups.filtered(lambda one: one.state == "due")), 50)
