from odoo import fields, models


class ResCompany(models.Model):
    """How clients are asked what they think, and when that is somebody's business."""

    _inherit = "res.company"

    salon_feedback_ask = fields.Boolean(
        string="Ask for Feedback",
        default=True,
        help="After each visit its client gets a link by email or SMS, by which they say how it was.",
        prefetch="salon",
    )
    salon_feedback_since = fields.Datetime(
        default=fields.Datetime.now,
        prefetch="salon",
        help="Clients of visits that were done before are not asked: nobody is flooded when it is switched on.",
    )
    salon_feedback_hours = fields.Integer(
        string="Feedback After",
        default=3,
        help="Hours after the visit at which its client is asked; at night they are asked the next morning.",
        prefetch="salon",
    )
    salon_feedback_days = fields.Integer(
        string="Feedback Link", default=30, help="Days after which the link to the feedback ends.", prefetch="salon"
    )
    salon_feedback_low = fields.Integer(
        string="Low Rating",
        default=2,
        help="So many stars of five, or fewer, open a case by themselves. 0: none do.",
        prefetch="salon",
    )

    salon_survey = fields.Boolean(
        string="A Survey Each Quarter",
        default=True,
        help="Each quarter begins a new anonymous survey of the salon; its link stays the same.",
        prefetch="salon",
    )

    _salon_feedback_sensible = models.Constraint(
        "CHECK (salon_feedback_hours BETWEEN 0 AND 72 AND salon_feedback_days BETWEEN 1 AND 365"
        " AND salon_feedback_low BETWEEN 0 AND 5)",
        "The settings of feedback don't fit: clients are asked 0 to 72 hours after a visit, the link ends after 1 to"
        " 365 days, and a low rating is 0 to 5 stars.",
    )

    def write(self, vals):
        asked = self.filtered("salon_feedback_ask") if vals.get("salon_feedback_ask") else self
        result = super().write(vals)
        if newly := self - asked:
            newly.salon_feedback_since = fields.Datetime.now()
        return result


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_feedback_ask = fields.Boolean(related="company_id.salon_feedback_ask", readonly=False)
    salon_feedback_hours = fields.Integer(related="company_id.salon_feedback_hours", readonly=False)
    salon_feedback_days = fields.Integer(related="company_id.salon_feedback_days", readonly=False)
    salon_feedback_low = fields.Integer(related="company_id.salon_feedback_low", readonly=False)
    salon_survey = fields.Boolean(related="company_id.salon_survey", readonly=False)
