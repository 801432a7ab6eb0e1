from odoo import api, fields, models

from .salon_case_incident import INCIDENTS


class SalonCaseTodoTemplate(models.Model):
    """What is to be done at once in cases of a kind: it is copied into each new one."""

    _name = "salon.case.todo.template"
    _description = "What to Do in a Case"
    _order = "kind, incident_kind, sequence, id"

    name = fields.Char(string="What to Do", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    kind = fields.Selection(
        selection=lambda self: self.env["salon.case"]._fields["kind"]._description_selection(self.env),
        required=True,
        default="incident",
    )
    incident_kind = fields.Selection(INCIDENTS, string="Incident", help="Empty: in all incidents.")
    code = fields.Selection(
        [("sensitivity", "A sensitivity is noted in the file"), ("photo", "A photo is taken")],
        string="Done When",
        help="It is ticked by itself then.",
    )


class SalonCaseTodo(models.Model):
    """One thing to do, and who did it when."""

    _name = "salon.case.todo"
    _description = "To Do of a Case"
    _order = "case_id, sequence, id"

    case_id = fields.Many2one("salon.case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="case_id.company_id")
    template_id = fields.Many2one("salon.case.todo.template", ondelete="set null", readonly=True)
    sequence = fields.Integer(default=10)
    title = fields.Char(help="What to do, where it is not of the list.")
    name = fields.Char(string="What to Do", compute="_compute_name", inverse="_inverse_name")
    is_done = fields.Boolean(string="Done", compute="_compute_is_done", inverse="_inverse_is_done")
    done_at = fields.Datetime(readonly=True)
    done_by = fields.Many2one("res.users", readonly=True, ondelete="set null")

    _says_what = models.Constraint(
        "CHECK (template_id IS NOT NULL OR title IS NOT NULL)", "Say what is to be done, or take the line out."
    )

    @api.depends("title", "template_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        for todo in self:
            todo.name = todo.title or todo.sudo().template_id.name

    def _inverse_name(self):
        for todo in self:
            if todo.name != todo.sudo().template_id.name:
                todo.title = todo.name

    @api.depends("done_at")
    def _compute_is_done(self):
        for todo in self:
            todo.is_done = bool(todo.done_at)

    def _inverse_is_done(self):
        for todo in self:
            if todo.is_done != bool(todo.done_at):
                done = todo.is_done
                todo.write({"done_at": done and fields.Datetime.now(), "done_by": done and self.env.uid})

    @api.model
    def _prepare(self, case):
        """Return the values of what is to be done in a new case."""
        templates = self.env["salon.case.todo.template"].sudo()
        wanted = [("kind", "=", case.kind), ("incident_kind", "in", (False, case.incident_kind))]
        return [
            {"case_id": case.id, "template_id": template.id, "sequence": number}
            for number, template in enumerate(templates.search(wanted, order="sequence, id"))
        ]

    @api.model
    def _tick(self, case, code):
        """Tick what was done by doing it."""
        todos = self.sudo().search(
            [("case_id", "=", case.id), ("template_id.code", "=", code), ("done_at", "=", False)]
        )
        todos.write({"done_at": fields.Datetime.now(), "done_by": self.env.uid})
