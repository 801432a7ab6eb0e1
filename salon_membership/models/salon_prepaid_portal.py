from odoo import api, models
from odoo.tools import format_amount, format_date

from odoo.addons.salon_crm.tools.frame import local_day

LINES = 20  # of the movements on the page


class SalonPrepaidLine(models.AbstractModel):
    _inherit = "salon.prepaid.line"

    def _portal_day(self):
        """Return the day of this line on the salon's clocks, as its client reads it."""
        return format_date(self.env, local_day(self.company_id._salon_timezone(), self.date))

    def _portal_what(self):
        """Return what a client reads of this line: what staff noted stays with staff."""
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]


class SalonWallet(models.Model):
    """What a client sees of their stored value on their own page."""

    _inherit = "salon.wallet"

    @api.model
    @api.private
    def _of_client(self, partner):
        """Return the stored value of a client, as superuser: in each company where they have some, or had."""
        wallets = self.sudo()
        domain = [("partner_id", "=", partner.id), ("state", "!=", "closed")]
        return wallets.search(domain, order="company_id") if partner else wallets.browse()

    def _portal_ends(self):
        """Return in words what of this stored value ends when; nothing where it does not end."""
        ends = {}
        for lot in self._open_lots():
            for part in ("principal", "bonus"):
                if lot[f"{part}_left"] and (day := lot[f"{part}_expires_on"]):
                    ends[day, part] = ends.get((day, part), 0.0) + lot[f"{part}_left"]
        words = []
        for (day, part), amount in sorted(ends.items()):
            values = {"amount": self._say(amount), "day": format_date(self.env, day)}
            words.append(
                self.env._("%(amount)s bonus until %(day)s", **values)
                if part == "bonus"
                else self.env._("%(amount)s principal until %(day)s", **values)
            )
        return words

    def _portal_moves(self):
        """Return the last movements as texts, the newest first; what one order moved is one of them.

        :return list: dicts of "day", "what", "amount" (principal), "bonus" and "left"
        """
        moves = self.env["salon.wallet.move"].search([("wallet_id", "=", self.id)], limit=5 * LINES, order="id desc")
        lines = []
        for own in moves.grouped(
            lambda move: (move.pos_order_id or move.account_payment_id or move.account_move_id or move, move.kind)
        ).values():
            last = own[0]
            bonus = sum(own.mapped("bonus"))
            lines.append(
                {
                    "day": last._portal_day(),
                    "what": last._portal_what(),
                    "amount": self._portal_signed(sum(own.mapped("principal"))),
                    "bonus": bonus and self.env._("%s bonus", self._portal_signed(bonus)),
                    "left": self._say(last.principal_balance + last.bonus_balance),
                }
            )
        return lines[:LINES]

    def _portal_signed(self, amount):
        said = format_amount(self.env, abs(amount), self.currency_id)
        return f"+{said}" if amount > 0 else f"−{said}" if amount < 0 else said

    def action_view_contracts(self):
        """Show the contracts of the top-ups of this stored value."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_prepaid_contract_action")
        return {**action, "domain": [("lot_id.wallet_id", "=", self.id)], "context": {}}


class SalonTreatmentCard(models.Model):
    _inherit = "salon.treatment.card"

    def _portal_moves(self):
        """Return the last movements as texts, the newest first: dicts of "day", "what", "sessions" and "left"."""
        moves = self.env["salon.treatment.move"].search([("card_id", "=", self.id)], limit=LINES, order="id desc")
        return [
            {
                "day": move._portal_day(),
                "what": " · ".join(filter(None, (move._portal_what(), move.service_id.name))),
                "sessions": f"+{move.sessions}" if move.sessions > 0 else f"−{-move.sessions}",
                "left": move.sessions_balance,
            }
            for move in moves
        ]

    def action_view_contracts(self):
        """Show the contract of this card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_prepaid_contract_action")
        return {**action, "domain": [("card_id", "=", self.id)], "context": {}}
