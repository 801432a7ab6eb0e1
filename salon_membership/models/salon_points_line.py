from odoo import fields, models


class SalonPointsLine(models.AbstractModel):
    """A line of the points' books: how many, when and by which order. Lines are added, never changed."""

    _name = "salon.points.line"
    _inherit = ["salon.signed.line"]
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
