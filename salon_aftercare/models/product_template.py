from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    salon_guarantee_days = fields.Integer(
        string="Quality Guarantee",
        help="Days after the visit in which a client who is not content has it done again for free; 0 for none.",
    )

    _salon_guarantee_sensible = models.Constraint(
        "CHECK (salon_guarantee_days BETWEEN 0 AND 3650)", "A guarantee lasts 0 to 3650 days."
    )
