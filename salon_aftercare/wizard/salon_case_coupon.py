from odoo import fields, models


class SalonCaseCoupon(models.TransientModel):
    """A coupon that the client of a case can be given."""

    _name = "salon.case.coupon"
    _description = "Coupon for a Case"

    case_id = fields.Many2one("salon.case", required=True, readonly=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Offer", required=True, readonly=True)

    def action_give(self):
        """Give it, and go back to the case."""
        self.ensure_one()
        self.case_id._give_coupon(self.key)
        return {"type": "ir.actions.act_window_close"}
