from odoo import api, fields, models


class SalonVisit(models.Model):
    """What the client says of a visit."""

    _inherit = "salon.visit"

    feedback_ids = fields.One2many("salon.feedback", "visit_id", readonly=True)
    feedback_rating = fields.Char(string="How Content", compute="_compute_feedback_rating")

    @api.depends("feedback_ids.rating")
    def _compute_feedback_rating(self):
        """Show how content the client was, to who may read it."""
        feedbacks = self.env["salon.feedback"]
        ratings = {}
        if feedbacks.has_access("read"):
            found = feedbacks.search([("visit_id", "in", self.ids), ("rating", "!=", False)])
            ratings = {feedback.visit_id.id: self.env._("%s of 5", feedback.rating) for feedback in found}
        for visit in self:
            visit.feedback_rating = ratings.get(visit.id)

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.sudo().feedback_ids._follow_client()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_feedbacks(self):
        """Whoever removes a visit (retention) removes what was said of it, with ratings and messages."""
        self.sudo().feedback_ids.unlink()

    def action_note_feedback(self):
        """Note what the client said here, or show what they answered by themselves."""
        self.ensure_one()
        self.check_access("read")
        return self.env["salon.feedback.note"]._open(self)
