from odoo import fields, models


class SalonMergedClient(models.Model):
    """Which client a partner became who was merged and is there no more.

    A till that is open goes on with the clients that it has loaded: what it sells to one of those who went is the
    sale of who stayed.
    """

    _name = "salon.merged.client"
    _inherit = ["salon.cached"]  # each paid order asks whether there is any
    _description = "Merged Client"
    _log_access = False

    gone_id = fields.Integer(string="ID of Who Went", required=True, readonly=True, aggregator=False)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True, ondelete="set null", index=True)

    _gone_uniq = models.UniqueIndex("(gone_id)", "This one was merged already.")
