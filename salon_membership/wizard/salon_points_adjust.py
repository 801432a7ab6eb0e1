from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class SalonPointsAdjust(models.TransientModel):
    """A manager corrects a member's points by hand, and says why. It is booked like everything else."""

    _name = "salon.points.adjust"
    _description = "Adjust Points"

    membership_id = fields.Many2one("salon.membership", string="Member", required=True, readonly=True)
    kind = fields.Selection(
        [("add", "Give Points"), ("take", "Take Points"), ("waive", "Waive What Is Owed")],
        string="What",
        required=True,
        default="add",
    )
    points = fields.Integer(required=True)
    note = fields.Char(string="Reason", required=True)
    available = fields.Integer(string="Has", related="membership_id.points")
    owed = fields.Integer(related="membership_id.points_debt")

    _points_positive = models.Constraint("CHECK (points > 0)", "Adjust by at least 1 point.")

    def action_adjust(self):
        """Book the correction.

        :raise UserError: more is taken than is free, or more is waived than is owed
        """
        self.ensure_one()
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Only a manager may adjust points by hand."))
        self.membership_id.check_access("write")
        self.membership_id.sudo()._adjust(self.kind, self.points, self.note)


class SalonMembership(models.Model):
    _inherit = "salon.membership"

    def action_adjust_points(self):
        """Offer to correct this member's points."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adjust Points"),
            "res_model": "salon.points.adjust",
            "view_mode": "form",
            "target": "new",
            "context": {"default_membership_id": self.id},
        }

    def _adjust(self, kind, points, note):
        """Book a correction by hand.

        :param str kind: add (as a new lot, which pays what is owed first), take or waive
        :param int points: more than 0
        :param str note: the reason, for people
        """
        self.ensure_one()
        self._lock()
        if kind == "waive":
            if points > self.points_debt:
                raise UserError(self.env._("%s points are owed. Waive no more than that.", self.points_debt))
            self._owe(-points, "waive", note=note)
            return
        if kind == "take":
            free = self._points_free()
            if points > free:
                raise UserError(self.env._("%s points are free to be taken. Take no more than that.", free))
            self._show_on_card(self._use(points, "adjust", note=note))
            return
        moves = self._new_lot(fields.Datetime.now())._book(points, "adjust", note=note)
        self._show_on_card(moves | self._repay())
