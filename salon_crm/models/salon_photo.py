import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import photo as tool

MOMENTS = ("before", "after")
LONGEST_NOTE = 500  # characters
MOST = 20  # photos of one visit
MEGABYTE = 1024 * 1024
SEALED = b"salon-photo:"  # how a picture begins that says where it belongs; those of before begin as a JPEG does


class SalonPhoto(models.Model):
    """A photo of a client before or after a service. It lies encrypted with the client's own key, and its note too.

    No role has a right on this model, so that reading, searching, exporting and copying are closed by construction:
    what shows, adds and removes photos checks the role, the visit and the client's consent, and writes the access log.

    Whose photo it is says its key: it follows the client's file when files are merged, and is destroyed when the client
    is erased.
    """

    _name = "salon.photo"
    _inherit = ["salon.visit.part"]
    _description = "Photo of a Visit"
    _order = "id"
    _rec_name = "id"

    visit_id = fields.Many2one("salon.visit", required=True, ondelete="cascade", index=True)
    key_id = fields.Many2one(
        "salon.health.key", required=True, ondelete="restrict", index=True, groups=fields.NO_ACCESS
    )
    file_id = fields.Many2one(related="key_id.file_id", string="Client")
    moment = fields.Selection([("before", "Before"), ("after", "After")], required=True, help="Of the service.")
    # In the row itself, encrypted: the filestore never has it.
    cipher = fields.Binary(attachment=False, required=True, copy=False, groups=fields.NO_ACCESS)
    thumbnail = fields.Binary(attachment=False, required=True, copy=False, groups=fields.NO_ACCESS)
    note = fields.Text(copy=False, groups=fields.NO_ACCESS, help="What it shows, encrypted.")

    @api.private
    def open_photo(self, purpose="service"):
        """Return this photo, and log that the user looked at it.

        :param str purpose: what for; one of the purposes of salon.access.log
        :return bytes: a JPEG
        :raise AccessError: the user may not know that it exists, or it does not
        :raise UserError: the client's consent is missing, or the server's keys are missing or wrong
        """
        photo = self._check_may(purpose)
        content, _note = photo._open()
        self.env["salon.access.log"]._note(photo, "photos", "read", purpose)
        return content

    def describe(self, note):
        """Note what this photo shows; "" takes the note away.

        :raise AccessError, UserError: as `open_photo`; or the visit is locked
        """
        photo = self._check_may("update")
        photo.note = self._read_note(note, photo.key_id)
        self.env["salon.access.log"]._note(photo, "photos", "change", "update")

    def remove(self, purpose="update"):
        """Remove this photo, for ever.

        :raise AccessError, UserError: as `open_photo`; or the visit is locked
        """
        photo = self._check_may(purpose)
        self.env["salon.access.log"]._note(photo, "photos", "remove", purpose)
        photo.unlink()

    def _check_may(self, purpose):
        """Return this photo as superuser, for who may see it and whose client agrees."""
        self.env["salon.access.log"]._check_purpose(purpose)
        photo = self.sudo().exists()
        if len(photo) != 1:
            raise AccessError(self.env._("This photo is gone. Open the page again."))
        visit = photo.visit_id.with_env(self.env)
        visit.check_access("read")
        photo.file_id.with_env(self.env)._check_health_access()
        self._check_agreed(photo.file_id, visit.sudo().company_id)
        return photo

    def _open(self):
        """Return (the photo, its note or "")."""
        (content,) = self._unseal("large", self.key_id._decrypt_bytes([self.cipher]))
        return content, self.key_id._decrypt([self.note])[0] if self.note else ""

    # Keeping ------------------------------------------------------------------------------------------------

    @api.model
    def _keep(self, visit, moment, content, note):
        """Keep a photo of a visit, encrypted; the user was checked before.

        :param str content: the file, base64
        :raise UserError: it is none that we keep, or the server's keys are missing or wrong
        """
        if moment not in MOMENTS:
            raise UserError(self.env._("Say whether the photo was taken before or after the service."))
        photos = self.sudo()
        if photos.search_count([("visit_id", "=", visit.id)], limit=MOST) >= MOST:
            raise UserError(self.env._("A visit has at most %s photos. Remove one first.", MOST))
        large, small = self._prepare_image(content)
        key = self.env["salon.health.key"]._of_file(visit.sudo()._photo_file())
        return photos.create(
            {
                "visit_id": visit.id,
                "key_id": key.id,
                "moment": moment,
                "cipher": key._encrypt_bytes(self._place(visit, moment, "large") + large),
                "thumbnail": key._encrypt_bytes(self._place(visit, moment, "small") + small),
                "note": self._read_note(note, key),
            }
        )

    @api.model
    def _place(self, visit, moment, size):
        """Return what is sealed with a picture: of which visit it is, before or after, large or small."""
        return SEALED + f"{visit.id}:{moment}:{size}:".encode()

    def _unseal(self, size, contents):
        """Return the bare pictures of these photos.

        :raise UserError: somebody put one in the place of another, in the database itself
        """
        bare = []
        for photo, content in zip(self, contents, strict=True):
            place = self._place(photo.visit_id, photo.moment, size)
            if content.startswith(SEALED) and not content.startswith(place):
                raise UserError(
                    self.env._(
                        "A photo is not where it was taken: somebody has changed the database by hand. Tell whoever"
                        " runs the server."
                    )
                )
            bare.append(content.removeprefix(place))
        return bare

    @api.model
    def _prepare_image(self, content):
        wrong = self.env._("This file is no photo that can be kept. Choose a JPEG, PNG or WebP picture.")
        large = self.env._(
            "This photo is too large: at most %(size)s MB and %(pixels)s million pixels. Take it in a smaller size.",
            size=tool.MOST_BYTES // MEGABYTE,
            pixels=tool.MOST_PIXELS // 1_000_000,
        )
        if not isinstance(content, str) or not content:
            raise UserError(wrong)
        if len(content) > tool.MOST_BYTES * 4 // 3 + 4:
            raise UserError(large)
        try:
            return tool.prepare(base64.b64decode(content, validate=True))
        except tool.TooLargeError:
            raise UserError(large) from None
        except (tool.NotAPhotoError, binascii.Error, ValueError):
            raise UserError(wrong) from None

    @api.model
    def _read_note(self, note, key):
        """Return the note as it is kept; False where there is none."""
        if not isinstance(note or "", str) or len(note or "") > LONGEST_NOTE:
            raise UserError(self.env._("The note of a photo has at most %s characters.", LONGEST_NOTE))
        text = (note or "").strip()
        return text and key._encrypt(text)

    def _drop(self):
        """Remove these, of locked visits too: for who was erased, or does not agree any more."""
        if not self:
            return
        self.env.flush_all()
        before = self.env.execute_query(SQL("SELECT current_setting('salon.unlock', true)"))[0][0] or "off"
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute(SQL("DELETE FROM salon_photo WHERE id IN %s", tuple(self.ids)))
        self.env.cr.execute(SQL("SELECT set_config('salon.unlock', %s, true)", before))
        self.env.invalidate_all()

    # Showing ------------------------------------------------------------------------------------------------

    def _show(self):
        """Return what the screen shows of these photos (as superuser): their small pictures and notes, as dicts."""
        shown = {}
        for key, photos in self.grouped("key_id").items():
            small = photos._unseal("small", key._decrypt_bytes(photos.mapped("thumbnail")))
            noted = photos.filtered("note")
            notes = dict(zip(noted, key._decrypt(noted.mapped("note")), strict=True)) if noted else {}
            for photo, content in zip(photos, small, strict=True):
                shown[photo] = {
                    "id": photo.id,
                    "moment": photo.moment,
                    "note": notes.get(photo, ""),
                    "thumbnail": base64.b64encode(content).decode(),
                }
        return [shown[photo] for photo in self]

    # Consent ------------------------------------------------------------------------------------------------

    @api.model
    def _agreed(self, file, company):
        """Tell whether the client of this file agrees to photos today, in that company."""
        valid = self.env["salon.consent"]._find_valid(file.sudo().partner_id, "photos", company._salon_today())
        return any(form.company_id in (company.browse(), company) for form in valid.form_id)

    @api.model
    def _refusal(self, file, company):
        """Return why no photo of this client is taken or shown, and what to do; False where nothing is against it."""
        if not file:
            return self.env._("Say who the client is first: photos are taken with their consent alone.")
        if self._agreed(file, company):
            return False
        if not self._forms(company):
            return self.env._(
                "Photos need the client's consent, and there is no form for it yet. Have a manager make a consent form"
                " of the kind “Photos”."
            )
        return self.env._(
            "%s has not agreed to photos, or does not any more: none is taken or shown. Ask for the consent first.",
            file.sudo().partner_id.name,
        )

    @api.model
    def _check_agreed(self, file, company):
        if refusal := self._refusal(file, company):
            raise UserError(refusal)

    @api.model
    def _forms(self, company):
        """Return the forms that clients of this company agree to photos by."""
        forms = self.env["salon.consent.form"].sudo()
        return forms.search([("kind", "=", "photos"), ("company_id", "in", (False, company.id))])
