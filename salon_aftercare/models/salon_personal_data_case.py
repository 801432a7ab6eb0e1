from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        what = self.env._("That something went wrong, its causes, times and costs: for the figures.")
        by = ("case_id.partner_id",)
        return [
            Answer("salon.case.todo", by=by, values={"title": self.env._("Erased")}, why=what),
            Answer("salon.case.escalation", by=by, why=what, export=()),
            Answer(
                "salon.case",
                also=self._cases_by_email,
                values={"name": self.env._("Erased"), "product_ids": False},
                keeps=("lang", "lesson", "corrective_action", "repair_by"),
                why=what,
                export=(
                    "name", "kind", "opened_at", "description", "answer", "proposal", "remedy", "remedy_note",
                    "coupon_code", "state", "closed_at", "handling_rating", "handling_said", "contact_name",
                    "contact_email", "company_id",
                ),
            ),
            *super()._answers(),
        ]  # fmt: skip

    def _cases_by_email(self, partners):
        """Return the domain of what these clients suggested on the public page: it names them by email alone."""
        emails = {email for email in partners.mapped("email_normalized") if email}
        found = self.env["salon.case"].sudo().search([("contact_email", "!=", False)]) if emails else ()
        return Domain("id", "in", [case.id for case in found if email_normalize(case.contact_email) in emails])
