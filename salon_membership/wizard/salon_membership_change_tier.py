from odoo import fields, models

from ..tools.why import Why


class SalonMembershipChangeTier(models.TransientModel):
    """A manager gives members another tier, and says why."""

    _name = "salon.membership.change.tier"
    _description = "Change Tier"

    membership_ids = fields.Many2many("salon.membership", string="Members", required=True)
    tier_id = fields.Many2one(
        "salon.membership.tier",
        string="New Tier",
        required=True,
        domain=lambda self: [("company_id", "in", (False, self.env.company.id))],
    )
    note = fields.Char(string="Reason", required=True)
    keep_until = fields.Date(help="No yearly review takes the tier away before this day. Empty: as for everybody.")

    def action_change(self):
        """Give these members the tier; the reason stands in their history."""
        self.ensure_one()
        self.membership_ids.check_access("write")
        self.membership_ids._set_tier(self.tier_id, Why("hand", note=self.note), keep_until=self.keep_until)
