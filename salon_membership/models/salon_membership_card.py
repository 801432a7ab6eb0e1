from odoo import api, fields, models

BARCODE = "MEMBER-"  # no product begins like this; static/src/app/services/barcode_reader_service.js knows it too


class SalonMembership(models.Model):
    """The card: a number and a barcode by which the till finds the client."""

    _inherit = "salon.membership"

    barcode = fields.Char(compute="_compute_barcode", help="What the card shows as a barcode: the till scans it.")

    @api.depends("number")
    def _compute_barcode(self):
        for membership in self:
            membership.barcode = f"{BARCODE}{membership.number}"

    @api.model
    def find_client_by_card(self, code, config_id):
        """Return the id of the client whose card was scanned at a till, False where there is none.

        Who is no member any more is found too: the number is theirs for ever.

        :param str code: what the barcode says
        :param int config_id: the till
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        number = (code or "").strip().removeprefix(BARCODE)
        domain = [("number", "=", number), ("company_id", "=", company.id)]
        return bool(number) and (self.sudo().search(domain, limit=1).partner_id.id or False)

    def action_print_card(self):
        """Give the cards of these members as a PDF, one card a page."""
        return self.env.ref("salon_membership.salon_membership_card_report").report_action(self)
