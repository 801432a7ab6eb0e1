import logging
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools import carry_out

_logger = logging.getLogger(__name__)

BATCH = 500
CATCH_UP_DAYS = 7  # what should have been made by then is still planned, to be seen as left out
AHEAD_DAYS = 8  # so far ahead dates are planned; what already happened is planned at once, however late its steps
AT_HAND = timedelta(days=2)  # so far ahead people are reminded
# Can't wait for the night. A sale is planned by the job and not as it is paid: no order at the till waits for it.
SOON = ("product_sold", "booking", "case_solved")
NIGHT = timedelta(hours=12)
CLOCKS = timedelta(days=2)  # no zone and no hour of the day moves a date further


class SalonFollowupPlan(models.Model):
    """The planner: follow-ups of occasions, by the database, set by set.

    One statement takes the occasions of a step that have no follow-up yet. An index keeps them from being planned
    twice, so it can stop anywhere and run at any time, also two at once.
    """

    _inherit = "salon.followup.plan"

    @api.model
    def _plan_now(self, trigger, ids):
        """Plan at once what these records are an occasion for, in the transaction that brought them about.

        :param ids: of the records of the trigger's source
        :return: the follow-ups
        """
        planned = self.env["salon.followup"]
        steps = self.env["salon.followup.step"].sudo()._get_steps(trigger)
        companies = steps and steps._companies_sql()
        for step in steps:
            planned |= step._plan_occasions(companies, ids=ids)[0]
        planned._settle()
        return planned

    @api.model
    def _plan_all(self, triggers=None):
        """Plan what is not planned yet, in batches that are kept as they are done.

        :param triggers: of which plans; None: of all
        :return: whether all was done: False where the time was up
        """
        steps = self.env["salon.followup.step"]
        for trigger, _label in self._fields["trigger"].selection:
            if triggers is None or trigger in triggers:
                steps |= steps.sudo()._get_steps(trigger)
        companies = steps and steps._companies_sql()
        return all(step._plan_step(companies) for step in steps.sorted(lambda step: (step.plan_id.sequence, step.id)))

    def _find_occasions(self, ids):
        """Return {(occasion, partner id)} of what these records are an occasion for now.

        :param ids: of the records of this plan's source
        """
        self.env.flush_all()
        occasions = self._occasions_sql(set(ids))
        return set(self.env.execute_query(SQL("SELECT occasion, partner_id FROM (%s) occasion", occasions)))


class SalonFollowupStep(models.Model):
    _inherit = "salon.followup.step"

    planned_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Dates up to here are planned. What lies behind it after a standstill was missed.",
    )

    def _plan_step(self, companies):
        """Plan all that this step is missing; one that fails keeps no other from being planned.

        :param SQL companies: see `_companies_sql`
        :return: False where the time of the job was up
        """
        after = 0
        while after is not None:
            try:
                with self.env.cr.savepoint():
                    planned, after = self._plan_occasions(companies, after=after, limit=BATCH)
                    carry_out(planned, "_settle")
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.exception("%s could not be planned; it is tried again by the nightly sweep", self)
                return True
            if planned and not self.env["ir.cron"]._commit_progress(len(planned)):
                return False
        self._note_planned()
        return True

    def _note_planned(self):
        """Note up to when dates are planned now; a row that people change is not written every few minutes."""
        newest = fields.Datetime.now() + timedelta(days=AHEAD_DAYS)
        if not self.planned_until or newest - self.planned_until > NIGHT:
            self.planned_until = newest

    def _plan_occasions(self, companies, ids=None, after=0, limit=None):
        """Make the follow-ups of this step that are missing.

        :param SQL companies: see `_companies_sql`
        :param ids: only of these records; None: of all
        :param int after: only of records with this id or a higher one
        :param int limit: so many at most
        :return: the follow-ups, and after which record to go on; None where there are no more
        """
        self.ensure_one()
        if not self.plan_id._is_known():
            return self.env["salon.followup"], None
        self.env.flush_all()
        # OFFSET has each occasion looked up by the index. Of a step that has just begun the statistics know nothing:
        # each occasion would be compared with each follow-up.
        rows = self.env.execute_query(
            SQL(
                """
                WITH missing AS MATERIALIZED (
                    SELECT due.*, COALESCE(%(user)s, company.manager_id) AS user_id
                      FROM (%(due)s) due
                      JOIN (%(companies)s) company ON company.id = due.company_id
                     WHERE due.origin_id >= %(after)s
                       AND due.due_at + %(window)s * interval '1 hour' >= %(oldest)s
                       AND (due.since IS NOT NULL OR due.due_at < %(newest)s)
                       AND COALESCE(due.since, due.due_at) >= %(since)s
                       AND NOT EXISTS (SELECT FROM salon_followup followup
                                        WHERE followup.step_id = %(step)s AND followup.occasion = due.occasion
                                       OFFSET 0)
                     ORDER BY due.origin_id
                     LIMIT %(limit)s
                ), made AS (
                    INSERT INTO salon_followup (
                        step_id, plan_id, occasion, origin_model, origin_id, visit_id, partner_id, company_id, channel,
                        is_marketing, planned_for, due_at, latest_at, state, user_id, create_uid, write_uid,
                        create_date, write_date
                    )
                    SELECT %(step)s, %(plan)s, occasion, %(model)s, origin_id, visit_id, partner_id, company_id,
                           %(channel)s, %(marketing)s, due_at, due_at, due_at + %(window)s * interval '1 hour',
                           'planned', user_id, %(uid)s, %(uid)s, %(now)s, %(now)s
                      FROM missing
                    ON CONFLICT DO NOTHING
                    RETURNING id
                )
                SELECT (SELECT COUNT(*) FROM missing), (SELECT MAX(origin_id) FROM missing),
                       (SELECT array_agg(id ORDER BY id) FROM made)
                """,
                user=self._user_sql(),
                due=self._due_sql(companies, ids),
                companies=companies,
                after=after,
                window=self.window_hours,
                oldest=self._oldest(),
                newest=fields.Datetime.now() + timedelta(days=AHEAD_DAYS),
                since=self.since if ids is None else datetime.min,  # what happens now is of now
                step=self.id,
                plan=self.plan_id.id,
                model=self.plan_id._get_source().model,
                channel=self.channel or None,
                marketing=bool(self.plan_id.is_marketing),
                uid=SUPERUSER_ID,
                now=fields.Datetime.now(),
                limit=limit,
            )
        )
        [(missing, last, made)] = rows
        followups = self.env["salon.followup"].browse(made or ())
        if made:
            self.env["salon.followup"].invalidate_model()
            followups.visit_id.invalidate_recordset(["followup_ids", "followup_count"])
        return followups, last if limit and missing == limit else None

    def _oldest(self):
        """Return until when a contact must have been possible to be planned now.

        Offers that are late are of no use: those alone are planned, to be left out, that a standstill kept from it.
        """
        now = fields.Datetime.now()
        oldest = now - timedelta(days=CATCH_UP_DAYS)
        return max(oldest, min(self.planned_until or now, now)) if self.plan_id.is_marketing else oldest

    def _earliest(self):
        """Return a moment before which nothing can have happened that is still to be followed up."""
        delay = timedelta(**{self.delay_unit: self.delay})
        return self._oldest() - timedelta(hours=self.window_hours) - delay - CLOCKS

    def _due_sql(self, companies, ids=None):
        """Return the SQL of this step's occasions (see `_occasions_sql` of the plan) with `due_at`, naive UTC."""
        plan = self.plan_id
        own = SQL("AND occasion.company_id = %s", plan.company_id.id) if plan.company_id else SQL()
        local = "COALESCE(occasion.day, timezone(company.zone, timezone('UTC', occasion.moment))::date)"
        if self.delay_unit == "hours":
            due = SQL(
                """
                COALESCE(occasion.moment, timezone('UTC', timezone(company.zone, occasion.day::timestamp)))
                + %s * interval '1 hour'
                """,
                self.delay,
            )
        else:
            due = SQL(
                f"timezone('UTC', timezone(company.zone, {local} + %s * interval '1 day' + %s * interval '1 minute'))",
                self.delay,
                round(self.at_hour * 60),
            )
        return SQL(
            """
            SELECT occasion.origin_id, occasion.partner_id, company.id AS company_id, occasion.visit_id,
                   occasion.occasion, occasion.since, date_trunc('second', %(due)s) AS due_at
              FROM (%(occasions)s) occasion
              JOIN (%(companies)s) company ON company.id = COALESCE(occasion.company_id, %(first)s) %(own)s
            """,
            due=due,
            occasions=plan._occasions_sql(ids, self._earliest() if ids is None else None),
            companies=companies,
            first=(plan.company_id or self.env["res.company"].sudo().search([], limit=1)).id,
            own=own,
        )

    @api.model
    def _companies_sql(self):
        """Return the SQL of the companies: their time zone, and who of them can be given follow-ups."""
        parts = []
        for company in self.env["res.company"].sudo().search([]):
            staff = company._get_followup_staff()
            parts.append(
                SQL(
                    "SELECT %s::int AS id, %s AS zone, %s::int[] AS all_ids, %s::int[] AS stylist_ids,"
                    " %s::int AS reception_id, %s::int AS manager_id",
                    company.id,
                    company._salon_timezone().zone,
                    staff["all"].ids,
                    staff["stylist"].ids,
                    staff["reception"][:1].id or None,
                    staff["manager"][:1].id or None,
                )
            )
        return SQL(" UNION ALL ").join(parts)

    def _user_sql(self):
        """Return the SQL of who makes a contact, of the rows `due` and `company`; null where a manager does.

        A stylist who has no user, or none with a role in this company, can't be reminded nor open the follow-up:
        another who served is asked then, the stylist who noted the visit (a consultation names nobody else), and the
        one who keeps the client's file. What is about no visit is for the keeper, or who served the client last.
        """
        if self.who == "reception":
            return SQL("company.reception_id")
        if self.who == "manager":
            return SQL("company.manager_id")
        served = """
            (SELECT employee.user_id FROM salon_visit_line line
               JOIN salon_visit_performer performer ON performer.line_id = line.id AND performer.part = 'stylist'
               JOIN hr_employee employee ON employee.id = performer.employee_id
              WHERE line.visit_id = {visit} AND employee.user_id = ANY(company.all_ids)
              ORDER BY line.sequence, line.id, performer.id LIMIT 1)
        """
        last = """
            (SELECT visit.id FROM salon_visit visit
              WHERE visit.partner_id = due.partner_id AND visit.company_id = due.company_id AND visit.state = 'done'
              ORDER BY visit.date DESC, visit.id DESC LIMIT 1)
        """
        return SQL(
            f"""
            COALESCE(
                {served.format(visit="due.visit_id")},
                (SELECT visit.create_uid FROM salon_visit visit
                  WHERE visit.id = due.visit_id AND visit.create_uid = ANY(company.stylist_ids)),
                (SELECT employee.user_id FROM salon_client_file file
                   JOIN hr_employee employee ON employee.id = file.keeper_id
                  WHERE file.partner_id = due.partner_id AND employee.user_id = ANY(company.all_ids)),
                CASE WHEN due.visit_id IS NULL THEN {served.format(visit=last)} END
            )
            """
        )
