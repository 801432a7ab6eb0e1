from odoo import fields, models


class SalonCase(models.Model):
    """What a client said of a visit can be what a case is about."""

    _inherit = "salon.case"

    feedback_ids = fields.One2many("salon.feedback", "case_id", readonly=True)

    def action_view_feedback(self):
        """Show what the client said."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.feedback",
            "res_id": self.feedback_ids[:1].id,
            "views": [(False, "form")],
        }
