from odoo import fields, models
from odoo.exceptions import UserError


class SalonMembershipEnrol(models.TransientModel):
    _name = "salon.membership.enrol"
    _description = "Enrol Clients"

    partner_ids = fields.Many2many("res.partner", string="Clients", required=True)
    tier_id = fields.Many2one(
        "salon.membership.tier",
        required=True,
        default=lambda self: self.env["salon.membership"]._default_tier_id(),
        domain=lambda self: [("company_id", "in", (False, self.env.company.id))],
    )
    start_date = fields.Date(string="Member Since", required=True, default=fields.Date.context_today)

    def action_enrol(self):
        """Make members of these clients and show their memberships."""
        self.ensure_one()
        memberships = self.env["salon.membership"]._enrol(self.partner_ids, self.tier_id, self.start_date)
        if not memberships:
            raise UserError(self.env._("All of these clients are members already."))
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("New Members"),
            "res_model": "salon.membership",
        }
        if len(memberships) == 1:
            return {**action, "view_mode": "form", "res_id": memberships.id}
        return {**action, "view_mode": "list,kanban,form", "domain": [("id", "in", memberships.ids)]}
