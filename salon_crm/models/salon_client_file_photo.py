from odoo import models
from odoo.exceptions import AccessError, UserError

PAGE = 10  # visits that are shown at once


class SalonClientFile(models.Model):
    """The photos of a client over time."""

    _inherit = "salon.client.file"

    def photo_status(self):
        """Tell what is there for this user, without showing any photo; as salon.visit has it.

        :return dict: as there; and "may_remove": there are photos that are not shown, and this user may remove them
        """
        self.ensure_one()
        self.check_access("read")
        visits = self.env["salon.visit"]
        may = visits._serves_photos() and self == self._filter_health_access()
        photos = self._photos() if may else self.env["salon.photo"]
        shown = photos.visit_id & self._photo_visits() if may else photos.visit_id
        refusal = may and not shown and self.env["salon.photo"]._refusal(self, self.env.company)
        return {
            "may": may,
            "refusal": refusal or False,
            "count": len(photos.filtered(lambda photo: photo.visit_id in shown)),
            "locked": True,
            "file_id": self.id,
            "may_remove": bool(refusal and photos) and self.env.user.has_group("salon_crm.group_salon_manager"),
        }

    def show_photos(self, purpose="service", offset=0):
        """Return the photos of this client, small, the latest visit first, and log that the user saw them.

        :param str purpose: what for; one of the purposes of salon.access.log
        :param int offset: how many visits are left out, of those that were shown before
        :return dict: as `show_photos` of salon.visit gives it; "more" says whether there are older ones
        :raise AccessError: the user does not serve this client
        :raise UserError: the client does not agree, or the server's keys are missing or wrong
        """
        self.ensure_one()
        self.env["salon.access.log"]._check_purpose(purpose)
        self._check_health_access()
        visits = self._photo_visits()
        if not visits:
            self.env["salon.photo"]._check_agreed(self, self.env.company)
        page = visits[offset : offset + PAGE]
        shown = page._show_photos()
        self.env["salon.access.log"]._note(page.photo_ids, "photos", "read", purpose, files=self)
        return {"visits": shown, "more": len(visits) > offset + PAGE}

    def remove_photos(self, purpose="request"):
        """Remove all photos of a client who does not agree any more, also those of locked visits.

        :raise AccessError: the user is no manager
        :raise UserError: the client agrees
        """
        self.ensure_one()
        self.env["salon.access.log"]._check_purpose(purpose)
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("All photos of a client are removed by managers. Ask one of them."))
        self._check_health_access()
        if self._photo_visits():
            raise UserError(self.env._("This client agrees to photos. Note first that they do not any more."))
        photos = self._photos()
        self.env["salon.access.log"]._note(photos, "photos", "remove", purpose, files=self)
        photos._drop()

    def action_ask_photo_consent(self):
        """Have this client asked for their consent to photos."""
        action = self.action_ask_consent()
        forms = self.env["salon.photo"]._forms(self.env.company)
        action["context"]["default_form_ids"] = [(6, 0, forms.ids)]
        return action

    def _photos(self):
        """Return all photos of these clients, as superuser."""
        return self.env["salon.photo"].sudo().search([("key_id.file_id", "in", self.ids)])

    def _photo_visits(self):
        """Return the visits (as superuser) of which the user may see photos, the latest first: they may read the visit,
        and the client agrees where it was."""
        visits = self._photos().visit_id.with_env(self.env)._filtered_access("read").sudo()
        agreed = {company for company in visits.company_id if self.env["salon.photo"]._agreed(self, company)}
        return visits.filtered(lambda visit: visit.company_id in agreed).sorted(
            lambda visit: (visit.date, visit.id), reverse=True
        )

    def _erase_health(self, purpose="request"):
        """Photos go too, also those of locked visits."""
        photos = self._photos()
        self.env["salon.access.log"]._note(photos, "photos", "erase", purpose)
        photos._drop()
        return super()._erase_health(purpose)
