from odoo import SUPERUSER_ID, api, fields, models

from ..tools import carry_out


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
        plans = self.env["salon.followup.plan"]
        for trigger in ("first_visit", "visit_done"):
            plans._plan_now(trigger, self.ids)

    def action_view_followups(self):
        """Show what was or will be asked after this visit."""
        return self.followup_ids._action_open()
