from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseReport(CaseCommon):
    def _solved(self, kind, days_ago, hours, **values):
        """Return a case that was solved so many hours after it was opened."""
        begin = fields.Datetime.now() - timedelta(days=days_ago)
        with freeze_time(begin):
            case = self._case(kind, answer="x", remedy="gift", corrective_action="x", cause_id=self.cause.id, **values)
        with freeze_time(begin + timedelta(hours=hours)):
            case.action_answer()
            case.action_solve()
        return case

    def _row(self, case):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["salon.case.report"].with_user(self.manager).search([("case_id", "=", case.id)])

    def test_times_and_shares_are_those_of_the_case(self):
        row = self._row(self._solved("complaint", 20, 30))
        self.assertEqual((row.answer_hours, row.solution_hours), (30, 30))
        self.assertEqual((row.answer_percent, row.proposal_percent, row.solution_percent), (0, 100, 100))
        self.assertEqual((row.bar_percent, row.top_cause_id), (0, self.cause.parent_id))
        self.assertEqual(row.cause_id, self.cause)

    def test_of_a_case_taken_up_again_the_first_answer_and_the_last_solution_count(self):
        case = self._solved("complaint", 20, 12)
        self.assertEqual(self._row(case).solution_hours, 12)
        case.action_reopen()
        row = self._row(case)
        self.assertEqual((row.answer_hours, row.answer_percent, row.proposal_percent), (12, 100, 100))
        self.assertFalse(case.solved_at)

    def test_the_trades_bars_stand_beside(self):
        self.assertEqual(self._row(self._solved("incident", 20, 1)).bar_percent, 85)
        fault = self._row(self._solved("equipment", 20, 50))
        self.assertEqual((fault.bar_percent, fault.solution_percent), (92, 0))

    def test_what_still_runs_counts_from_its_deadline_on(self):
        running = self._case()
        self.assertEqual(self._said(running), ("1", "False", "False"), "neither in time nor late yet")
        with freeze_time(fields.Datetime.now() - timedelta(days=2, hours=1)):
            late = self._case()
        self.assertEqual(self._said(late), ("1", "0.0", "False"))

    def _said(self, cases):
        """Return the figures as text: 0 is a figure, False is none."""
        return tuple(map(str, self._groups(cases)))

    def _groups(self, cases):
        self.env.flush_all()
        measures = ["cases:sum", "answer_percent:avg", "solution_percent:avg"]
        return self.env["salon.case.report"]._read_group([("case_id", "in", cases.ids)], [], measures)[0]

    def test_averages_are_over_those_that_have_a_figure(self):
        cases = self._solved("complaint", 20, 1) | self._solved("complaint", 20, 30) | self._case()
        self.assertEqual(self._groups(cases), (3, 50, 100))

    def test_how_content_clients_are_is_over_those_who_said_so(self):
        rated, unrated = self._solved("complaint", 9, 1), self._solved("complaint", 9, 1)
        rated.write({"handling_reached": "yes", "handling_rating": "4"})
        self.env.flush_all()
        found = self.env["salon.case.report"]._read_group(
            [("case_id", "in", (rated | unrated).ids)], [], ["handling_rating:avg", "rated:sum"]
        )
        self.assertEqual(found, [(4, 1)])

    def test_each_figure_leads_to_its_case(self):
        case = self._case()
        self.assertEqual(self._row(case).action_open_case()["res_id"], case.id)

    def test_it_reads_by_cause_month_and_stylist(self):
        visit = self._done_visit(self.anna)
        case = self._case(visit_id=visit.id, cause_id=self.cause.id)
        self.env.flush_all()
        for group, expected in (
            ("top_cause_id", self.cause.parent_id),
            ("stylist_id", self.anna),
            ("kind", "complaint"),
        ):
            found = self.env["salon.case.report"]._read_group([("case_id", "=", case.id)], [group], ["__count"])
            self.assertEqual(found, [(expected, 1)])
