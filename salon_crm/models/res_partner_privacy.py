from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """A client who was erased stays so: nobody writes a name into the empty row, or books for it."""

    _inherit = "res.partner"

    def _salon_erased(self):
        """Return those of these partners who were erased."""
        gone = self.sudo().filtered(lambda partner: not partner.active and partner.is_salon_client)
        if not gone:
            return self.browse()
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        return files.search([("partner_id", "in", gone.ids), ("erased_at", "!=", False)]).partner_id.with_env(self.env)

    def _refuse_erased(self):
        """Refuse to do anything more for a client who was erased.

        :raise UserError: one of these was
        """
        if self._salon_erased():
            raise UserError(self.env._("This client was erased. Make a new client, with what they tell you anew."))

    def write(self, vals):
        if not self.env.su:
            self._refuse_erased()
        return super().write(vals)

    def _make_salon_clients(self):
        if not self.env.su:  # a sale that the till brings in late is never lost
            self._refuse_erased()
        return super()._make_salon_clients()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_salon_clients(self):
        """Deleting would fail at what hangs on a client: say what does not."""
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        if file := files.search([("partner_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "%s is a client of the salon: bookings, visits and the books refer to them. Open their client file"
                    " and choose “Erase Client” there.",
                    file.partner_id.name,
                )
            )
