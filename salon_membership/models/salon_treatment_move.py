from odoo import api, fields, models


class SalonTreatmentMove(models.Model):
    """The ledger of treatment cards: one line for whatever changed one. Lines are added, never changed."""

    _name = "salon.treatment.move"
    _inherit = ["salon.prepaid.line"]
    _description = "Movement of a Treatment Card"
    _order = "id desc"
    _log_access = False
    _rec_name = "kind"

    card_id = fields.Many2one(
        "salon.treatment.card", string="Treatment Card", required=True, readonly=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(related="card_id.partner_id", string="Client")
    product_id = fields.Many2one(related="card_id.product_id", string="Card")
    kind = fields.Selection(
        [
            ("sell", "Sold"),
            ("use", "Session Used"),
            ("return", "Given Back"),
            ("refund", "Refunded"),
            ("transfer_out", "Transferred Away"),
            ("transfer_in", "Transferred Here"),
            ("upgrade", "Upgraded"),
            ("expire", "Expired"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    pos_order_line_id = fields.Many2one(
        "pos.order.line", string="Order Line", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    service_id = fields.Many2one("product.product", compute="_compute_service")
    visit_id = fields.Many2one("salon.visit", compute="_compute_service")
    sessions = fields.Integer(required=True, readonly=True, default=0)
    amount = fields.Monetary(required=True, readonly=True, default=0.0)
    sessions_balance = fields.Integer(string="Sessions After", readonly=True, aggregator=False)
    amount_balance = fields.Monetary(string="Worth After", readonly=True, aggregator=False)

    _line_once = models.UniqueIndex(
        "(pos_order_line_id, card_id, kind) WHERE pos_order_line_id IS NOT NULL",
        "This session is booked already.",
    )
    _sign = models.Constraint(
        "CHECK (sessions <> 0 AND sessions * amount >= 0"
        " AND (kind NOT IN ('sell', 'return', 'transfer_in') OR sessions > 0)"
        " AND (kind NOT IN ('use', 'refund', 'transfer_out', 'expire') OR sessions < 0))",
        "What is sold or comes back is added, what is used, refunded or ends is taken away.",
    )

    @api.private
    def init(self):
        """Have the database itself keep the ledger: cards follow its lines, and no line ever changes."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_treatment_book() RETURNS trigger AS $$
            BEGIN
                UPDATE salon_treatment_card
                   SET sessions_left = sessions_left + NEW.sessions,
                       amount_left = amount_left + NEW.amount,
                       frozen_from = CASE WHEN sessions_left + NEW.sessions = 0 THEN NULL ELSE frozen_from END,
                       state = CASE WHEN sessions_left + NEW.sessions > 0
                                    THEN CASE WHEN state IN ('closed', 'expired') THEN 'active' ELSE state END
                                    WHEN NEW.kind = 'expire' THEN 'expired' ELSE 'closed' END
                 WHERE id = NEW.card_id AND company_id = NEW.company_id
                RETURNING sessions_left, amount_left INTO NEW.sessions_balance, NEW.amount_balance;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'a movement belongs to the company of its card' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_treatment_move_book BEFORE INSERT ON salon_treatment_move
            FOR EACH ROW EXECUTE FUNCTION salon_treatment_book();
            """
        )
        self._keep_append_only()
        return result

    def _compute_service(self):
        visit_lines = (
            self.env["salon.visit.line"].sudo().search([("pos_order_line_id", "in", self.pos_order_line_id.ids)])
        )
        by_line = {line.pos_order_line_id: line.visit_id for line in visit_lines}
        for move in self:
            line = move.sudo().pos_order_line_id
            move.service_id = line.product_id if move.kind in ("use", "return") else False
            move.visit_id = by_line.get(line.refunded_orderline_id or line) if line else False

    def _say_left(self):
        """Return what these moves left on their cards, for a receipt: one entry for each card."""
        last = {move.card_id: move for move in self}
        return [
            {
                "name": card.label,
                "number": card.number,
                "used": -sum(move.sessions for move in self if move.card_id == card),
                "left": move.sessions_balance,
                "sessions": card.sessions,
            }
            for card, move in last.items()
        ]

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # The database set these.
        moves.invalidate_recordset(["sessions_balance", "amount_balance"])
        moves.card_id._forget_figures()
        return moves
