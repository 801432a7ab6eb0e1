from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    salon_marketing_cap = fields.Integer(
        string="Offers a Week",
        default=2,
        help="So many offers a client gets in seven days at most, on all channels together. 0: none at all.",
        prefetch="salon",
    )
    salon_followups_a_day = fields.Integer(
        string="Follow-ups a Day",
        default=20,
        help="After a standstill, what was left lying is spread: so many a day for each person.",
        prefetch="salon",
    )

    _salon_aftercare_sensible = models.Constraint(
        "CHECK (salon_marketing_cap BETWEEN 0 AND 50 AND salon_followups_a_day BETWEEN 1 AND 1000)",
        "Clients get 0 to 50 offers a week, and a person 1 to 1000 follow-ups a day.",
    )

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
