from odoo import api, fields, models
from odoo.tools import format_amount

READERS = "salon_crm.group_salon_reception,account.group_account_readonly,account.group_account_invoice"


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    treatment_card_count = fields.Integer(compute="_compute_treatment_cards", compute_sudo=True, groups=READERS)
    treatment_sessions = fields.Char(
        string="Sessions Left", compute="_compute_treatment_cards", compute_sudo=True, groups=READERS
    )

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_treatment_cards(self):
        domain = [("partner_id", "in", self.partner_id.ids), ("company_id", "=", self.env.company.id)]
        groups = self.env["salon.treatment.card"]._read_group(domain, ["partner_id"], ["__count", "sessions_left:sum"])
        by_partner = {partner.id: (count, left) for partner, count, left in groups}
        for file in self:
            count, left = by_partner.get(file.partner_id._origin.id, (0, 0))
            file.treatment_card_count, file.treatment_sessions = count, str(left or 0)

    def action_view_treatment_cards(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_treatment_card_action")
        return {**action, "domain": [("partner_id", "=", self.sudo().partner_id.id)], "context": {}}

    def _erasure_obstacles(self):
        return [*super()._erasure_obstacles(), *self._obstacle_treatment_cards()]

    def _obstacle_treatment_cards(self):
        """The salon owes them sessions, or their money: they are refunded, transferred or ended first."""
        domain = [("partner_id", "=", self.sudo().partner_id.id), ("sessions_left", ">", 0)]
        for card in self.env["salon.treatment.card"].sudo().search(domain):
            yield self.env._(
                "%(card)s still has %(left)s sessions, worth %(amount)s, in %(company)s: refund or transfer it first.",
                card=card.number,
                left=card.sessions_left,
                amount=format_amount(self.env, card.amount_left, card.currency_id),
                company=card.company_id.name,
            )
