from odoo import api, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    @api.constrains("program_id")
    def _check_salon_reward(self):
        """Core's rewards spend by the till's figures: two tills could spend the same points (invariant 6)."""
        if programs := self.program_id.filtered("is_salon_program"):
            raise ValidationError(self.env._("%s can't be spent on rewards yet.", programs[0].name))
