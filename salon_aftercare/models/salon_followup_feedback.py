from odoo import models

from ..tools import carry_out


class SalonFollowup(models.Model):
    """What a client says on the phone counts as what others answer by the link."""

    _inherit = "salon.followup"

    def action_note_feedback(self):
        """Note what else the client said of the visit."""
        self.ensure_one()
        self.check_access("read")
        return self.env["salon.feedback.note"]._open(self.visit_id, self)

    def _get_placeholder_feedback(self):
        """Return the link by which the client says how the visit was; it stands only in what goes to them."""
        to_client = self.channel in ("email", "sms", "wechat") and self.visit_id.partner_id == self.partner_id
        feedback = self.env["salon.feedback"]._of_visits(self.visit_id) if to_client else None
        return feedback._link() if feedback else ""

    def _close(self, state, **values):
        result = super()._close(state, **values)
        if state == "done":
            carry_out(self.sudo().filtered(lambda one: one.rating and one.visit_id.partner_id), "_keep_rating")
        return result

    def _keep_rating(self):
        """Keep the stars of these calls as the client's feedback, unless they answered already."""
        for followup in self:
            feedback = self.env["salon.feedback"]._of_visits(followup.visit_id)
            feedback._answer(followup.rating, "person", followup.done_by)
