from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class SalonWalletHold(models.Model):
    """Stored value that one order is about to use: no other order gets it until it is paid, changed or given up.

    A hold is no booking: it ends without a trace when the order is paid, which books what was used, or when its time
    is over. Once validation of the payment began no timer ends it any more: the till may have taken the rest in cash.
    What is held on a card is kept by the database.
    """

    _name = "salon.wallet.hold"
    _description = "Held Stored Value"
    _order = "id desc"
    _rec_name = "order_uuid"

    order_uuid = fields.Char(string="Order's Identifier", required=True, readonly=True)
    wallet_id = fields.Many2one(
        "salon.wallet", string="Stored Value", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    principal = fields.Monetary(required=True, readonly=True, default=0.0)
    bonus = fields.Monetary(required=True, readonly=True, default=0.0)
    expires_at = fields.Datetime(
        string="Held Until", readonly=True, index=True, help="Empty: until the till says how the payment ended."
    )

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

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds.wallet_id._forget_held()
        return holds

    def write(self, vals):
        wallets = self.wallet_id
        result = super().write(vals)
        self.env.flush_all()
        (wallets | self.wallet_id)._forget_held()
        return result

    def unlink(self):
        """End these holds. Core's way has the server read all that it knows of an order once more, and nothing refers
        to a hold."""
        if self:
            self.check_access("unlink")
            query = SQL("DELETE FROM salon_wallet_hold WHERE id IN %s RETURNING wallet_id", tuple(self.ids))
            wallets = self.env["salon.wallet"].browse({row[0] for row in self.env.execute_query(query)})
            self.invalidate_recordset(flush=False)
            wallets.invalidate_recordset(["hold_ids"], flush=False)
            wallets._forget_held()
        return True

    @api.model
    def _release(self, order_uuids, company=None):
        """Let go of what is held for these orders: where a till says so, of its own company's alone."""
        domain = [("wallet_id.company_id", "=", company.id)] if company else []
        self.search([("order_uuid", "in", order_uuids), *domain]).unlink()

    def action_release(self):
        """Let go of what a till holds that will never come back, on a manager's word."""
        self.check_access("read")
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Ask a manager to do this."))
        for hold in self.sudo():
            hold.wallet_id.message_post(
                body=self.env._("%s let go of what an order held.", self.env.user.name),
                author_id=self.env.user.partner_id.id,
            )
        self.sudo().unlink()

    @api.autovacuum
    def _gc_holds(self):
        """Remove the holds whose time is over: who asks for stored value counts them no more in any case."""
        done = self.search([("expires_at", "<=", fields.Datetime.now())], limit=10000, order="id")
        done.unlink()
        return len(done), len(done) == 10000
