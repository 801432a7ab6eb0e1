from odoo import api, fields, models


class HrEmployeePublic(models.Model):
    _name = "hr.employee.public"
    _inherit = ["hr.employee.public", "salon.till.load"]

    is_salon_stylist = fields.Boolean(readonly=True)
    salon_level_id = fields.Many2one("salon.stylist.level", readonly=True)
    salon_online = fields.Boolean(readonly=True)
    salon_roster_only = fields.Boolean(readonly=True)
    salon_sequence = fields.Integer(readonly=True)
    salon_service_ids = fields.Many2many(related="employee_id.salon_service_ids")

    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("is_salon_stylist", "=", True), ("company_id", "=", config.company_id.id)]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "salon_level_id"]

    @api.model
    def _server_date_to_domain(self, domain):
        # The view has no write date of its own; a handful of names is loaded whole each time.
        return domain

    def _unrelevant_records(self, config):
        return self.filtered(lambda stylist: not stylist.active or not stylist.is_salon_stylist).ids
