from odoo import fields, models


class SalonFollowup(models.Model):
    """The call after a solution, where a plan sees to it: what the client says goes to the case."""

    _inherit = "salon.followup"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "done":
            self.sudo().filtered(lambda one: one.origin_model == "salon.case" and one.reached)._tell_cases()
        return result

    def _tell_cases(self):
        """Note on the cases how content their clients are with the handling."""
        for followup in self:
            case = self.env["salon.case"].browse(followup.origin_id).exists()
            if case and case.state in ("solved", "closed") and not case.called_at:
                case.write(
                    {
                        "handling_reached": followup.reached,
                        "handling_rating": followup.rating,
                        "handling_said": followup.said,
                        "called_at": fields.Datetime.now(),
                    }
                )
                case._moved()
