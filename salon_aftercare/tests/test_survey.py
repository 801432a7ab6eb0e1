from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .feedback_common import FeedbackCommon


@tagged("post_install", "-at_install")
class TestSalonSurvey(FeedbackCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.surveys = cls.env["survey.survey"].with_context(active_test=False)
        cls.env["res.company"].search([("id", "!=", cls.env.company.id)]).salon_survey = False
        cls.surveys.search([("salon_company_id", "!=", False)]).unlink()
        cls.questions = cls.env.ref("salon_aftercare.survey_salon")

    def _surveys(self):
        return self.surveys.search([("salon_company_id", "=", self.env.company.id)], order="id")

    def test_each_quarter_begins_one_survey_and_closes_the_last(self):
        self._done_visit(self.anna)
        self.env.flush_all()
        with freeze_time("2030-02-10"):
            for _time in range(2):
                self.env["survey.survey"]._cron_salon_survey()
        first = self._surveys()
        self.assertEqual((first.salon_period, first.active), ("2030 Q1", True))
        self.assertEqual(first.title, f"{self.questions.title} · 2030 Q1")
        self.assertEqual(len(first.question_ids), len(self.questions.question_ids))
        first.question_ids[0].title = "Changed by the salon?"
        with freeze_time("2030-04-01 12:00:00"):
            self.env["survey.survey"]._cron_salon_survey()
        second = self._surveys() - first
        self.assertEqual((second.salon_period, second.active, first.active), ("2030 Q2", True, False))
        self.assertEqual(second.title, f"{self.questions.title} · 2030 Q2")
        self.assertEqual(second.question_ids[0].title, "Changed by the salon?")
        self.assertNotEqual(first.access_token, second.access_token)
        self.assertEqual(first.salon_link, second.salon_link)

    def test_a_salon_that_does_not_want_it_or_has_no_visits_gets_none(self):
        self.env.company.salon_survey = False
        self._done_visit(self.anna)
        self.env["survey.survey"]._cron_salon_survey()
        self.assertFalse(self._surveys())

    def test_the_link_leads_to_the_survey_of_the_quarter(self):
        path = f"/salon/survey?salon={self.env.company.id}"
        self.assertEqual(self.url_open(path).status_code, 404)
        survey = self.env["survey.survey"]._begin_salon_period(self.env.company)
        self.assertTrue(survey.salon_link.endswith(path))
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(survey.access_token, answer.url)
        for wrong in ("", "?salon=999999", "?salon=x", "?salon=1&salon=2"):
            self.assertIn(self.url_open(f"/salon/survey{wrong}").status_code, (400, 404))

    def test_whoever_answers_stays_unknown(self):
        survey = self.env["survey.survey"]._begin_salon_period(self.env.company)
        portal = new_test_user(self.env, "portal_client", "base.group_portal", email="portal@example.com")
        answer = survey.with_user(portal).sudo()._create_answer(user=portal, email="portal@example.com")
        scale = survey.question_ids.filtered(lambda question: question.question_type == "scale")[0]
        answer._save_lines(scale, "4")
        answer._mark_done()
        self.env.invalidate_all()
        self.assertEqual((answer.partner_id.id, answer.email, answer.nickname), (False, False, False))
        for record in (answer, answer.user_input_line_ids):
            self.assertFalse((record.create_uid | record.write_uid) & portal)
        self.assertEqual(answer.user_input_line_ids.value_scale, 4)

    def test_other_surveys_are_as_before(self):
        survey = self.env["survey.survey"].create({"title": "Of the office"})
        answer = survey._create_answer(user=self.manager)
        self.assertEqual(answer.partner_id, self.manager.partner_id)

    def test_the_manager_sees_the_salons_surveys_and_their_results_alone(self):
        office = self.env["survey.survey"].create({"title": "Of the office"})
        survey = self.env["survey.survey"]._begin_salon_period(self.env.company)
        survey.sudo()._create_answer()._mark_done()
        theirs = self.env["survey.survey"].with_user(self.manager)
        self.assertEqual(theirs.search([("id", "in", (survey | office).ids)]), survey)
        self.assertEqual(survey.with_user(self.manager).answer_done_count, 1)
        self.assertTrue(survey.with_user(self.manager)._prepare_statistics())
        self.assertFalse(self.manager.has_group("survey.group_survey_user"))
        survey.with_user(self.manager).question_ids[0].title = "Ours"
        with self.assertRaises(AccessError):
            office.with_user(self.manager).read(["title"])
        for user in (self.reception, self.stylist_user):
            with self.assertRaises(AccessError):
                survey.with_user(user).read(["title"])
            with self.assertRaises(UserError):
                self.env["survey.survey"].with_user(user).action_salon_new_period()
        self.authenticate("salon_manager", "salon_manager")
        self.assertEqual(self.url_open(f"/survey/results/{survey.id}").status_code, 200)
        self.assertEqual(self.url_open(f"/survey/results/{office.id}").status_code, 403)

    def test_other_companies_see_nothing(self):
        survey = self.env["survey.survey"]._begin_salon_period(self.env.company)
        other = self.env["res.company"].create({"name": "Other salon"})
        self.manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.surveys.with_user(self.manager).search([("id", "=", survey.id)]))

    def test_the_poster_shows_the_link(self):
        survey = self.env["survey.survey"]._begin_salon_period(self.env.company)
        report = self.env["ir.actions.report"].with_user(self.manager)
        page, _kind = report._render_qweb_html("salon_aftercare.report_survey_poster", survey.ids)
        self.assertIn(survey.salon_link.encode().replace(b"&", b"&amp;"), page)
        self.assertIn(b"barcode", page)


@tagged("post_install", "-at_install")
class TestFeedbackReport(FeedbackCommon):
    def _figures(self, *groupby, **measures):
        report = self.env["salon.feedback.report"].with_user(self.manager)
        return report._read_group(self.domain, list(groupby), list(measures.values()))

    def test_a_visit_counts_once_however_many_services_it_had(self):
        both = self._answered("2", self.anna, self.ben, reception="5", nps="3")
        anna = self._answered("5", self.anna, nps="10")
        silent = self._feedback(self.anna)
        silent._link()
        unasked = self._feedback(self.ben)
        self.domain = [("feedback_id", "in", (both | anna | silent | unasked).ids)]
        rating, answers, rate, nps, of, reception = self._figures(
            a="rating:avg", b="answers:count_distinct", c="answer_percent:avg", d="nps_points:avg",
            e="nps_answers:count_distinct", f="reception:avg",
        )[0]  # fmt: skip
        self.assertEqual((rating, answers, of, reception), (3.5, 2, 2, 5))
        self.assertEqual((round(rate, 2), nps), (66.67, 0))
        by_stylist = {
            who: figures for who, *figures in self._figures("employee_id", a="rating:avg", b="answers:count_distinct")
        }
        self.assertEqual(by_stylist[self.anna], [4.0, 2])  # half of a visit with 2, a whole one with 5
        self.assertEqual(by_stylist[self.ben], [2.0, 1])
        self.assertEqual(
            self._figures("station_id", a="rating:avg", b="asked:count_distinct"),
            [(self.env["salon.station"], 3.5, 3)],
        )

    def test_each_figure_leads_to_its_answers(self):
        feedback = self._answered("2", self.anna)
        row = self.env["salon.feedback.report"].with_user(self.manager).search([("feedback_id", "=", feedback.id)])
        action = row.action_open_feedback()
        self.assertEqual((action["res_model"], action["res_id"]), ("salon.feedback", feedback.id))

    def test_a_visit_without_services_counts_too(self):
        visit = self.env["salon.visit"].create({"partner_id": self.client.id})
        visit.action_done()
        feedback = self.env["salon.feedback"]._of_visits(visit)
        feedback._answer("4", "person", self.manager)
        row = self.env["salon.feedback.report"].search([("feedback_id", "=", feedback.id)])
        self.assertEqual((row.rating, row.weight, row.employee_id.id), (4, 1, False))

    def test_every_definition_is_shown(self):
        for name, field in self.env["salon.feedback.report"]._fields.items():
            if getattr(field, "aggregator", None) in ("avg", "count_distinct") and name != "id":
                self.assertTrue(field.help, name)

    def test_the_pivot_of_a_manager_opens(self):
        self._answered("4", self.anna, nps="9", advice="4")
        view = self.env.ref("salon_aftercare.salon_feedback_report_view_pivot")
        self.env["salon.feedback.report"].with_user(self.manager).get_view(view.id, "pivot")
        since = fields.Datetime.now() - timedelta(days=90)
        self.domain = [("date", ">=", since)]
        rows = self._figures("employee_id", a="advice_percent:avg", b="advice_bar:avg", c="reception_bar:avg")
        self.assertEqual({row[2:] for row in rows}, {(90.0, 4.5)})
