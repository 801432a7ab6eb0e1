from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_followup_staff(self):
        """Return who can be given follow-ups of this company, by role: "all", "stylist", "reception", "manager".

        Those who run the system come last: a manager of the salon is asked before them.
        """
        self.ensure_one()
        roles = ("stylist", "reception", "manager")
        groups = {role: self.env["ir.model.data"]._xmlid_to_res_id(f"salon_crm.group_salon_{role}") for role in roles}
        domain = [
            ("all_group_ids", "in", list(groups.values())),
            ("company_ids", "in", self.ids),
            ("share", "=", False),
        ]
        users = self.env["res.users"].sudo().search(domain).sorted(lambda user: (user._is_system(), user.id))
        staff = {
            role: users.filtered(lambda user, group=group: group in user.all_group_ids.ids)
            for role, group in groups.items()
        }
        return {**staff, "reception": staff["reception"] - staff["manager"], "all": users}
