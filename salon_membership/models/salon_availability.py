from datetime import timedelta

from odoo import api, models


class SalonAvailability(models.AbstractModel):
    """Members whose tier says so book further ahead than others."""

    _inherit = "salon.availability"

    @api.model
    def _get_rules(self, company, channel, client=None):
        rules = super()._get_rules(company, channel, client)
        days = self._salon_days_more(company, client) if rules.online else 0
        return rules._replace(latest=rules.latest + timedelta(days=days)) if days else rules

    @api.model
    def _salon_days_more(self, company, client):
        """Return how many days further ahead than others a client can book online."""
        if not client:
            return 0
        member = self.env["salon.membership"].sudo()._get_active(client, company)
        early = member.tier_id.benefit_ids.filtered(lambda benefit: benefit.kind == "early")
        return int(max(early.mapped("value"), default=0))
