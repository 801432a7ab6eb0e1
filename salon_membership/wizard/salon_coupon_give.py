from odoo import fields, models
from odoo.exceptions import AccessError


class SalonCouponGive(models.TransientModel):
    """Gives a client a coupon at reception."""

    _name = "salon.coupon.give"
    _description = "Give a Coupon"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    program_id = fields.Many2one(
        "loyalty.program",
        string="Offer",
        required=True,
        domain="[('program_type', '=', 'coupons'), ('company_id', 'in', (False, company_id))]",
    )
    card_id = fields.Many2one("loyalty.card", string="Coupon", readonly=True)
    code = fields.Char(related="card_id.code", related_sudo=True)
    expiration_date = fields.Date(related="card_id.expiration_date", related_sudo=True)

    def action_give(self):
        """Give the coupon, and show its code."""
        self.ensure_one()
        if not self.env.user.has_group("salon_crm.group_salon_reception"):
            raise AccessError(self.env._("Only the front desk gives coupons."))
        self.card_id = self.program_id._salon_issue(self.file_id.partner_id, self.company_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Coupon Given"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
