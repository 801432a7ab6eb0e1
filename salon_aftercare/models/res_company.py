from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_followup_staff(self):
        """Return who can be given follow-ups of this company, by role: {"all", "reception", "manager"}.

        Those who run the system come last: a manager of the salon is asked before them.
        """
        self.ensure_one()
        roles = {name: self.env.ref(f"salon_crm.group_salon_{name}").id for name in ("stylist", "reception", "manager")}
        users = self.env["res.users"].sudo().search([
            ("all_group_ids", "in", list(roles.values())),
            ("company_ids", "in", self.ids),
            ("share", "=", False),
        ]).sorted(lambda user: (user._is_system(), user.id))  # fmt: skip
        managers = users.filtered(lambda user: roles["manager"] in user.all_group_ids.ids)
        receptionists = users.filtered(lambda user: roles["reception"] in user.all_group_ids.ids)
        return {"all": users, "manager": managers, "reception": receptionists - managers}
