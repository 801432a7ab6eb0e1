import re

from odoo import api, fields, models

from odoo.addons.salon_crm.tools import client_key


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    membership_id = fields.Many2one(
        "salon.membership", compute="_compute_membership_id", compute_sudo=True, search="_search_membership_id"
    )
    membership_tier_id = fields.Many2one(related="membership_id.tier_id", string="Tier", related_sudo=True)
    membership_offers = fields.Char(related="membership_id.offers", string="To Offer Today", related_sudo=True)
    membership_points = fields.Integer(related="membership_id.points", string="Points", related_sudo=True)

    @api.depends("partner_id.salon_membership_ids.state")
    @api.depends_context("company")
    def _compute_membership_id(self):
        memberships = self.env["salon.membership"]._get_active(self.partner_id, self.env.company)
        by_partner = memberships.grouped("partner_id")
        for file in self:
            file.membership_id = by_partner.get(file.partner_id._origin)

    def _search_membership_id(self, operator, value):
        """Search by the membership in this company; an ended one is none."""
        active = [("state", "=", "active"), ("company_id", "=", self.env.company.id)]
        if operator == "any":
            return [("partner_id.salon_membership_ids", "any", [*active, *value])]
        if operator != "in":
            return NotImplemented
        members = [("partner_id.salon_membership_ids", "any", [*active, ("id", "in", [one for one in value if one])])]
        if False not in value:
            return members
        return ["|", *members, ("partner_id.salon_membership_ids", "not any", active)]

    def _search_keys(self):
        """The front desk finds a client by the number on their card as well, also without its letters and zeros."""
        keys = super()._search_keys()
        for number in self.partner_id.salon_membership_ids.mapped("number"):
            bare = re.sub(r"^\D*0*", "", number)
            keys |= {(client_key.WORD, key) for key in (client_key.joined(number), client_key.joined(bare)) if key}
        return keys

    def action_salon_enrol(self):
        """Offer to make members of these clients."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrol"),
            "res_model": "salon.membership.enrol",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.partner_id.ids},
        }

    def action_view_membership(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Membership"),
            "res_model": "salon.membership",
            "res_id": self.membership_id.id,
            "view_mode": "form",
        }
