from odoo import fields, models


class SalonCancelReason(models.Model):
    """Why a booking was cancelled, and by whom: the client's late cancellations are counted, the salon's are not."""

    _name = "salon.cancel.reason"
    _description = "Cancellation Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    by_client = fields.Boolean(string="By the Client", default=True)
    active = fields.Boolean(default=True)
