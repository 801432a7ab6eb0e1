from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

INCIDENTS = [("allergy", "Allergic Reaction"), ("burn", "Burn"), ("cut", "Cut"), ("other", "Other Injury")]
RECOVERY = "salon_aftercare.mail_activity_type_case_recovery"
RECOVERY_DAYS = (1, 2, 4, 7)  # after the incident, then after each call; the last goes on until the case is closed


class SalonCase(models.Model):
    """Somebody was hurt: what is done at once, what it was, and the calls until they are well.

    What is of the client's health lies in their file, for who may read it there; photos are those of the visit.
    """

    _inherit = "salon.case"

    incident_kind = fields.Selection(INCIDENTS, string="Incident", tracking=True)
    todo_ids = fields.One2many("salon.case.todo", "case_id", string="What to Do")
    todo_left = fields.Integer(string="Still to Do", compute="_compute_todo_left")
    witnesses = fields.Text(help="Who saw it, and what they say.")
    product_ids = fields.Many2many("product.product", "salon_case_product_rel", string="Products Used")
    batch = fields.Char(help="The numbers on the packages of what was used.")
    recovery_calls = fields.Integer(readonly=True, copy=False, help="How often the client was called since.")

    _incident_says_which = models.Constraint(
        "CHECK (kind <> 'incident' OR incident_kind IS NOT NULL)", "Say what kind of incident it is."
    )

    @api.depends("todo_ids.done_at")
    def _compute_todo_left(self):
        for case in self:
            case.todo_left = len(case.todo_ids.filtered(lambda todo: not todo.done_at))

    def _begin(self):
        self.env["salon.case.todo"].sudo().create(
            [values for case in self for values in self.env["salon.case.todo"]._prepare(case)]
        )
        result = super()._begin()
        self._plan_recovery_calls()
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._plan_recovery_calls()
        return result

    def _moved(self):
        result = super()._moved()
        self.filtered(lambda case: case.state == "closed")._of_type(RECOVERY).unlink()
        return result

    # Calls until the client is well --------------------------------------------------------------------

    def _plan_recovery_calls(self):
        """Have the owner call those who were hurt, again and again until the case is closed."""
        cases = self.sudo().filtered(
            lambda case: case.kind == "incident" and case.state != "closed" and case.partner_id and case.user_id
        )
        planned = set(cases._of_type(RECOVERY).mapped("res_id"))
        for case in cases.filtered(lambda case: case.id not in planned):
            days = RECOVERY_DAYS[min(case.recovery_calls, len(RECOVERY_DAYS) - 1)]
            said = case.with_context(lang=case.user_id.lang).env._("Recovery call: how is the client?")
            case._plan_activity(RECOVERY, case.user_id, said, fields.Datetime.now() + timedelta(days=days))

    def _note_recovery_call(self):
        """A call was made: the next one is planned."""
        for case in self.sudo():
            case.recovery_calls += 1
        self._plan_recovery_calls()

    def _sweep(self):
        result = super()._sweep()
        self._plan_recovery_calls()
        return result

    # Health ------------------------------------------------------------------------------------------

    def action_note_sensitivity(self):
        """Note in the client's file what they do not bear: for who may know of their health."""
        self.ensure_one()
        self.check_access("read")
        if not self.partner_id:
            raise UserError(self.env._("Say first which client it is about."))
        file = self.partner_id.sudo().salon_file_ids[:1].with_env(self.env)
        file._check_health_access()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sensitivity"),
            "res_model": "salon.sensitivity",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_file_id": file.id,
                "default_kind": "allergy" if self.incident_kind == "allergy" else "intolerance",
                "default_since": fields.Date.to_string(fields.Date.context_today(self)),
                "salon_case_id": self.id,
            },
        }

    def action_open_file(self):
        """Open the client's file, where health notes are kept."""
        self.ensure_one()
        file = self.partner_id.sudo().salon_file_ids[:1]
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.client.file",
            "res_id": file.id,
            "views": [(False, "form")],
        }

    def action_view_visit(self):
        """Open the visit that it is about."""
        self.ensure_one()
        return self.visit_id._action_open() | {"views": [(False, "form")]}
