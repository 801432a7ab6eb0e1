from odoo import api, fields, models

from .salon_visit_line_formula import STYLIST


class SalonVisit(models.Model):
    """How hair and skin were found, and what the visits before this one advised."""

    _inherit = "salon.visit"

    diagnosis_ids = fields.One2many("salon.diagnosis", "visit_id", groups=STYLIST)
    earlier_advice_ids = fields.Many2many(
        "salon.advice",
        string="Advised Before",
        compute="_compute_earlier_advice_ids",
        groups=STYLIST,
        help="What was advised to this client the last time, and whether it was bought.",
    )

    @api.depends("partner_id", "date")
    def _compute_earlier_advice_ids(self):
        advice = self.env["salon.advice"]
        for visit in self:
            before = advice.browse()
            if visit.partner_id and visit.date:
                before = advice.search(
                    [("partner_id", "=", visit.partner_id.id), ("date", "<", visit.date)], order="date desc, id"
                )
                # Of the last visit that advised anything.
                before = before.filtered(lambda one, last=before[:1].visit_id: one.visit_id == last)
            visit.earlier_advice_ids = before
