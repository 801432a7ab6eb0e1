from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonVisitLine(models.Model):
    """How long a service took, and what is there of what it demands."""

    _inherit = "salon.visit.line"

    started_at = fields.Datetime(string="Began", copy=False)
    finished_at = fields.Datetime(string="Finished", copy=False)
    used_ids = fields.One2many("salon.visit.product", "line_id", string="Products Used", copy=False)
    took_minutes = fields.Integer(string="Took (min)", compute="_compute_took_minutes")

    _finished_after_start = models.Constraint(
        "CHECK (finished_at IS NULL OR started_at IS NULL OR finished_at >= started_at)",
        "A service can't be finished before it began.",
    )

    @api.depends("started_at", "finished_at")
    def _compute_took_minutes(self):
        for line in self:
            known = line.started_at and line.finished_at
            line.took_minutes = (line.finished_at - line.started_at).total_seconds() // 60 if known else 0

    def action_begin(self):
        """The stylist begins with this service."""
        self.ensure_one()
        if self.started_at:
            raise UserError(self.env._("This service has begun already."))
        self.started_at = fields.Datetime.now()

    def action_finish(self):
        """The stylist is done with this service."""
        self.ensure_one()
        if not self.started_at or self.finished_at:
            raise UserError(self.env._("This service has not begun, or is finished already."))
        self.finished_at = fields.Datetime.now()

    # What a service demands ---------------------------------------------------------------------------------

    @api.model
    def _of_each_line(self):
        """Return the codes of salon.visit.field that each service has for itself; the others belong to the visit."""
        return {"formula", "products"}

    def _has_formula(self):
        return bool(self.formula_ids.bowl_ids)

    def _has_products(self):
        return bool(self.used_ids)

    def _has_reaction(self):
        return bool((self.visit_id.reaction or "").strip())

    def _has_advice(self):
        return bool((self.visit_id.home_advice or "").strip())

    def _has_diagnosis(self):
        return bool(self.visit_id.diagnosis_ids)

    def _has_next_visit(self):
        return bool(self.visit_id.next_on)
