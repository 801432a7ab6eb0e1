from odoo import fields, models


class SalonDealImportColumn(models.TransientModel):
    """What a column of the file means."""

    _name = "salon.deal.import.column"
    _description = "Column of a Platform's Statement"
    _order = "place"

    import_id = fields.Many2one("salon.deal.import", required=True, ondelete="cascade")
    place = fields.Integer()
    header = fields.Char(string="Column", readonly=True)
    sample = fields.Char(string="First Row", readonly=True)
    role = fields.Selection(
        [
            ("code", "Code of the voucher"),
            ("amount", "Settled before the fee"),
            ("fee", "Fee"),
            ("net", "Paid out"),
            ("date", "Redeemed on"),
        ],
        string="Is",
    )
