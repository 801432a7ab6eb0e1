from odoo import api, fields, models
from odoo.exceptions import UserError

LABELS = "salon_aftercare.action_report_followup_labels"


class SalonFollowup(models.Model):
    """Letters and cards: labels are printed for those that are chosen in the list, and "Printed" closes them."""

    _inherit = "salon.followup"

    address = fields.Char(compute="_compute_address", compute_sudo=True)

    @api.depends("partner_id")
    def _compute_address(self):
        for followup in self:
            followup.address = ", ".join(followup._get_label()[1:])

    def _letters(self):
        """Return those of these that are letters to send."""
        return self.filtered(lambda one: one.channel == "post" and one.state == "due")

    def action_print_labels(self):
        """Print the address labels of these: sheets of 24."""
        letters = self._letters()
        if not letters:
            raise UserError(self.env._("There is no letter to send among these."))
        return self.env["ir.actions.report"]._for_xml_id(LABELS) | {"context": {"active_ids": letters.ids}}

    def action_printed(self):
        """Close these: their letters are on their way."""
        letters = self._letters()
        if not letters:
            raise UserError(self.env._("There is no letter to send among these."))
        letters._close("done", done_at=fields.Datetime.now(), done_by=self.env.uid)

    def _get_label(self):
        """Return the lines of the address label: the name, and the address as the client's country writes it."""
        self.ensure_one()
        client = self.sudo().partner_id
        lines = client.with_context(lang=client.lang)._display_address(without_company=True).split("\n")
        return [client.name or "", *(" ".join(line.split()) for line in lines if line.strip())]
