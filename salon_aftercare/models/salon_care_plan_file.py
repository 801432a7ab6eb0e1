from odoo import fields, models


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    care_plan_count = fields.Integer(compute="_compute_care_plan_count")

    def _compute_care_plan_count(self):
        plans = self.env["salon.care.plan"]
        groups = plans._read_group([("partner_id", "in", self.partner_id.ids)], ["partner_id"], ["__count"])
        counts = {partner.id: count for partner, count in groups}
        for file in self:
            file.care_plan_count = counts.get(file.partner_id.id, 0)

    def action_view_care_plans(self):
        """Show what was agreed with this client; a new plan is for them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_care_plan_action")
        return {
            **action,
            "domain": [("partner_id", "=", self.partner_id.id)],
            "context": {"default_partner_id": self.partner_id.id},
        }
