from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Taken(NamedTuple):
    """What was held for an order until it was paid."""

    member_id: int
    points: int
    held_at: datetime


class SalonPointsHold(models.Model):
    """Points that one order is about to spend: no other order gets them until it is paid, changed or given up.

    A hold is no booking: it ends without a trace when the order is paid, which books what was spent, or when its
    time is over. `points_held` of the membership is kept by the database.
    """

    _name = "salon.points.hold"
    _description = "Held Points"
    _order = "id desc"
    _rec_name = "order_uuid"

    order_uuid = fields.Char(string="Order's Identifier", required=True, readonly=True)
    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="membership_id.company_id")
    points = fields.Integer(required=True, readonly=True)
    expires_at = fields.Datetime(string="Held Until", required=True, readonly=True, index=True)

    _order_uniq = models.UniqueIndex("(order_uuid)", "Points are held for this order already.")
    _points_positive = models.Constraint("CHECK (points > 0)", "Hold at least 1 point.")

    @api.private
    def init(self):
        """Have the database add up what is held: who asks at the same moment conflicts and asks again."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_points_hold() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    UPDATE salon_membership SET points_held = points_held - OLD.points WHERE id = OLD.membership_id;
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    UPDATE salon_membership SET points_held = points_held + NEW.points WHERE id = NEW.membership_id;
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_points_hold_sum AFTER INSERT OR UPDATE OR DELETE ON salon_points_hold
            FOR EACH ROW EXECUTE FUNCTION salon_points_hold();
            """
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds.membership_id.invalidate_recordset(["points_held"], flush=False)
        return holds

    def write(self, vals):
        memberships = self.membership_id
        result = super().write(vals)
        self.env.flush_all()
        (memberships | self.membership_id).invalidate_recordset(["points_held"], flush=False)
        return result

    def unlink(self):
        memberships = self.membership_id
        result = super().unlink()
        memberships.invalidate_recordset(["points_held"], flush=False)
        return result

    @api.model
    def _take(self, order):
        """End what is held for an order that is being paid; return what was, as `Taken`, None where nothing was.

        Not by `unlink`, which has the server read all that it knows of the order once more.
        """
        if not order._salon_known().has_hold:
            return None
        query = SQL(
            "DELETE FROM salon_points_hold WHERE order_uuid = %s RETURNING membership_id, points, write_date",
            order.uuid,
        )
        rows = self.env.execute_query(query)
        self.invalidate_model(flush=False)
        for member_id, _points, _held_at in rows:
            member = self.env["salon.membership"].browse(member_id)
            member.invalidate_recordset(["points_held", "hold_ids"], flush=False)
        return Taken(*rows[0]) if rows else None

    @api.model
    def _release(self, order_uuids, company=None):
        """Let go of what is held for these orders: where a till says so, of its own company's alone."""
        domain = [("membership_id.company_id", "=", company.id)] if company else []
        self.search([("order_uuid", "in", order_uuids), *domain]).unlink()

    @api.autovacuum
    def _gc_holds(self):
        """Remove the holds whose time is over: who asks for points counts them no more in any case."""
        done = self.search([("expires_at", "<=", fields.Datetime.now())], limit=10000, order="id")
        done.unlink()
        return len(done), len(done) == 10000
