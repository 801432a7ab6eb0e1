from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Who sees one that was changed since sees another: an exception that was made for the old one does not cover it.
MEANING = {"kind", "severity", "substance_id"}


def writes_log(method):
    """Mark a method of the web client that reads: here it also writes, the access log."""
    method._readonly = False
    return method


class SalonSensitivity(models.Model):
    """What a client does not bear, for those who may know their health. Each look at it is logged."""

    _name = "salon.sensitivity"
    _description = "Sensitivity"
    _order = "file_id, severity desc, id"

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, ondelete="restrict", index=True, readonly=True
    )
    substance_id = fields.Many2one("salon.substance", required=True, ondelete="restrict", index=True)
    kind = fields.Selection(
        [("allergy", "Allergy"), ("intolerance", "Intolerance"), ("taboo", "Taboo")],
        required=True,
        default="allergy",
        help="A taboo is what the client does not want, or must not have for now: bleach, touching the scalp.",
    )
    severity = fields.Selection(
        [("1", "Mild"), ("2", "Moderate"), ("3", "Severe")], required=True, default="2", copy=True
    )
    since = fields.Date()
    create_uid = fields.Many2one("res.users", string="Noted By", readonly=True)
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)

    @api.depends("substance_id", "severity")
    def _compute_display_name(self):
        labels = dict(self._fields["severity"]._description_selection(self.env))
        for one in self:
            one.display_name = f"{one.substance_id.name or ''} ({labels.get(one.severity, '')})"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create([{**vals, "version": 1} for vals in vals_list])
        records._log("change")
        return records

    def write(self, vals):
        vals = {name: value for name, value in vals.items() if name != "version"}
        if "file_id" in vals and self.filtered(lambda one: one.file_id.id != vals["file_id"]):
            raise UserError(self.env._("A sensitivity stays with its client. Note it anew in the other file."))
        if MEANING & vals.keys():
            for one in self:
                super(SalonSensitivity, one).write({**vals, "version": one.version + 1})
        else:
            super().write(vals)
        self._log("change")
        return True

    def unlink(self):
        self.check_access("unlink")
        self._log("remove")
        return super().unlink()

    # The log ------------------------------------------------------------------------------------------------

    def _log(self, operation):
        """Note what the user does with these; the system's own work is none."""
        purpose = "list" if operation in ("read", "export") else "update"
        if not self.env.su:
            self.env["salon.access.log"]._note(self, "sensitivities", operation, purpose)

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        self._origin._log("read")
        return result

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        self._log("export")
        return result

    @writes_log
    def read(self, fields=None, load="_classic_read"):
        return super().read(fields, load)

    @writes_log
    def web_read(self, specification):
        return super().web_read(specification)

    @writes_log
    @api.model
    def search_read(self, *args, **options):
        return super().search_read(*args, **options)

    @writes_log
    @api.model
    def web_search_read(self, *args, **options):
        return super().web_search_read(*args, **options)

    @writes_log
    @api.model
    def name_search(self, *args, **options):
        found = super().name_search(*args, **options)
        self.browse(id_ for id_, _name in found)._log("read")
        return found

    @writes_log
    @api.model
    def formatted_read_group(self, domain, *args, **options):
        self.search(domain)._log("read")
        return super().formatted_read_group(domain, *args, **options)

    @writes_log
    @api.model
    def web_read_group(self, domain, *args, **options):
        return super().web_read_group(domain, *args, **options)

    @writes_log
    @api.model
    def read_group(self, domain, *args, **options):
        self.search(domain)._log("read")
        return super().read_group(domain, *args, **options)

    # Contraindications --------------------------------------------------------------------------------------

    @api.model
    def _find_contraindicated(self, wanted, day):
        """Return the first of `wanted` that must not be, None where all may (invariant 4).

        :param list wanted: (partner id, product.product)
        :param date day: on which; an exception that a manager made holds until a day
        """
        named = self.env["product.template"]._salon_contraindications()
        if not named:
            return None
        wanted = [(client, product) for client, product in wanted if client and product.product_tmpl_id.id in named]
        if not wanted:
            return None
        clients = {client for client, _product in wanted}
        known = self.sudo().search([("file_id.partner_id", "in", list(clients))])
        exceptions = (
            self.env["salon.override"].sudo().search([("file_id", "in", known.file_id.ids), ("valid_until", ">=", day)])
        )
        for client, product in wanted:
            template = product.product_tmpl_id
            against = known.filtered(
                lambda one, client=client, template=template: (
                    one.file_id.partner_id.id == client and one.substance_id.id in named[template.id]
                )
            )
            its = exceptions.filtered(
                lambda one, client=client, template=template: (
                    one.product_tmpl_id == template and one.file_id.partner_id.id == client
                )
            )
            if any(not its._covers(one) for one in against):
                return client, product
        return None

    @api.model
    def _refuse_contraindicated(self, wanted, day):
        """Refuse what a client must not have; the sentence does not tell why, to nobody.

        :raise ValidationError: see `_find_contraindicated`
        """
        if found := self._find_contraindicated(wanted, day):
            raise ValidationError(
                self.env._("This client can't have “%s”. Ask a manager.", found[1].with_env(self.env).sudo().name)
            )
