from urllib.parse import urljoin

from odoo import models

from ..tools.token import new_token
from .salon_choice_link import MARK, PATH


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    def _choice_path(self):
        """Return the path of the page on which this client chooses what they are contacted for."""
        self.ensure_one()
        links = self.env["salon.choice.link"].sudo()
        link = links.search([("file_id", "=", self.id)], order="id", limit=1)
        return PATH + (link or links.create({"file_id": self.id, "token": new_token()})).token

    def _choice_link(self, company):
        """Return the address of that page, for the client alone.

        :param company: the salon that writes
        """
        return urljoin(company.get_base_url(), self._choice_path())

    def _choice_mark(self, company):
        """Return what stands for the link in a mail that the team can read, until the mail goes."""
        self.ensure_one()
        return urljoin(company.get_base_url(), f"{MARK}{self.id}")

    def _choice_rows(self):
        """Return [(purpose, channel, agreed)] of what this client may change by their link.

        That is what they agreed to, and what they refused by it: who finds the link in a mail that was passed on can
        take something back, and agree to nothing new.
        """
        self.ensure_one()
        choices, refusals = self.env["salon.contact.choice"].sudo(), self.env["salon.client.file"].sudo()
        rows = []
        for purpose in ("marketing", "care"):
            for channel, _name in choices._fields["channel"].selection:
                refused = refusals._find_refusals(self.partner_id, purpose, channel)
                domain = [("file_id", "=", self.id), ("purpose", "=", purpose), ("channel", "=", channel)]
                last = refused and choices.search(domain, limit=1)
                if not refused or (last.way == "link" and not last.agreed):
                    rows.append((purpose, channel, not refused))
        return rows
