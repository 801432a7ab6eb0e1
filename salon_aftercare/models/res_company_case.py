from datetime import timedelta

from odoo import api, fields, models

TROUBLE_DAYS = 30


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
        help="SMS to the managers cost money: they go through Odoo's SMS service or the provider that is set up."
        " Without credit they are not sent; the alert on screens, the activity and the email come all the same.",
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
    salon_sms_trouble = fields.Char(compute="_compute_salon_sms_trouble", compute_sudo=True)

    @api.depends("salon_case_sms")
    def _compute_salon_sms_trouble(self):
        """Say that SMS do not go: nobody sees that otherwise, for the alert itself never fails by it."""
        lately = fields.Datetime.now() - timedelta(days=TROUBLE_DAYS)
        failed = [("state", "=", "error"), ("write_date", ">=", lately)]
        texts = self.env["sms.sms"].sudo()
        last = texts.search(failed, order="write_date desc, id desc", limit=1)
        reasons = dict(texts._fields["failure_type"]._description_selection(self.env))
        trouble = last and self.env._(
            "%(count)s SMS of the last %(days)s days were not sent. The last time: %(why)s",
            count=texts.search_count(failed),
            days=TROUBLE_DAYS,
            why=reasons.get(last.failure_type) or self.env._("unknown"),
        )
        for settings in self:
            settings.salon_sms_trouble = settings.salon_case_sms != "off" and trouble
