from odoo import api, fields, models


class SalonMembership(models.Model):
    """What staff can offer a member today: the benefits of the tier, and what is due for the birthday."""

    _inherit = "salon.membership"

    benefit_ids = fields.One2many(related="tier_id.benefit_ids", string="Benefits")
    given_ids = fields.One2many("salon.birthday.given", "membership_id", string="Birthday Benefits", readonly=True)
    till_offers = fields.Json(
        compute="_compute_till_offers", compute_sudo=True, help="What the till shows as what to offer today."
    )
    offers = fields.Char(string="To Offer Today", compute="_compute_offers")

    @api.depends("tier_id", "state")
    @api.depends_context("lang")
    def _compute_till_offers(self):
        gifts = self.env["salon.birthday.gift"].with_context(lang=self.env.lang)
        for membership in self:
            active = membership.state == "active"
            benefits = membership.tier_id.benefit_ids.filtered("at_till") if active else membership.benefit_ids.browse()
            membership.till_offers = {
                "benefits": benefits.mapped("name"),
                "gifts": [{"id": gift.id, "name": gift.name} for gift, _year in gifts._due_for(membership)],
            }

    @api.depends("till_offers")
    def _compute_offers(self):
        for membership in self:
            found = membership.till_offers or {}
            names = [gift["name"] for gift in found.get("gifts", ())] + found.get("benefits", [])
            membership.offers = " · ".join(names)
