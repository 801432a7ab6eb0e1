from odoo import fields, models


class SalonClientRhythmRun(models.Model):
    """How far tonight's computation of the rhythms of one salon has come, so that it goes on where it was stopped."""

    _name = "salon.client.rhythm.run"
    _description = "Computation of Rhythms"
    _rec_name = "day"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True, help="The states are those of this day.")
    last_id = fields.Integer(required=True, help="Clients up to this one are done.")
    services = fields.Char(help="Kinds of the services, and the salon's time zone, at the computation.")
    settings = fields.Char(help="The settings of the computation.")
    norms = fields.Char(help="The salon's own rhythm at the computation.")
    scope = fields.Selection(
        [
            ("changed", "Clients with a change"),
            ("norms", "And those who depend on the salon's own rhythm"),
            ("all", "All clients"),
        ],
        string="Computed",
        required=True,
        default="all",
        help="What is another than the last time asks for more.",
    )
    done_at = fields.Datetime(help="When the last client was done.")

    _company_uniq = models.Constraint("UNIQUE (company_id)", "One computation at a time.")
