from odoo import fields, models

PURPOSES = [("care", "Care after a visit"), ("marketing", "Offers and news")]
CHANNELS = [("call", "Call"), ("sms", "SMS"), ("email", "Email"), ("wechat", "WeChat"), ("post", "Post")]


class SalonContactChoice(models.Model):
    """That a client agreed to be contacted, or objected: for what, on which channel, when and by which way.

    Lines are added, never changed; the last one of a purpose and channel holds. The client file shows what holds.
    """

    _name = "salon.contact.choice"
    _inherit = ["salon.kept.line"]
    _description = "Contact Choice"
    _order = "id desc"
    _log_access = False
    _rec_name = "purpose"

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    purpose = fields.Selection(PURPOSES, string="For", required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    agreed = fields.Boolean(readonly=True, help="The client agreed; else they objected.")
    way = fields.Selection(
        [
            ("salon", "In the Salon"),
            ("link", "By Link"),
            ("portal", "On Their Own Page"),
            ("import", "By Import"),
        ],
        required=True,
        readonly=True,
        default="salon",
    )
