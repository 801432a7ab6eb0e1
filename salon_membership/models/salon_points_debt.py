from odoo import api, fields, models

from odoo.addons.salon_crm.tools import append_only


class SalonPointsDebt(models.Model):
    """Points that a member owes: one line for whatever made or paid a debt. Lines are added, never changed.

    A balance of points never goes below zero (invariant 7); what is missing is written here, and the next points
    pay it.
    """

    _name = "salon.points.debt"
    _inherit = ["salon.points.line"]
    _description = "Points Debt"
    _order = "id desc"
    _log_access = False
    _rec_name = "kind"

    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="membership_id.partner_id", string="Client")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("refund", "Spent Before the Refund"),
            ("shortfall", "Missing at the Sale"),
            ("repay", "Paid by Points"),
            ("waive", "Waived"),
        ],
        required=True,
        readonly=True,
    )
    balance = fields.Integer(readonly=True, aggregator=False, help="What the member owed after this line.")
    merged = fields.Boolean(readonly=True, help="Booked for another membership of the same client.")

    _once = models.UniqueIndex(
        "(pos_order_id, membership_id, kind, COALESCE(origin_id, 0)) WHERE kind <> 'waive' AND merged IS NOT TRUE",
        "This order's points debt is booked already.",
    )
    _amount_sign = models.Constraint(
        "CHECK (amount <> 0 AND (amount > 0) = (kind IN ('refund', 'shortfall')))",
        "A debt is added, what pays it is taken away.",
    )

    @api.private
    def init(self):
        """Have the database itself keep what each member owes, and refuse every change of a line."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_points_owe() RETURNS trigger AS $$
            BEGIN
                UPDATE salon_membership SET points_debt = points_debt + NEW.amount WHERE id = NEW.membership_id
                RETURNING points_debt INTO NEW.balance;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_points_debt_book BEFORE INSERT ON salon_points_debt
            FOR EACH ROW EXECUTE FUNCTION salon_points_owe();
            """
        )
        append_only.keep(self.env.cr, self._table, "salon_points_refuse")
        return result

    @api.model_create_multi
    def create(self, vals_list):
        debts = super().create(vals_list)
        # The database set these.
        debts.invalidate_recordset(["balance"])
        debts.membership_id.invalidate_recordset(["points_debt"], flush=False)
        return debts

    @api.model
    def _book(self, membership, amount, kind, order=None, note=None, origin=None):
        """Write one line of what `membership` owes."""
        values = {
            "membership_id": membership.id,
            "company_id": membership.company_id.id,
            "amount": amount,
            "kind": kind,
            "note": note,
        }
        if order:
            values.update(pos_order_id=order.id, date=order.date_order, origin_id=origin and origin.id)
        return self.create(values)
