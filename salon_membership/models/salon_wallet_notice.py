from odoo import fields, models


class SalonWalletNotice(models.Model):
    """What a client is to be told of their stored value."""

    _name = "salon.wallet.notice"
    _inherit = ["salon.prepaid.notice"]
    _rec_name = "kind"
    _description = "News of Stored Value"

    wallet_id = fields.Many2one("salon.wallet", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="wallet_id.partner_id", string="Client")
    kind = fields.Selection(
        [
            ("topup", "Topped Up"),
            ("spend", "Used"),
            ("return", "Given Back"),
            ("payout", "Paid Out"),
            ("transfer_out", "Transferred Away"),
            ("transfer_in", "Transferred Here"),
            ("expire", "Expired"),
            ("ending", "Ends Soon"),
            ("contract", "Contract Sent Again"),
            ("pin", "PIN Set"),
            ("pin_reset", "PIN Reset"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    principal = fields.Monetary(readonly=True)
    bonus = fields.Monetary(readonly=True)
    principal_balance = fields.Monetary(string="Principal After", readonly=True)
    bonus_balance = fields.Monetary(string="Bonus After", readonly=True)
    lot_id = fields.Many2one(
        "salon.wallet.lot", string="Top-up", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    _ending_uniq = models.UniqueIndex(
        "(lot_id, ends_on) WHERE kind = 'ending'", "Notice of this end was given already."
    )

    def _letter(self):
        names = {"contract": "mail_template_contract", "pin": "mail_template_pin", "pin_reset": "mail_template_pin"}
        name = names.get(self.kind, "mail_template_wallet")
        return self.env.ref(f"salon_membership.{name}", raise_if_not_found=False)

    def _letter_of(self):
        return self._contracts() if self.kind == "contract" else super()._letter_of()

    def _is_safety(self):
        return self.kind in ("pin", "pin_reset")

    def _job(self):
        return self._job_of("salon_membership.cron_tell_wallets")

    def _contracts(self):
        if self.kind not in ("topup", "contract") or not self.lot_id:
            return super()._contracts()
        return self.env["salon.prepaid.contract"].sudo().search([("lot_id", "=", self.lot_id.id)])

    def _headline(self):
        """Return in a few words what happened, for the client."""
        self.ensure_one()
        return {
            "topup": self.env._("your stored value was topped up"),
            "spend": self.env._("you paid by stored value"),
            "return": self.env._("stored value was given back to you"),
            "payout": self.env._("stored value was paid out to you"),
            "transfer_out": self.env._("stored value was transferred"),
            "transfer_in": self.env._("stored value was transferred to you"),
            "expire": self.env._("stored value has ended"),
            "ending": self.env._("stored value ends soon"),
            "contract": self.env._("your contract"),
            "pin": self.env._("a PIN was set for your stored value"),
            "pin_reset": self.env._("the PIN of your stored value was taken away"),
        }[self.kind]


class SalonWalletMove(models.Model):
    _inherit = "salon.wallet.move"

    def _note_news(self):
        """Have the clients told of these moves: one line for each event of each client."""
        quiet = self.env.context.get("salon_quiet")
        notices, vals_list = self.env["salon.wallet.notice"].sudo(), []
        for (wallet, kind), moves in self.grouped(lambda move: (move.wallet_id, move.kind)).items():
            if quiet or not notices._wanted(wallet.company_id, kind == "topup"):
                continue
            last = moves[-1]
            vals_list.append(
                {
                    "wallet_id": wallet.id,
                    "company_id": wallet.company_id.id,
                    "kind": kind,
                    "principal": sum(moves.mapped("principal")),
                    "bonus": sum(moves.mapped("bonus")),
                    "principal_balance": last.principal_balance,
                    "bonus_balance": last.bonus_balance,
                    "at": last.date,
                    "lot_id": kind == "topup" and last.lot_id.id,
                    "pos_order_id": last.pos_order_id.id,
                }
            )
        notices._note(vals_list)
