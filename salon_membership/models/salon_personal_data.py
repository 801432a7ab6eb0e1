from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        ledger = self.env._("The ledger of points, and the number that it is kept by.")
        of_member = "membership_id.partner_id"
        return [
            Answer("salon.points.move", by=(f"lot_id.{of_member}",), keeps=("gift_key",), why=ledger),
            Answer("salon.points.debt", by=(of_member,), why=ledger),
            Answer("salon.points.hold", by=(of_member,), delete=True, keeps=("order_uuid",)),
            Answer("salon.points.lot", by=(of_member,), why=ledger),
            Answer("salon.membership", keeps=("number",), why=ledger),
            *super()._answers(),
        ]
