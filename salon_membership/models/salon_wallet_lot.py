from odoo import api, fields, models

from odoo.addons.salon_crm.tools import append_only


class SalonWalletLot(models.Model):
    """What was topped up at once, principal and bonus: used oldest first, and paid out with its own bonus.

    `principal_left` and `bonus_left` are kept by the database from the moves, and by nobody else.
    """

    _name = "salon.wallet.lot"
    _description = "Top-up"
    _order = "topped_up_at, id"
    _log_access = False  # core would change the row when its user is deleted

    wallet_id = fields.Many2one("salon.wallet", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="wallet_id.partner_id", string="Client")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    topped_up_at = fields.Datetime(required=True, readonly=True)
    principal = fields.Monetary(required=True, readonly=True, default=0.0)
    bonus = fields.Monetary(required=True, readonly=True, default=0.0)
    principal_left = fields.Monetary(readonly=True)
    bonus_left = fields.Monetary(readonly=True)
    bonus_expires_on = fields.Date(
        string="Bonus Ends On", readonly=True, help="The last day on which the bonus can be used. Empty: it never ends."
    )
    principal_expires_on = fields.Date(
        string="Principal Ends On",
        readonly=True,
        help="The last day on which the principal can be used. Empty: it never ends.",
    )
    pos_order_line_id = fields.Many2one(
        "pos.order.line", string="Order Line", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    account_payment_id = fields.Many2one(
        "account.payment", string="Payment", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    from_lot_id = fields.Many2one(
        "salon.wallet.lot", string="From Top-up", readonly=True, ondelete="restrict", index="btree_not_null",
        help="The top-up of another stored value that this comes from.",
    )  # fmt: skip
    move_ids = fields.One2many("salon.wallet.move", "lot_id", string="Movements", readonly=True)
    created_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(
        string="Created by User ID", required=True, readonly=True, aggregator=False, default=lambda self: self.env.uid
    )

    _line_uniq = models.UniqueIndex(
        "(pos_order_line_id) WHERE pos_order_line_id IS NOT NULL", "This top-up is booked already."
    )
    _left_fits = models.Constraint(
        "CHECK (principal_left BETWEEN 0 AND principal AND bonus_left BETWEEN 0 AND bonus)",
        "There is not that much left of this top-up.",
    )
    _left_idx = models.Index("(wallet_id, topped_up_at, id) WHERE principal_left > 0 OR bonus_left > 0")
    _ending_idx = models.Index("(bonus_expires_on) WHERE bonus_left > 0 AND bonus_expires_on IS NOT NULL")

    @api.private
    def init(self):
        result = super().init()
        self.env["salon.prepaid.line"]._make_refusal()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_wallet_lot_from_zero() RETURNS trigger AS $$
            BEGIN
                NEW.principal_left := 0;
                NEW.bonus_left := 0;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_wallet_lot_from_zero BEFORE INSERT ON salon_wallet_lot
            FOR EACH ROW EXECUTE FUNCTION salon_wallet_lot_from_zero();
            """
        )
        append_only.keep(self.env.cr, self._table, "salon_prepaid_refuse")
        return result

    @api.depends("wallet_id", "topped_up_at")
    def _compute_display_name(self):
        for lot in self:
            day = fields.Datetime.context_timestamp(self, lot.topped_up_at).date() if lot.topped_up_at else ""
            lot.display_name = f"{lot.wallet_id.number} · {day}"

    def _prepare_move_values(self, principal, bonus, kind, **values):
        """Return the values of one move of this lot.

        :param values: of the ledger's line: pos_order_id, origin_id, account_payment_id, account_move_id, note, date
        """
        return {
            "lot_id": self.id,
            "wallet_id": self.wallet_id.id,
            "company_id": self.company_id.id,
            "principal": principal,
            "bonus": bonus,
            "kind": kind,
            **values,
        }

    def _successor(self):
        """Return the lot that takes what comes back to this one: itself, or where its client's money is now."""
        self.ensure_one()
        wallet = self.wallet_id
        if wallet.state != "closed":
            return self
        wallets = self.env["salon.wallet"].sudo()
        wallet = wallets._get_open(wallet.partner_id, wallet.company_id)
        return self._copy_to(wallet or wallets._open_for(self.wallet_id.partner_id, self.company_id))

    def _copy_to(self, wallet, principal=None, bonus=None):
        """Return a new lot of `wallet`, still empty, that ends when this one does."""
        return self.sudo().create(
            {
                "wallet_id": wallet.id,
                "company_id": wallet.company_id.id,
                "topped_up_at": self.topped_up_at,
                "principal": self.principal if principal is None else principal,
                "bonus": self.bonus if bonus is None else bonus,
                "bonus_expires_on": self.bonus_expires_on,
                "principal_expires_on": self.principal_expires_on,
                "from_lot_id": self.id,
            }
        )
