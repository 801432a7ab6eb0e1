from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_salon_service = fields.Boolean(string="Salon Service", help="Clients can book it.")
    salon_active_minutes = fields.Integer(
        string="Active Minutes", help="Minutes in which the stylist works on the client."
    )
    salon_processing_minutes = fields.Integer(
        string="Processing Minutes",
        help="Minutes in which colour or perm develops: the stylist is free, the client and the station are not.",
    )
    salon_finishing_minutes = fields.Integer(
        string="Finishing Minutes", help="Minutes in which the stylist works on the client again."
    )
    salon_cleanup_minutes = fields.Integer(
        string="Clean-up Minutes", help="Minutes after the client left in which stylist and station are not free yet."
    )
    salon_total_minutes = fields.Integer(
        string="Client's Minutes", compute="_compute_salon_total_minutes", help="Minutes the client is in the salon."
    )
    # The public employee: everybody who may open a product may see who performs it.
    salon_stylist_ids = fields.Many2many(
        "hr.employee.public",
        "salon_stylist_service_rel",
        "product_tmpl_id",
        "employee_id",
        string="Stylists",
        domain="[('is_salon_stylist', '=', True)]",
        help="Who can perform it. Nobody named: every stylist can.",
    )
    salon_station_ids = fields.Many2many(
        "salon.station",
        "salon_station_service_rel",
        "product_tmpl_id",
        "station_id",
        string="Stations",
        help="Where it can be performed. None named: it needs no station, and can be done at any.",
    )
    salon_station_free = fields.Boolean(
        string="Station Free Meanwhile",
        help="While colour or perm develops, the client waits elsewhere and the station takes another.",
    )
    salon_parallel = fields.Boolean(
        string="During Another Service",
        help="Another stylist can do it while the client has another service: nails during colour.",
    )
    salon_addon_ids = fields.Many2many(
        "product.product",
        "salon_service_addon_rel",
        "product_tmpl_id",
        "product_id",
        string="Add-ons",
        domain="[('is_salon_service', '=', True)]",
        help="What can be added to it: the same stylist does it at the same place, and its active minutes are added.",
    )
    salon_variation_ids = fields.One2many(
        "salon.service.variation", "product_tmpl_id", string="By Stylist or Level", copy=True
    )
    salon_online = fields.Boolean(string="Offered Online", default=True, help="Clients can book it by themselves.")
    salon_prepare_note = fields.Text(
        string="To Mind Beforehand",
        translate=True,
        help="What clients read in their confirmation and reminders: come with dry hair, patch test 48 hours before.",
        prefetch="salon",
    )
    salon_contraindication_ids = fields.Many2many(
        "salon.substance",
        "salon_service_contraindication_rel",
        "product_tmpl_id",
        "substance_id",
        string="Contraindications",
        help="Clients with a sensitivity to one of these can't be booked for it.",
    )
    salon_interval_days = fields.Integer(
        string="Comes Back After", help="Days after which a client usually needs it again; 0 for no proposal."
    )
    salon_mandatory_ids = fields.Many2many(
        "salon.visit.field",
        "salon_service_mandatory_rel",
        "product_tmpl_id",
        "field_id",
        string="To Be Recorded",
        help="A visit with this service can't be closed before this is in its record.",
    )
    salon_grams_per_unit = fields.Float(
        string="Grams per Unit",
        digits=(10, 2),
        help="How many grams one unit of it holds, for what is mixed at the chair: 60 for a tube of 60 g. What is"
        " bought by the gram or kilogram needs none.",
    )

    _salon_minutes_positive = models.Constraint(
        "CHECK (salon_active_minutes >= 0 AND salon_processing_minutes >= 0"
        " AND salon_finishing_minutes >= 0 AND salon_cleanup_minutes >= 0)",
        "The minutes of a service can't be negative.",
    )
    _salon_service_takes_time = models.Constraint(
        "CHECK (is_salon_service IS NOT TRUE OR COALESCE(salon_active_minutes, 0) > 0)",
        "A salon service needs active minutes: how long does the stylist work on it?",
    )

    _salon_grams_positive = models.Constraint("CHECK (salon_grams_per_unit >= 0)", "Grams can't be negative.")
    _salon_interval_positive = models.Constraint(
        "CHECK (salon_interval_days >= 0)", "The days after which a service comes back can't be negative."
    )

    @api.depends("salon_active_minutes", "salon_processing_minutes", "salon_finishing_minutes")
    def _compute_salon_total_minutes(self):
        for template in self:
            template.salon_total_minutes = (
                template.salon_active_minutes + template.salon_processing_minutes + template.salon_finishing_minutes
            )

    @api.onchange("is_salon_service")
    def _onchange_is_salon_service(self):
        """A service is no stock and is sold at the till; half an hour is a start that one sees and corrects."""
        for template in self.filtered("is_salon_service"):
            template.type = "service"
            template.available_in_pos = True
            template.salon_active_minutes = template.salon_active_minutes or 30

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "is_salon_service", "salon_interval_days"]
