from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import client_key


class SalonClientFile(models.Model):
    """Clients of before, from a table: Odoo's own import writes down a contact and a file for each row."""

    _name = "salon.client.file"
    _inherit = ["salon.client.file", "salon.import.table"]
    _most_rows = 10_000

    @api.model
    def get_import_templates(self):
        return [
            {"label": self.env._("Template for Clients"), "template": "/salon/import_template/salon.client.file"},
        ]

    @api.model
    def _import_columns(self):
        """Return what the template asks for: field and example."""
        return [
            ("name", self.env._("Li Na")),
            ("phone", "139 0000 1111"),
            ("second_phone", ""),
            ("wechat", "lina_hair"),
            ("email", "li.na@example.com"),
            ("birthdate_date", "1990-05-17"),
            ("gender", self._label("gender", "female")),
            ("city", ""),
            ("region", self._label("region", "city")),
            ("occupation", ""),
            ("hobbies", ""),
            ("source_id", ""),
            ("alert", ""),
            ("style_preference", ""),
            ("colour_preference", ""),
            ("care_preference", ""),
            ("product_preference", ""),
            ("talk_preference", self._label("talk_preference", "quiet")),
            ("drink_preference", ""),
            ("preferences", ""),
            ("taboos", ""),
        ]

    def _label(self, name, value):
        return dict(self._fields[name]._description_selection(self.env))[value]


class SalonVisit(models.Model):
    """Visits of before, from a table: they are done, and nobody is written to over them.

    They lock when the correction period from now on is over: until then their formulas can be brought too.
    """

    _name = "salon.visit"
    _inherit = ["salon.visit", "salon.import.table"]

    client_phone = fields.Char(
        string="Client's Phone",
        related="partner_id.phone",
        readonly=False,
        help="By this an import finds whose visit it was.",
    )

    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Template for Visits"), "template": "/salon/import_template/salon.visit"}]

    @api.model
    def _import_columns(self):
        """Return what the template asks for: field and example."""
        return [
            ("client_phone", "139 0000 1111"),
            ("date", "2026-03-21 14:00:00"),
            ("line_ids/product_id", ""),
            ("line_ids/performer_ids/employee_id", ""),
            ("note", ""),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """Find clients by their phones where a row names no other, and close what an import brings of before."""
        vals_list = self._take_clients_by_phone(vals_list)
        if not self.env.context.get("import_file"):
            return super().create(vals_list)
        self._check_import(vals_list)
        # A sensitivity of today is no reason to refuse what was done years ago.
        visits = super(SalonVisit, self.sudo()).create(vals_list).sudo(False)
        visits._close_imported()
        return visits

    @api.model
    def _check_import(self, vals_list):
        """Visits of before are for a manager to bring, into the companies that they work in."""
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise UserError(self.env._("Visits are imported by a manager. Ask one to do it."))
        foreign = {vals["company_id"] for vals in vals_list if vals.get("company_id")} - set(self.env.companies.ids)
        if foreign:
            raise UserError(self.env._("Visits are imported into your own company. Switch to the other one first."))
        if not all(vals.get("partner_id") for vals in vals_list):
            raise UserError(self.env._("Say whose visit it was, by the client's phone or name."))
        if any(fields.Datetime.to_datetime(vals.get("date") or False) is None for vals in vals_list):
            raise UserError(self.env._("Say when the visit was."))

    @api.model
    def _take_clients_by_phone(self, vals_list):
        """Return the values with the client of each phone where they name none."""
        taken = []
        for vals in vals_list:
            vals = dict(vals)  # an import that failed comes again with the same values, row by row
            phone = vals.pop("client_phone", None)
            if phone and not vals.get("partner_id"):
                vals["partner_id"] = self._get_client_of(phone).id
            taken.append(vals)
        return taken

    @api.model
    def _get_client_of(self, phone):
        """Return the client who has this phone, however it is written; a phone of nobody or of several is refused."""
        files = self.env["salon.client.file"]
        keys = [key for key in files._phone_keys(phone) if key[0] == client_key.PHONE]
        partners = files._files_with(keys).filtered("partner_id.active").partner_id
        if not partners:
            raise UserError(self.env._("No client has the phone %s. Import the clients first.", phone))
        if len(partners) > 1:
            raise UserError(
                self.env._("Several clients have the phone %s. Name the client instead, or merge them first.", phone)
            )
        return partners

    def _close_imported(self):
        """Close what is over: nobody pays for or follows up what was done in another system."""
        now = fields.Datetime.now()
        for visit in self.sudo().filtered(lambda visit: visit.date < now - timedelta(days=1)):
            locked_at = now + timedelta(hours=visit.company_id.salon_correction_hours)
            visit.write({"state": "done", "done_at": visit.date, "locked_at": locked_at})

    def _is_imported(self):
        """Tell whether this visit was done in another system: before it was noted here."""
        return bool(self.done_at and self.done_at < self.create_date - timedelta(hours=1))
