from odoo import api, fields, models
from odoo.tools import SQL


class SalonCaseEscalation(models.Model):
    """That the managers were told of a clock, once for each level of each deadline."""

    _name = "salon.case.escalation"
    _description = "Escalation of a Case"
    _order = "at desc, id desc"
    _rec_name = "clock"
    _log_access = False

    case_id = fields.Many2one("salon.case", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="case_id.company_id")
    clock = fields.Selection(
        [("answer", "First Answer"), ("proposal", "Proposal"), ("solution", "Solution")], required=True, readonly=True
    )
    level = fields.Integer(
        string="Percent", required=True, readonly=True, aggregator=None, help="80: it was close. 100: it had run out."
    )
    due_at = fields.Datetime(string="Deadline", required=True, readonly=True)
    at = fields.Datetime(string="Told On", required=True, readonly=True)

    _once = models.UniqueIndex("(case_id, clock, level, due_at)", "The managers were told of this already.")

    @api.model
    def _note(self, case, clock, level, due_at):
        """Note that the managers are told now; return whether nobody else did before."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_case_escalation (case_id, clock, level, due_at, at) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT DO NOTHING RETURNING id
                """,
                case.id,
                clock,
                level,
                due_at,
                fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        self.invalidate_model()
        return bool(self.env.cr.fetchone())
