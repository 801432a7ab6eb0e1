from odoo import api, fields, models
from odoo.tools import SQL

SHOWN = 100_000  # planned follow-ups that a form looks through


class SalonFollowupPlan(models.Model):
    """What a change of a plan changes among the follow-ups that are planned: shown first, and done on a word."""

    _inherit = "salon.followup.plan"

    followup_count = fields.Integer(compute="_compute_followup_count")
    step_summary = fields.Char(string="Steps in Short", compute="_compute_step_summary")
    changes = fields.Char(compute="_compute_changes", help="What differs between this plan and what it planned before.")

    @api.depends("step_ids.name", "step_ids.active")
    def _compute_step_summary(self):
        for plan in self:
            plan.step_summary = ", ".join(plan.step_ids.filtered("active").mapped("name"))

    def _compute_followup_count(self):
        groups = self.env["salon.followup"]._read_group([("plan_id", "in", self.ids)], ["plan_id"], ["__count"])
        counts = {plan.id: count for plan, count in groups}
        for plan in self:
            plan.followup_count = counts.get(plan.id, 0)

    def _compute_changes(self):
        for plan in self:
            plan.changes = plan.id and plan._say_changes()

    def _say_changes(self):
        """Return what would become of the planned follow-ups, in a sentence; False where nothing changes."""
        planned, moving, ending = self.sudo()._find_changes()
        if not moving and not ending:
            return False
        return self.env._(
            "Of %(planned)s planned follow-ups %(moving)s would move and %(ending)s would end by what this plan says"
            " now.",
            planned=planned,
            moving=len(moving),
            ending=len(ending),
        )

    def _planned(self):
        return (
            self.env["salon.followup"]
            .sudo()
            .search(
                [("plan_id", "in", self.ids), ("state", "=", "planned"), ("origin_model", "!=", "salon.followup")],
                limit=SHOWN,
            )
        )

    def _find_changes(self):
        """Compare what is planned with what this plan says now.

        :return: how many are planned; {follow-up: its new values}; those that would end
        """
        planned = self._planned()
        moving, ending = {}, planned.browse()
        for step, followups in planned.grouped("step_id").items():
            due = step._find_due(followups.mapped("origin_id")) if step.active and self._is_live() else {}
            for followup in followups:
                wanted = due.get((followup.occasion, followup.partner_id.id))
                if wanted is None:
                    ending |= followup
                elif values := followup._differences(step, *wanted):
                    moving[followup] = values
        return len(planned), moving, ending

    def _is_live(self):
        return self.active and self._is_known()

    def action_apply(self):
        """Bring what is planned in line with this plan."""
        self.check_access("write")
        for plan in self.sudo():
            _planned, moving, ending = plan._find_changes()
            ending._skip("plan")
            followups = self.env["salon.followup"].sudo().union(*moving)
            # What was to be made with them on that day, is still for that day.
            alone = followups._revive_merged()
            for followup, values in moving.items():
                followup.with_context(tracking_disable=True).write(values)
            followups._renew_merged()
            (followups | alone)._settle()
        return False

    def action_view_planned(self):
        """Show what is planned."""
        self.ensure_one()
        action = self.action_view_followups()
        return {**action, "context": {}, "domain": [("plan_id", "=", self.id), ("state", "=", "planned")]}


class SalonFollowupStep(models.Model):
    _inherit = "salon.followup.step"

    def _find_due(self, ids):
        """Return {(occasion, partner id): (due, latest)} of what these records are an occasion for."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT occasion, partner_id, due_at, due_at + %s * interval '1 hour' FROM (%s) due",
                self.window_hours,
                self._due_sql(self._companies_sql(), set(ids)),
            )
        )
        return {(occasion, partner_id): (due_at, latest_at) for occasion, partner_id, due_at, latest_at in rows}


class SalonFollowup(models.Model):
    _inherit = "salon.followup"

    def _differences(self, step, due_at, latest_at):
        """Return the values by which this differs from what its step says now."""
        wanted = {"channel": step.channel, "is_marketing": step.plan_id.is_marketing}
        values = {name: value for name, value in wanted.items() if self[name] != value}
        if self.planned_for != due_at or self.latest_at != latest_at:
            values.update(planned_for=due_at, due_at=due_at, latest_at=latest_at)
        return values
