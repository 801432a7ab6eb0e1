from odoo import api, models
from odoo.tools import format_date


class SalonTreatmentCard(models.Model):
    """What a client sees of their cards on their own page."""

    _inherit = "salon.treatment.card"

    @api.model
    @api.private
    def _of_client(self, partner):
        """Return the cards on which a client has sessions left, as superuser: their own, and those shared with them."""
        cards = self.sudo()
        if not partner:
            return cards.browse()
        domain = [
            ("sessions_left", ">", 0),
            "|", ("partner_id", "=", partner.id), ("holder_ids", "in", partner.ids),
        ]  # fmt: skip
        return cards.search(domain, order="expires_on, sold_on, id", limit=50)

    @api.private
    def _portal_terms(self):
        """Return in a few words until when this card can be used; "" where nothing limits it."""
        self.ensure_one()
        if self.state == "frozen":
            return self.env._("Frozen since %s", format_date(self.env, self.frozen_from))
        if self.state == "blocked":
            return self.env._("Blocked: ask us")
        if not self.expires_on:
            return ""
        day = format_date(self.env, self.expires_on)
        return self.env._("Ended on %s", day) if self.is_over else self.env._("until %s", day)
