from urllib.parse import urljoin

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

PATH = "/salon/survey"
QUESTIONS = "salon_aftercare.survey_salon"
BUSY = 90  # days in which a salon had a visit: else nobody is there to be asked


class SurveySurvey(models.Model):
    """The anonymous survey of a salon: one a quarter, by a link that stays the same.

    Each is a copy of the one before, so that questions that were changed stay so.
    """

    _inherit = "survey.survey"

    salon_company_id = fields.Many2one(
        "res.company", string="Salon", readonly=True, copy=False, ondelete="cascade", index="btree_not_null"
    )
    salon_period = fields.Char(string="Quarter", readonly=True, copy=False)
    salon_link = fields.Char(string="Link", compute="_compute_salon_link", compute_sudo=True)

    _salon_period_uniq = models.UniqueIndex(
        "(salon_company_id, salon_period) WHERE salon_company_id IS NOT NULL",
        "The salon has a survey of this quarter already.",
    )

    @api.depends("salon_company_id")
    def _compute_salon_link(self):
        for survey in self:
            company = survey.salon_company_id
            survey.salon_link = company and urljoin(company.get_base_url(), f"{PATH}?salon={company.id}")

    # The quarters --------------------------------------------------------------------------------------------

    @api.model
    def _cron_salon_survey(self):
        """Begin the survey of this quarter for each salon that wants it and has none; running it twice does no harm."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company.id FROM res_company company
                 WHERE company.salon_survey AND EXISTS (
                       SELECT FROM salon_visit visit
                        WHERE visit.company_id = company.id AND visit.state = 'done'
                          AND visit.date > timezone('UTC', now()) - %s * interval '1 day')
                """,
                BUSY,
            )
        )
        for company in self.env["res.company"].browse(company_id for (company_id,) in rows):
            self._begin_salon_period(company)

    @api.model
    def _begin_salon_period(self, company):
        """Return this quarter's survey of a salon, a new one where it has none; that of the last quarter is closed."""
        clock = self.with_context(tz=company._salon_timezone().zone)
        today = fields.Datetime.context_timestamp(clock, fields.Datetime.now())
        period = f"{today.year} Q{(today.month + 2) // 3}"
        surveys = self.with_user(SUPERUSER_ID).with_context(active_test=False)
        earlier = surveys.search([("salon_company_id", "=", company.id)], order="id desc")
        if current := earlier.filtered(lambda survey: survey.salon_period == period):
            return current
        questions = earlier[:1] or surveys.env.ref(QUESTIONS, raise_if_not_found=False)
        if not questions:
            return surveys
        survey = questions.copy({"salon_company_id": company.id, "salon_period": period, "active": True})
        for lang, _name in self.env["res.lang"].get_installed():
            title = questions.with_context(lang=lang).title.partition(" · ")[0]
            survey.with_context(lang=lang).title = f"{title} · {period}"
        earlier.filtered("active").active = False
        return survey

    @api.model
    def _salon_current(self, company):
        """Return the survey (as superuser) that the link of a salon leads to; none where there is none."""
        return self.sudo().search([("salon_company_id", "=", company.id)], order="id desc", limit=1)

    # Anonymous -----------------------------------------------------------------------------------------------

    def _create_answer(self, user=False, partner=False, email=False, test_entry=False, **more):
        """Whoever answers a survey of a salon stays unknown, also who is logged in."""
        if not test_entry and self.sudo().filtered("salon_company_id"):
            unsigned = self.with_user(SUPERUSER_ID)
            return super(SurveySurvey, unsigned)._create_answer(test_entry=test_entry, **more).with_env(self.env)
        return super()._create_answer(user=user, partner=partner, email=email, test_entry=test_entry, **more)

    # For the manager -----------------------------------------------------------------------------------------

    @api.model
    def action_salon_new_period(self):
        """Begin this quarter's survey now, and show it.

        :raise UserError: the questions to begin with were deleted
        """
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise UserError(self.env._("Only a manager begins a survey."))
        survey = self._begin_salon_period(self.env.company)
        if not survey:
            raise UserError(
                self.env._("The first survey with its questions is gone. Update the addon to bring it back.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.survey",
            "res_id": survey.id,
            "views": [(self.env.ref("salon_aftercare.survey_survey_view_form_salon").id, "form")],
        }


class SurveyUserInput(models.Model):
    """An answer to a survey of a salon is signed by nobody, also where somebody is logged in."""

    _inherit = "survey.user_input"

    def _salon_unsigned(self):
        """Return these, written by nobody where they are of a salon."""
        return self.with_user(SUPERUSER_ID) if self.sudo().survey_id.salon_company_id else self

    def write(self, vals):
        return super(SurveyUserInput, self._salon_unsigned()).write(vals)

    def _save_lines(self, question, answer, comment=None, overwrite_existing=True):
        return super(SurveyUserInput, self._salon_unsigned())._save_lines(
            question, answer, comment=comment, overwrite_existing=overwrite_existing
        )
