from odoo import api, fields, models
from odoo.tools import format_amount

READERS = "salon_crm.group_salon_reception,account.group_account_readonly,account.group_account_invoice"


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    wallet_id = fields.Many2one(
        "salon.wallet", string="Stored Value", compute="_compute_wallet_id", compute_sudo=True, groups=READERS
    )
    wallet_total = fields.Monetary(
        string="Stored Value Left", compute="_compute_wallet_id", compute_sudo=True, groups=READERS
    )

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_wallet_id(self):
        wallets = self.env["salon.wallet"]._get_open(self.partner_id, self.env.company).grouped("partner_id")
        for file in self:
            file.wallet_id = wallets.get(file.partner_id._origin)
            file.wallet_total = file.wallet_id.total

    def action_view_wallet(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stored Value"),
            "res_model": "salon.wallet",
            "res_id": self.wallet_id.id,
            "view_mode": "form",
        }

    def _erasure_obstacles(self):
        return [*super()._erasure_obstacles(), *self._obstacle_wallet()]

    def _obstacle_wallet(self):
        """The salon owes them their money: it is paid out or transferred first."""
        domain = [("partner_id", "=", self.sudo().partner_id.id), "|", ("principal", ">", 0), ("bonus", ">", 0)]
        for wallet in self.env["salon.wallet"].sudo().search(domain):
            yield self.env._(
                "%(wallet)s still has %(amount)s of stored value in %(company)s: pay it out or transfer it first.",
                wallet=wallet.number,
                amount=format_amount(self.env, wallet.total, wallet.currency_id),
                company=wallet.company_id.name,
            )
