from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class PosOrder(models.Model):
    """A coupon that is given with an order: made when the order is paid, once, and printed on the receipt."""

    _inherit = "pos.order"

    salon_voucher_program_id = fields.Many2one(
        "loyalty.program",
        string="Give Voucher",
        copy=False,
        ondelete="set null",
        help="A coupon of this program is given with the order.",
    )
    salon_voucher_code = fields.Char(string="Voucher", compute="_compute_salon_voucher", compute_sudo=True)
    salon_voucher_text = fields.Char(string="Voucher For", compute="_compute_salon_voucher", compute_sudo=True)

    @api.depends("salon_voucher_program_id", "state")
    @api.depends_context("lang")
    def _compute_salon_voucher(self):
        giving = self.filtered("salon_voucher_program_id")
        cards = self.env["loyalty.card"]
        if giving:
            domain = [("source_pos_order_id", "in", giving.ids), ("salon_given_at", "!=", False)]
            cards = cards.search(domain, order="id")
        by_order = cards.grouped("source_pos_order_id")
        for order in self:
            card = by_order.get(order._origin, cards.browse())[:1]
            order.salon_voucher_code = card.code
            until = card.expiration_date and self.env._("until %s", format_date(self.env, card.expiration_date))
            order.salon_voucher_text = " · ".join(filter(None, (card.program_id.name, until)))

    @api.model
    def _process_order(self, order, existing_order):
        """A program that is there no more gives nothing: no sale is lost over it."""
        self._salon_drop_gone([order], "salon_voucher_program_id", "loyalty.program")
        return super()._process_order(order, existing_order)

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self.sudo()._salon_give_voucher()
        return result

    def _salon_give_voucher(self):
        """Give the voucher of this paid order, once; where it can't be given, the order says why."""
        program = self.salon_voucher_program_id
        if not program or self.salon_voucher_code or self.lines.refunded_orderline_id:
            return
        try:
            if not program.salon_at_till:
                raise UserError(self.env._("“%s” is not given at the till.", program.name))
            if self._salon_count_spend() <= 0:
                raise UserError(self.env._("A voucher is given with a purchase: nothing was paid here."))
            program._salon_issue(self.partner_id, self.company_id, self, self._salon_voucher_stylist())
        except UserError as error:
            self.message_post(body=self.env._("No voucher was given. %s", error.args[0]))
        self.invalidate_recordset(["salon_voucher_code", "salon_voucher_text"])

    def _salon_voucher_stylist(self):
        """Return who served the client, as far as the order says it."""
        return self.env["hr.employee"].sudo().browse(self.lines.salon_stylist_id.ids[:1])
