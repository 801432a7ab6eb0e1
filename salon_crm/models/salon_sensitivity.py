from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# Who sees one that was changed since sees another: an exception that was made for the old one does not cover it.
MEANING = {"kind", "severity", "substance_id"}
READ = "salon.sensitivity.read"


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

    def _compute_display_name(self):
        """The name says nothing: activities and attachments keep or show it, and nobody logs that."""
        self.display_name = self.env._("Sensitivity")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create([{**vals, "version": 1} for vals in vals_list])
        records._log("change")
        return records

    def write(self, vals):
        vals = {name: value for name, value in vals.items() if name != "version"}
        if "file_id" in vals and self.filtered(lambda one: one.file_id.id != vals["file_id"]):
            raise UserError(self.env._("A sensitivity stays with its client. Note it anew in the other file."))
        self._check_substance(vals)
        if MEANING & vals.keys():
            for one in self:
                super(SalonSensitivity, one).write({**vals, "version": one.version + 1})
        else:
            super().write(vals)
        self._log("change")
        return True

    def _check_substance(self, vals):
        """Leave taking a contraindication away to managers, be it by making another one of it."""
        other = "substance_id" in vals and self.filtered(lambda one: one.substance_id.id != vals["substance_id"])
        if other and not self.env.su and not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise UserError(self.env._("Note the other substance anew, and ask a manager to take this one out."))

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

    def _log_reading(self):
        """Note that the user read these, once for what one call reads by several steps."""
        queue = self.env.cr.precommit
        if READ not in queue.data:
            queue.data[READ] = set()
            queue.add(queue.data[READ].clear)  # what is queued has the set forgotten with it, at each savepoint too
        seen = queue.data[READ]
        new = self.filtered(lambda one: (self.env.uid, one.id) not in seen)
        seen.update((self.env.uid, one.id) for one in new)
        new._log("read")

    def _search(self, domain, *args, **options):
        """Log what is found: searching, counting, grouping, copying and most reading begins here."""
        query = super()._search(domain, *args, **options)
        if not self.env.su and not options.get("bypass_access"):
            self.browse(query)._log_reading()
        return query

    def _read_format(self, fnames, load="_classic_read"):
        """Log also what was known already and is not searched for any more."""
        if not self.env.su:
            self._origin._log_reading()
        return super()._read_format(fnames, load)

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
        return super().name_search(*args, **options)

    @writes_log
    @api.model
    def web_read_group(self, *args, **options):
        return super().web_read_group(*args, **options)

    # Contraindications --------------------------------------------------------------------------------------

    @api.model
    def _find_contraindicated(self, wanted, day):
        """Return the first of `wanted` that must not be on a day, None where all may (invariant 4).

        :param list wanted: (partner id, product.product id)
        :param date day: on which; an exception that a manager made holds until a day
        """
        allowed = self._allowed_until(wanted)
        return next((one for one in wanted if one in allowed and day > allowed[one]), None)

    @api.model
    def _allowed_until(self, wanted):
        """Return {(partner id, product id): last day} of those of `wanted` that something speaks against: the last day
        of the exceptions that cover all of it, long ago where it is not covered.

        An exception covers the sensitivities that were known when it was made, as they were.
        """
        wanted = [one for one in wanted if all(one)]
        if not wanted:
            return {}
        self.flush_model()
        self.env["salon.override"].flush_model()
        self.env["salon.client.file"].flush_model(["partner_id"])
        self.env["product.template"].flush_model(["salon_contraindication_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT file.partner_id, product.id,
                       MIN(COALESCE((SELECT MAX(override.valid_until) FROM salon_override override
                                      WHERE override.file_id = file.id
                                        AND override.product_tmpl_id = product.product_tmpl_id
                                        AND (override.covers ->> one.id::text)::int = one.version), %s))
                  FROM salon_sensitivity one
                  JOIN salon_client_file file ON file.id = one.file_id
                  JOIN salon_service_contraindication_rel service ON service.substance_id = one.substance_id
                  JOIN product_product product ON product.product_tmpl_id = service.product_tmpl_id
                 WHERE file.partner_id = ANY(%s) AND product.id = ANY(%s)
                 GROUP BY 1, 2
                """,
                date.min,
                [client_id for client_id, _product_id in wanted],
                [product_id for _client_id, product_id in wanted],
            )
        )
        found = {(client_id, product_id): day for client_id, product_id, day in rows}
        return {one: found[one] for one in wanted if one in found}

    @api.model
    def _refuse_contraindicated(self, wanted, day):
        """Refuse what a client must not have; the sentence does not tell why.

        :raise ValidationError: see `_find_contraindicated`
        """
        if found := self._find_contraindicated(wanted, day):
            raise ValidationError(self._refusal(*found)["message"])

    @api.model
    def _refusal(self, client_id, product_id):
        """Return what this user is told of a service that a client must not have: "message", "service_id" (of
        product.template), "file_id" (False, or whose sensitivities say why to this user) and "may_except" (bool)."""
        file = self.env["salon.client.file"].sudo().search([("partner_id", "=", client_id)])
        known = file.with_env(self.env)._filter_health_access()
        may_except = bool(known) and self.env.user.has_group("salon_crm.group_salon_manager")
        service = self.env["product.product"].sudo().browse(product_id).product_tmpl_id
        if may_except:
            message = self.env._(
                "This client can't have “%s”, unless you make an exception in their file.", service.name
            )
        else:
            message = self.env._("This client can't have “%s”. Ask a manager.", service.name)
        return {"message": message, "service_id": service.id, "file_id": known.id, "may_except": may_except}
