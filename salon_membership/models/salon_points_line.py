from odoo import fields, models


class SalonPointsLine(models.AbstractModel):
    """A line of the points' books: how many, when, by which order and by whom. Lines are added, never changed.

    Who inherits this also says `_log_access = False`: with core's own columns, deleting a user would change the rows.
    """

    _name = "salon.points.line"
    _description = "Line of the Points Ledger"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    amount = fields.Integer(string="Points", required=True, readonly=True)
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    origin_id = fields.Many2one(
        "pos.order",
        string="Sale",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The sale that a refund takes this back from.",
    )
    note = fields.Char(readonly=True)
    created_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(
        string="Created by User ID", required=True, readonly=True, default=lambda self: self.env.uid
    )
