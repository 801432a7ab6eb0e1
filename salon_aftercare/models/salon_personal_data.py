from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        figures = self.env._("That a client was contacted, when and by whom, and the stars they gave: for the figures.")
        return [Answer("salon.followup", values={"reason": self.env._("Erased")}, why=figures), *super()._answers()]
