from odoo import fields, models


class ResCompany(models.Model):
    """From when on a client counts as due, at risk, lost and back."""

    _inherit = "res.company"

    salon_rhythm_days = fields.Integer(
        string="Usual Interval",
        default=45,
        required=True,
        help="Days after which clients usually come again. It counts for new clients, as long as the salon's own"
        " interval is not known from its visits.",
        prefetch="salon",
    )
    salon_risk_intervals = fields.Float(
        string="At Risk After",
        default=1.5,
        required=True,
        digits=(4, 2),
        help="Who has not come for so many of their intervals is at risk.",
        prefetch="salon",
    )
    salon_lost_intervals = fields.Float(
        string="Lost After",
        default=2.5,
        required=True,
        digits=(4, 2),
        help="Who has not come for so many of their intervals is lost.",
        prefetch="salon",
    )
    salon_lost_days = fields.Integer(
        string="Lost After Days",
        default=365,
        required=True,
        help="Who has not come for so many days is lost, however long their interval is. 0: by intervals alone.",
        prefetch="salon",
    )
    salon_back_days = fields.Integer(
        string="Back For",
        default=60,
        required=True,
        help="So many days long a client who had been lost counts as back.",
        prefetch="salon",
    )

    _salon_rhythm_sensible = models.Constraint(
        "CHECK (salon_rhythm_days BETWEEN 1 AND 730 AND salon_risk_intervals BETWEEN 1 AND 20"
        " AND salon_lost_intervals BETWEEN salon_risk_intervals AND 50 AND salon_lost_days BETWEEN 0 AND 3650"
        " AND salon_back_days BETWEEN 0 AND 730)",
        "The rules of coming back don't fit: a client is due first, then at risk (1 to 20 intervals), then lost (up to"
        " 50 intervals or ten years); the usual interval is 1 to 730 days, and back is at most two years.",
    )


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_rhythm_days = fields.Integer(related="company_id.salon_rhythm_days", readonly=False)
    salon_risk_intervals = fields.Float(related="company_id.salon_risk_intervals", readonly=False)
    salon_lost_intervals = fields.Float(related="company_id.salon_lost_intervals", readonly=False)
    salon_lost_days = fields.Integer(related="company_id.salon_lost_days", readonly=False)
    salon_back_days = fields.Integer(related="company_id.salon_back_days", readonly=False)
