from odoo import api, models
from odoo.exceptions import ValidationError


class LoyaltyRule(models.Model):
    _name = "loyalty.rule"
    _inherit = ["loyalty.rule", "salon.cached"]

    @api.constrains(
        "program_id",
        "reward_point_mode",
        "mode",
        "minimum_amount",
        "minimum_qty",
        "product_ids",
        "product_category_id",
        "product_tag_id",
        "product_domain",
    )
    def _check_salon_rule(self):
        """Till and server compute the points apart from each other: what only one of them would heed is refused."""
        for rule in self.filtered("program_id.is_salon_program"):
            narrowed = rule.product_ids or rule.product_category_id or rule.product_tag_id
            narrowed = narrowed or rule.product_domain not in (False, "[]", "[['sale_ok', '=', True]]")
            if rule.reward_point_mode != "money" or rule.mode != "auto" or rule.minimum_amount or rule.minimum_qty > 1:
                narrowed = True
            if narrowed:
                raise ValidationError(
                    self.env._("%s are given for each unit of currency, on all products.", rule.program_id.name)
                )
