from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer

SHOWN = ("visits", "first_visit", "last_visit", "interval_days", "next_due", "state", "state_since")


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        return [
            Answer("salon.client.rhythm", delete=True, export=SHOWN),
            Answer("salon.lost.answer", delete=True, export=("reason_id", "note", "asked_on")),
            Answer("salon.care.plan.home", by=("plan_id.partner_id",), delete=True, export=("name", "often", "how")),
            Answer("salon.care.plan.line", delete=True, export=("due_on", "state", "done_on")),
            Answer(
                "salon.care.plan",
                delete=True,
                export=("name", "goal", "product_ids", "start_date", "visit_count", "interval_days", "state"),
            ),
            *super()._answers(),
        ]
