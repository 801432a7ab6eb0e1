from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _salon_open_followups(self):
        """Return the follow-ups that are open and of which these activities remind."""
        ours = self.sudo().filtered(lambda activity: activity.res_model == "salon.followup")
        followups = self.env["salon.followup"].sudo()
        return followups.search([("activity_id", "in", ours.ids), ("is_open", "=", True)]) if ours else followups

    def _action_done(self, feedback=False, attachment_ids=None):
        """What is done here is done there."""
        followups = self._salon_open_followups()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        followups._close_by_activity(feedback)
        return result

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            followups = self._salon_open_followups()
            followups.filtered(lambda followup: followup.user_id.id != vals["user_id"]).user_id = vals["user_id"]
        return result

    def unlink(self):
        """Someone who cancels the activity cancels the follow-up. What the system removes, as with the activities
        of an archived user, is planned anew."""
        followups = self._salon_open_followups()
        result = super().unlink()
        if followups and self.env.su:
            followups._trigger_sweep()
        elif followups:
            followups._cancel(self.env._("The activity was cancelled."))
        return result
