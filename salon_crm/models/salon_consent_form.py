from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonConsentForm(models.Model):
    """What clients agree to, in the words of the salon.

    Who changes words that somebody signed makes a new version; each consent keeps the words that were signed.
    """

    _name = "salon.consent.form"
    _description = "Consent Form"
    _order = "sequence, name, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("treatment", "Treatment"),
            ("colour", "Colour"),
            ("photos", "Photos"),
            ("minors", "Minors"),
            ("data", "Personal Data"),
            ("sensitive", "Sensitive Data"),
        ],
        required=True,
        default="treatment",
        help="Minors: a guardian signs it, for clients under 18. Sensitive data is agreed to apart.",
    )
    text = fields.Html(required=True, translate=True, sanitize_overridable=False)
    version = fields.Integer(required=True, readonly=True, default=1, copy=False)
    months = fields.Integer(string="Valid For", default=12, help="Months for which a signature holds. 0: for ever.")
    is_general = fields.Boolean(
        string="For Every Service", help="No service begins without it; else the services themselves name it."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", ondelete="restrict", help="Empty: for all companies.")
    consent_count = fields.Integer(string="Signed", compute="_compute_consent_count")

    _months_positive = models.Constraint("CHECK (months >= 0)", "A consent can't be valid for less than no month.")

    def _compute_consent_count(self):
        counts = dict(
            self.env["salon.consent"]._read_group(
                [("form_id", "in", self.ids), ("action", "=", "signed")], ["form_id"], ["__count"]
            )
        )
        for form in self:
            form.consent_count = counts.get(form, 0)

    def write(self, vals):
        before = {form: form._words() for form in self} if {"text", "name"} & vals.keys() else {}
        result = super().write(vals)
        self._count_version(before)
        return result

    def update_field_translations(self, field_name, translations, source_lang=""):
        """Count a new version also where the words are changed in another language."""
        before = {form: form._words() for form in self}
        result = super().update_field_translations(field_name, translations, source_lang)
        self._count_version(before)
        return result

    def _words(self):
        """Return the words of this form in all languages."""
        self.ensure_one()
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return [(self.with_context(lang=code).name, self.with_context(lang=code).text) for code in languages]

    def _count_version(self, before):
        """Make a new version of forms whose words are others than `before`, where somebody signed the present one."""
        signed = self.env["salon.consent"].sudo()
        for form, words in before.items():
            present = [("form_id", "=", form.id), ("version", "=", form.version)]
            if form._words() != words and signed.search_count(present, limit=1):
                form._set_version(form.version + 1)

    def _set_version(self, number):
        """Write the number alone, past what `write` does with words."""
        return super().write({"version": number})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if self.env["salon.consent"].sudo().search_count([("form_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("This form was signed: what was agreed to stays on record. Archive it instead."))

    def action_view_consents(self):
        """Show who signed this form."""
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_consent_action")
        return {**action, "domain": [("form_id", "in", self.ids)], "context": {}}
