from dataclasses import replace

from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        figures = self.env._("That a client was contacted, when and by whom, and the stars they gave: for the figures.")
        answers = [
            replace(answer, values={**answer.values, "grade": False}) if answer.model == "salon.client.file" else answer
            for answer in super()._answers()
        ]
        return [Answer("salon.followup", values={"reason": self.env._("Erased")}, why=figures), *answers]
