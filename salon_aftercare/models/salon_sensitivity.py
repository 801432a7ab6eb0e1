from odoo import api, models


class SalonSensitivity(models.Model):
    _inherit = "salon.sensitivity"

    @api.model_create_multi
    def create(self, vals_list):
        """What was noted from an incident is ticked there, without saying what."""
        records = super().create(vals_list)
        case = self.env["salon.case"].browse(self.env.context.get("salon_case_id") or []).exists()
        if case and case.sudo().partner_id == records.sudo().file_id.partner_id and case.has_access("read"):
            self.env["salon.case.todo"]._tick(case, "sensitivity")
        return records
