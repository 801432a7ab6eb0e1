from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CalendarEvent(models.Model):
    """A booking at no charge that repairs what a case is about."""

    _inherit = "calendar.event"

    salon_redo_case_id = fields.Many2one(
        "salon.case",
        string="Free Redo For",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        groups="salon_crm.group_salon_stylist,salon_crm.group_salon_reception",
        help="What it does again is not charged at the till.",
    )

    @api.constrains("salon_redo_case_id", "salon_client_id", "company_id")
    def _check_salon_redo(self):
        """Nothing is free by way of somebody else's case."""
        for booking in self.sudo().filtered("salon_redo_case_id"):
            case = booking.salon_redo_case_id
            if booking.salon_client_id != case.partner_id or booking.company_id != case.company_id:
                raise ValidationError(
                    self.env._("A free redo is booked for the client of its case, in the same salon.")
                )
