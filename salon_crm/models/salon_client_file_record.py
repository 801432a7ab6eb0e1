from odoo import api, fields, models


class SalonClientFile(models.Model):
    """What the visits of a client left behind: formulas and diagnoses."""

    _inherit = "salon.client.file"

    last_formula = fields.Char(
        compute="_compute_last_formula",
        help="What was mixed for this client the last time; the bowls are for stylists and managers.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_last_formula(self):
        last = self.partner_id._salon_last_formulas(self.env.companies)
        for file in self:
            file.last_formula = last.get(file.partner_id.id)

    def action_view_formulas(self):
        """Show what was mixed for this client, the latest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_formula_action")
        return {**action, "domain": [("partner_id", "=", self.partner_id.id)]}

    def action_view_diagnoses(self):
        """Show how this client's hair and skin were found over time, the latest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_diagnosis_action")
        return {**action, "domain": [("partner_id", "=", self.partner_id.id)]}
