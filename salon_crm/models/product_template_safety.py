from odoo import fields, models


class ProductTemplate(models.Model):
    """What a client needs before a service."""

    _inherit = "product.template"

    salon_patch_test_line_ids = fields.Many2many(
        "salon.product.line",
        "salon_service_patch_test_rel",
        "product_tmpl_id",
        "product_line_id",
        string="Patch Tests",
        help="Clients need a valid patch test of each of these.",
    )
