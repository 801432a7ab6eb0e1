from odoo import api, fields, models

from odoo.addons.salon_crm.tools import append_only


class SalonPointsMove(models.Model):
    """The points ledger: one line for whatever changed a lot. Lines are added, never changed."""

    _name = "salon.points.move"
    _inherit = ["salon.points.line"]
    _description = "Points Move"
    _order = "id desc"
    _log_access = False
    _rec_name = "kind"

    lot_id = fields.Many2one("salon.points.lot", required=True, readonly=True, ondelete="restrict", index=True)
    membership_id = fields.Many2one(related="lot_id.membership_id")
    partner_id = fields.Many2one(related="lot_id.membership_id.partner_id", string="Client")
    company_id = fields.Many2one(related="lot_id.company_id")
    kind = fields.Selection(
        [
            ("earn", "Earned"),
            ("reverse", "Taken Back"),
            ("spend", "Spent"),
            ("return", "Given Back"),
            ("repay", "Debt Paid"),
            ("expire", "Expired"),
            ("adjust", "Adjusted"),
        ],
        required=True,
        readonly=True,
    )
    balance = fields.Integer(readonly=True, aggregator=False, help="The member's points after this line.")

    _order_earns_once = models.UniqueIndex(
        "(pos_order_id) WHERE kind = 'earn'", "This order has earned its points already."
    )
    _order_reverses_once = models.UniqueIndex(
        "(pos_order_id, lot_id, COALESCE(origin_id, 0)) WHERE kind = 'reverse'",
        "This refund has taken back its points already.",
    )
    _order_spends_once = models.UniqueIndex(
        "(pos_order_id, lot_id) WHERE kind = 'spend'", "This order has spent its points already."
    )
    _order_returns_once = models.UniqueIndex(
        "(pos_order_id, lot_id, COALESCE(origin_id, 0)) WHERE kind = 'return'",
        "This refund has given back its points already.",
    )
    _amount_sign = models.Constraint(
        "CHECK (amount <> 0 AND (kind NOT IN ('earn', 'return') OR amount > 0)"
        " AND (kind NOT IN ('reverse', 'spend', 'repay', 'expire') OR amount < 0))",
        "Points that are earned or given back are added, points that are spent or end are taken away.",
    )

    @api.private
    def init(self):
        """Have the database itself keep the ledger: balances follow its lines, and no line ever changes."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_points_book() RETURNS trigger AS $$
            DECLARE
                member integer;
            BEGIN
                UPDATE salon_points_lot SET remaining = remaining + NEW.amount WHERE id = NEW.lot_id
                RETURNING membership_id INTO member;
                UPDATE salon_membership SET points = points + NEW.amount WHERE id = member
                RETURNING points INTO NEW.balance;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_points_move_book BEFORE INSERT ON salon_points_move
            FOR EACH ROW EXECUTE FUNCTION salon_points_book();
            """
        )
        append_only.keep(self.env.cr, self._table, "salon_points_refuse")
        return result

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.invalidate_recordset(["balance"])
        for move in moves:
            move._add(move.lot_id, "remaining")
            move._add(move.lot_id.membership_id, "points")
        return moves

    def _add(self, record, name):
        """Have what was read of a balance follow this move, as the database made it: nobody else can have changed it.

        Whoever did in the meantime had the database refuse this move.
        """
        cache, field = self.env.cache, record._fields[name]
        if cache.contains(record, field):
            cache.set(record, field, (cache.get(record, field) or 0) + self.amount)

    def _sum_up(self):
        """Return (points that these moves gave or took back, points that they spent or gave back)."""
        given = sum(move.amount for move in self if move.kind in ("earn", "reverse"))
        return given, -sum(move.amount for move in self if move.kind in ("spend", "return"))

    def _prepare_history_values(self, card):
        """Return the line of Odoo's loyalty history that shows this move."""
        order = self.pos_order_id
        return {
            "card_id": card.id,
            "description": order.name
            or self.note
            or dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "order_model": order._name if order else False,
            "order_id": order.id,
            "issued": max(self.amount, 0),
            "used": max(-self.amount, 0),
        }
