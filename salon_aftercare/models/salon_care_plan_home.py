from odoo import api, fields, models


class SalonCarePlanHome(models.Model):
    """What the client does at home between the visits."""

    _name = "salon.care.plan.home"
    _description = "Care at Home"
    _order = "sequence, id"

    plan_id = fields.Many2one("salon.care.plan", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", domain="[('is_salon_service', '=', False), ('sale_ok', '=', True)]", ondelete="restrict"
    )
    name = fields.Char(string="What", compute="_compute_name", store=True, readonly=False, required=True)
    often = fields.Char(string="How Often", required=True, help="Such as: twice a week, in the evening.")
    how = fields.Char(help="How to use it.")

    @api.depends("product_id")
    def _compute_name(self):
        for home in self:
            home.name = home.product_id.name or home.name
