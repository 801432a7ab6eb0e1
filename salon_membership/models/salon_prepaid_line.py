from odoo import api, fields, models

from odoo.addons.salon_crm.tools import append_only


class SalonPrepaidLine(models.AbstractModel):
    """A line of the books of prepaid money: when, by which order or payment, and by whom. Lines are added, never
    changed (invariant 5).

    Who inherits this also says `_log_access = False`: with core's own columns, deleting a user would change the rows.
    There is no client on a line: merging and erasing clients need not touch it.
    """

    _name = "salon.prepaid.line"
    _description = "Line of the Books of Prepaid Money"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    origin_id = fields.Many2one(
        "pos.order",
        string="Sale",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The sale that a refund gives this back for.",
    )
    account_payment_id = fields.Many2one(
        "account.payment", string="Payment", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    account_move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    note = fields.Char(readonly=True)
    created_at = fields.Datetime(string="Booked On", required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(
        string="Created by User ID", required=True, readonly=True, aggregator=False, default=lambda self: self.env.uid
    )
    created_by_name = fields.Char(string="Booked by", compute="_compute_created_by_name")

    def _compute_created_by_name(self):
        users = self.env["res.users"].sudo().browse(set(self.mapped("created_by"))).exists()
        names = {user.id: user.name for user in users}
        for line in self:
            line.created_by_name = names.get(line.created_by, self.env._("Deleted user"))

    @api.model
    @api.private
    def _keep_append_only(self):
        """Have the database itself refuse every change of a line; for `init` of who inherits this."""
        self._make_refusal()
        append_only.keep(self.env.cr, self._table, "salon_prepaid_refuse")

    @api.model
    @api.private
    def _make_refusal(self):
        """Make the function that refuses. What is left of a lot or on a card changes from within the triggers of the
        lines alone."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_prepaid_refuse() RETURNS trigger AS $$
            BEGIN
                -- Retention and erasure lift this for their own transaction, by their own procedures.
                IF current_setting('salon.unlock', true) = 'on'
                   OR (TG_OP = 'UPDATE' AND TG_TABLE_NAME NOT LIKE '%\\_move' AND pg_trigger_depth() > 1) THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql
            """
        )
