from odoo import fields, models


class SalonDealStatementLine(models.Model):
    """A row of a platform's statement, as the platform says it, and how it differs from what is known here."""

    _name = "salon.deal.statement.line"
    _description = "Row of a Platform's Statement"
    _order = "statement_id desc, row, id"
    _rec_name = "code"
    _log_access = False  # thousands at once; the statement says who read them and when

    statement_id = fields.Many2one("salon.deal.statement", required=True, readonly=True, ondelete="cascade", index=True)
    platform_id = fields.Many2one("salon.deal.platform", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    row = fields.Integer(readonly=True, aggregator=False)
    key = fields.Char(required=True, readonly=True)
    code = fields.Char(string="Voucher Code", required=True, readonly=True)
    day = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True, help="What the platform says it settles, before its fee.")
    fee = fields.Monetary(readonly=True)
    net = fields.Monetary(string="Payout", readonly=True)
    voucher_id = fields.Many2one(
        "salon.deal.voucher", string="Redeemed Here", readonly=True, ondelete="set null", index="btree_not_null"
    )
    voucher_amount = fields.Monetary(related="voucher_id.amount", string="Expected")
    voucher_fee = fields.Monetary(related="voucher_id.fee", string="Expected Fee")
    redeemed_at = fields.Datetime(related="voucher_id.redeemed_at")
    issue = fields.Selection(
        [
            ("unknown", "Not redeemed here"),
            ("amount", "Another amount"),
            ("fee", "Another fee"),
            ("twice", "On a statement twice"),
            ("given_back", "Given back here"),
            ("back", "Taken back by the platform"),
        ],
        string="What Differs",
        readonly=True,
        index="btree_not_null",
    )
    gap = fields.Monetary(
        string="Differs By", readonly=True, help="What the platform pays out more than expected, below 0: less."
    )
    was_settled = fields.Boolean(readonly=True, help="The voucher was settled before this row took it back.")

    _once = models.UniqueIndex("(statement_id, key)", "This row is here already.")
    _by_code = models.Index("(platform_id, code)")
