from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .case_common import ALERT, CaseCommon

NOON = datetime(2026, 3, 4, 12)  # a Wednesday


@tagged("post_install", "-at_install")
class TestCaseClocks(CaseCommon):
    def _due(self, case):
        """Return the deadlines of a case, in hours after it was opened."""
        times = (case.answer_due_at, case.proposal_due_at, case.solution_due_at)
        return tuple(time and (time - case.opened_at).total_seconds() / 3600 for time in times)

    def _ring(self, at):
        with freeze_time(at):
            self._run_cron("case_clocks")

    def _levels(self, case):
        return (
            case.sudo()
            .escalation_ids.sorted(lambda one: (one.clock, one.level))
            .mapped(lambda one: (one.clock, one.level))
        )

    def test_each_kind_has_its_clocks(self):
        self.assertEqual(self._due(self._case()), (24, 48, 168))
        self.assertEqual(self._due(self._case(severity="3")), (4, 24, 72))
        five = 5 / 60
        self.assertAlmostEqual(self._due(self._case(place="salon"))[0], five)
        self.assertAlmostEqual(self._due(self._case("incident"))[0], five)
        self.assertAlmostEqual(self._due(self._case("equipment"))[0], five)
        self.assertEqual(self._due(self._case("equipment"))[1:], (False, 48))
        self.assertEqual(self._due(self._case("suggestion")), (168, False, False))

    def test_a_salon_that_has_no_rule_has_no_clock(self):
        self.env["salon.case.rule"].search([]).active = False
        case = self._case()
        self.assertEqual((self._due(case), case.due_at, case.is_overdue), ((False,) * 3, False, False))

    def test_a_case_that_is_taken_up_again_has_its_clocks_from_then_on(self):
        with freeze_time(NOON):
            case = self._case(place="salon")
            self._finish(case)
        before = (case.answered_at, case.answer_due_at)
        again = NOON + timedelta(days=9)
        with freeze_time(again):
            case.action_reopen()
        due = [(time - again).total_seconds() / 3600 for time in (case.answer_due_at, case.solution_due_at)]
        self.assertEqual((case.state, due, case.due_at), ("new", [24, 168], case.answer_due_at), "as from outside")
        self.assertEqual((case.first_answered_at, case.first_answer_due_at), before)
        history = case.message_ids.mapped("body")
        self.assertTrue(any("Taken up again" in body and "Sorry!" in body for body in history), history)
        self._ring(again + timedelta(hours=25))
        self.assertEqual(self._levels(case), [("answer", 100)])
        with freeze_time(again + timedelta(hours=26)):
            self._finish(case)
        with freeze_time(again + timedelta(days=9)):
            case.action_reopen()
        self.assertEqual((case.first_answered_at, case.first_answer_due_at), before, "the first time counts")

    def test_another_rule_changes_no_deadline_that_was_set(self):
        case = self._case()
        before = self._due(case)
        self.env.ref("salon_aftercare.salon_case_rule_complaint").answer_hours = 1
        case.severity = "3"
        self.assertEqual(self._due(case), before)
        self.assertEqual(self._due(self._case())[0], 1)

    def test_by_opening_hours_the_night_does_not_count(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Ten to six",
                "tz": "Asia/Shanghai",
                "attendance_ids": [
                    (0, 0, {"name": day, "dayofweek": day, "hour_from": 10, "hour_to": 18, "day_period": "morning"})
                    for day in "01234"
                ],
            }
        )
        self.env.company.salon_opening_calendar_id = calendar
        rule = self.env.ref("salon_aftercare.salon_case_rule_complaint")
        rule.write({"hours": "opening", "answer_hours": 4, "proposal_hours": 10})
        with freeze_time("2026-03-06 08:00:00"):  # Friday, 16:00 in Shanghai
            case = self._case()
        self.assertEqual(case.answer_due_at, datetime(2026, 3, 9, 4), "two hours on Monday: noon")
        self.assertEqual(case.proposal_due_at, datetime(2026, 3, 9, 10), "eight hours on Monday: until six")
        self.assertEqual(case.answer_warn_at, datetime(2026, 3, 9, 3, 12), "80 % of the four hours")

    def test_by_opening_hours_the_clocks_of_the_country_count(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Day and night",
                "tz": "Europe/Paris",
                "attendance_ids": [
                    (0, 0, {"name": day, "dayofweek": day, "hour_from": 9, "hour_to": 19, "day_period": "morning"})
                    for day in "0123456"
                ],
            }
        )
        self.env.company.salon_opening_calendar_id = calendar
        self.env.ref("salon_aftercare.salon_case_rule_complaint").write({"hours": "opening", "answer_hours": 10})
        with freeze_time("2026-03-28 17:00:00"):  # 18:00 in Paris, the evening before clocks go forward
            case = self._case()
        self.assertEqual(case.answer_due_at, datetime(2026, 3, 29, 16), "an hour on Saturday, nine on Sunday: 18:00")

    def test_by_the_clock_a_day_has_24_hours_when_clocks_change(self):
        self.env.company.resource_calendar_id.tz = "Europe/Paris"
        for night in ("2026-03-28 17:00:00", "2026-10-24 17:00:00"):
            with freeze_time(night):
                self.assertEqual(self._due(self._case())[0], 24)

    # Ringing -------------------------------------------------------------------------------------------------

    def test_the_manager_hears_at_80_percent_and_when_time_is_over_once_each(self):
        second = self._second_manager()
        with freeze_time(NOON):
            case = self._case()
            cron = self.env.ref("salon_aftercare.ir_cron_case_clocks")
            triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).mapped("call_at")
            self.assertIn(NOON + timedelta(hours=19.2), triggers)
            self.assertIn(NOON + timedelta(hours=24), triggers)
        self._ring(NOON + timedelta(hours=19))
        self.assertFalse(case.sudo().escalation_ids)
        self._ring(NOON + timedelta(hours=19.2))
        self.assertEqual(self._levels(case), [("answer", 80)])
        alerts = self._activities(case, ALERT)
        self.assertEqual((alerts.user_id, len(alerts)), (second, 1), "the owner is reminded already")
        self._ring(NOON + timedelta(hours=19.3))
        self.assertEqual(self._levels(case), [("answer", 80)])
        for _again in range(3):
            self._ring(NOON + timedelta(hours=24))
        self.assertEqual(self._levels(case), [("answer", 80), ("answer", 100)])
        mails = self.env["mail.mail"].sudo().search([("email_to", "ilike", "second@example.com")])
        self.assertEqual(len(mails), 2)
        self.assertNotIn(self.client.name, " ".join(f"{mail.subject} {mail.body_html}" for mail in mails))

    def test_a_clock_that_was_stopped_does_not_ring(self):
        with freeze_time(NOON):
            case = self._case(answer="Heard", remedy="gift")
            case.action_answer()
        self._ring(NOON + timedelta(hours=30))
        self.assertFalse(case.sudo().escalation_ids)
        with freeze_time(NOON + timedelta(hours=30)):
            case.action_solve()
        self._ring(NOON + timedelta(days=30))
        self.assertFalse(case.sudo().escalation_ids)

    def test_after_a_standstill_each_clock_rings_once_as_it_stands(self):
        with freeze_time(NOON):
            case = self._case()
        self._ring(NOON + timedelta(days=3))
        self.assertEqual(self._levels(case), [("answer", 100), ("proposal", 100)])
        self.assertEqual(self.env["mail.mail"].sudo().search_count([("email_to", "ilike", "manager@example.com")]), 2)
        self._ring(NOON + timedelta(days=3, hours=1))
        self.assertEqual(self._levels(case), [("answer", 100), ("proposal", 100)])

    def test_a_case_that_can_not_ring_holds_up_no_other(self):
        with freeze_time(NOON):
            broken, case = self._case(), self._case()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("ALTER TABLE salon_case_escalation ADD CONSTRAINT broken CHECK (case_id <> %s)", broken.id)
        )
        with self.assertLogs("odoo.addons.salon_aftercare", "ERROR"):
            self._ring(NOON + timedelta(hours=20))
        self.assertEqual((self._levels(broken), self._levels(case)), ([], [("answer", 80)]))
        self.env.cr.execute("ALTER TABLE salon_case_escalation DROP CONSTRAINT broken")
        self._ring(NOON + timedelta(hours=20))
        self.assertEqual(self._levels(broken), [("answer", 80)])

    def test_the_next_clock_shows_whether_a_case_is_late(self):
        with freeze_time(NOON):
            case = self._case(answer="Heard")
        with freeze_time(NOON + timedelta(hours=25)):
            self.assertEqual(case.due_at, NOON + timedelta(hours=24))
            case.invalidate_recordset()
            self.assertTrue(case.is_overdue)
            self.assertIn(case, case.search([("is_overdue", "=", True)]))
            case.action_answer()
            self.assertEqual(case.due_at, NOON + timedelta(hours=48))
            self.assertFalse(case.is_overdue)

    # Moving --------------------------------------------------------------------------------------------------

    def test_a_deadline_is_moved_with_a_reason_and_rings_anew(self):
        with freeze_time(NOON):
            case = self._case()
        self._ring(NOON + timedelta(hours=24))
        later = NOON + timedelta(hours=34)
        with freeze_time(NOON + timedelta(hours=24)):
            action = case.action_move_deadlines()
            form = Form(self.env["salon.case.deadline"].with_user(self.manager).with_context(**action["context"]))
            form.answer_due_at = later
            form.reason = "The client is on a plane"
            form.save().action_apply()
        self.assertEqual((case.answer_due_at, case.deadline_moves), (later, 1))
        self.assertEqual(case.proposal_due_at, NOON + timedelta(hours=48))
        self.assertIn("on a plane", case.message_ids[0].body)
        self._ring(NOON + timedelta(hours=31))
        self.assertEqual(self._levels(case), [("answer", 100)])
        self._ring(NOON + timedelta(hours=32))
        self.assertEqual(self._levels(case), [("answer", 80), ("answer", 100)])

    def test_no_deadline_is_moved_without_a_reason_into_the_past_or_by_others(self):
        case = self._case()
        later = fields.Datetime.now() + timedelta(days=5)
        with self.assertRaisesRegex(UserError, "why"):
            case._move_deadlines({"answer_due_at": later}, " ")
        with self.assertRaisesRegex(UserError, "still to come"):
            case._move_deadlines({"answer_due_at": fields.Datetime.now() - timedelta(days=1)}, "Because")
        with self.assertRaisesRegex(UserError, "manager"):
            case.with_user(self.reception)._move_deadlines({"answer_due_at": later}, "Because")
        self.assertEqual(case.deadline_moves, 0)

    def test_what_is_urgent_alerts_at_once_and_the_rest_does_not(self):
        second = self._second_manager()
        self.env.company.salon_case_sms = "incident"
        (self.manager | second).partner_id.phone = "+8613900009999"
        quiet, here = self._case(), self._case(place="salon", user=self.reception)
        hurt = self._case("incident", user=self.reception)
        self.assertFalse(self._activities(quiet, ALERT))
        for case in (here, hurt):
            self.assertEqual(self._activities(case, ALERT).user_id, second)
        bodies = self.env["sms.sms"].sudo().search([("number", "ilike", "9999")]).mapped("body")
        self.assertEqual(len(bodies), 2, "of the incident, to both")
        self.assertFalse([body for body in bodies if self.client.name in body])
        here.answer = "Talked to her"
        here.action_answer()
        self.assertFalse(self._activities(here, ALERT), "whoever takes it on ends the alert for all")
