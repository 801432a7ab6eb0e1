from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonClientFile(models.Model):
    """What can be done for a client at reception and at the till beside selling: who brought them, a draw, a coupon."""

    _inherit = "salon.client.file"

    can_draw = fields.Boolean(compute="_compute_can", groups="salon_crm.group_salon_reception")
    can_give_coupon = fields.Boolean(compute="_compute_can", groups="salon_crm.group_salon_reception")

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_can(self):
        company = self.env.company
        draws = self.env["salon.draw"]._get_open(company)
        gives = self.env["loyalty.program"]._has_coupons(company.id)
        for file in self:
            file.can_draw = bool(draws and file._origin and draws._open_for(file.partner_id))
            file.can_give_coupon = gives

    @api.model
    def load_till_extras(self, partner_id, config_id):
        """Return what the till offers for a client beside selling: to say who brought them, draws, prizes they won.

        :param int partner_id: the client
        :param int config_id: the till
        :return dict: "is_new", "brought_by" (a name or ""), "asks_referrer", "draws" ({"id", "name"} each) and "prizes"
            ({"entry_id", "product_id", "name"} each)
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        client = self.env["res.partner"].browse(partner_id)
        client.check_access("read")
        return self.sudo()._prepare_till_extras(client.sudo(), company)

    @api.model
    def _prepare_till_extras(self, client, company):
        referrals = self.env["salon.referral"]
        referral = referrals.search([("file_id.partner_id", "=", client.id), ("merged", "=", False)], limit=1)
        draws = self.env["salon.draw"]._get_open(company)
        is_new = referrals._is_new(client, company)
        return {
            "is_new": is_new,
            "brought_by": referral.referrer_file_id.partner_id.name or "",
            "asks_referrer": bool(company.salon_referral and not referral and is_new),
            "draws": [{"id": draw.id, "name": draw.name} for draw in draws and draws._open_for(client)],
            "prizes": [
                {"entry_id": entry.id, "product_id": entry.product_id.id, "name": entry.prize_id.name}
                for entry in self.env["salon.draw.entry"]._to_hand_out(client, company)
            ],
        }

    def action_salon_draw(self):
        """Let this client draw, in the first draw that is open for them."""
        self.ensure_one()
        draws = self.env["salon.draw"]._get_open(self.env.company)
        draw = draws._open_for(self.partner_id)[:1]
        if not draw:
            raise UserError(self.env._("No draw is open for %s today.", self.partner_id.name))
        return {
            "type": "ir.actions.act_window",
            "name": draw.with_env(self.env).sudo().name,
            "res_model": "salon.draw.dialog",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id, "default_draw_id": draw.id},
        }

    def action_give_coupon(self):
        """Give this client a coupon."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give a Coupon"),
            "res_model": "salon.coupon.give",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id},
        }
