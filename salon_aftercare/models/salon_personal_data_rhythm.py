from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        return [
            Answer("salon.client.rhythm", delete=True),
            Answer("salon.client.rhythm.category", delete=True),
            *super()._answers(),
        ]
