from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SalonOverride(models.Model):
    """A manager's word that a client has a service all the same, with the reason, kept for ever (invariant 4).

    The reason says something of the client's health: it lies encrypted, and is shown by `reveal` alone.
    """

    _name = "salon.override"
    _inherit = ["salon.kept.line"]
    _description = "Exception for a Client"
    _order = "id desc"
    _log_access = False
    _rec_name = "product_tmpl_id"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, ondelete="restrict", index=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Service",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('is_salon_service', '=', True), '|', ('salon_contraindication_ids', '!=', False),"
        " ('salon_patch_test_line_ids', '!=', False)]",
    )
    valid_until = fields.Date(
        required=True,
        default=lambda self: self.env.company._salon_today() + timedelta(days=30),
        help="The last day on which the client may have the service for this reason.",
    )
    reason = fields.Text(store=False, help="Why it is safe for this client. It is kept encrypted, and for ever.")
    cipher = fields.Text(required=True, readonly=True, groups=fields.NO_ACCESS)
    key_id = fields.Many2one(
        "salon.health.key", required=True, readonly=True, ondelete="restrict", groups=fields.NO_ACCESS
    )
    covers = fields.Json(readonly=True, groups=fields.NO_ACCESS, help="The sensitivities it is about, as they were.")

    @api.model_create_multi
    def create(self, vals_list):
        user = self.env.user
        if not user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Exceptions are for managers. Ask one of them."))
        self.check_access("create")
        prepared = [self._prepare(vals) for vals in vals_list]
        overrides = super(SalonOverride, self.sudo()).create(prepared).with_env(self.env)
        for override in overrides:
            self.env["salon.access.log"]._note(override, "override", "change", "update")
        return overrides

    def _prepare(self, vals):
        """Return the values of an exception: what it is about, and its reason as it may lie in the database."""
        reason = (vals.get("reason") or "").strip()
        file = self.env["salon.client.file"].browse(vals.get("file_id")).exists()
        service = self.env["product.template"].browse(vals.get("product_tmpl_id")).exists()
        valid_until = fields.Date.to_date(vals.get("valid_until"))
        if not file or not service or not valid_until or not reason:
            raise UserError(self.env._("An exception needs the client, the service, the last day and a reason."))
        if valid_until < self.env.company._salon_today():
            raise UserError(self.env._("The last day of an exception can't be over already."))
        file._check_health_access()
        covers = self._prepare_covers(file, service, valid_until)
        if not covers:
            raise UserError(self.env._("Nothing speaks against “%s” for this client. Just book it.", service.name))
        key = self.env["salon.health.key"]._of_file(file)
        return {
            "file_id": file.id,
            "product_tmpl_id": service.id,
            "valid_until": valid_until,
            "cipher": key._encrypt(reason),
            "key_id": key.id,
            "covers": covers,
            **self.env.user._salon_signature(),
        }

    @api.model
    def _prepare_covers(self, file, service, valid_until):
        """Return what an exception is about, as it is now: {"id of a sensitivity": its version}."""
        substances = service.sudo().salon_contraindication_ids
        against = (
            self.env["salon.sensitivity"]
            .sudo()
            .search([("file_id", "=", file.id), ("substance_id", "in", substances.ids)])
        )
        return {str(one.id): one.version for one in against}

    def reveal(self, purpose):
        """Return why these exceptions were made, and log that the user read it.

        :raise AccessError, UserError: as `salon.health.note.reveal`
        """
        overrides = self.sudo().exists()
        self.env["salon.access.log"]._check_purpose(purpose)
        overrides.file_id.with_env(self.env)._check_health_access()
        texts = [override.key_id._decrypt([override.cipher])[0] for override in overrides]
        self.env["salon.access.log"]._note(overrides, "override", "read", purpose)
        return [{"id": override.id, "reason": text} for override, text in zip(overrides, texts, strict=True)]

    def action_show_reason(self):
        """Show why; it goes to this screen alone."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Reason"),
                "message": self.reveal("review")[0]["reason"],
                "type": "info",
                "sticky": True,
            },
        }
