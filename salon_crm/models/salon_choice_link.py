from odoo import api, fields, models

from ..tools.token import is_token

PATH = "/salon/choices/"
MARK = f"{PATH}client-"  # with the id of the file, what stands for a client's link until the mail goes


class SalonChoiceLink(models.Model):
    """The link by which a client says, without a password, what they do not want to be contacted for any more.

    It never ends: the mail that it stands in may be opened years later. Of clients that were merged all links stay.
    """

    _name = "salon.choice.link"
    _description = "Link to a Client's Contact Choices"
    _log_access = False
    _rec_name = "file_id"

    file_id = fields.Many2one("salon.client.file", required=True, readonly=True, ondelete="cascade", index=True)
    token = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)

    _token_idx = models.UniqueIndex("(token)")

    @api.model
    def _by_token(self, token):
        """Return the link (as superuser) that a stranger's token names; none where it is wrong."""
        links = self.sudo()
        return links.search([("token", "=", token)], limit=1) if is_token(token) else links.browse()
