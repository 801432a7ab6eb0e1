from datetime import timedelta
from types import SimpleNamespace

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .case_common import ALERT, CaseCommon


@tagged("post_install", "-at_install")
class TestCases(CaseCommon):
    def test_a_complaint_goes_its_way_to_the_end(self):
        case = self._case()
        self.assertEqual((case.state, case.user_id, case.is_open), ("new", self.manager, True))
        self._finish(case)
        self.assertEqual(case.state, "closed")
        stamps = [case.answered_at, case.proposed_at, case.agreed_at, case.solved_at, case.called_at, case.closed_at]
        self.assertTrue(all(stamps))
        self.assertFalse(case.due_at)

    def test_each_step_asks_for_what_it_needs(self):
        case = self._case()
        self.assertEqual(case.action_answer()["target"], "new")
        self.assertEqual(case.state, "new")
        case.answer = "We heard you"
        case.action_answer()
        self.assertEqual(case.action_propose()["target"], "new")
        case.remedy = "gift"
        case.action_solve()
        self.assertEqual(case.state, "solved")
        self.assertEqual(case.proposed_at, case.solved_at, "what was passed over happened now")
        self.assertEqual(case.action_called()["target"], "new")
        self.assertFalse(case.called_at)

    def test_no_step_is_taken_twice_or_backwards(self):
        case = self._case(answer="Heard", remedy="gift")
        case.action_answer()
        case.action_solve()
        for step in (case.action_answer, case.action_propose, case.action_agree, case.action_solve):
            with self.assertRaisesRegex(UserError, "Solved"):
                step()

    def test_a_suggestion_and_a_fault_have_fewer_steps(self):
        for kind in ("suggestion", "equipment"):
            case = self._case(kind)
            with self.assertRaises(UserError):
                case._move("agreed")
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
                case.sudo().write({"state": "agreed", "answered_at": fields.Datetime.now(),
                                   "agreed_at": fields.Datetime.now()})  # fmt: skip
                case.flush_recordset()
            case.invalidate_recordset()

    def test_closing_says_what_is_missing(self):
        case = self._case(severity="2", remedy="redo", answer="Heard")
        case.action_solve()
        with self.assertRaisesRegex(UserError, "Cause, Reached, and Corrective Action"):
            case.action_close()
        case.write({"cause_id": self.cause.id, "handling_reached": "no", "corrective_action": "Two look at it"})
        case.action_close()
        self.assertEqual(case.state, "closed")

    def test_only_managers_close_and_take_up_again(self):
        case = self._case(user=self.reception, answer="Heard", remedy="gift", handling_reached="yes")
        case.cause_id = self.cause
        case.action_solve()
        with self.assertRaisesRegex(UserError, "manager"):
            case.action_close()
        case.with_user(self.manager).action_close()
        with self.assertRaisesRegex(UserError, "manager"):
            case.action_reopen()
        case.with_user(self.manager).action_reopen()
        self.assertEqual((case.state, case.solved_at, case.closed_at), ("new", False, False))
        self.assertEqual((case.handling_reached, case.answer), (False, False))

    def test_nobody_writes_steps_and_stamps_by_hand(self):
        case = self._case()
        for values in ({"state": "solved"}, {"answered_at": fields.Datetime.now()}, {"deadline_moves": 7}):
            with self.assertRaisesRegex(UserError, "buttons"):
                case.write(values)
        with self.assertRaisesRegex(UserError, "Move Deadlines"):
            case.write({"answer_due_at": fields.Datetime.now() + timedelta(days=9)})
        long_ago = fields.Datetime.now() - timedelta(days=9)
        with self.assertRaises(UserError):
            self._case(opened_at=long_ago)
        cases = self.env["salon.case"].with_user(self.manager).with_context(default_opened_at=long_ago)
        self.assertGreater(cases.create({"name": "Now", "partner_id": self.client.id}).opened_at, long_ago)
        with self.assertRaisesRegex(UserError, "keeps its kind"):
            case.kind = "suggestion"

    def test_a_visit_says_who_it_is_about(self):
        visit = self._done_visit(self.anna)
        case = self._case(visit_id=visit.id)
        self.assertEqual((case.partner_id, case.stylist_id), (self.client, self.anna))
        self.assertEqual(visit.case_count, 1)
        self.assertEqual(visit.action_view_cases()["res_id"], case.id)

    def test_the_owner_is_reminded_of_the_next_step_alone(self):
        case = self._case()
        self.assertEqual(self._activities(case).mapped("summary"), ["Answer the client"])
        self.assertEqual(self._activities(case).user_id, self.manager)
        case.answer = "Heard"
        case.action_answer()
        self.assertEqual(self._activities(case).mapped("summary"), ["Propose what to do"])
        case.user_id = self.reception
        self.assertEqual(self._activities(case).user_id, self.reception)
        case.remedy = "gift"
        case.action_solve()
        self.assertIn("how content", self._activities(case).summary)
        case.handling_reached = "yes"
        case.action_called()
        self.assertIn("Close the case", self._activities(case).summary)
        case.cause_id = self.cause
        case.action_close()
        self.assertFalse(self._activities(case))

    def test_a_plan_for_solved_cases_takes_over_the_call(self):
        case = self._case(answer="Heard", remedy="gift")
        plans = self.env["salon.followup.plan"]
        selection = plans._fields["trigger"].get_values(self.env)
        if "case_solved" not in selection:
            self.skipTest("no such trigger yet")
        plans.search([]).active = False
        plans.create({"name": "After a case", "trigger": "case_solved"})
        case.action_solve()
        self.assertIn("Close the case", self._activities(case).summary)

    def test_who_was_not_reached_at_first_says_it_in_the_next_call(self):
        case = self._case(answer="Heard", remedy="gift")
        self.env["salon.followup.plan"].search([]).active = False
        step = {"name": "Call", "delay": 0, "delay_unit": "hours", "since": fields.Datetime.now() - timedelta(days=1)}
        plan = {"name": "After a case", "trigger": "case_solved", "step_ids": [(0, 0, step)]}
        self.env["salon.followup.plan"].create(plan)
        case.action_solve()
        self._run_cron("due")
        call = self.env["salon.followup"].search([("origin_model", "=", "salon.case"), ("origin_id", "=", case.id)])
        call.write({"reached": "no", "next_action": "call_again", "call_again_on": fields.Date.today()})
        call.action_done()
        self.assertFalse(case.called_at)
        again = self.env["salon.followup"].search([("occasion", "=", f"again-{call.id}")])
        again.write({"reached": "yes", "rating": "4", "said": "All is well now"})
        again.action_done()
        self.assertEqual((case.handling_rating, case.handling_said), ("4", "All is well now"))

    def test_what_was_lost_is_found_by_the_sweep(self):
        case = self._case(user=self.reception, user_id=self.reception.id)
        self.reception.active = False
        self._activities(case).unlink()
        self._run_cron("case_sweep")
        self.assertEqual((case.user_id, self._activities(case).user_id), (self.manager, self.manager))
        self._run_cron("case_sweep")
        self.assertEqual(len(self._activities(case)), 1)

    # For others ------------------------------------------------------------------------------------------

    def test_who_complains_is_known_as_long_as_the_case_is_open(self):
        other = self.env["res.partner"].create({"name": "Other"})
        both = self.client | other
        cases = self.env["salon.case"]
        self.assertFalse(cases._find_complaining(both))
        case = self._case(answer="Heard", remedy="gift")
        self._case("suggestion", partner_id=other.id)
        self.assertEqual(cases._find_complaining(both), self.client)
        self.assertEqual(cases._find_complaining(both, self.env.company), self.client)
        self.assertFalse(cases._find_complaining(both, self.env["res.company"].create({"name": "Elsewhere"})))
        case.action_solve()
        self.assertFalse(cases._find_complaining(both))

    def test_a_bad_rating_opens_one_complaint(self):
        visit = self._done_visit(self.anna)
        feedback = SimpleNamespace(
            id=1, partner_id=self.client, visit_id=visit, company_id=self.env.company, rating=1, comment="Burnt ends"
        )
        case = self.env["salon.case"].with_user(self.env.ref("base.public_user"))._open_from_feedback(feedback)
        self.assertEqual((case.kind, case.partner_id, case.visit_id), ("complaint", self.client, visit))
        self.assertEqual((case.severity, case.description, case.user_id), ("2", "Burnt ends", self.manager))
        self.assertEqual(case.stylist_id, self.anna)
        self.assertEqual(self.env["salon.case"]._open_from_feedback(feedback), case)

    def test_a_case_of_a_feedback_is_named_in_the_teams_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        feedback = SimpleNamespace(
            id=1, partner_id=self.client, visit_id=self._done_visit(self.anna), company_id=self.env.company, rating=1,
            comment="",
        )  # fmt: skip
        self.env.company.partner_id.lang = "en_US"
        cases = self.env["salon.case"].with_user(self.env.ref("base.public_user")).with_context(lang="zh_CN")
        self.assertEqual(cases._open_from_feedback(feedback).name, "Feedback: 1 of 5")

    def test_a_case_is_the_clients_of_whom_its_visit_turned_out_to_be(self):
        visit = self._done_visit(self.anna)
        other = self.env["res.partner"].create({"name": "Other"})
        about, named = self._case(visit_id=visit.id), self._case(visit_id=visit.id)
        named.partner_id = other
        dora = self.env["res.partner"].create({"name": "Dora"})
        visit.partner_id = dora
        self.assertEqual((about.partner_id, named.partner_id), (dora, other))

    # Access ----------------------------------------------------------------------------------------------

    def test_a_stylist_sees_own_cases_and_those_of_own_work(self):
        mine, theirs = self._done_visit(self.anna), self._done_visit(self.ben)
        about = self._case(visit_id=mine.id)
        other = self._case(visit_id=theirs.id)
        given = self._case(user_id=self.stylist_user.id)
        opened = self._case("equipment", user=self.stylist_user)
        cases = about | other | given | opened.with_user(self.manager)
        found = self.env["salon.case"].with_user(self.stylist_user).search([("id", "in", cases.ids)])
        self.assertEqual(set(found.ids), {about.id, given.id, opened.id})
        with self.assertRaises(AccessError):
            other.with_user(self.stylist_user).read(["description"])
        with self.assertRaises(AccessError):
            other.with_user(self.stylist_user).description = "It was not me"
        todos = self.env["salon.case.todo"].with_user(self.stylist_user)
        self.assertFalse(todos.search([("case_id", "=", other.id)]))
        for user in (self.reception, self.manager):
            self.assertEqual(len(self.env["salon.case"].with_user(user).search([("id", "in", cases.ids)])), 4)

    def test_nobody_learns_of_a_visit_by_way_of_a_case(self):
        other = self.env["res.partner"].create({"name": "Stranger"})
        visit = self._open_visit(self.ben, client=other)
        with self.assertRaises(AccessError):
            self._case(user=self.stylist_user, visit_id=visit.id)
        cases = self.env["salon.case"].with_user(self.stylist_user)
        with self.assertRaises(AccessError):
            cases.with_context(default_visit_id=visit.id).create({"name": "What was that?"})
        case = self._case("equipment", user=self.stylist_user)
        with self.assertRaises(AccessError):
            case.visit_id = visit

    def test_a_stylist_opens_a_case_and_takes_it_on(self):
        case = self._case("equipment", user=self.stylist_user, name="Basin leaks")
        self.assertEqual(case.user_id, self.manager)
        case.action_answer()
        self.assertEqual(case.state, "answered")
        self.assertFalse(self._activities(case, ALERT))

    def test_nobody_deletes_a_case_and_others_see_none(self):
        case = self._case()
        with self.assertRaises(AccessError):
            case.unlink()
        for user in (self.plain_user, new_test_user(self.env, "books", "account.group_account_manager")):
            with self.assertRaises(AccessError):
                case.with_user(user).read(["name"])

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        stranger = new_test_user(
            self.env, "stranger", "salon_crm.group_salon_manager", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        case = self._case()
        self.assertFalse(self.env["salon.case"].with_user(stranger).search([("id", "=", case.id)]))
        self.assertFalse(self.env["salon.case.report"].with_user(stranger).search([("case_id", "=", case.id)]))
        with self.assertRaises(AccessError):
            case.with_user(stranger).read(["name"])
        rule = self.env.ref("salon_aftercare.salon_case_rule_complaint")
        rule.company_id = self.env.company
        with self.assertRaises(AccessError):
            rule.with_user(stranger).read(["name"])

    # Personal data ---------------------------------------------------------------------------------------

    def test_erasing_a_client_leaves_the_figures_alone(self):
        case = self._case(description="Clara said her scalp itched", answer="Dear Clara", cost=20)
        case.message_post(body="Clara called")
        todo = self.env["salon.case.todo"].create({"case_id": case.id, "title": "Call Clara"})
        data = self.env["salon.personal.data"]
        for answer in data._installed_answers():
            if answer.model.startswith("salon.case"):
                data._carry_out(answer, data._find(answer, self.client))
                data._delete_trail(data._find(answer, self.client))
        self.env.invalidate_all()
        self.assertEqual((case.name, case.description, case.answer), ("Erased", False, False))
        self.assertEqual((todo.title, case.cost, case.kind), ("Erased", 20, "complaint"))
        self.assertFalse(case.sudo().message_ids)

    def test_what_a_client_suggested_without_a_name_is_theirs_too(self):
        self.client.email = "clara@example.com"
        mine = self._case("suggestion", name="Music", description="Quieter")
        mine.sudo().contact_email = "Clara@example.com"
        others = self._case("suggestion")
        others.sudo().contact_email = "notclara@example.com"
        data = self.env["salon.personal.data"]
        answer = next(answer for answer in data._installed_answers() if answer.model == "salon.case")
        self.assertEqual(data._find(answer, self.client).ids, mine.ids)

    def test_merging_two_clients_keeps_their_cases(self):
        other = self.env["res.partner"].create({"name": "Clara Client", "is_salon_client": True})
        case = self._case(partner_id=other.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | other).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(case.partner_id, self.client)
        self.assertEqual(self.env["salon.case"]._find_complaining(self.client), self.client)
