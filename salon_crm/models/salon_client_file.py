import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, sql

from ..tools import client_key
from ..tools.phone import whole_number
from .calendar_event import FREE_STATES

COME = ("arrived", "in_service", "done")


class SalonClientFile(models.Model):
    _name = "salon.client.file"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Client File"
    _order = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    name = fields.Char(related="partner_id.name", readonly=False)
    active = fields.Boolean(related="partner_id.active", store=True)  # core looks for the column: see privacy_lookup
    phone = fields.Char(related="partner_id.phone", readonly=False)
    email = fields.Char(related="partner_id.email", readonly=False)
    birthdate_date = fields.Date(related="partner_id.birthdate_date", readonly=False)
    gender = fields.Selection(related="partner_id.gender", readonly=False)
    remind_day_before = fields.Boolean(help="The client wants the reminder of a visit the day before, and not earlier.")
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    keeper_id = fields.Many2one(
        "hr.employee",
        domain="[('is_salon_stylist', '=', True)]",
        help="The stylist who looks after this client and keeps the file.",
    )
    alert = fields.Char(help="What to avoid, in a few words; everyone in the salon sees it. Not why: that is private.")
    preferences = fields.Text(string="Other Wishes")
    next_booking = fields.Datetime(compute="_compute_next_booking")
    no_show_count = fields.Integer(related="partner_id.salon_no_show_count")
    no_show_rate = fields.Float(related="partner_id.salon_no_show_rate")
    late_cancel_count = fields.Integer(related="partner_id.salon_late_cancel_count")

    _partner_uniq = models.Constraint("UNIQUE (partner_id)", "This client has a file already. Open that one.")

    def _auto_init(self):
        self._take_over_reminders()
        return super()._auto_init()

    def _take_over_reminders(self):
        """Take over who wants to be reminded the day before: it used to stand in the table of all partners."""
        cr, name = self.env.cr, "remind_day_before"
        if not sql.column_exists(cr, "res_partner", f"salon_{name}") or not sql.table_exists(cr, self._table):
            return
        if not sql.column_exists(cr, self._table, name):
            sql.create_column(cr, self._table, name, "bool")
            cr.execute(
                "UPDATE salon_client_file file SET remind_day_before = TRUE"
                "  FROM res_partner client WHERE client.id = file.partner_id AND client.salon_remind_day_before"
            )

    def write(self, vals):
        self._check_keeper(vals.get("keeper_id"))
        return super().write(vals)

    def _check_keeper(self, keeper_id):
        """Refuse to make oneself the keeper of files whose health information one may not know: the keeper may."""
        keeper = self.env["hr.employee"].sudo().browse(keeper_id or [])
        if not self.env.su and keeper.user_id == self.env.user and self != self._filter_health_access():
            raise AccessError(self.env._("You don't serve this client yet. Ask a manager to make you the keeper."))

    @api.depends("partner_id")
    def _compute_display_name(self):
        for file in self:
            file.display_name = file.partner_id.display_name

    @api.model_create_multi
    def create(self, vals_list):
        """A file that names no contact makes one: a client who is written down, or imported, for the first time."""
        new = [vals for vals in vals_list if not vals.get("partner_id")]
        partners = self._create_partners(new) if new else self.env["res.partner"]
        own = {name for name, field in self._fields.items() if not self._is_of_partner(field)}
        ids = iter(partners.ids)
        files = super().create(
            [
                vals
                if vals.get("partner_id")
                else {**{name: value for name, value in vals.items() if name in own}, "partner_id": next(ids)}
                for vals in vals_list
            ]
        )
        if partners:
            partners.is_salon_client = True
        files._refresh_keys()
        return files

    @api.model
    def _create_partners(self, vals_list):
        """Create the contacts of new clients, with what their files say of them."""
        of_partner = {
            name: field.related.split(".")[1] for name, field in self._fields.items() if self._is_of_partner(field)
        }
        for vals in vals_list:
            if not (vals.get("name") or "").strip():
                raise ValidationError(self.env._("A client needs a name. Fill it in."))
        return self.env["res.partner"].create(
            [{of_partner[name]: value for name, value in vals.items() if name in of_partner} for vals in vals_list]
        )

    @api.model
    def _is_of_partner(self, field):
        """Tell whether `field` is one of the client's contact that the file shows and changes."""
        return bool(field.related and field.related.startswith("partner_id.") and not field.readonly)

    @api.model
    def _search_display_name(self, operator, value):
        """The list of clients is searched as the front desk searches them."""
        if operator == "ilike" and isinstance(value, str) and value.strip():
            keys = self.env["salon.client.key"].sudo()
            if not keys._finds(value.strip()):
                return Domain("partner_id", "any!", self.env["res.partner"]._salon_any_part_domain(value.strip()))
            files = keys._files_of(value.strip())
            return Domain.custom(
                to_sql=lambda model, alias, query: SQL("%s IN (%s)", SQL.identifier(alias, "id"), files)
            )
        return [("partner_id", operator, value)]

    def _refresh_keys(self):
        """Bring up to date by what these clients are found."""
        self.env["salon.client.key"].sudo()._refresh(self)

    def _search_keys(self):
        """Return by what this client is found, {(kind, key)}; other addons add what else is known."""
        self.ensure_one()
        keys = {(client_key.WORD, key) for key in client_key.name_keys(self.name)}
        keys |= self._phone_keys(self.phone)
        if email := email_normalize(self.email or ""):
            keys.add((client_key.EMAIL, email))
        if self.birthdate_date and self.name:
            keys.add((client_key.BIRTHDAY, f"{self.birthdate_date} {client_key.joined(self.name)}"))
        return keys

    def _phone_keys(self, phone):
        """Return the keys of a phone number: the same however it is written."""
        country = self.partner_id.country_id or (self.partner_id.company_id or self.env.company).country_id
        digits = re.sub(r"\D", "", whole_number(phone, country) or phone or "")
        return client_key.phone_keys(digits, digits.removeprefix(str(country.phone_code or "")))

    def _compute_next_booking(self):
        groups = self.env["calendar.event"]._read_group(
            [
                ("salon_client_id", "in", self.partner_id.ids),
                ("salon_state", "in", ("booked", "confirmed")),
                ("start", ">", fields.Datetime.now()),
            ],
            ["salon_client_id"],
            ["start:min"],
        )
        next_booking = {partner.id: start for partner, start in groups}
        for file in self:
            file.next_booking = next_booking.get(file.partner_id.id, False)

    def action_open_contact(self):
        """Open this client's contact, with all that Odoo knows of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    def action_view_bookings(self):
        return self._action_of_client("salon_crm.salon_booking_action", "salon_client_id", "default_salon_client_id")

    def action_view_lost(self):
        """Show the no-shows and late cancellations of this client."""
        action = self.action_view_bookings()
        return {**action, "domain": self.partner_id._salon_lost_domain(), "views": [(False, "list"), (False, "form")]}

    def _action_of_client(self, xmlid, field, default):
        """Return the action `xmlid` limited to this client, whom new records get."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(field, "=", self.partner_id.id)]
        action["context"] = {default: self.partner_id.id, "default_is_salon_booking": True}
        return action

    # Health -------------------------------------------------------------------------------------------------

    @api.model
    def _served_domain(self):
        """Return the domain of the clients whom this user serves, whatever else the user may see.

        A booking that is off serves nobody. One that stylists made for themselves shows them nothing before the client
        has come: else they could look at anybody's health and take the booking out again.
        """
        own = ("=", self.env.uid)
        made = ["|", ("create_uid", "!=", self.env.uid), ("salon_state", "in", COME)]
        booked = [("salon_line_ids.stylist_id.user_id", *own), ("salon_state", "not in", FREE_STATES), *made]
        return [
            "|",
            "|",
            ("keeper_id.user_id", *own),
            ("partner_id.salon_booking_ids", "any", booked),
            ("partner_id.salon_visit_ids.line_ids.performer_ids.employee_id.user_id", *own),
        ]

    def _filter_health_access(self):
        """Return those of these files whose health information this user may know: a manager's all, a stylist's those
        of clients they serve. The front desk alone, or a right on the system, is none."""
        user = self.env.user
        files = self.sudo(False)._filtered_access("read")
        if user._is_superuser():
            return files.browse()  # nobody: what runs by itself, such as a mail, is not to tell it
        if user.has_group("salon_crm.group_salon_manager"):
            return files
        if not user.has_group("salon_crm.group_salon_stylist"):
            return files.browse()
        served = files.sudo().with_context(active_test=False).search([("id", "in", files.ids), *self._served_domain()])
        return files & served

    def _check_health_access(self):
        """Refuse health information to who may not know it (invariant 11)."""
        if self != self._filter_health_access():
            raise AccessError(
                self.env._(
                    "Health information is for managers, and for the stylists who serve this client. Who books a client"
                    " for themselves sees it when the client has come."
                )
            )

    def reveal_health(self, purpose):
        """Return all that is noted of this client's health, and log that the user read it.

        :param str purpose: what for; one of the purposes of salon.access.log
        :return list: as `salon.health.note.reveal` gives it
        :raise AccessError, UserError: as there
        """
        self.ensure_one()
        self._check_health_access()
        notes = self.env["salon.health.note"].sudo().search([("file_id", "=", self.id)])
        if not notes:
            self.env["salon.access.log"]._note(notes, "notes", "read", purpose, files=self)
        return notes.sudo(False).reveal(purpose)

    def action_view_sensitivities(self):
        """Show what this client does not bear, to who may know it."""
        self._check_health_access()
        return self._health_action("salon_crm.salon_sensitivity_action")

    def action_view_overrides(self):
        """Show the exceptions that managers made for this client."""
        self._check_health_access()
        return self._health_action("salon_crm.salon_override_action")

    def action_make_override(self):
        """Ask a manager why this client may have a service all the same."""
        self._check_health_access()
        return self._health_action("salon_crm.salon_override_action_new")

    def _health_action(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": [("file_id", "=", self.id)], "context": {"default_file_id": self.id}}

    def _erase_health(self, purpose="request"):
        """Remove all that is noted of the health of these clients, and destroy their keys: no backup opens it again."""
        notes = self.env["salon.health.note"].sudo().search([("file_id", "in", self.ids)])
        sensitivities = self.env["salon.sensitivity"].sudo().search([("file_id", "in", self.ids)])
        self.env["salon.access.log"]._note(notes, "notes", "erase", purpose, files=self)
        notes.unlink()
        sensitivities.unlink()
        self.env["salon.health.key"].sudo().search([("file_id", "in", self.ids)])._destroy()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        """What was noted of a client's health, and who looked at it, goes by erasure alone."""
        for model in self._kept_with_file():
            if kept := self.env[model].sudo().search([("file_id", "in", self.ids)], limit=1).file_id:
                raise UserError(
                    self.env._(
                        "The file of %s stays: health information hangs on it, who looked at it, or what the client"
                        " agreed to. Archive the client instead.",
                        kept.partner_id.name,
                    )
                )

    @api.model
    def _kept_with_file(self):
        """Return the models that hang on a file and follow it when files are merged."""
        return ["salon.health.key", "salon.health.note", "salon.access.log", "salon.sensitivity", "salon.override"]
