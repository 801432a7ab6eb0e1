from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.wait_turn import wait_turn


class SalonIntakeForm(models.Model):
    """What a salon asks its clients: questions that can be changed at any time.

    What a client is asked is a version of it: a copy that stays as it is, whatever is changed here.
    """

    _name = "salon.intake.form"
    _description = "Intake Form"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="The client reads it above the questions.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: all companies may use it.")
    intro = fields.Text(string="Introduction", translate=True, help="What the client reads before the questions.")
    thanks = fields.Text(string="Thank You", translate=True, help="What the client reads when all is done.")
    question_ids = fields.One2many("salon.intake.question", "form_id", string="Questions", copy=True)
    question_count = fields.Integer(string="Number of Questions", compute="_compute_question_count")
    version_ids = fields.One2many("salon.intake.version", "form_id", string="Versions")
    version = fields.Integer(
        compute="_compute_version",
        help="Which version the next client is asked. Changing a form that was sent makes a new one: what was answered"
        " keeps the questions as they were.",
    )
    lacks_key = fields.Boolean(compute="_compute_lacks_key")

    @api.depends("question_ids.kind")
    def _compute_question_count(self):
        for form in self:
            form.question_count = len(form.question_ids.filtered(lambda question: question.kind != "section"))

    @api.depends("version_ids")
    def _compute_version(self):
        for form in self:
            latest = form.version_ids[:1]
            changed = not latest or latest.content != form._origin._freeze()
            form.version = latest.number + changed

    @api.depends("question_ids.health")
    def _compute_lacks_key(self):
        ready = self.env["salon.health.key"]._is_ready()
        for form in self:
            form.lacks_key = not ready and any(form.question_ids.mapped("health"))

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", form.name)}
            for form, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if asked := self.version_ids.form_id[:1]:
            raise UserError(self.env._("“%s” was sent to clients already. Archive it instead.", asked.name))

    # What is asked ------------------------------------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """Return the forms that `company` may use, the usual one first."""
        return self.search([("company_id", "in", (False, company.id)), ("question_ids", "!=", False)])

    def _current_version(self):
        """Return the version that says what this form says now, a new one where it was changed since the last."""
        self.ensure_one()
        content = self._freeze()
        if not any(question["kind"] != "section" for question in content["questions"]):
            raise UserError(self.env._("“%s” has no questions yet. Add some first.", self.name))
        versions = self.env["salon.intake.version"].sudo()
        latest = versions.search([("form_id", "=", self.id)], limit=1)
        if latest.content == content:
            return latest
        # Who makes the same version at the same moment waits here, and is tried anew: it finds this one then.
        wait_turn(self.sudo())
        return versions.create({"form_id": self.id, "number": latest.number + 1, "content": content})

    def _freeze(self):
        """Return all that the client reads and is asked, in all languages, as JSON keeps it."""
        if not self.id:
            return {}
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        texts = {
            name: {lang: self.with_context(lang=lang)[name] or "" for lang in langs}
            for name in ("name", "intro", "thanks")
        }
        return {**texts, "questions": [question._freeze(langs) for question in self.question_ids.sorted()]}

    def action_preview(self):
        """Show the page as the client sees it; nothing of it is kept."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/salon/intake/preview/{self.id}", "target": "new"}
