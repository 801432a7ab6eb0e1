from odoo import api, fields, models
from odoo.tools import SQL

STAFF = "salon_crm.group_salon_stylist,salon_crm.group_salon_reception"
# What a client is found by.
SEARCHED = {"name", "phone", "email", "birthdate_date", "country_id", "company_id"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_salon_client = fields.Boolean(string="Salon Client", index="btree_not_null", groups=STAFF)
    birthdate_date = fields.Date(string="Birthday", groups=STAFF)
    gender = fields.Selection([("male", "Male"), ("female", "Female"), ("other", "Other")], groups=STAFF)
    salon_file_ids = fields.One2many("salon.client.file", "partner_id", string="Client File", groups=STAFF)
    salon_booking_ids = fields.One2many("calendar.event", "salon_client_id", string="Bookings", groups=STAFF)
    salon_visit_ids = fields.One2many("salon.visit", "partner_id", string="Visits", groups=STAFF)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.sudo().filtered("is_salon_client")._ensure_salon_file()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_salon_client"):
            self._ensure_salon_file()
        if SEARCHED & vals.keys():
            self._refresh_salon_keys()
        if "name" in vals and (clients := self.sudo().filtered("is_salon_client")):
            coming = [("salon_client_id", "in", clients.ids), ("start", ">", fields.Datetime.now())]
            for booking in self.env["calendar.event"].sudo().search(coming):
                booking._salon_show_to_stylists()
        return result

    def _make_salon_clients(self):
        """Make clients of those who are none yet: who is booked or served has a file.

        Two bookings of a new client wait for each other here: the second is told to try again, which is no error, and
        then finds the file.
        """
        new = self.sudo().filtered(lambda partner: not partner.is_salon_client)
        if not new:
            return
        new.flush_recordset()
        update = SQL(
            "UPDATE res_partner SET is_salon_client = TRUE, write_date = timezone('UTC', now()) WHERE id = ANY(%s)",
            new.ids,
        )
        self.env.cr.execute(update, log_exceptions=False)
        new.invalidate_recordset(["is_salon_client", "write_date"])
        new._ensure_salon_file()

    def _ensure_salon_file(self):
        """Open a file for each of these partners that has none."""
        files = self.env["salon.client.file"].sudo()
        files.flush_model(["partner_id"])
        # Asked of the database: a merge has moved files behind the cache's back.
        known = self.env.execute_query(
            SQL("SELECT partner_id FROM salon_client_file WHERE partner_id = ANY(%s)", self.ids)
        )
        missing = set(self.ids) - {partner_id for (partner_id,) in known}
        files.create([{"partner_id": partner_id} for partner_id in sorted(missing)])

    def _refresh_salon_keys(self):
        """Bring up to date by what those of these partners are found who are clients."""
        if clients := self.sudo().filtered("is_salon_client"):
            files = self.env["salon.client.file"].sudo().with_context(active_test=False)
            files.search([("partner_id", "in", clients.ids)])._refresh_keys()

    def _salon_channels(self, company):
        """Return by which channels a booking in `company` is told to this client: of "email" and "sms"; none where
        they can only be called."""
        channels = []
        if company.salon_message_email and self.email_normalized:
            channels.append("email")
        use = company.salon_message_sms
        if self.phone_sanitized and (use == "all" or (use == "no_email" and not channels)):
            channels.append("sms")
        return channels

    def _salon_reached_by(self, company):
        """Return how this client is told of a booking in `company`, for people: an email address, a phone number, or
        that they are called."""
        addresses = {"email": self.email_normalized, "sms": self.env._("SMS to %s", self.phone)}
        channels = self._salon_channels(company)
        return ", ".join(addresses[channel] for channel in channels) or self.env._("Call")

    def _get_salon_alerts(self):
        """Return {partner id: what to avoid}, of the files that this user may read."""
        files = self.env["salon.client.file"]
        if not files.has_access("read"):
            return {}
        return {file.partner_id.id: file.alert for file in files.search([("partner_id", "in", self.ids)])}

    def action_open_salon_file(self):
        """Open this client's file, a new one for who had none."""
        self.ensure_one()
        self.env["salon.client.file"].check_access("create")
        self._make_salon_clients()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.client.file",
            "res_id": self.env["salon.client.file"].search([("partner_id", "=", self.id)]).id,
            "view_mode": "form",
        }
