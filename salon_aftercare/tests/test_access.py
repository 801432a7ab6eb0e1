from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.salon_crm.tests.access_common import AccessMatrix

from .common import AftercareCommon

# May a role read, write, create, delete? Every model of the addon has a line: a new one without fails.
MATRIX = {
    #                         stylist reception manager accountant plain user
    "salon.case": ("rwc-", "rwc-", "rwc-", "----", "----"),
    "salon.case.coupon": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.case.cause": ("r---", "r---", "rwcd", "----", "----"),
    "salon.case.deadline": ("----", "----", "rwcd", "----", "----"),
    "salon.case.escalation": ("----", "----", "r---", "----", "----"),
    "salon.case.report": ("----", "----", "r---", "----", "----"),
    "salon.case.report.incident": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.case.rule": ("----", "----", "rwcd", "----", "----"),
    "salon.case.todo": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.case.todo.template": ("----", "----", "rwcd", "----", "----"),
    "salon.feedback": ("r---", "r---", "r---", "----", "----"),
    "salon.feedback.note": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.feedback.report": ("----", "----", "r---", "----", "----"),
    "salon.feedback.word": ("----", "----", "rwcd", "----", "----"),
    "salon.client.rhythm": ("r---", "r---", "r---", "----", "----"),
    "salon.client.rhythm.category": ("r---", "r---", "r---", "----", "----"),
    "salon.client.rhythm.norm": ("----", "----", "r---", "----", "----"),
    "salon.client.rhythm.month": ("----", "----", "r---", "----", "----"),
    "salon.lost.reason": ("r---", "r---", "rwcd", "----", "----"),
    "salon.lost.answer": ("rwc-", "rwc-", "rwcd", "----", "----"),
    "salon.winback.report": ("----", "----", "r---", "----", "----"),
    "salon.winback.figure": ("----", "----", "r---", "----", "----"),
    "salon.care.plan": ("rwc-", "rwc-", "rwcd", "----", "----"),
    "salon.care.plan.line": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.care.plan.home": ("rwcd", "rwcd", "rwcd", "----", "----"),
    "salon.client.rhythm.run": ("----", "----", "r---", "----", "----"),
    "salon.followup": ("rw--", "rw--", "rw--", "----", "----"),
    "salon.followup.plan": ("r---", "r---", "rwcd", "----", "----"),
    "salon.festival": ("r---", "r---", "rwcd", "----", "----"),
    "salon.festival.date": ("r---", "r---", "rwcd", "----", "----"),
    "salon.followup.step": ("r---", "r---", "rwcd", "----", "----"),
}


@tagged("post_install", "-at_install")
class TestMatrix(AccessMatrix, AftercareCommon):
    def test_every_model_has_its_line_and_every_role_its_rights(self):
        self._assert_matrix("salon_aftercare", MATRIX)


@tagged("post_install", "-at_install")
class TestAccess(AftercareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(cls.env, "salon_accountant", "base.group_user,account.group_account_manager")
        cls.cashier = new_test_user(cls.env, "cashier", "base.group_user,point_of_sale.group_pos_user")

    def _found(self, user, followups):
        return self.env["salon.followup"].with_user(user).search([("id", "in", followups.ids)]).sudo(False)

    def test_a_stylist_sees_own_follow_ups_and_those_of_own_visits(self):
        own, others, performed = self._followup(self.anna), self._followup(self.ben), self._followup(self.anna)
        performed.user_id = self.manager
        found = self._found(self.stylist_user, own | others | performed)
        self.assertEqual(found.ids, (own | performed).ids)
        with self.assertRaises(AccessError):
            others.with_user(self.stylist_user).said = "Overheard"

    def test_nobody_learns_of_a_visit_or_a_client_by_way_of_a_follow_up(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        visit = self._done_visit(self.ben, client=stranger, note="Going through a divorce")
        followup = self._followup(self.anna).with_user(self.stylist_user)
        for values in (
            {"visit_id": visit.id}, {"partner_id": stranger.id}, {"origin_id": visit.id}, {"state": "done"},
            {"is_marketing": True}, {"sending": "retry"},
        ):  # fmt: skip
            with self.assertRaisesRegex(UserError, "closed by its buttons"):
                followup.write(values)
        self.assertNotIn("divorce", followup.visit_note or "")
        followup.write({"said": "Fine", "due_at": followup.due_at, "user_id": self.stylist_user.id})

    def test_reception_and_manager_see_all(self):
        followups = self._followup(self.anna) | self._followup(self.ben)
        for user in (self.reception, self.manager):
            self.assertEqual(self._found(user, followups).ids, followups.ids)

    def test_others_see_nothing(self):
        followup = self._followup()
        for user in (self.plain_user, self.accountant, self.cashier):
            with self.assertRaises(AccessError):
                followup.with_user(user).read(["said"])
            with self.assertRaises(AccessError):
                self.step.with_user(user).read(["script"])

    def test_nobody_deletes_a_follow_up_or_makes_one_by_hand(self):
        followup = self._followup()
        with self.assertRaises(AccessError):
            followup.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            followup.with_user(self.manager).copy({"visit_id": False})

    def test_only_managers_change_plans(self):
        for user in (self.stylist_user, self.reception):
            self.assertTrue(self.step.with_user(user).script)
            with self.assertRaises(AccessError):
                self.step.plan_id.with_user(user).name = "Mine"
            with self.assertRaises(AccessError):
                self.step.with_user(user).delay = 1
        self.step.plan_id.with_user(self.manager).name = "Ours"

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        stranger = new_test_user(
            self.env, "stranger", "salon_crm.group_salon_manager", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        followup = self._followup()
        self.assertFalse(self._found(stranger, followup))
        with self.assertRaises(AccessError):
            followup.with_user(stranger).read(["said"])
        self.step.plan_id.company_id = self.env.company
        with self.assertRaises(AccessError):
            self.step.with_user(stranger).read(["script"])

    def test_whoever_closes_a_visit_plans_its_follow_up(self):
        for user in (self.stylist_user, self.reception, self.manager):
            visit = self._open_visit().with_user(user)
            visit.action_done()
            self.assertEqual(len(visit.sudo().followup_ids), 1)

    def test_the_cashier_who_only_sells_gets_no_hold_of_the_activity(self):
        visit = self._open_visit()
        visit.with_user(self.cashier).sudo()._mark_done()
        activity = visit.followup_ids.activity_id
        self.assertEqual(activity.create_uid, self.env.ref("base.user_root"))
        with self.assertRaises(AccessError):
            activity.with_user(self.cashier).action_feedback(feedback="Not mine")

    def test_the_stylist_of_a_visit_sees_its_follow_ups_counted(self):
        visit = self._done_visit(self.anna)
        self.assertEqual(visit.with_user(self.stylist_user).followup_count, 1)
        self.assertEqual(visit.with_user(self.stylist_user).action_view_followups()["res_id"], visit.followup_ids.id)

    def test_a_stylist_can_do_the_whole_of_a_call(self):
        followup = self._followup(self.anna).with_user(self.stylist_user)
        shown = followup.web_read({name: {} for name in ("phone", "script", "services", "visit_note", "alert")})
        self.assertTrue(shown[0]["phone"] and shown[0]["script"])
        followup.write({"reached": "no", "said": "No answer"})
        followup.action_done()
        self.assertEqual(followup.state, "done")
