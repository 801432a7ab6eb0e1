from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonVisitPerformer(models.Model):
    _name = "salon.visit.performer"
    _description = "Performer of a Visit Line"
    _order = "line_id, part desc, id"
    _check_company_auto = True

    line_id = fields.Many2one("salon.visit.line", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="line_id.visit_id")
    company_id = fields.Many2one(related="line_id.visit_id.company_id")
    employee_id = fields.Many2one(
        "hr.employee",
        string="Who",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('is_salon_stylist', '=', True)]",
    )
    part = fields.Selection([("stylist", "Stylist"), ("assistant", "Assistant")], required=True, default="stylist")
    share = fields.Float(string="Share (%)", default=100.0, help="Part of the work, for commissions.")
    assignment = fields.Selection([("asked", "Asked for"), ("assigned", "Assigned")], required=True, default="assigned")

    _share_in_percent = models.Constraint("CHECK (share > 0 AND share <= 100)", "A share is above 0 and at most 100 %.")
    _once_per_line = models.Constraint("UNIQUE (line_id, employee_id)", "The same person is named twice for a service.")

    @api.private
    def init(self):
        self.env["salon.visit"]._salon_install_lock(self._table)
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        lines = self.env["salon.visit.line"].browse({vals.get("line_id") for vals in vals_list} - {None})
        lines.visit_id._check_not_locked()
        return super().create(vals_list)

    def write(self, vals):
        self.visit_id._check_not_locked()
        if "line_id" in vals and self.filtered(lambda performer: performer.line_id.id != vals["line_id"]):
            raise UserError(self.env._("Who did a service stays with it. Take them out here, and add them there."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.visit_id._check_not_locked()

    def _short_name(self, alone):
        """Return "Anna" or, where several did it, "Anna 80 %"."""
        return self.employee_id.name if alone else f"{self.employee_id.name} {self.share:g} %"
