from odoo import fields, models


class SalonSignedLine(models.AbstractModel):
    """A line of books: when it was written, and by whom.

    The user is kept by number, so that deleting one changes no line; who inherits this also says
    `_log_access = False`: with core's own columns, deleting a user would change the rows.
    """

    _name = "salon.signed.line"
    _description = "Line of Books, with Who Wrote It"

    created_at = fields.Datetime(string="Booked On", required=True, readonly=True, default=fields.Datetime.now)
    created_by = fields.Integer(
        string="Created by User ID", required=True, readonly=True, aggregator=False, default=lambda self: self.env.uid
    )
    created_by_name = fields.Char(string="Booked by", compute="_compute_created_by_name")

    def _compute_created_by_name(self):
        users = self.env["res.users"].sudo().browse(set(self.mapped("created_by"))).exists()
        names = {user.id: user.name for user in users}
        for line in self:
            line.created_by_name = names.get(line.created_by, self.env._("Deleted user"))
