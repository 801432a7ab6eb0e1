from odoo import fields, models


class SalonFollowupPlan(models.Model):
    """A rule that says after what a client is contacted; its steps say when, how and by whom."""

    _name = "salon.followup.plan"
    _description = "Follow-up Plan"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    trigger = fields.Selection([("visit_done", "A visit is done")], string="After", required=True, default="visit_done")
    company_id = fields.Many2one("res.company", ondelete="restrict", help="Empty: for all companies.")
    step_ids = fields.One2many("salon.followup.step", "plan_id", string="Steps", copy=True)

    def write(self, vals):
        woken = self.filtered(lambda plan: not plan.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        woken.step_ids.since = fields.Datetime.now()
        return result
