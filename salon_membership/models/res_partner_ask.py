from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _salon_ask_managers(self, company, say):
        """Have the salon's managers look at something about this client: nobody else decides it.

        :param say: function of an environment in the manager's language, which returns (what, details)
        """
        if not self:
            return
        managers = self.env.ref("salon_crm.group_salon_manager").sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and not user._is_superuser() and company in user.company_ids
        )  # fmt: skip
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        activities = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        for manager in managers:
            what, details = say(self.with_context(lang=manager.lang).env)
            activities.create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "user_id": manager.id,
                    "activity_type_id": todo.id if todo else False,
                    "summary": what,
                    "note": details,
                    "automated": True,
                }
            )
