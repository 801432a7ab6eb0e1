from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .salon_health_note import CONDITIONS

# The fields of the client file that an answer may fill: this list is what keeps all others safe.
TARGETS = (
    "name", "phone", "second_phone", "email", "wechat", "birthdate_date", "gender", "occupation", "city", "region",
    "source_id", "contact_way", "contact_time", "hobbies", "style_preference", "colour_preference", "care_preference",
    "product_preference", "stylist_preference", "talk_preference", "drink_preference", "taboos", "preferences",
)  # fmt: skip
CHOOSING = ("one", "several")
WORDS = ("char", "text", *CHOOSING)
# By which kinds of question a field can be filled: by its name, or else by its type.
FITTING = {
    "phone": ("phone",),
    "second_phone": ("phone",),
    "email": ("email",),
    "char": WORDS,
    "text": WORDS,
    "date": ("date",),
    "selection": ("one",),
    "many2one": ("one", "char"),
}


class SalonIntakeQuestion(models.Model):
    _name = "salon.intake.question"
    _description = "Question of an Intake Form"
    _order = "sequence, id"

    form_id = fields.Many2one("salon.intake.form", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Question", required=True, translate=True)
    kind = fields.Selection(
        [
            ("section", "Heading"),
            ("char", "Short text"),
            ("text", "Long text"),
            ("yesno", "Yes or no"),
            ("one", "One of"),
            ("several", "Several of"),
            ("date", "Date"),
            ("phone", "Phone"),
            ("email", "Email"),
        ],
        string="Answer",
        required=True,
        default="char",
    )
    choices = fields.Text(
        translate=True,
        help="One answer on each line, in all languages in the same order. Empty where the client file or the list of"
        " substances says what can be chosen.",
    )
    with_other = fields.Boolean(string="Something Else", help="The client can also write an answer of their own.")
    required = fields.Boolean(help="The form can't be sent without an answer.")
    help = fields.Char(string="Hint", translate=True, help="What the client reads under the question.")
    target = fields.Selection(
        selection="_target_selection",
        string="Goes to",
        help="The field of the client file that the answer is proposed for. Empty: it stays in the filled form.",
    )
    health = fields.Selection(
        [
            ("sensitivity", "Allergies and intolerances"),
            ("skin", "Skin"),
            ("scalp", "Scalp"),
            ("medication", "Medication"),
            ("pregnancy", "Pregnancy"),
            ("note", "Other health"),
        ],
        string="About Health",
        help="Answers about health are encrypted at once. Stylists who serve the client and managers alone see them.",
    )

    substance_ids = fields.Many2many(
        "salon.substance",
        string="Substances",
        help="What the client can choose from: what is ticked becomes a sensitivity by the review. Empty: all of them.",
    )

    @api.model
    def _target_selection(self):
        known = self.env["salon.client.file"]._fields
        return [(name, known[name]._description_string(self.env)) for name in TARGETS if name in known]

    @api.onchange("health")
    def _onchange_health(self):
        if self.health:
            self.target = False

    @api.onchange("target")
    def _onchange_target(self):
        """Ask in the way that the field of the file needs."""
        if self.target:
            self.health = False
            fitting = self._fitting_kinds()
            if self.kind not in fitting:
                self.kind = fitting[0]

    def _fitting_kinds(self):
        """Return by which kinds of question the target can be filled."""
        field = self.env["salon.client.file"]._fields[self.target]
        return FITTING.get(self.target) or FITTING[field.type]

    @api.constrains("kind", "target", "health", "choices")
    def _check_question(self):
        for question in self:
            if question.kind == "section":
                continue
            if question.target and question.health:
                raise ValidationError(
                    self.env._("“%s” is about health: its answer goes to the health notes alone.", question.name)
                )
            # The database keeps any text there; nothing but what is on the list is ever filled.
            if question.target and question.target not in dict(self._target_selection()):
                raise ValidationError(self.env._("“%s” can't fill that field. Choose one of the list.", question.name))
            if question.target and question.kind not in question._fitting_kinds():
                raise ValidationError(
                    self.env._("“%s” can't be answered that way: its field of the client file needs another kind of"
                               " answer.", question.name)
                )  # fmt: skip
            if question.health == "sensitivity" and question.kind in CHOOSING and question._lines():
                continue
            if question.kind in CHOOSING and len(question._frozen_choices()) < 2:
                raise ValidationError(self.env._("“%s” needs at least two answers to choose from.", question.name))

    def write(self, vals):
        """Who takes an answer to choose from out, or adds one, does it in all languages: the others show it as it was
        written, until it is translated."""
        result = super().write(vals)
        for question in self if "choices" in vals else ():
            for lang, _name in self.env["res.lang"].get_installed():
                if len(question._lines(lang)) != len(question._lines()):
                    question.with_context(lang=lang).choices = question.choices
        return result

    # What is asked ------------------------------------------------------------------------------------------

    def _lines(self, lang=None):
        """Return the answers to choose from that were typed, in a language."""
        text = (self.with_context(lang=lang) if lang else self).choices or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def _choice_source(self):
        """Return whence the answers to choose from come: "yesno", "field", "substances", "conditions" or "typed"."""
        if self.kind == "yesno":
            return "yesno"
        if self.kind not in CHOOSING:
            return ""
        if self.target and self.env["salon.client.file"]._fields[self.target].type == "selection":
            return "field"
        if self.health == "sensitivity" and not self.choices:
            return "substances"
        if self.health in CONDITIONS and not self.choices:
            return "conditions"
        return "typed"

    def _frozen_choices(self, lang=None):
        """Return the answers to choose from, as (code, text in a language)."""
        env = self.with_context(lang=lang).env if lang else self.env
        source = self._choice_source()
        if source == "yesno":
            return [("yes", env._("Yes")), ("no", env._("No"))]
        if source == "field":
            return env["salon.client.file"]._fields[self.target]._description_selection(env)
        if source == "substances":
            substances = (
                env["salon.substance"]
                .sudo()
                .search([("id", "in", self.substance_ids.ids)] if self.substance_ids else [])
            )
            return [(str(substance.id), substance.name) for substance in substances]
        if source == "conditions":
            labels = env["salon.health.note"]._condition_labels()
            return [(code, labels[code]) for code in CONDITIONS[self.health]]
        if source == "typed":
            own = self._lines(lang)
            longest = max((self._lines(code) for code, _name in self.env["res.lang"].get_installed()), key=len)
            # A translation that has not as many lines says something else: it is not used.
            return [(str(number), text) for number, text in enumerate(own if len(own) == len(longest) else longest)]
        return []

    def _freeze(self, langs):
        """Return this question as JSON keeps it, in all these languages."""
        self.ensure_one()
        choices = {lang: self._frozen_choices(lang) for lang in langs}
        codes = [code for code, _text in choices[langs[0]]]
        if self._choice_source() == "substances":
            codes = sorted(codes, key=int)  # each language has an order of its own; the page shows that
        texts = {code: {lang: dict(choices[lang])[code] for lang in langs} for code in codes}
        asks = self.kind != "section"
        return {
            "key": str(self.id),
            "kind": self.kind,
            "name": {lang: self.with_context(lang=lang).name for lang in langs},
            "help": {lang: self.with_context(lang=lang).help or "" for lang in langs},
            "required": asks and self.required,
            "with_other": self.kind in CHOOSING and self.with_other,
            "target": asks and self.target,
            "health": asks and self.health,
            "choice_source": self._choice_source(),
            "choices": [[code, texts[code]] for code in codes],
        }
