from odoo import fields, models


class ResCompany(models.Model):
    """For how long a client who does not come any more stays known."""

    _inherit = "res.company"

    salon_anonymise_years = fields.Integer(
        string="Erase Clients After",
        help="Years without a visit, booking or sale after which a client is erased by itself. 0: never.",
        prefetch="salon",
    )

    _salon_anonymise_years = models.Constraint(
        "CHECK (salon_anonymise_years BETWEEN 0 AND 100)", "Clients are erased after 1 to 100 years, or never: 0."
    )
