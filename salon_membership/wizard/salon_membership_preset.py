from odoo import api, fields, models

PRESETS = {
    # external id of the tier: discount %, points factor, colour, reached by spending, by visits
    "classic": {
        "tier_regular": (10, 1.0, 4, 0, 0),
        "tier_silver": (15, 1.2, 0, 2000, 12),
        "tier_gold": (20, 1.5, 3, 5000, 24),
        "tier_diamond": (25, 2.0, 11, 10000, 48),
    },
    "vip": {
        "tier_regular": (10, 1.0, 4, 0, 0),
        "tier_vip": (20, 1.5, 3, 3000, 15),
        "tier_vip_black": (30, 2.0, 11, 10000, 0),
    },
}


class SalonMembershipPreset(models.TransientModel):
    """The tiers as the trade has them, to begin with."""

    _name = "salon.membership.preset"
    _description = "Load Tiers"

    preset = fields.Selection(
        [("classic", "Regular, Silver, Gold, Diamond"), ("vip", "Regular, VIP, Black VIP")],
        string="Tiers",
        required=True,
        default="classic",
    )
    left_ids = fields.Many2many("salon.membership.tier", string="Tiers Not in It", compute="_compute_left_ids")

    @api.depends("preset")
    def _compute_left_ids(self):
        for wizard in self:
            wizard.left_ids = wizard._left()

    def _left(self):
        """Return the tiers that are in use now and not in the preset."""
        wanted = self._known(PRESETS.get(self.preset) or {})
        return self.env["salon.membership.tier"].search([("company_id", "=", False)]) - wanted

    def _known(self, preset):
        tiers = [self.env.ref(f"salon_membership.{name}", raise_if_not_found=False) for name in preset]
        return self.env["salon.membership.tier"].union(*filter(None, tiers))

    def action_load(self):
        """Make and update the tiers; others stay where they have members, and are archived where they have none."""
        self.ensure_one()
        tiers = self.env["salon.membership.tier"]
        tiers.check_access("create")
        for position, (name, values) in enumerate(PRESETS[self.preset].items(), 1):
            values = self._prepare_tier(position, *values)
            tier = self.env.ref(f"salon_membership.{name}", raise_if_not_found=False)
            if tier:
                tier.write({**values, "active": True})
            else:
                self._remember(tiers.create({**values, "name": self._tier_name(name)}), name)
        self._left().filtered(lambda tier: not tier.membership_count).active = False
        return self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_membership_tier_action")

    def _prepare_tier(self, position, discount, points_factor, color, spend, visits):
        return {
            "sequence": position * 10,
            "discount": discount,
            "product_discount": discount,
            "points_factor": points_factor,
            "color": color,
            "spend": spend,
            "visits": visits,
        }

    def _tier_name(self, name):
        return {
            "tier_regular": self.env._("Regular"),
            "tier_silver": self.env._("Silver"),
            "tier_gold": self.env._("Gold"),
            "tier_diamond": self.env._("Diamond"),
            "tier_vip": self.env._("VIP"),
            "tier_vip_black": self.env._("Black VIP"),
        }[name]

    def _remember(self, tier, name):
        """Know this tier again when the preset is loaded once more."""
        self.env["ir.model.data"].sudo().create(
            {"module": "salon_membership", "name": name, "model": tier._name, "res_id": tier.id, "noupdate": True}
        )
