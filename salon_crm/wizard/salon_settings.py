from odoo import api, models
from odoo.exceptions import AccessError


class SalonSettings(models.TransientModel):
    """The settings of the salon, for its manager: those of Odoo are for administrators alone.

    The manager may not write companies. What is saved here is checked and written for them: fields of the salon, of a
    company that they work in.
    """

    _name = "salon.settings"
    _inherit = ["salon.settings.fields"]
    _description = "Salon Settings"

    @api.depends("company_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Settings")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_salon_settings("create", vals_list)
        return super(SalonSettings, self.sudo()).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_salon_settings("write", [vals])
        return super(SalonSettings, self.sudo()).write(vals)

    @api.model
    def _check_salon_settings(self, operation, vals_list):
        """Refuse to set anything else than the salon's, or for a company that the user does not work in."""
        self.check_access(operation)
        companies = self.company_id | self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id for vals in vals_list
        )
        if companies - self.env.companies:
            raise AccessError(self.env._("You can change the settings of the companies that you work in alone."))

    def execute(self):
        """What was changed is written already; show everything as it is now."""
        return {"type": "ir.actions.client", "tag": "reload"}

    def cancel(self):
        """Forget what was typed."""
        return self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_settings_action")

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """The form shows what the settings of Odoo show of the salon, whichever addon put it there."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            settings = self.env["res.config.settings"].sudo()
            shown, _view = settings._get_view(self.env.ref("base.res_config_settings_view_form").id, "form")
            for app in shown.xpath("//app[@name='salon_crm']"):
                for field in app.xpath(".//field"):
                    if field.get("name") not in self._fields:  # of an addon that keeps it for administrators
                        field.xpath("ancestor::setting")[0].getparent().remove(field.xpath("ancestor::setting")[0])
                arch.append(app)
        return arch, view
