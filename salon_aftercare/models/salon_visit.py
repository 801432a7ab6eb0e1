from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..tools import carry_out

CATCH_UP_DAYS = 7


class SalonVisit(models.Model):
    _inherit = "salon.visit"

    followup_ids = fields.One2many("salon.followup", "visit_id", string="Follow-ups", readonly=True)
    followup_count = fields.Integer(compute="_compute_followup_count")

    @api.depends("followup_ids")
    def _compute_followup_count(self):
        """Count the follow-ups that this user may open."""
        counts = {}
        if self.env["salon.followup"].has_access("read"):
            groups = self.env["salon.followup"]._read_group([("visit_id", "in", self.ids)], ["visit_id"], ["__count"])
            counts = {visit.id: count for visit, count in groups}
        for visit in self:
            visit.followup_count = counts.get(visit.id, 0)

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.sudo().followup_ids._follow_client()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_followups(self):
        """Whoever removes a visit (retention, erasure) removes its follow-ups, with messages and activities."""
        self.sudo().followup_ids.unlink()

    def _mark_done(self):
        """Plan the follow-ups in the same transaction; if that fails, the visit is done all the same."""
        result = super()._mark_done()
        carry_out(self.with_user(SUPERUSER_ID), "_plan_followups")
        return result

    def _plan_followups(self):
        """Plan what the plans want after these done visits and is not planned yet."""
        groups = self.env["salon.followup"]._read_group([("visit_id", "in", self.ids)], ["visit_id", "step_id"])
        planned = set(groups)
        vals_list = []
        for company, visits in self.filtered("partner_id").grouped("company_id").items():
            steps = self.env["salon.followup.step"]._get_steps("visit_done", company)
            staff = company._get_followup_staff() if steps else {}
            vals_list += [
                step._prepare_followup_values(visit, staff)
                for visit in visits
                for step in steps
                if (visit, step) not in planned
            ]
        # The plan is its author, not the cashier: no welcome message, no follower, no tracking.
        followups = self.env["salon.followup"].with_context(tracking_disable=True).create(vals_list)
        followups._schedule_activities()

    @api.model
    def _find_unplanned(self):
        """Return the visits of the last days that lack a follow-up which a plan wants."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT visit.id
                  FROM salon_visit visit
                  JOIN salon_followup_plan plan
                    ON plan.active AND plan.trigger = 'visit_done'
                   AND (plan.company_id IS NULL OR plan.company_id = visit.company_id)
                  JOIN salon_followup_step step ON step.plan_id = plan.id AND step.active
                 WHERE visit.state = 'done'
                   AND visit.partner_id IS NOT NULL
                   AND visit.done_at >= step.since
                   AND visit.done_at >= %s - step.latest_hours * interval '1 hour'
                   AND NOT EXISTS (
                       SELECT FROM salon_followup followup
                        WHERE followup.visit_id = visit.id AND followup.step_id = step.id
                   )
              ORDER BY visit.id
                """,
                fields.Datetime.now() - timedelta(days=CATCH_UP_DAYS),
            )
        )
        return self.browse(visit_id for (visit_id,) in rows)

    def action_view_followups(self):
        """Show what was or will be asked after this visit."""
        return self.followup_ids._action_open()
