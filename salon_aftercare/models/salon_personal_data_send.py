from odoo import models


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _sent_to(self, partners, carrier):
        followups = self.env["salon.followup"].sudo()
        sent = followups.search([("partner_id", "in", partners.ids), (carrier, "!=", False)])
        return super()._sent_to(partners, carrier) | sent[carrier]
