from odoo import api, models
from odoo.exceptions import UserError


class SalonVisitPart(models.AbstractModel):
    """Something that is noted of a visit: it stays there, and is locked with it (invariant 5).

    It names no client. When clients are merged, or one is erased, the visit alone is what changes its partner.
    """

    _name = "salon.visit.part"
    _description = "Part of a Visit"
    _part_of = "visit_id"  # the field that leads to the visit, directly or by another part

    @api.private
    def init(self):
        if not self._abstract:
            self.env["salon.visit"]._salon_install_lock(self._table)
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        owner = self._part_of
        usual = self.env.context.get(f"default_{owner}")
        owners = self.env[self._fields[owner].comodel_name].browse(
            {vals.get(owner, usual) for vals in vals_list} - {None, False}
        )
        (owners if owners._name == "salon.visit" else owners.visit_id)._check_not_locked()
        parts = super().create(vals_list)
        parts.visit_id._note_use()
        return parts

    def write(self, vals):
        self.visit_id._check_not_locked()
        owner = self._part_of
        if owner in vals and self.filtered(lambda part: part[owner].id != vals[owner]):
            raise UserError(self.env._("What is noted of a visit stays there. Take it out here, and add it there."))
        result = super().write(vals)
        self.visit_id._note_use()
        return result

    def unlink(self):
        visits = self.visit_id
        result = super().unlink()
        visits._note_use()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.visit_id._check_not_locked()
