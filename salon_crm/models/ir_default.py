from odoo import api, models, tools


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get(self, model_name, field_name, user_id=False, company_id=False, condition=False):
        if (model_name, field_name) == ("res.partner", "lang") and not (user_id or company_id or condition):
            return self._salon_default_lang()
        return super()._get(model_name, field_name, user_id, company_id, condition)

    @api.model
    @tools.ormcache()
    def _salon_default_lang(self):
        """Return the language of new contacts, which core asks for at each public page and keeps nowhere.

        Core forgets all that is kept when a default changes.
        """
        return super()._get("res.partner", "lang")
