from odoo import models
from odoo.exceptions import UserError


class SalonVisit(models.Model):
    _inherit = "salon.visit"

    def _refresh_rhythms(self, also=()):
        """What a visit means for the client's rhythm, it means for their care plans."""
        result = super()._refresh_rhythms(also)
        clients = {(company, partner_id) for company, partner_id in also if partner_id}
        clients |= {(visit.company_id, visit.partner_id.id) for visit in self if visit.partner_id}
        plans = self.env["salon.care.plan"].sudo()
        known = plans.search([("partner_id", "in", [partner_id for _company, partner_id in clients])]).partner_id
        for company, partner_id in clients:
            if partner_id in known.ids:
                plans._tick_clients(company, [partner_id])
        return result

    def action_make_care_plan(self):
        """Agree on a care plan with this client, from what was done."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("Say first who the client is."))
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_care_plan_action")
        return {
            **action,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_visit_id": self.id,
                "default_product_ids": self.line_ids.product_id.ids,
            },
        }
