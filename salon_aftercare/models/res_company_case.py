from odoo import fields, models


class ResCompany(models.Model):
    """What a salon can set about cases."""

    _inherit = "res.company"

    salon_case_mail = fields.Boolean(
        string="Alerts by Email",
        default=True,
        help="Managers are written to as well, beside the alert on their screens.",
        prefetch="salon",
    )
    salon_case_sms = fields.Selection(
        [("off", "Never"), ("incident", "Of incidents"), ("all", "Of everything that alerts")],
        string="Alerts by SMS",
        default="incident",
        required=True,
        help="SMS to the managers cost money: they go through Odoo's SMS service or the provider that is set up.",
        prefetch="salon",
    )
    salon_suggestion_box = fields.Boolean(
        string="Suggestion Box", help="A public page on which anybody can make a suggestion.", prefetch="salon"
    )


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_case_mail = fields.Boolean(related="company_id.salon_case_mail", readonly=False)
    salon_case_sms = fields.Selection(related="company_id.salon_case_sms", readonly=False)
    salon_suggestion_box = fields.Boolean(related="company_id.salon_suggestion_box", readonly=False)
