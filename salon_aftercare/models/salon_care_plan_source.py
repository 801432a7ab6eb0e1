from odoo import api, fields, models

from .salon_followup_source import Source


class SalonFollowupPlan(models.Model):
    """The visits of care plans are days to follow up on, too."""

    _inherit = "salon.followup.plan"

    trigger = fields.Selection(
        selection_add=[("care_plan", "A visit of a care plan")], ondelete={"care_plan": "cascade"}
    )

    @api.model
    def _date_sources(self):
        open_visits = (("state", "=", "open"), ("plan_id.state", "=", "agreed"))
        return {**super()._date_sources(), "care_plan": Source("salon.care.plan.line", "due_on", domain=open_visits)}
