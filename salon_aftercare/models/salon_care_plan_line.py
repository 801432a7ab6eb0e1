from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import without_defaults

GUARDED = {"state", "visit_id", "done_on"}


class SalonCarePlanLine(models.Model):
    """One visit of a care plan, and when it is due."""

    _name = "salon.care.plan.line"
    _description = "Visit of a Care Plan"
    _order = "due_on, id"
    _rec_name = "due_on"

    plan_id = fields.Many2one("salon.care.plan", required=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="plan_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    due_on = fields.Date(string="Visit Due On", required=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("skipped", "Left Out")], required=True, default="open", readonly=True
    )
    visit_id = fields.Many2one("salon.visit", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    done_on = fields.Date(string="Done", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded(vals)
        lines = self.with_context(without_defaults(self.env.context, GUARDED))  # pylint: disable=context-overridden
        return super(SalonCarePlanLine, lines).create(vals_list).with_env(self.env)

    def _check_guarded(self, vals):
        """Visits tick by themselves: who could write it would read of other visits by it."""
        if not self.env.su and GUARDED & vals.keys():
            said = self.env._("A visit of a care plan is ticked by the visit itself, or left out by its button.")
            raise UserError(said)

    def write(self, vals):
        self._check_guarded(vals)
        if not self.env.su and "due_on" in vals and any(line.state == "done" for line in self):
            raise UserError(self.env._("This visit is done: its day does not move any more."))
        result = super().write(vals)
        if "due_on" in vals:
            self.plan_id._tick()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if not self.env.su and any(line.state == "done" for line in self):
            raise UserError(self.env._("A visit that is done stays in the plan."))

    def action_leave_out(self):
        """The client does without this visit; or comes all the same."""
        self.check_access("write")
        for line in self.sudo().filtered(lambda line: line.state != "done"):
            line.state = "open" if line.state == "skipped" else "skipped"
        self.plan_id._tick()
