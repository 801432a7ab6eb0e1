from odoo import fields, models


class ResCompany(models.Model):
    """What the salon gives to who brings a new client, and to the new client."""

    _inherit = "res.company"

    salon_referral = fields.Boolean(
        string="Referrals",
        default=True,
        help="Members bring new clients, by a code or a link of their own, and get points for it.",
        prefetch="salon",
    )
    salon_referral_when = fields.Selection(
        [("member", "When the new client becomes a member"), ("paid", "When the new client first pays a minimum")],
        string="Referral Counts",
        default="member",
        required=True,
        prefetch="salon",
    )
    salon_referral_minimum = fields.Float(
        string="Referral Minimum",
        digits=(16, 2),
        default=100.0,
        help="What the new client pays in one purchase, in the company's currency: tips, top-ups and gift cards do not"
        " count.",
        prefetch="salon",
    )
    salon_referral_points = fields.Integer(string="Points for Who Brings a Client", default=200, prefetch="salon")
    salon_referral_new_points = fields.Integer(string="Points for the New Client", default=100, prefetch="salon")

    _salon_referral_sensible = models.Constraint(
        "CHECK (salon_referral_minimum >= 0 AND salon_referral_points BETWEEN 0 AND 1000000"
        " AND salon_referral_new_points BETWEEN 0 AND 1000000)",
        "Points and minimum of referrals can't be negative.",
    )


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_referral = fields.Boolean(related="company_id.salon_referral", readonly=False)
    salon_referral_when = fields.Selection(related="company_id.salon_referral_when", readonly=False)
    salon_referral_minimum = fields.Float(related="company_id.salon_referral_minimum", readonly=False)
    salon_referral_points = fields.Integer(related="company_id.salon_referral_points", readonly=False)
    salon_referral_new_points = fields.Integer(related="company_id.salon_referral_new_points", readonly=False)
