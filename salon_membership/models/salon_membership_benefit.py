from odoo import fields, models


class SalonMembershipBenefit(models.Model):
    """What a tier gives besides its prices and points; the till shows it as what to offer today."""

    _name = "salon.membership.benefit"
    _description = "Tier Benefit"
    _order = "tier_id, sequence, id"

    tier_id = fields.Many2one("salon.membership.tier", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="tier_id.company_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("early", "Earlier Booking"),
            ("topup", "Top-up Bonus"),
            ("senior", "Senior Stylist or Own Area"),
            ("trial", "New Products to Try"),
            ("invitation", "Invitations"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    name = fields.Char(string="What Staff Offer", required=True, translate=True)
    value = fields.Float(
        digits=(8, 2),
        help="Earlier booking: days that these members can book online further ahead than others. Top-up bonus: percent"
        " on top of what is topped up.",
    )
    at_till = fields.Boolean(string="Shown at the Till", default=True)

    _value_positive = models.Constraint("CHECK (value >= 0)", "Days and percent of a benefit can't be negative.")
