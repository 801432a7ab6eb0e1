import json
import re
import tempfile
import zipfile

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

TECHNICAL = {"id", "create_uid", "write_uid", "write_date", "display_name"}
SKIPPED = ("one2many", "many2many", "binary", "image", "many2one_reference", "reference")


class SalonClientExport(models.AbstractModel):
    """All that is known of a client, for the client: a zip with one readable file of data, and their files.

    What is in it is said by `salon.personal.data`. Records are read as the manager who asks: what they may not see is
    not in it, and the export says so.
    """

    _name = "salon.client.export"
    _description = "Export of a Client's Data"

    @api.model
    def _write_zip(self, file):
        """Return a temporary file, open at its beginning, that holds the export; it is gone when it is closed.

        :param file: salon.client.file of one client
        :raise AccessError: the user is no manager, or may not read this client
        """
        file.ensure_one()
        self._check_may_export(file)
        self.env.flush_all()
        left_out = []
        data = self._collect(file, left_out)
        attachments = self._attachments(file)
        data["files"] = []
        target = tempfile.TemporaryFile()  # noqa: SIM115  (whoever sends it closes it)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, attachment in self._names(attachments):
                if not attachment.raw:
                    left_out.append(self.env._("The file %s can't be read any more.", attachment.name))
                    continue
                archive.writestr(f"files/{name}", attachment.raw)
                data["files"].append(
                    {"file": f"files/{name}", "name": attachment.name, "date": self._plain(attachment.create_date)}
                )
            data["photos"] = self._write_photos(archive, file, left_out)
            data["left_out"] = left_out
            archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        records = sum(len(rows) for rows in data["records"].values())
        self.env["salon.access.log"].sudo().create(
            {
                "file_id": file.id,
                "what": "everything",
                "operation": "export",
                "purpose": "request",
                "records": records,
                **self.env.user._salon_signature(),
            }
        )
        target.seek(0)
        return target

    @api.model
    def _write_photos(self, archive, file, left_out):
        """Write the photos of the client's visits into the zip, log them as exported, and return what they are."""
        photos = file._photos()
        visits = photos.visit_id.with_env(self.env)._filtered_access("read")
        photos = photos.filtered(lambda photo: photo.visit_id.id in visits.ids)
        written = []
        try:
            for photo in photos:
                content, note = photo._open()
                name = f"photos/{photo.visit_id.date:%Y-%m-%d}-{photo.moment}-{photo.id}.jpg"
                archive.writestr(name, content)
                written.append({"file": name, "date": self._plain(photo.visit_id.date), "shows": note})
                photo.invalidate_recordset(["cipher"])  # only one of them in memory
        except UserError as error:
            left_out.append(self.env._("Photos: %s", error.args[0]))
        self.env["salon.access.log"]._note(photos[: len(written)], "photos", "export", "request")
        return written

    @api.model
    def _check_may_export(self, file):
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("All data of a client is exported by managers. Ask one of them."))
        file.check_access("read")
        file._check_health_access()

    @api.model
    def _collect(self, file, left_out):
        """Return the data, and add to `left_out` what is not in it and why."""
        partner = file.partner_id
        return {
            "what": self.env._("All that %s knows of this client", self.env.company.name),
            "made_on": self._plain(fields.Datetime.now()),
            "made_by": self.env.user.name,
            "times_are_in": "UTC",
            "client": self._person(partner),
            "health": self._health(file, left_out),
            "records": self._records(file, left_out),
            "messages": self._messages(file),
        }

    @api.model
    def _person(self, partner):
        names = [
            name
            for name, field in partner._fields.items()
            if field.store
            and field.type not in SKIPPED
            and name not in TECHNICAL
            and not name.startswith(("property_", "specific_", "message_", "activity_", "rating_"))
            and partner._has_field_access(field, "read")
        ]
        person = self._row(partner, names)
        if categories := partner.category_id:
            person[self._label(partner, "category_id")] = categories.mapped("name")
        if addresses := partner.with_context(active_test=False).child_ids:
            person["addresses"] = [self._row(one, names) for one in addresses]
        return person

    @api.model
    def _records(self, file, left_out):
        """Return {what: rows} of all records that hang on the client and that the user may read."""
        data = self.env["salon.personal.data"]
        left_out.append(
            self.env._(
                "Records of companies other than %s, where there are any.",
                ", ".join(self.env.companies.mapped("name")),
            )
        )
        found, seen = {}, {}
        for answer in data._installed_answers():
            if answer.left_out:
                left_out.append(answer.left_out)
            if answer.export == ():
                continue
            records = data._find(answer, self.env["salon.erasure"]._people(file))
            records = self._readable(answer, records) - seen.get(answer.model, records.browse())
            seen[answer.model] = seen.get(answer.model, records.browse()) | records
            if not records:
                continue
            names = [name for name in answer.export or self._all_fields(answer) if name in records._fields]
            rows = [self._row(record, names) for record in records]
            rows = [row for row in rows if row]
            if rows:
                found.setdefault(self._title(answer.model), []).extend(rows)
        left_out.append(self.env._("Names of colleagues who looked at health information."))
        return found

    @api.model
    def _title(self, model):
        return self.env["ir.model"].sudo()._get(model).name or model

    @api.model
    def _readable(self, answer, records):
        """Return those of these records that the user may know of: by the rules of their model, or by their company
        where no role has a right on the model itself."""
        mine = records.with_env(self.env)
        if mine.has_access("read"):
            return mine.sudo()
        if mine.browse().has_access("read"):
            return mine._filtered_access("read").sudo()
        if "company_id" in records._fields:
            allowed = (*self.env.companies.ids, False)
            return records.filtered(lambda record: record.company_id.id in allowed)
        return records

    @api.model
    def _all_fields(self, answer):
        """Return the stored fields that say something of a client."""
        model = self.env[answer.model]
        return [
            name
            for name, field in model._fields.items()
            if (field.store or field.related)
            and field.type not in SKIPPED
            and name not in TECHNICAL - {"id"}
            and name != "id"
            and field.groups != fields.NO_ACCESS
            and not name.startswith(("message_", "activity_", "rating_", "my_activity", "website_message"))
            and name not in ("currency_id", "sequence", "version", "cost", "developer_cost", "avatar_128")
        ]

    @api.model
    def _row(self, record, names):
        """Return {label: value} of what a record says."""
        row = {}
        for name in names:
            value = self._value(record.sudo(), name)
            if value not in (None, "", []):
                row[self._label(record, name)] = value
        return row

    @api.model
    def _label(self, record, name):
        return record._fields[name]._description_string(self.env) or name

    @api.model
    def _value(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return bool(value)
        if field.type in ("integer", "float", "monetary"):
            return value
        if not value:
            return None
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "many2one":
            return value.display_name
        if field.relational:
            return value.mapped("display_name")
        if isinstance(value, bytes):
            return value.decode()  # a picture, as base64
        if field.type == "html":
            return html2plaintext(value).strip()
        return self._plain(value)

    @staticmethod
    def _plain(value):
        """Return a value as JSON has it, dates as ISO 8601 has them."""
        return value.isoformat() if hasattr(value, "isoformat") else value

    @api.model
    def _health(self, file, left_out):
        """Return what is noted of the client's health, and log it as exported."""
        log = self.env["salon.access.log"]
        notes = self.env["salon.health.note"].sudo().search([("file_id", "=", file.id)])
        overrides = self.env["salon.override"].sudo().search([("file_id", "=", file.id)])
        sensitivities = self.env["salon.sensitivity"].sudo().search([("file_id", "=", file.id)])
        intakes = self.env["salon.intake"].sudo().search([("file_id", "=", file.id), ("cipher", "!=", False)])
        health = {
            "sensitivities": [
                self._row(one, ["substance_id", "kind", "severity", "since", "create_date"]) for one in sensitivities
            ]
        }
        try:
            health["notes"] = notes._open()
            health["exceptions"] = [
                {
                    **self._row(one, ["product_tmpl_id", "valid_until", "created_at"]),
                    "reason": one.key_id._decrypt([one.cipher])[0],
                }
                for one in overrides
            ]
            health["intake"] = [
                {"filled_at": self._plain(one.filled_at), "told": one._in_words(one._open_health())} for one in intakes
            ]
        except UserError as error:
            left_out.append(self.env._("Health notes and reasons of exceptions: %s", error.args[0]))
        for records, what in (
            (notes, "notes"),
            (overrides, "override"),
            (sensitivities, "sensitivities"),
            (intakes, "intake"),
        ):
            log._note(records, what, "export", "request")
        return health

    @api.model
    def _hangs_on(self, file):
        """Return [(model, ids)] of what messages and files of the client hang on, that the user may read."""
        people = self.env["salon.erasure"]._people(file)
        hung = {"res.partner": set(people.ids)}
        for answer in self.env["salon.personal.data"]._installed_answers():
            if answer.trail and not answer.shared:
                found = self._readable(answer, self.env["salon.personal.data"]._find(answer, people))
                hung.setdefault(answer.model, set()).update(found.ids)
        return [(model, sorted(ids)) for model, ids in hung.items() if ids]

    @api.model
    def _messages(self, file):
        """Return what was written on the client's records and to them, oldest first."""
        on = Domain.OR(Domain("model", "=", model) & Domain("res_id", "in", ids) for model, ids in self._hangs_on(file))
        messages = self.env["mail.message"].sudo().search(on, order="date, id")
        return [
            {
                "date": self._plain(message.date),
                "from": message.author_id.name or message.email_from,
                "about": self._title(message.model),
                "subject": message.subject or None,
                "text": html2plaintext(message.body or "").strip(),
                "files": message.attachment_ids.mapped("name"),
            }
            for message in messages
            if message.body or message.subject or message.attachment_ids
        ]

    @api.model
    def _attachments(self, file):
        """Return the files on the client's records and messages, pictures and invoices as well."""
        hung = self._hangs_on(file)
        on = Domain.OR(Domain("res_model", "=", model) & Domain("res_id", "in", ids) for model, ids in hung)
        invoices = self.env["account.move"].sudo().search([("partner_id", "=", file.partner_id.id)])
        on |= Domain("res_model", "=", "account.move") & Domain("res_id", "in", invoices.ids)
        smaller = ("image_1024", "image_512", "image_256", "image_128")
        files = self.env["ir.attachment"].sudo()
        found = files.search(on & Domain("res_field", "not in", smaller) & Domain("type", "=", "binary"), order="id")
        written = Domain.OR(Domain("model", "=", model) & Domain("res_id", "in", ids) for model, ids in hung)
        return found | self.env["mail.message"].sudo().search(written).attachment_ids

    @api.model
    def _names(self, attachments):
        """Yield (name in the zip, attachment): no two alike, and none that leads out of its folder."""
        for attachment in attachments:
            plain = re.sub(r"[^\w.\- ]+", "_", attachment.name or "file").strip(" .") or "file"
            yield f"{attachment.id} {plain[-80:]}", attachment
