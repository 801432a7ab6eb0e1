from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class SalonTreatmentHold(models.Model):
    """Sessions that one line of an order is about to use: no other order gets them until it is paid or given up.

    A hold is no booking: it ends without a trace when the order is paid, which books what was used, or when its time
    is over. Once validation of the payment began no timer ends it any more.
    """

    _name = "salon.treatment.hold"
    _description = "Held Session"
    _order = "id desc"
    _rec_name = "order_uuid"

    order_uuid = fields.Char(string="Order's Identifier", required=True, readonly=True)
    order_line_uuid = fields.Char(string="Line's Identifier", required=True, readonly=True)
    card_id = fields.Many2one(
        "salon.treatment.card", string="Treatment Card", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="card_id.company_id")
    currency_id = fields.Many2one(related="card_id.currency_id")
    sessions = fields.Integer(required=True, readonly=True, default=1)
    amount = fields.Monetary(required=True, readonly=True, default=0.0)
    expires_at = fields.Datetime(
        string="Held Until", readonly=True, index=True, help="Empty: until the till says how the payment ended."
    )

    _line_uniq = models.UniqueIndex("(order_uuid, order_line_uuid)", "A session is held for this line already.")
    _positive = models.Constraint("CHECK (sessions > 0 AND amount >= 0)", "Hold one session at least.")

    @api.private
    def init(self):
        """Have the database add up what is held: who asks at the same moment conflicts and asks again."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_treatment_hold() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    UPDATE salon_treatment_card
                       SET sessions_held = sessions_held - OLD.sessions, amount_held = amount_held - OLD.amount
                     WHERE id = OLD.card_id;
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    UPDATE salon_treatment_card
                       SET sessions_held = sessions_held + NEW.sessions, amount_held = amount_held + NEW.amount
                     WHERE id = NEW.card_id;
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_treatment_hold_sum
            AFTER INSERT OR UPDATE OF card_id, sessions, amount OR DELETE ON salon_treatment_hold
            FOR EACH ROW EXECUTE FUNCTION salon_treatment_hold();
            """
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds.card_id._forget_figures()
        return holds

    def write(self, vals):
        cards = self.card_id
        result = super().write(vals)
        self.env.flush_all()
        (cards | self.card_id)._forget_figures()
        return result

    def unlink(self):
        """End these holds. Core's way has the server read all that it knows of an order once more, and nothing refers
        to a hold."""
        if self:
            self.check_access("unlink")
            query = SQL("DELETE FROM salon_treatment_hold WHERE id IN %s RETURNING card_id", tuple(self.ids))
            cards = self.env["salon.treatment.card"].browse({row[0] for row in self.env.execute_query(query)})
            self.invalidate_recordset(flush=False)
            cards.invalidate_recordset(["hold_ids"], flush=False)
            cards._forget_figures()
        return True

    @api.model
    def _release(self, order_uuids, company=None, line_uuids=None):
        """Let go of what is held for these orders, or for these lines of them alone."""
        domain = [("order_uuid", "in", order_uuids)]
        if company:
            domain.append(("card_id.company_id", "=", company.id))
        if line_uuids is not None:
            domain.append(("order_line_uuid", "in", line_uuids))
        self.search(domain).unlink()

    def action_release(self):
        """Let go of what a till holds that will never come back, on a manager's word."""
        self.check_access("read")
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Ask a manager to do this."))
        for hold in self.sudo():
            hold.card_id.message_post(
                body=self.env._("%s let go of what an order held.", self.env.user.name),
                author_id=self.env.user.partner_id.id,
            )
        self.sudo().unlink()

    @api.autovacuum
    def _gc_holds(self):
        """Remove the holds whose time is over: who asks for a session counts them no more in any case."""
        done = self.search([("expires_at", "<=", fields.Datetime.now())], limit=10000, order="id")
        done.unlink()
        return len(done), len(done) == 10000
