from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalonCaseCause(models.Model):
    """Why things go wrong: a tree, so that figures can be read coarsely and in detail."""

    _name = "salon.case.cause"
    _description = "Cause of Cases"
    _parent_name = "parent_id"
    _parent_store = True
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "name"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(compute="_compute_complete_name", search="_search_complete_name", recursive=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    parent_id = fields.Many2one("salon.case.cause", string="Part Of", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("salon.case.cause", "parent_id", string="In Detail")

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for cause in self:
            above = cause.parent_id.complete_name
            cause.complete_name = f"{above} / {cause.name}" if above else cause.name

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = cause.complete_name

    @api.model
    def _search_complete_name(self, operator, value):
        return ["|", ("name", operator, value), ("parent_id.name", operator, value)]

    @api.constrains("parent_id")
    def _check_tree(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A cause can't be a part of itself. Choose another one above it."))
