from odoo import fields, models


class SalonClientEvent(models.Model):
    """What happens in a client's life, as far as it matters at the chair: a wedding in May, a new job."""

    _name = "salon.client.event"
    _description = "Event in a Client's Life"
    _order = "date desc, id desc"

    file_id = fields.Many2one("salon.client.file", required=True, ondelete="cascade", index=True)
    date = fields.Date(help="Empty where nobody knows the day.")
    name = fields.Char(string="Life Event", required=True)
