from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.salon_crm.tools import append_only
from odoo.addons.salon_crm.tools.frame import local_day


class SalonPrepaidLine(models.AbstractModel):
    """A line of the books of prepaid money: when, by which order or payment, and by whom. Lines are added, never
    changed (invariant 5).

    There is no client on a line: merging and erasing clients need not touch it.
    """

    _name = "salon.prepaid.line"
    _inherit = ["salon.signed.line"]
    _description = "Line of the Books of Prepaid Money"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    day = fields.Date(
        required=True,
        readonly=True,
        help="The day in the books: that of the entry, or of the order on the salon's clock.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    session_id = fields.Many2one(
        "pos.session",
        string="Till Session",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The session that posts this.",
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

    _day_idx = models.Index("(company_id, day)")
    _office_idx = models.Index("(company_id, day) WHERE session_id IS NULL")

    @api.model_create_multi
    def create(self, vals_list):
        self._note_day_and_session(vals_list)
        return super().create(vals_list)

    @api.model
    def _note_day_and_session(self, vals_list):
        """Note under which day and by which session the books have what these lines are.

        Kept on the line, which never changes: the reports over millions of lines need no other table.
        """
        zones = {}
        for vals in vals_list:
            company = self.env["res.company"].browse(vals["company_id"])
            order = self.env["pos.order"].sudo().browse(vals.get("pos_order_id") or ())
            payment = self.env["account.payment"].sudo().browse(vals.get("account_payment_id") or ())
            entry = self.env["account.move"].sudo().browse(vals.get("account_move_id") or ())
            vals["session_id"] = order.session_id.id
            if booked := payment.move_id.date or payment.date or entry.date:
                vals["day"] = booked
                continue
            if company not in zones:
                zones[company] = company._salon_timezone()
            at = fields.Datetime.to_datetime(vals.get("date")) or fields.Datetime.now()
            vals["day"] = local_day(zones[company], at)

    @api.model
    @api.private
    def _keep_append_only(self):
        """Have the database itself refuse every change of a line; for `init` of who inherits this."""
        self._make_refusal()
        self._fill_days()
        append_only.keep(self.env.cr, self._table, "salon_prepaid_refuse")

    @api.model
    @api.private
    def _fill_days(self):
        """Note the day and the session of lines from before there were such columns."""
        cr, lines = self.env.cr, SQL.identifier(self._table)
        cr.execute(SQL("SELECT company_id FROM %s WHERE day IS NULL GROUP BY company_id", lines))
        for company in self.env["res.company"].browse(row[0] for row in cr.fetchall()):
            cr.execute("SELECT set_config('salon.unlock', 'on', true)")
            cr.execute(
                SQL(
                    """
                    UPDATE %(lines)s line
                       SET session_id = (SELECT session_id FROM pos_order WHERE id = line.pos_order_id),
                           day = COALESCE(
                               (SELECT date FROM account_payment WHERE id = line.account_payment_id),
                               (SELECT date FROM account_move WHERE id = line.account_move_id),
                               timezone(%(zone)s, timezone('UTC', line.date))::date)
                     WHERE company_id = %(company)s AND day IS NULL
                    """,
                    lines=lines,
                    zone=str(company._salon_timezone()),
                    company=company.id,
                )
            )
            cr.execute("SELECT set_config('salon.unlock', 'off', true)")

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
