from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    salon_correction_hours = fields.Integer(
        string="Correction Period",
        default=24,
        help="Hours after a visit is done in which it may still be corrected. After that it never changes again.",
    )

    _salon_correction_hours_positive = models.Constraint(
        "CHECK (salon_correction_hours >= 0)", "The correction period can't be negative."
    )
