from odoo import fields, models

from .res_partner import STAFF


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
    salon_consent_form_ids = fields.Many2many(
        "salon.consent.form",
        "salon_service_consent_form_rel",
        "product_tmpl_id",
        "form_id",
        string="Consent Forms",
        groups=STAFF,
        help="Clients sign these before it begins.",
    )
