import json

from odoo import api, fields, models
from odoo.exceptions import UserError

LONGEST = 4000  # characters of a note
# What a note can be about; a condition is chosen, all else is text.
KINDS = ("skin", "scalp", "medication", "pregnancy", "note")
CONDITIONS = {
    "skin": ("sensitive", "dermatitis", "eczema", "psoriasis", "acne", "rosacea", "wound", "infection"),
    "scalp": ("sensitive", "dandruff", "dermatitis", "psoriasis", "hair_loss", "wound", "infection"),
    "pregnancy": ("pregnant", "nursing"),
}
DATES = ("since", "until")
CONTENT = ("kind", "condition", "text", *DATES)


class SalonHealthNote(models.Model):
    """What a salon has to know of a client's health. It lies encrypted, with what it is about.

    No role has a right on this model, so that reading, searching, grouping, exporting and copying are closed by
    construction: `reveal` is the one way out, `conceal` the one way in. Both check the role and write the access log.
    """

    _name = "salon.health.note"
    _description = "Health Note"
    _order = "id"
    _rec_name = "id"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, ondelete="restrict", index=True)
    key_id = fields.Many2one("salon.health.key", required=True, ondelete="restrict", groups=fields.NO_ACCESS)
    cipher = fields.Text(required=True, copy=False, groups=fields.NO_ACCESS)
    version = fields.Integer(required=True, default=1, help="Grows by each change: who saves an old one is told.")

    def reveal(self, purpose):
        """Return what these notes say, and log that the user read it.

        :param str purpose: what for; one of the purposes of salon.access.log
        :return list: a dict for each: "id", "version", "kind" (skin, scalp, medication, pregnancy, note), "condition"
            (a code or False), "text", "since", "until" (dates as strings, or False), "changed_by", "changed_at"
        :raise AccessError: the user is neither a manager nor a stylist who serves these clients
        :raise UserError: no purpose, or the server's keys are missing or wrong
        """
        notes = self.sudo().exists()
        self._check_may(notes.file_id, purpose)
        contents = notes._open()
        self._log(notes, "read", purpose)
        return [
            {
                **content,
                "id": note.id,
                "version": note.version,
                "changed_by": note.write_uid.name,
                "changed_at": fields.Datetime.to_string(note.write_date),
            }
            for note, content in zip(notes, contents, strict=True)
        ]

    @api.model
    def conceal(self, file_id, content, purpose="update", note_id=None, version=None):
        """Keep a note, encrypted, and log that the user changed it.

        :param int file_id: of salon.client.file
        :param dict content: "kind", "condition", "text", "since" and "until" as `reveal` gives them
        :param int note_id: the note that is changed, with the `version` that `reveal` gave; a new one where not given
        :return int: the id of the note
        :raise AccessError, UserError: as `reveal`; somebody else has changed the note; or the content is none
        """
        file = self.env["salon.client.file"].sudo().browse(file_id).exists()
        self._check_may(file, purpose, write=True)
        text = json.dumps(self._read_content(content), ensure_ascii=False, sort_keys=True)
        note = self.sudo().browse(note_id or [])
        if note:
            note._lock_version(file, version)
            key = note.key_id
            note.write({"cipher": key._encrypt(text), "version": note.version + 1})
        else:
            key = self.env["salon.health.key"]._of_file(file)
            note = note.create({"file_id": file.id, "key_id": key.id, "cipher": key._encrypt(text)})
        self._log(note, "change", purpose)
        return note.id

    def remove(self, purpose="update"):
        """Remove these notes, and log it.

        :raise AccessError, UserError: as `reveal`
        """
        notes = self.sudo().exists()
        self._check_may(notes.file_id, purpose, write=True)
        self._log(notes, "remove", purpose)
        notes.unlink()

    @api.model
    def _condition_labels(self):
        """Return {condition: its name}."""
        return {
            "sensitive": self.env._("Sensitive"),
            "dermatitis": self.env._("Dermatitis"),
            "eczema": self.env._("Eczema"),
            "psoriasis": self.env._("Psoriasis"),
            "acne": self.env._("Acne"),
            "rosacea": self.env._("Rosacea"),
            "dandruff": self.env._("Dandruff"),
            "hair_loss": self.env._("Hair loss"),
            "wound": self.env._("Wound or burn"),
            "infection": self.env._("Infection"),
            "pregnant": self.env._("Pregnant"),
            "nursing": self.env._("Nursing"),
        }

    def _check_may(self, files, purpose, write=False):
        self.env["salon.access.log"]._check_purpose(purpose)
        files.with_env(self.env)._check_health_access()
        if write and not files:
            raise UserError(self.env._("This client file or note is gone. Open the client file again."))

    def _log(self, notes, operation, purpose):
        self.env["salon.access.log"]._note(notes, "notes", operation, purpose)

    def _open(self):
        """Return what these notes say, in their order."""
        contents = {}
        for key, notes in self.grouped("key_id").items():
            contents |= zip(notes, map(json.loads, key._decrypt(notes.mapped("cipher"))), strict=True)
        return [contents[note] for note in self]

    def _lock_version(self, file, version):
        """Refuse to write over what somebody else has written since it was shown."""
        note = self.exists()
        locked = note and note.try_lock_for_update()
        if locked:
            note.invalidate_recordset(["version"])
        if not locked or note.file_id != file or note.version != version:
            raise UserError(self.env._("Somebody else has changed this note meanwhile. Show the notes again."))

    @api.model
    def _read_content(self, content):
        """Return `content` as it is kept.

        :raise UserError: there is nothing in it, or something that can't be
        """
        if not isinstance(content, dict) or not isinstance(content.get("text") or "", str):
            raise UserError(self.env._("Write the note, or choose a condition."))
        kind, text = content.get("kind"), (content.get("text") or "").strip()
        condition = content.get("condition") or False
        if kind not in KINDS or condition not in (False, *CONDITIONS.get(kind, ())):
            raise UserError(self.env._("Choose what the note is about."))
        if not text and not condition:
            raise UserError(self.env._("Write the note, or choose a condition."))
        if len(text) > LONGEST:
            raise UserError(self.env._("A note has at most %s characters. Make two of it.", LONGEST))
        try:
            dates = {
                name: fields.Date.to_string(fields.Date.to_date(content[name])) if content.get(name) else False
                for name in DATES
            }
        except (ValueError, TypeError):
            raise UserError(self.env._("This is no date. Choose it again.")) from None
        if dates["since"] and dates["until"] and dates["until"] < dates["since"]:
            raise UserError(self.env._("A note can't end before it begins. Correct the dates."))
        return {"kind": kind, "condition": condition, "text": text, **dates}
