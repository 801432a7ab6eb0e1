from odoo import fields, models

# What a booking has to know of a station; the others need not be read for it.
PLACE_FIELDS = ("active", "company_id", "resource_id")


class SalonStation(models.Model):
    _name = "salon.station"
    _inherit = ["resource.mixin"]
    _description = "Station"
    _order = "sequence, id"

    name = fields.Char(related="resource_id.name", readonly=False, store=True, required=True)
    active = fields.Boolean(related="resource_id.active", readonly=False, store=True, default=True)
    sequence = fields.Integer(default=10)
    resource_calendar_id = fields.Many2one(
        default=False, help="Leave empty for a station that can be used whenever the salon is open."
    )
    kind = fields.Selection(
        [
            ("chair", "Chair"),
            ("basin", "Wash Basin"),
            ("bed", "Bed or Treatment Room"),
            ("nail", "Nail Table"),
            ("machine", "Machine"),
        ],
        required=True,
        default="chair",
    )
    color = fields.Integer()
    service_ids = fields.Many2many(
        "product.template",
        "salon_station_service_rel",
        "station_id",
        "product_tmpl_id",
        string="Services",
        domain="[('is_salon_service', '=', True)]",
        help="Services bound to this station. Services that name no station need none.",
    )

    _resource_uniq = models.Constraint(
        "UNIQUE (resource_id)",
        "This resource belongs to another station already. Make a new station without choosing one.",
    )

    def write(self, vals):
        if vals.get("active") is False:
            self.env["salon.booking.line"]._check_no_coming("station_id", self)
        return super().write(vals)

    def _prepare_resource_values(self, vals, tz):
        """A chair is a thing, not a person: what counts working time by person leaves it out."""
        return {**super()._prepare_resource_values(vals, tz), "resource_type": "material"}
