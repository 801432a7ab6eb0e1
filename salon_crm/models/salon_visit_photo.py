from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SalonVisit(models.Model):
    """The photos of a visit, before and after; for who may know of the client's health."""

    _inherit = "salon.visit"

    # Nobody has a right on photos: this is for the methods here.
    photo_ids = fields.One2many("salon.photo", "visit_id", string="Photos", copy=False, groups=fields.NO_ACCESS)

    def write(self, vals):
        if "partner_id" in vals:
            moved = self.sudo().filtered(lambda visit: visit.photo_ids and visit.partner_id.id != vals["partner_id"])
            if moved:
                raise UserError(
                    self.env._(
                        "There are photos of %s in this visit. Remove them before another client is chosen.",
                        moved[0].partner_id.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_photos(self):
        """The photos of an open visit go with it, and it is noted who removed them."""
        photos = self.sudo().photo_ids
        self.env["salon.access.log"]._note(photos, "photos", "remove", "update")
        photos.unlink()

    def photo_status(self):
        """Tell what is there for this user, without showing any photo.

        :return dict: "may" (whether the user may know), "refusal" (why none is shown, or False), "count" and "locked"
        """
        self.ensure_one()
        self.check_access("read")
        file = self._photo_file()
        may = file == file._filter_health_access() and self._serves_photos()
        return {
            "may": may,
            "refusal": may and self.env["salon.photo"]._refusal(file, self.sudo().company_id),
            "count": len(self.sudo().photo_ids) if may else 0,
            "locked": self.is_locked,
            "file_id": may and file.id,
        }

    def show_photos(self, purpose="service"):
        """Return the photos of this visit, small, and log that the user saw them.

        :param str purpose: what for; one of the purposes of salon.access.log
        :return dict: "visits", a list of dicts: "id", "date", "name", "locked", "photos" ("id", "moment", "note" and
            "thumbnail", a JPEG as base64); and "more", False
        :raise AccessError: the user may not read this visit, or does not serve the client
        :raise UserError: the client does not agree, or the server's keys are missing or wrong
        """
        self.ensure_one()
        file = self._check_photos(purpose)
        self.env["salon.photo"]._check_agreed(file, self.sudo().company_id)
        shown = self._show_photos()
        self.env["salon.access.log"]._note(self.sudo().photo_ids, "photos", "read", purpose)
        return {"visits": shown, "more": False}

    def add_photo(self, moment, content, note=""):
        """Keep a photo of this visit, and log it.

        :param str moment: "before" or "after"
        :param str content: a JPEG, PNG or WebP file, base64
        :return int: its id
        :raise AccessError, UserError: as `show_photos`; or the file can't be kept, or the visit is locked
        """
        self.ensure_one()
        file = self._check_photos("service")
        self._check_not_locked()
        self.env["salon.photo"]._check_agreed(file, self.sudo().company_id)
        photo = self.env["salon.photo"]._keep(self, moment, content, note)
        self.env["salon.access.log"]._note(photo, "photos", "change", "service")
        return photo.id

    def _photo_file(self):
        """Return the file of the client of this visit."""
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        file = (
            files.search([("partner_id", "=", self.sudo().partner_id.id)], limit=1) if self.sudo().partner_id else files
        )
        return file.with_env(self.env)

    def _serves_photos(self):
        """Tell whether photos are for this user at all."""
        user = self.env.user
        return user.has_group("salon_crm.group_salon_stylist") or user.has_group("salon_crm.group_salon_manager")

    def _check_photos(self, purpose):
        """Return the file of the client, for who may see photos of it."""
        self.env["salon.access.log"]._check_purpose(purpose)
        self.check_access("read")
        if not self._serves_photos():
            raise AccessError(self.env._("Photos are for managers, and for the stylists who serve this client."))
        file = self._photo_file()
        file._check_health_access()
        return file

    def _show_photos(self):
        """Return what the screen shows of these visits, in their order."""
        return [
            {
                "id": visit.id,
                "date": fields.Datetime.to_string(visit.date),
                "name": ", ".join(visit.line_ids.product_id.mapped("name")),
                "locked": visit.is_locked,
                "photos": visit.photo_ids._show(),
            }
            for visit in self.sudo()
        ]
