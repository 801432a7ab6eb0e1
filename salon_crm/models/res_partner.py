from odoo import api, fields, models

STAFF = "salon_crm.group_salon_stylist,salon_crm.group_salon_reception"


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_salon_client = fields.Boolean(string="Salon Client", index="btree_not_null")
    birthdate_date = fields.Date(string="Birthday", groups=STAFF)
    gender = fields.Selection([("male", "Male"), ("female", "Female"), ("other", "Other")], groups=STAFF)
    salon_file_ids = fields.One2many("salon.client.file", "partner_id", string="Client File", groups=STAFF)
    salon_booking_ids = fields.One2many("calendar.event", "salon_client_id", string="Bookings", groups=STAFF)
    salon_visit_ids = fields.One2many("salon.visit", "partner_id", string="Visits", groups=STAFF)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("is_salon_client")._ensure_salon_file()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_salon_client"):
            self._ensure_salon_file()
        return result

    def _make_salon_clients(self):
        """Make clients of those who are none yet: who is booked or served has a file."""
        self.sudo().filtered(lambda partner: not partner.is_salon_client).is_salon_client = True

    def _ensure_salon_file(self):
        """Open a file for each of these partners that has none."""
        files = self.env["salon.client.file"].sudo()
        known = files.search([("partner_id", "in", self.ids)]).partner_id
        files.create([{"partner_id": partner.id} for partner in self - known])

    def action_open_salon_file(self):
        """Open this client's file."""
        self.ensure_one()
        self._make_salon_clients()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.client.file",
            "res_id": self.env["salon.client.file"].search([("partner_id", "=", self.id)]).id,
            "view_mode": "form",
        }
