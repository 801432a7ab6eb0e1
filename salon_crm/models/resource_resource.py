from odoo import models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        # The user of an employee is stored here: giving it to another changes who is one person with whom.
        if "user_id" not in vals:
            return super().write(vals)
        employees = self.env["hr.employee"].sudo().with_context(active_test=False)
        before = employees.search([("resource_id", "in", self.ids)])._salon_twins()
        result = super().write(vals)
        (before | before._salon_twins())._salon_resync_blocks()
        return result
