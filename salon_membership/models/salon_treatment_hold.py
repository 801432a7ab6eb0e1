from odoo import api, fields, models


class SalonTreatmentHold(models.Model):
    """Sessions that one line of an order is about to use."""

    _name = "salon.treatment.hold"
    _inherit = ["salon.prepaid.hold"]
    _description = "Held Session"
    _holder = "card_id"

    order_line_uuid = fields.Char(string="Line's Identifier", required=True, readonly=True)
    card_id = fields.Many2one(
        "salon.treatment.card", string="Treatment Card", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="card_id.company_id")
    currency_id = fields.Many2one(related="card_id.currency_id")
    sessions = fields.Integer(required=True, readonly=True, default=1)
    amount = fields.Monetary(required=True, readonly=True, default=0.0)

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

    @api.model
    def _release(self, order_uuids, company=None, line_uuids=None):
        """Let go of what is held for these orders, or for these lines of them alone."""
        domain = self._release_domain(order_uuids, company)
        if line_uuids is not None:
            domain.append(("order_line_uuid", "in", line_uuids))
        self.search(domain).unlink()
