from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import client_key

ALIKE = (client_key.PHONE, client_key.EMAIL, client_key.BIRTHDAY)


class SalonClientDuplicate(models.Model):
    """Clients who may be one person: with the same phone, however it is written, the same email, or the same name and
    birthday. Computed from the keys by which clients are found."""

    _name = "salon.client.duplicate"
    _description = "Possible Duplicate"
    _auto = False
    _order = "kind desc, shared, id"

    kind = fields.Selection(
        [
            (client_key.PHONE, "Same Phone"),
            (client_key.EMAIL, "Same Email"),
            (client_key.BIRTHDAY, "Same Name and Birthday"),
        ],
        string="Why",
        readonly=True,
    )
    shared = fields.Char(string="What They Share", readonly=True)
    file_id = fields.Many2one("salon.client.file", string="Client", readonly=True)
    partner_id = fields.Many2one(related="file_id.partner_id", string="Contact")
    phone = fields.Char(related="file_id.phone")
    email = fields.Char(related="file_id.email")
    birthdate_date = fields.Date(related="file_id.birthdate_date")
    keeper_id = fields.Many2one(related="file_id.keeper_id")
    last_visit = fields.Datetime(related="file_id.last_visit")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT key.id, key.kind, key.file_id,
                   CASE WHEN key.kind = 'phone' THEN reverse(key.key) ELSE key.key END AS shared
              FROM salon_client_key key
              JOIN salon_client_file file ON file.id = key.file_id
              JOIN res_partner partner ON partner.id = file.partner_id
             WHERE partner.active
               AND (key.kind, key.key) IN (
                   SELECT kind, key FROM salon_client_key WHERE kind = ANY(%(alike)s)
                    GROUP BY kind, key HAVING COUNT(*) > 1)
               AND EXISTS (
                   SELECT FROM salon_client_key other
                     JOIN salon_client_file other_file ON other_file.id = other.file_id
                     JOIN res_partner other_partner ON other_partner.id = other_file.partner_id
                    WHERE other.kind = key.kind AND other.key COLLATE "C" = key.key COLLATE "C"
                      AND other.file_id <> key.file_id AND other_partner.active
                      AND NOT EXISTS (SELECT FROM salon_client_other_person apart
                                       WHERE apart.file_id = key.file_id AND apart.other_id = other.file_id))
            """,
            alike=list(ALIKE),
        )

    def action_merge(self):
        """Merge these clients with Odoo's own wizard: one contact and one file stay, with what all of them say."""
        partners = self.file_id.partner_id
        if len(partners) < 2:
            raise UserError(self.env._("Choose two or three clients who are the same person, then merge them."))
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_merge")
        return {**action, "context": {"active_model": "res.partner", "active_ids": partners.ids}}

    def action_keep_apart(self):
        """Note that these are different people, who share a phone for one: they are not shown together any more."""
        files = self.file_id
        if len(files) < 2:
            raise UserError(self.env._("Choose the clients who are different people."))
        for file in files:
            file.other_person_ids |= files - file


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    other_person_ids = fields.Many2many(
        "salon.client.file",
        "salon_client_other_person",
        "file_id",
        "other_id",
        string="Somebody Else",
        copy=False,
        help="Clients who share a phone or a name with this one, and are not the same person.",
    )
    same_names = fields.Char(
        string="Possibly the Same As",
        compute="_compute_same_names",
        help="Clients with the same phone, the same email, or the same name and birthday.",
    )

    @api.depends("name", "phone", "second_phone", "email", "birthdate_date", "other_person_ids")
    @api.depends_context("uid")
    def _compute_same_names(self):
        for file in self:
            same = file._same_as()
            file.same_names = ", ".join(" ".join(filter(None, (one.name, one.phone))) for one in same)

    def _same_as(self):
        """Return the files of those who may be the same person as this one, or as who is being written down here."""
        self.ensure_one()
        keys = [(kind, key) for kind, key in self._search_keys() if kind in ALIKE]
        return self._files_with(keys) - self._origin - self.other_person_ids._origin

    @api.model
    def _files_with(self, keys):
        """Return the files, of those that the user may read, which have one of these keys."""
        if not keys:
            return self.browse()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT file_id FROM salon_client_key WHERE %s",
                SQL(" OR ").join(SQL('(kind = %s AND key COLLATE "C" = %s)', kind, key) for kind, key in keys),
            )
        )
        return self.search([("id", "in", [file_id for (file_id,) in rows])], limit=5) if rows else self.browse()

    def action_view_same(self):
        """Show this client and who may be the same person, to merge them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_client_duplicate_action")
        return {**action, "domain": [("file_id", "in", (self | self._same_as()).ids)]}


class ResPartner(models.Model):
    _inherit = "res.partner"

    salon_same_names = fields.Char(
        string="Possibly the Same As",
        compute="_compute_salon_same_names",
        groups="salon_crm.group_salon_stylist,salon_crm.group_salon_reception",
    )

    @api.depends("name", "phone", "email")
    @api.depends_context("uid")
    def _compute_salon_same_names(self):
        files = self.env["salon.client.file"]
        for partner in self:
            new = files.new({"name": partner.name, "phone": partner.phone, "email": partner.email})
            same = new._same_as().filtered(lambda file, own=partner: file.partner_id != own._origin)
            partner.salon_same_names = ", ".join(" ".join(filter(None, (one.name, one.phone))) for one in same)
