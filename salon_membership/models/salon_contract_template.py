from lxml import html

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a template may say, with what stands there in a trial.
WORDS = {
    "number": "C00001",
    "date": "2026-01-31",
    "client": "Clara",
    "salon": "Salon",
    "salon_address": "1 Main Street",
    "salon_phone": "+86 10 0000 0000",
    "product": "10 Facials",
    "price": "1,600.00",
    "bonus": "100.00",
    "sessions": "10",
    "services": "Facial",
    "valid_until": "2027-01-31",
    "bonus_until": "2027-01-31",
    "refund_rule": "…",
    "cooling_days": 7,
    "cooling_until": "2026-02-07",
}


class SalonContractTemplate(models.Model):
    """The words of a prepaid contract, for one company or for all, in each language.

    What differs from contract to contract stands in it as `<t t-out="client"/>`: see `WORDS`. A contract keeps the
    words as they were when it was made: who changes a template changes none.
    """

    _name = "salon.contract.template"
    _inherit = ["mail.render.mixin"]
    _description = "Template of Prepaid Contracts"
    _order = "kind, company_id, id"
    _unrestricted_rendering = True  # what may stand in a template is looked at when it is written

    lang = fields.Char(default=False, store=False)  # the contract is in its client's language
    name = fields.Char(string="Title", required=True, translate=True, help="It stands above each contract.")
    kind = fields.Selection(
        [("wallet", "Stored Value"), ("treatment", "Treatment Card")], string="For", required=True, default="wallet"
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: for every company that has none of its own."
    )
    text = fields.Html(required=True, translate=True, sanitize="email_outgoing", render_engine="qweb")
    active = fields.Boolean(default=True)
    words = fields.Char(string="Placeholders", compute="_compute_words")

    _company_uniq = models.UniqueIndex(
        "(kind, COALESCE(company_id, 0)) WHERE active", "There is a template for this company already: change that one."
    )

    def _compute_words(self):
        self.words = ", ".join(WORDS)

    def _compute_render_model(self):
        self.render_model = "res.company"

    def _has_unsafe_expression(self):
        """Tell whether more stands in these templates than our placeholders: that takes the right to write mail
        templates, as core has it."""
        return any(not self._is_plain(template.text) for template in self.sudo())

    @api.model
    def _is_plain(self, text):
        """Tell whether this text is filled in by placeholders alone: `t-out` of one, `t-if` one is there or is not."""
        root = html.fragment_fromstring(text or "", create_parent="div")
        for name, value in (item for node in root.iter() for item in node.attrib.items()):
            if name.startswith("t-") and not (
                (name == "t-out" and value in WORDS)
                or (name in ("t-if", "t-elif") and value.removeprefix("not ") in WORDS)
                or (name == "t-else" and not value)
            ):
                return False
        return True

    @api.constrains("text")
    def _check_text(self):
        """Refuse words that can't be filled in: nobody would notice before the next sale."""
        self.sudo(False)._check_access_right_dynamic_template()  # before any of it is run
        for template in self:
            try:
                template._fill(WORDS, self.env.lang)
            except UserError as error:
                raise ValidationError(
                    self.env._(
                        "These words can't be filled in. Use the placeholders %s, each as it stands in the other"
                        " sentences.",
                        template.words,
                    )
                ) from error

    @api.model
    def _find(self, company, kind):
        """Return the template of a company, as superuser: its own, else that for all."""
        templates = self.sudo().search([("kind", "=", kind), ("company_id", "in", (False, company.id))])
        return templates.sorted(lambda template: not template.company_id)[:1]

    def _fill(self, words, lang):
        """Return the text of this template in a language, with these words.

        :param dict words: a text for each of WORDS
        :raise UserError: the template has an error
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        return self._render_field("text", [company.id], set_lang=lang, add_context=words)[company.id]
