from odoo import api, fields, models


class SalonWalletMove(models.Model):
    """The ledger of stored value: one line for whatever changed a lot. Lines are added, never changed."""

    _name = "salon.wallet.move"
    _inherit = ["salon.prepaid.line"]
    _description = "Movement of Stored Value"
    _order = "id desc"
    _log_access = False
    _rec_name = "kind"

    lot_id = fields.Many2one(
        "salon.wallet.lot", string="Top-up", required=True, readonly=True, ondelete="restrict", index=True
    )
    wallet_id = fields.Many2one(
        "salon.wallet", string="Stored Value", required=True, readonly=True, ondelete="restrict", index=True
    )
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
        ],
        string="What",
        required=True,
        readonly=True,
    )
    principal = fields.Monetary(required=True, readonly=True, default=0.0)
    bonus = fields.Monetary(required=True, readonly=True, default=0.0)
    principal_balance = fields.Monetary(
        string="Principal After", readonly=True, aggregator=False, help="The principal after this line."
    )
    bonus_balance = fields.Monetary(
        string="Bonus After", readonly=True, aggregator=False, help="The bonus after this line."
    )

    _order_once = models.UniqueIndex(
        "(pos_order_id, lot_id, kind, COALESCE(origin_id, 0)) WHERE pos_order_id IS NOT NULL",
        "This order's stored value is booked already.",
    )
    _payment_once = models.UniqueIndex(
        "(account_payment_id, lot_id, kind) WHERE account_payment_id IS NOT NULL",
        "This payment's stored value is booked already.",
    )
    _sign = models.Constraint(
        "CHECK ((principal <> 0 OR bonus <> 0)"
        " AND (kind NOT IN ('topup', 'return', 'transfer_in') OR (principal >= 0 AND bonus >= 0))"
        " AND (kind NOT IN ('spend', 'payout', 'transfer_out', 'expire') OR (principal <= 0 AND bonus <= 0))"
        " AND (kind <> 'topup' OR principal > 0))",
        "What is topped up or comes back is added, what is used, paid out or ends is taken away.",
    )

    @api.private
    def init(self):
        """Have the database itself keep the ledger: balances follow its lines, and no line ever changes."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_wallet_book() RETURNS trigger AS $$
            DECLARE
                wallet integer;
            BEGIN
                UPDATE salon_wallet_lot
                   SET principal_left = principal_left + NEW.principal, bonus_left = bonus_left + NEW.bonus
                 WHERE id = NEW.lot_id
                RETURNING wallet_id INTO wallet;
                IF wallet IS DISTINCT FROM NEW.wallet_id THEN
                    RAISE EXCEPTION 'a movement belongs to the stored value of its top-up'
                    USING ERRCODE = 'check_violation';
                END IF;
                UPDATE salon_wallet SET principal = principal + NEW.principal, bonus = bonus + NEW.bonus
                 WHERE id = wallet
                RETURNING principal, bonus INTO NEW.principal_balance, NEW.bonus_balance;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_wallet_move_book BEFORE INSERT ON salon_wallet_move
            FOR EACH ROW EXECUTE FUNCTION salon_wallet_book();
            """
        )
        self._keep_append_only()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        for move in moves:
            move._follow()
        return moves

    def _follow(self):
        """Have what was read of the balances follow this move, as the database made them: who moves stored value has
        locked it, and nobody else can have changed it."""
        cache = self.env.cache
        for name in ("principal", "bonus"):
            for record, balance in ((self.lot_id, f"{name}_left"), (self.wallet_id, name)):
                field = record._fields[balance]
                if cache.contains(record, field):
                    value = self.currency_id.round((cache.get(record, field) or 0) + self[name])
                    cache.set(record, field, value)
                    if record == self.wallet_id:
                        cache.set(self, self._fields[f"{name}_balance"], value)
                elif record == self.wallet_id:
                    self.invalidate_recordset([f"{name}_balance"])
        self.wallet_id.invalidate_recordset(["total"], flush=False)
