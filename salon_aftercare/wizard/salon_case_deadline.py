from odoo import api, fields, models

from ..models.salon_case_clock import DUE


class SalonCaseDeadline(models.TransientModel):
    """Other deadlines for a case, and why."""

    _name = "salon.case.deadline"
    _description = "Move Deadlines"

    case_id = fields.Many2one("salon.case", required=True, readonly=True, ondelete="cascade")
    answered_at = fields.Datetime(related="case_id.answered_at")
    proposed_at = fields.Datetime(related="case_id.proposed_at")
    solved_at = fields.Datetime(related="case_id.solved_at")
    answer_due_at = fields.Datetime(string="Answer By", compute="_compute_due", store=True, readonly=False)
    proposal_due_at = fields.Datetime(string="Proposal By", compute="_compute_due", store=True, readonly=False)
    solution_due_at = fields.Datetime(string="Solution By", compute="_compute_due", store=True, readonly=False)
    reason = fields.Char(required=True)

    @api.depends("case_id")
    def _compute_due(self):
        for move in self:
            for name in DUE:
                move[name] = move.case_id[name]

    def action_apply(self):
        """Move the deadlines of clocks that still run."""
        self.ensure_one()
        running = {
            "answer_due_at": not self.answered_at,
            "proposal_due_at": not self.proposed_at,
            "solution_due_at": not self.solved_at,
        }
        self.case_id._move_deadlines({name: self[name] for name in DUE if running[name]}, self.reason)
        return {"type": "ir.actions.act_window_close"}
