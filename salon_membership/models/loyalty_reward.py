from odoo import api, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    @api.constrains("program_id", "clear_wallet", "discount", "discount_mode", "required_points")
    def _check_salon_reward(self):
        """The server says what a reward of the salon's points costs: what it can't tell from the order is refused."""
        for reward in self.filtered("program_id.is_salon_program"):
            if reward.clear_wallet:
                raise ValidationError(
                    self.env._("A reward of %s costs its points, not all points. Say how many.", reward.program_id.name)
                )
            if reward.required_points != int(reward.required_points):
                raise ValidationError(self.env._("Points are whole: give a reward a whole number of points."))
            if reward.reward_type == "discount" and reward.discount_mode == "per_point":
                raise ValidationError(
                    self.env._(
                        "What a point is worth in part payment is set on %s itself. Choose a discount per order or in"
                        " per cent.",
                        reward.program_id.name,
                    )
                )
