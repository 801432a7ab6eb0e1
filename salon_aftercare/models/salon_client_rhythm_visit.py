from odoo import models


class SalonVisit(models.Model):
    """Who was here today is not called lost tonight: a visit brings its client's rhythm up to date."""

    _inherit = "salon.visit"

    # What rhythms are computed from, without a look at the visits themselves.
    _rhythm_idx = models.Index("(company_id, partner_id, date) INCLUDE (id) WHERE state = 'done'")

    def _mark_done(self):
        result = super()._mark_done()
        self._refresh_rhythms()
        return result

    def write(self, vals):
        """A visit that is done turns out to be someone else's, or of another day."""
        moved = self.filtered(lambda visit: visit.state == "done") if vals.keys() & {"partner_id", "date"} else self[:0]
        before = [(visit.company_id, visit.partner_id.id) for visit in moved]
        result = super().write(vals)
        if moved:
            moved._refresh_rhythms(before)
        return result

    def _refresh_rhythms(self, also=()):
        """Bring the rhythms of these visits' clients up to date, and of [(company, partner id)] besides."""
        clients = {}
        for company, partner_id in [*also, *((visit.company_id, visit.partner_id.id) for visit in self)]:
            if partner_id:
                clients.setdefault(company, set()).add(partner_id)
        for company, partner_ids in clients.items():
            self.env["salon.client.rhythm"].sudo()._try_refresh_clients(company, sorted(partner_ids))
