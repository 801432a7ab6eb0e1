import re
import unicodedata

from odoo import api, fields, models


def plain(text):
    """Return a text as words are compared: without capitals, wide letters and line breaks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class SalonFeedbackWord(models.Model):
    """A word that opens a case wherever a client writes it."""

    _name = "salon.feedback.word"
    _description = "Word That Opens a Case"
    _order = "lang_id, name"

    name = fields.Char(string="Word", required=True)
    lang_id = fields.Many2one("res.lang", string="Language", ondelete="set null")
    company_id = fields.Many2one("res.company", ondelete="cascade", index="btree_not_null")
    active = fields.Boolean(string="In Use", default=True)

    _name_uniq = models.UniqueIndex("(lower(name), COALESCE(company_id, 0))", "This word is on the list already.")
    _says_something = models.Constraint("CHECK (trim(name) <> '')", "A word needs at least one letter.")

    @api.model
    def _find(self, text, company):
        """Return the first word of the salon's list that stands in `text`, None where none does.

        What clients write is looked through for the words of all languages: nobody knows in which one they write.
        """
        text = plain(text)
        for word in self.sudo().search([("company_id", "in", (False, company.id))]):
            wanted = plain(word.name)
            # Of what is written with letters, whole words alone: "burn" is not in "auburn". Chinese has no spaces.
            pattern = re.escape(wanted)
            if wanted.isascii():
                pattern = rf"(?<!\w){pattern}(?!\w)"
            if re.search(pattern, text):
                return word.name
        return None
