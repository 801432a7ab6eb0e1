from datetime import date

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..tools import append_only
from ..tools.phone import whole_number

FIRST, LAST = date(1900, 1, 1), date(2100, 1, 1)  # of dates that anybody means


class SalonIntakeVersion(models.Model):
    """An intake form as it was when clients were asked: it never changes again.

    An answer is {"text": str, "picked": [code]}; what was not answered has neither.
    """

    _name = "salon.intake.version"
    _description = "Version of an Intake Form"
    _order = "form_id, number desc"
    _log_access = False
    _rec_name = "number"

    form_id = fields.Many2one("salon.intake.form", required=True, readonly=True, ondelete="restrict", index=True)
    number = fields.Integer(string="Version", required=True, readonly=True)
    content = fields.Json(required=True, readonly=True)
    created_at = fields.Datetime(string="From", required=True, readonly=True, default=fields.Datetime.now)
    intake_ids = fields.One2many("salon.intake", "version_id", string="Filled Forms")
    answer_count = fields.Integer(string="Times Filled", compute="_compute_answer_count")

    _number_uniq = models.Constraint("UNIQUE (form_id, number)", "Somebody else has just changed this form. Try again.")

    @api.private
    def init(self):
        append_only.keep(self.env.cr, self._table, "salon_refuse_change")
        return super().init()

    @api.depends("form_id", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(form)s, version %(number)s", form=version.form_id.name, number=version.number
            )

    @api.depends("intake_ids.filled_at")
    def _compute_answer_count(self):
        filled = [("version_id", "in", self.ids), ("filled_at", "!=", False)]
        counts = dict(self.env["salon.intake"]._read_group(filled, ["version_id"], ["__count"]))
        for version in self:
            version.answer_count = counts.get(version, 0)

    # What it says -------------------------------------------------------------------------------------------

    def _say(self, texts):
        """Return a text of this version in the reader's language, or in the one that there is."""
        return texts.get(self.env.lang or "en_US") or texts.get("en_US") or next(filter(None, texts.values()), "")

    def _questions(self, health):
        """Return the questions in the reader's language, as a list of dicts; a heading that nothing follows is none.

        :param bool health: also those about health
        """
        shown = []
        for question in self.content["questions"]:
            if question["health"] and not health:
                continue
            if question["kind"] == "section" and shown and shown[-1]["kind"] == "section":
                shown.pop()
            choices = [(code, self._say(texts)) for code, texts in question["choices"]]
            if question["choice_source"] == "substances":
                choices.sort(key=lambda choice: choice[1])
            said = {name: self._say(question[name]) for name in ("name", "help")}
            shown.append({**question, **said, "choices": choices})
        if shown and shown[-1]["kind"] == "section":
            shown.pop()
        return shown

    def _say_answer(self, question, answer):
        """Return an answer for reading: what was picked, and what was written."""
        picked = [text for code, text in question["choices"] if code in answer.get("picked", ())]
        return ", ".join([*picked, answer["text"]] if answer.get("text") else picked)

    def _find_errors(self, questions, answers, country):
        """Return {key of a question: what is wrong with its answer, in words}.

        :param list questions: as `_questions` gives them
        :param dict answers: by key
        :param country: res.country of phone numbers without one
        """
        errors = {
            question["key"]: self._find_error(question, answers.get(question["key"], {}), country)
            for question in questions
            if question["kind"] != "section"
        }
        return {key: error for key, error in errors.items() if error}

    def _find_error(self, question, answer, country):
        text, kind = answer.get("text"), question["kind"]
        if not text and not answer.get("picked"):
            return question["required"] and self.env._("Please answer this.")
        if kind == "email" and not email_normalize(text):
            return self.env._("This email address is not complete. It looks like name@example.com.")
        if kind == "phone" and not whole_number(text, country):
            return self.env._("This phone number is not complete.")
        if kind == "date":
            day = fields.Date.to_date(text)
            if question["target"] == "birthdate_date" and day > fields.Date.context_today(self):
                return self.env._("A birthday lies in the past. Please look at the year.")
            if not FIRST <= day <= LAST:
                return self.env._("Please look at the year.")
        return None
