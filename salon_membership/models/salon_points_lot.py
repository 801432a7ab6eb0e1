from odoo import api, fields, models

from odoo.addons.salon_crm.tools import append_only


class SalonPointsLot(models.Model):
    """Points that were earned together: used and ended together, the oldest first.

    `remaining` is kept by the database from the moves, and by nobody else.
    """

    _name = "salon.points.lot"
    _description = "Points Lot"
    _order = "earned_at, id"
    _log_access = False  # core would change the row when its user is deleted
    _used_first = "expires_on NULLS LAST, earned_at, id"

    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    earned_at = fields.Datetime(string="Earned", required=True, readonly=True)
    expires_on = fields.Date(
        string="Ends On", readonly=True, help="The last day on which these points can be used. Empty: they never end."
    )
    remaining = fields.Integer(readonly=True)
    move_ids = fields.One2many("salon.points.move", "lot_id", string="Moves", readonly=True)
    created_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(
        string="Created by User ID", required=True, readonly=True, default=lambda self: self.env.uid
    )

    _remaining_positive = models.Constraint("CHECK (remaining >= 0)", "There are not that many points left.")

    @api.private
    def init(self):
        """Have the database itself keep the balances and refuse every other change (invariants 5 and 7)."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_points_refuse() RETURNS trigger AS $$
            BEGIN
                -- Retention, erasure and merging lift this for their own transaction, by their own procedures.
                -- A balance changes from within the trigger of its moves.
                IF current_setting('salon.unlock', true) = 'on'
                   OR (TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'salon_points_move' AND pg_trigger_depth() > 1) THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE FUNCTION salon_points_from_zero() RETURNS trigger AS $$
            BEGIN
                IF TG_TABLE_NAME = 'salon_points_lot' THEN
                    NEW.remaining := 0;
                ELSE
                    NEW.points := 0;
                    NEW.points_held := 0;
                    NEW.points_debt := 0;
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_points_lot_from_zero BEFORE INSERT ON salon_points_lot
            FOR EACH ROW EXECUTE FUNCTION salon_points_from_zero();

            CREATE OR REPLACE TRIGGER salon_membership_from_zero BEFORE INSERT ON salon_membership
            FOR EACH ROW EXECUTE FUNCTION salon_points_from_zero();
            CREATE OR REPLACE TRIGGER salon_membership_refuse_points BEFORE UPDATE ON salon_membership
            FOR EACH ROW WHEN (
                (NEW.points, NEW.points_held, NEW.points_debt)
                IS DISTINCT FROM (OLD.points, OLD.points_held, OLD.points_debt)
            ) EXECUTE FUNCTION salon_points_refuse();
            """
        )
        append_only.keep(self.env.cr, self._table, "salon_points_refuse")
        return result

    @api.depends("membership_id", "earned_at")
    def _compute_display_name(self):
        for lot in self:
            day = fields.Datetime.context_timestamp(self, lot.earned_at).date() if lot.earned_at else ""
            lot.display_name = f"{lot.membership_id.number} · {day}"

    def _book(self, amount, kind, order=None, note=None, origin=None):
        """Write one move of this lot into the ledger; lot and membership follow by themselves."""
        self.ensure_one()
        return self.env["salon.points.move"].sudo().create(self._prepare_move_values(amount, kind, order, note, origin))

    def _prepare_move_values(self, amount, kind, order=None, note=None, origin=None):
        values = {"lot_id": self.id, "amount": amount, "kind": kind, "note": note}
        if order:
            values.update(pos_order_id=order.id, date=order.date_order, origin_id=origin and origin.id)
        return values
