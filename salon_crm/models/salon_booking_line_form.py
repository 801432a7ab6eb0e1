import json

from odoo import api, fields, models
from odoo.fields import Command

from .product_product import MINUTES


class SalonBookingLine(models.Model):
    """A booked service while it is typed, or booked again."""

    _inherit = "salon.booking.line"

    stylist_id = fields.Many2one(default=lambda self: self._default_stylist_id())
    addon_choice_ids = fields.Many2many(related="product_id.salon_addon_ids", string="Possible Add-ons")
    station_wish = fields.Boolean(
        compute="_compute_station_wish",
        readonly=False,
        help="Free times keep to this station: it was chosen by hand, or is named where the service needs none.",
    )
    own_minutes = fields.Char(
        compute="_compute_own_minutes", help="Minutes given by hand, for the search: free times keep to them."
    )

    @api.model
    def _default_stylist_id(self):
        """Stylists book for themselves; for the front desk the search chooses where nobody is named."""
        user = self.env.user
        if self.env.su or not user.has_group("salon_crm.group_salon_stylist"):
            return None
        if user.has_group("salon_crm.group_salon_reception"):
            return None
        mine = [
            ("user_id", "=", user.id),
            ("is_salon_stylist", "=", True),
            ("company_id", "in", [self.env.company.id, False]),
        ]
        return self.env["hr.employee"].sudo().search(mine, limit=1).id

    @api.depends("product_id")
    def _compute_station_wish(self):
        for line in self:
            line.station_wish = line.station_id and not line.product_id.salon_station_ids

    @api.depends(*MINUTES, "product_id", "stylist_id", "addon_ids")
    def _compute_own_minutes(self):
        for line in self:
            line.own_minutes = line.product_id and json.dumps(line._own_minutes())

    @api.onchange("stylist_id")
    def _onchange_stylist_id(self):
        """Who is named by hand was asked for; whom the search finds is assigned."""
        self.assignment = "asked" if self.stylist_id else "assigned"

    @api.onchange("station_id")
    def _onchange_station_id(self):
        self.station_wish = bool(self.station_id)

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """Take out what belongs to another service, and propose what can go on beside another one."""
        for line in self:
            line.addon_ids &= line.product_id.salon_addon_ids
            stations = line.product_id.salon_station_ids
            if line.station_id and stations and line.station_id._origin not in stations._origin:
                line.station_id = False
            stylists = line.product_id.salon_stylist_ids._origin.ids
            if line.stylist_id and stylists and line.stylist_id._origin.id not in stylists:
                line.stylist_id = False

    def _prepare_copy_values(self, as_client=False):
        """Return the values of lines like these for a new booking; what is gone since is named no more.

        :param bool as_client: whose services these are books them now, and is no guest of somebody else
        """
        values = []
        for line in self.sudo().sorted("sequence"):
            if not line.product_id.active or not line.product_id.is_salon_service:
                continue
            same = line.stylist_id._can_perform(line.product_id)
            values.append(
                {
                    "product_id": line.product_id.id,
                    "stylist_id": line.stylist_id.id if same else False,
                    "assignment": line.assignment if same else "assigned",
                    "station_id": line.station_id.id if line.station_id.active else False,
                    "addon_ids": [Command.set(line.addon_ids.filtered("active").ids)],
                    "guest_id": False if as_client else line.guest_id.id,
                    "parallel": line.parallel,
                    "sequence": 10 + len(values),
                }
            )
        return values
