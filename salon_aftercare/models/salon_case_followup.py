from odoo import fields, models


class SalonFollowup(models.Model):
    """The call after a solution, where a plan sees to it: what the client says goes to the case."""

    _inherit = "salon.followup"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "done":
            self.sudo().filtered("reached")._tell_cases()
        return result

    def _tell_cases(self):
        """Note on the cases how content their clients are with the handling; who is called again says it then."""
        for followup in self.filtered(lambda one: one.next_action != "call_again"):
            for call in followup | followup.merged_ids:
                case = call._get_case()
                if case.state in ("solved", "closed") and not case.called_at:
                    case.write(
                        {
                            "handling_reached": followup.reached,
                            "handling_rating": followup.rating,
                            "handling_said": followup.said,
                            "called_at": fields.Datetime.now(),
                        }
                    )
                    case._moved()

    def _get_case(self):
        """Return the case that this is about, also where it is a call that was agreed on in another one."""
        self.ensure_one()
        call = self
        while call.origin_model == self._name:
            call = self.browse(call.origin_id).exists()
        cases = self.env["salon.case"]
        return cases.browse(call.origin_id).exists() if call.origin_model == cases._name else cases
