from odoo import api, fields, models


class SalonWalletHold(models.Model):
    """Stored value that one order is about to use."""

    _name = "salon.wallet.hold"
    _inherit = ["salon.prepaid.hold"]
    _description = "Held Stored Value"
    _holder = "wallet_id"

    wallet_id = fields.Many2one(
        "salon.wallet", string="Stored Value", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    principal = fields.Monetary(required=True, readonly=True, default=0.0)
    bonus = fields.Monetary(required=True, readonly=True, default=0.0)

    _order_uniq = models.UniqueIndex("(order_uuid)", "Stored value is held for this order already.")
    _amount_positive = models.Constraint(
        "CHECK (principal >= 0 AND bonus >= 0 AND principal + bonus > 0)", "Hold more than 0."
    )

    @api.private
    def init(self):
        """Have the database add up what is held: who asks at the same moment conflicts and asks again."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_wallet_hold() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    UPDATE salon_wallet
                       SET principal_held = principal_held - OLD.principal, bonus_held = bonus_held - OLD.bonus
                     WHERE id = OLD.wallet_id;
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    UPDATE salon_wallet
                       SET principal_held = principal_held + NEW.principal, bonus_held = bonus_held + NEW.bonus
                     WHERE id = NEW.wallet_id;
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_wallet_hold_sum
            AFTER INSERT OR UPDATE OF wallet_id, principal, bonus OR DELETE ON salon_wallet_hold
            FOR EACH ROW EXECUTE FUNCTION salon_wallet_hold();
            """
        )
        return result
