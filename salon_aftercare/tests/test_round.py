from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestRound(AftercareCommon):
    def _round(self, user=None):
        return self.env["salon.followup"].with_user(user or self.stylist_user)

    def _named(self, name, **values):
        client = self.env["res.partner"].create({"name": name, "phone": "+86 139 0000 0009"})
        return self._followup(client=client, **values)

    def test_the_round_has_what_is_due_today_the_most_urgent_first(self):
        late, later = self._named("Late", hours_ago=47), self._named("Later", hours_ago=25)
        tomorrow, other = self._named("Tomorrow", hours_ago=-25), self._followup(self.ben, hours_ago=30)
        done = self._named("Done", hours_ago=26)
        done.action_cancel()
        ids = self._round().load_round()
        self.assertEqual(
            [id_ for id_ in ids if id_ in (late | later | tomorrow | other | done).ids], [late.id, later.id]
        )

    def test_who_does_not_want_to_be_called_is_not_in_the_round(self):
        """Invariant 9: also what is for a later hour of today, and what became due before they said so."""
        with freeze_time(fields.Datetime.now().replace(hour=12)):
            later, due, wanted = self._named("Later", hours_ago=22), self._named("Due", hours_ago=30), self._named(
                "Wanted", hours_ago=22)  # fmt: skip
            due._gate()
            for followup in later | due:
                followup.partner_id._make_salon_clients()
                followup.partner_id.salon_file_ids._set_contact_choice("care", "call", False, "link")
            ids = self._round().load_round()
        self.assertIn(wanted.id, ids)
        self.assertFalse({later.id, due.id} & set(ids))
        self.assertEqual((later | due).mapped("skip_code"), ["objected", "objected"])

    def test_two_calls_of_one_client_are_one_card(self):
        client = self.env["res.partner"].create({"name": "Twice", "phone": "+86 139 0000 0002"})
        calls = self._followup(client=client, hours_ago=30) | self._followup(client=client, hours_ago=47)
        self.assertEqual(len(set(self._round().load_round()) & set(calls.ids)), 1)

    def test_what_was_given_to_nobody_is_in_everybody_s_round_who_may_see_it(self):
        followup = self._followup(hours_ago=30)
        followup.user_id = False
        self.assertIn(followup.id, self._round(self.reception).load_round())

    def test_the_card_says_what_the_contact_needs(self):
        before = self._followup(hours_ago=100)
        before.write({"reached": "yes", "rating": "4", "said": "A bit shorter next time"})
        before.action_done()
        card = self._followup(hours_ago=30).with_user(self.stylist_user).load_card()
        self.assertEqual((card["client"], card["services"], card["performers"]), ("Clara Client", "Cut", "Anna"))
        self.assertIn("How do you feel", card["script"])
        self.assertEqual([contact["said"] for contact in card["before"]], ["A bit shorter next time"])

    def test_a_contact_is_closed_with_its_result(self):
        followup = self._followup(hours_ago=30)
        followup.with_user(self.stylist_user).close_card({"reached": "yes", "rating": "5", "said": "Happy"})
        self.assertEqual((followup.state, followup.rating, followup.said), ("done", "5", "Happy"))
        self.assertEqual(followup.done_by, self.stylist_user)
        self.assertFalse(followup.activity_id.active)

    def test_who_was_not_reached_gave_no_stars(self):
        followup = self._followup(hours_ago=30)
        followup.close_card({"reached": "no", "rating": "5"})
        self.assertEqual((followup.state, followup.rating), ("done", False))

    def test_nothing_is_closed_without_a_result_or_a_reason(self):
        followup = self._followup(hours_ago=30)
        for values in ({}, {"reached": "perhaps"}, {"rating": "5"}):
            with self.assertRaises(UserError):
                followup.close_card(values)
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                followup.skip_card(reason)
        self.assertTrue(followup.is_open)

    def test_what_somebody_else_closed_is_not_closed_twice(self):
        followup = self._followup(hours_ago=30)
        followup.user_id = False
        followup.with_user(self.reception).close_card({"reached": "yes", "said": "First"})
        with self.assertRaisesRegex(UserError, "closed already"):
            followup.with_user(self.manager).close_card({"reached": "no", "said": "Second"})
        self.assertEqual((followup.said, followup.done_by), ("First", self.reception))

    def test_calling_again_plans_that_call(self):
        followup = self._followup(hours_ago=30)
        day = fields.Date.context_today(followup) + timedelta(days=3)
        followup.close_card({"reached": "no", "next_action": "call_again", "call_again_on": fields.Date.to_string(day)})
        again = self.env["salon.followup"].search([("origin_id", "=", followup.id), ("is_open", "=", True)])
        self.assertEqual((again.partner_id, again.channel, len(again)), (self.client, "call", 1))

    def test_a_card_takes_few_queries(self):
        followups = self.env["salon.followup"].union(*(self._followup(hours_ago=25 + n) for n in range(3)))
        mine = followups.with_user(self.stylist_user)
        self.env.invalidate_all()
        mine[0].load_card()  # what is kept for good is read once
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            mine[1].load_card()


@tagged("post_install", "-at_install")
class TestRoundTours(AftercareCommon, HttpCase):
    def test_a_round_is_worked_through_with_the_keyboard(self):
        clients = self.env["res.partner"].create(
            [{"name": f"{name} Client", "phone": "139 2"} for name in ("Dora", "Frida")]
        )
        first = self._followup(hours_ago=46)
        skipped, again = (self._followup(client=client, hours_ago=30 - n) for n, client in enumerate(clients))
        self.start_tour("/odoo/salon-followup-round", "salon_aftercare_round", login="salon_stylist")
        self.assertEqual((first.state, first.rating, first.said), ("done", "5", "Wants the same again"))
        self.assertEqual((skipped.state, skipped.reason), ("skipped", "Was here again yesterday"))
        self.assertEqual((again.state, again.reached, again.next_action), ("done", "no", "call_again"))

    def test_a_text_is_copied_without_https_too(self):
        self.step.write({"channel": "wechat", "script": "Hello {{client}}, how is it?"})
        self.client.is_salon_client = True
        self.client.salon_file_ids.wechat = "clara"
        self._followup(hours_ago=30)
        self.start_tour("/odoo/salon-followup-round", "salon_aftercare_round_copy", login="salon_stylist")

    def test_five_calls_take_three_keys_each(self):
        """Reached, how content, done: what was said takes one more key, and the words."""
        clients = self._others(5)
        followups = self.env["salon.followup"].union(
            *(self._followup(client=client, hours_ago=40 - number) for number, client in enumerate(clients))
        )
        self.start_tour("/odoo/salon-followup-round", "salon_aftercare_round_keys", login="salon_stylist")
        self.assertEqual(followups.mapped("state"), ["done"] * 5)
        self.assertEqual(set(followups.mapped("rating")), {"4"})


@tagged("post_install", "-at_install")
class TestRoundPhoneTours(AftercareCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_the_next_visit_is_booked_from_the_round(self):
        followup = self._followup(hours_ago=30)
        self.start_tour("/odoo/salon-followup-round", "salon_aftercare_round_phone", login="salon_stylist")
        self.assertEqual((followup.state, followup.next_action), ("done", "book"))
