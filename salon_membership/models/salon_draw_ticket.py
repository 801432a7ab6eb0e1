from odoo import fields, models


class SalonDrawTicket(models.Model):
    """The seed that is kept for a client before they draw: its digest is shown, the seed itself to nobody."""

    _name = "salon.draw.ticket"
    _description = "Ticket of a Prize Draw"
    _rec_name = "digest"
    _log_access = False

    draw_id = fields.Many2one("salon.draw", required=True, readonly=True, ondelete="cascade")
    file_id = fields.Many2one("salon.client.file", required=True, readonly=True, ondelete="restrict", index=True)
    seed = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    digest = fields.Char(required=True, readonly=True)
    created_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _once = models.UniqueIndex("(draw_id, file_id)", "This client has a ticket already.")
