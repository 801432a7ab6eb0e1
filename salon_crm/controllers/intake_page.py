"""The page on which a client fills in an intake form, by a link or on a device of the salon.

What is typed comes back when something is missing; it stands in no address and in no log. Once it is sent the page
shows nothing of it any more.
"""

from odoo import http
from odoo.http import request

from .public_page import HOUR, InputError, PublicPage, friendly

SHORT, LONG = 200, 2000  # characters
TRIES = 60  # of one form in an hour
TYPES = {"date": "date", "phone": "tel", "email": "email"}
COMPLETE = {  # what the client's browser may know already
    "name": "name", "phone": "tel", "email": "email", "birthdate_date": "bday", "city": "address-level2",
    "occupation": "organization-title",
}  # fmt: skip


class IntakePage(PublicPage):
    """An intake form as its client sees it."""

    @http.route("/salon/intake/<string:token>", type="http", auth="public", methods=["GET", "POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def intake(self, token, **_form):
        """Ask, or keep what was answered."""
        sheet = self._intake_sheet(token)
        if sheet.state != "sent":
            return self._thank_for_intake(sheet)
        if request.httprequest.method != "POST":
            return self._ask_intake(sheet.version_id, sheet._asked(), sheet.company_id)
        self._check_human("salon_intake")
        self._check_limit("intake", token, TRIES, HOUR)
        questions = sheet._asked()
        version = sheet.version_id
        if self._one("version") != str(version.id):
            # What was picked of the old questions may be another answer of the new ones.
            answers = {question["key"]: self._typed_intake(question) for question in questions}
            return self._ask_intake(version, questions, sheet.company_id, answers, status=409, changed=True)
        answers, errors = self._read_intake(questions)
        readable = [question for question in questions if question["key"] not in errors]
        errors |= version._find_errors(readable, answers, sheet.company_id.country_id)
        if errors:
            return self._ask_intake(version, questions, sheet.company_id, answers, errors, 422)
        sheet._fill(answers, here=request.env.user._is_internal())
        return request.redirect(f"/salon/intake/{token}", code=303)

    @http.route("/salon/intake/preview/<int:form_id>", type="http", auth="user", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def preview_intake(self, form_id, **_query):
        """Show a form to who makes it."""
        form = request.env["salon.intake.form"].browse(form_id).exists()
        if not form or not form.has_access("write"):
            raise InputError(request.env._("There is no such form."), 404)
        version = request.env["salon.intake.version"].sudo().new({"content": form._freeze()})
        return self._ask_intake(
            version, version._questions(health=True), form.company_id or request.env.company, preview=True
        )

    def _intake_sheet(self, token):
        sheet = request.env["salon.intake"]._by_token(token)
        if not sheet:
            message = request.env._("This link has ended, or is not complete. Please ask the salon for a new one.")
            raise InputError(message, 404)
        return sheet

    def _thank_for_intake(self, sheet):
        values = {"company": sheet.company_id, "thanks": sheet.version_id._say(sheet.version_id.content["thanks"])}
        return self._page("page_intake_done", values, secret=True)

    def _ask_intake(
        self, version, questions, company, answers=None, errors=None, status=200, preview=False, changed=False
    ):
        shown = [
            self._prepare_intake_field(
                question, (answers or {}).get(question["key"], {}), (errors or {}).get(question["key"])
            )
            for question in questions
        ]
        values = {
            "company": company,
            "name": version._say(version.content["name"]),
            "intro": version._say(version.content["intro"]),
            "questions": shown,
            "wrong": [field for field in shown if field["error"]],
            "about_health": any(question["health"] for question in questions),
            "health_left_out": len(questions) < len(version._questions(health=True)),
            "path": request.httprequest.path,
            "form_version": version.id,
            "preview": preview,
            "changed": changed,
        }
        return self._page("page_intake", values, status=status, secret=True)

    def _prepare_intake_field(self, question, answer, error):
        """Return a question as the template takes it, with what was typed."""
        name = f"q{question['key']}"
        hints = [f"{name}_help"] if question["help"] else []
        return {
            **question,
            "field": name,
            "title": question["name"],
            "text": answer.get("text", ""),
            "picked": answer.get("picked", ()),
            "error": error,
            "type": TYPES.get(question["kind"], "text"),
            "longest": LONG if question["kind"] == "text" else SHORT,
            "autocomplete": COMPLETE.get(question["target"], "off"),
            "described": " ".join([f"{name}_error"] * bool(error) + hints) or None,
            # The first of several boxes: a link to the error leads there.
            "anchor": f"{name}_0" if question["choices"] else name,
        }

    def _typed_intake(self, question):
        """Return what was written of a question that asks for words, on a page that is out of date."""
        if question["choices"] or question["kind"] == "section":
            return {}
        return {"text": self._one(f"q{question['key']}")[: LONG if question["kind"] == "text" else SHORT]}

    def _read_intake(self, questions):
        """Return what came as (answers, errors), by the keys of the questions."""
        answers, errors = {}, {}
        for question in questions:
            if question["kind"] != "section":
                key = question["key"]
                answers[key], error = self._read_intake_answer(question, f"q{key}")
                if error:
                    errors[key] = error
        return answers, errors

    def _read_intake_answer(self, question, name):
        """Return (answer, what is wrong with it); what this page never sends is refused."""
        if question["choices"]:
            picked = list(dict.fromkeys(self._all(name)))
            if not set(picked) <= {code for code, _text in question["choices"]}:
                raise self._wrong_address()
            if len(picked) > 1 and question["kind"] != "several":
                raise self._wrong_address()
            text, error = self._read_intake_words(f"{name}_other", "char") if question["with_other"] else ("", None)
            return {"picked": picked, "text": text}, error
        text, error = self._read_intake_words(name, question["kind"])
        return {"text": text}, error

    def _read_intake_words(self, name, kind):
        """Return (what was written, what is wrong with it): nothing of it is lost where it can be put right."""
        longest = LONG if kind == "text" else SHORT
        typed = self._one(name)
        try:
            if kind == "date":
                return str(self._date(name) or ""), None
            return self._text(name, longest, lines=kind == "text"), None
        except InputError as error:
            return typed[:longest], str(error)
