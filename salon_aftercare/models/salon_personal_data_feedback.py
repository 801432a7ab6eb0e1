from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        figures = self.env._("How content a client was with a visit, without a word of theirs: for the figures.")
        said = ("date", "asked_at", "answered_at", "way", "rating", "reception", "advice", "skill", "surroundings",
                "price", "nps", "comment")  # fmt: skip
        return [Answer("salon.feedback", why=figures, export=said), *super()._answers()]

    def _sent_to(self, partners, carrier):
        asked = self.env["salon.feedback"].sudo()
        asked = asked.search([("partner_id", "in", partners.ids), (carrier, "!=", False)])
        return super()._sent_to(partners, carrier) | asked[carrier]
