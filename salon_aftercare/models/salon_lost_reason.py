from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalonLostReason(models.Model):
    """Why clients stay away, as they say it."""

    _name = "salon.lost.reason"
    _description = "Reason to Stay Away"
    _parent_name = "parent_id"
    _parent_store = True
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    parent_id = fields.Many2one("salon.lost.reason", string="Part Of", ondelete="restrict", index="btree_not_null")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("salon.lost.reason", "parent_id", string="In Detail")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)

    @api.depends("name", "parent_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = " · ".join(filter(None, (reason.parent_id.name, reason.name)))

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A reason can't be part of itself. Choose another one above it."))
