from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.salon_crm.tools.frame import local_day

from .loyalty_card import BY_LEDGER
from .pos_payment_method import TREATMENT


class PosOrder(models.Model):
    """What a paid order means for treatment cards: cards sold, sessions used, and what refunds give back."""

    _inherit = "pos.order"

    salon_treatment_move_ids = fields.One2many(
        "salon.treatment.move",
        "pos_order_id",
        groups="salon_crm.group_salon_reception,account.group_account_readonly,account.group_account_invoice",
    )
    salon_cards_left = fields.Json(
        compute="_compute_salon_cards_left",
        compute_sudo=True,
        help="The treatment cards that this order moved, and how many sessions each had after it.",
    )

    @api.depends("salon_treatment_move_ids.sessions")
    def _compute_salon_cards_left(self):
        names = ["pos_order_id", "card_id", "sessions", "sessions_balance"]
        moves = self.env["salon.treatment.move"].search_fetch([("pos_order_id", "in", self.ids)], names, order="id")
        by_order = moves.grouped("pos_order_id")
        for order in self:
            order.salon_cards_left = by_order.get(order._origin, moves.browse())._say_left()

    def _salon_settle(self):
        result = super()._salon_settle()
        self._salon_settle_treatments()
        return result

    def _salon_release(self):
        result = super()._salon_release()
        self.env["salon.treatment.hold"].sudo()._release(self.mapped("uuid"))
        return result

    def _salon_settle_treatments(self):
        """Book the treatment cards of this paid order, in its own transaction. Settling again changes nothing.

        - A line that sells cards makes them. A refund of it takes back what is left of them, for the amount that the
          company's formula says and no other.
        - A line that a session pays for takes the session that was held for it, worth what its tender came to. What
          is not there any more is owed by the client, on the till's customer account; no sale is lost.
        - What a refund gives back by that tender are the sessions that its lines used.
        """
        self.ensure_one()
        order = self.sudo()
        sold = order.lines.filtered(lambda line: line._salon_is_card())
        used = order.lines.filtered("salon_treatment_card_id")
        tenders = order.payment_ids.filtered(lambda payment: payment.payment_method_id._salon_prepaid(TREATMENT))
        holds = self.env["salon.treatment.hold"].sudo()
        if order._salon_known().has_sessions:
            holds = holds.search([("order_uuid", "=", order.uuid)])
        back = order._salon_treatment_refunds()
        if not (sold or used or tenders or holds or back):
            self._salon_show("salon_cards_left", [])
            return
        lines_held = order.lines.filtered(lambda line: line.uuid in holds.mapped("order_line_uuid"))
        amounts = order._salon_company_amounts(sold | used | lines_held | back)
        order._salon_treatment_cards(sold, used, holds, back)._lock()
        order._salon_sell_cards(sold, amounts)
        left = sum(tenders.mapped("amount"))
        if order.currency_id.compare_amounts(left, 0) < 0:
            order._salon_give_sessions_back(back, -left, amounts)
            holds.unlink()
        else:
            # What the till says first: a line may hold a session that the cashier took out again.
            order._salon_use_sessions(used | lines_held, holds, tenders, amounts)
            if back:  # a session that is worth nothing comes back without a tender
                order._salon_give_sessions_back(back, 0.0, amounts)
        order.salon_treatment_move_ids._note_news()

    def _salon_treatment_refunds(self):
        """Return the lines that give back what a session had paid for."""
        return self.lines.filtered(
            lambda line: line._salon_is_refund() and line.refunded_orderline_id.salon_treatment_card_id
        )

    def _salon_treatment_cards(self, sold, used, holds, back):
        """Return all cards that this order may move, but for those that it makes."""
        cards = self.env["salon.treatment.card"].sudo()
        origins = sold.refunded_orderline_id
        if origins:
            cards |= cards.search([("pos_order_line_id", "in", origins.ids)])
        if back:
            moves = self.env["salon.treatment.move"].sudo()
            cards |= moves.search([("pos_order_line_id", "in", back.refunded_orderline_id.ids)]).card_id
        return cards | used.salon_treatment_card_id | holds.card_id

    def _salon_treatment_values(self, line):
        return {"pos_order_id": self.id, "pos_order_line_id": line.id, "date": self._salon_moment()}

    # Selling ----------------------------------------------------------------------------------------

    def _salon_sell_cards(self, sold, amounts):
        for line in sold:
            if line.tax_ids:
                raise UserError(
                    self.env._("A treatment card carries no tax. Take the taxes off %s.", line.product_id.name)
                )
            if line.qty < 0:
                self._salon_take_card_back(line, -amounts[line])
            elif line.qty > 0:
                self._salon_sell_card(line, amounts[line])

    def _salon_sell_card(self, line, amount):
        """Make the cards that this line sells: one for each piece, and their amounts come to what was paid."""
        product, company, rounded = line.product_id, self.company_id, self.company_id.currency_id.round
        account = company.salon_treatment_account_id
        if not account or product.with_company(company)._get_product_accounts()["income"] != account:
            raise UserError(
                self.env._(
                    "%s can't be sold yet: the page “Set Up Prepaid Money” says on which account it is booked.",
                    product.name,
                )
            )
        if not self.partner_id:
            raise UserError(self.env._("Whose treatment card is it? Choose the client of the order."))
        if line.qty != int(line.qty):
            raise UserError(self.env._("A treatment card is sold whole: correct the quantity of %s.", product.name))
        at = self._salon_moment()
        day, pieces, cards = local_day(company._salon_timezone(), at), int(line.qty), self.env["salon.treatment.card"]
        cards = cards.sudo()
        for piece in range(1, pieces + 1):
            part = rounded(amount / (pieces - piece + 1))
            amount = rounded(amount - part)
            values = cards._prepare_card_values(
                product, self.partner_id, company, day, amount=part, pos_order_line_id=line.id, piece=piece
            )
            card = cards.create(values)
            card._book(card.sessions, part, "sell", **self._salon_treatment_values(line))
        self.partner_id._make_salon_clients()

    def _salon_take_card_back(self, line, amount):
        """Take back what is left of the cards that the refunded line sold, the least used first.

        :raise UserError: the amount is not that of the formula, or the formula leaves a rest that is no money
        """
        if not line._salon_is_refund():
            raise UserError(
                self.env._("Refund the order that sold %s: so it is known which card comes back.", line.product_id.name)
            )
        pieces = int(-line.qty)
        cards = line.refunded_orderline_id._salon_prepaid_sold()[:pieces]
        if len(cards) < pieces:
            raise UserError(self.env._("Nothing is left of this %s: it can't be refunded.", line.product_id.name))
        if blocked := cards.filtered(lambda card: card.state == "blocked")[:1]:
            raise UserError(self.env._("%s is blocked. Ask a manager to unblock it.", blocked.display_name))
        due = 0.0
        for card in cards:
            card._check_take_back(at=self._salon_asked_at())
            if rest := card._refuse_rest():
                raise UserError(rest)
            due += card._refundable()[0]
        if self.company_id.currency_id.compare_amounts(due, amount):
            raise UserError(
                self.env._(
                    "%(due)s is refunded for what is left of %(card)s, not %(amount)s. Correct the price of its line.",
                    due=cards[0]._say(due),
                    card=cards[0].display_name,
                    amount=cards[0]._say(amount),
                )
            )
        for card in cards:
            card._book_rest(
                "refund", origin_id=line.refunded_orderline_id.order_id.id, **self._salon_treatment_values(line)
            )

    # Using ------------------------------------------------------------------------------------------

    def _salon_use_sessions(self, lines, holds, tenders, amounts):
        """Book the sessions that pay for these lines, as far as the tender goes; the client owes what is missing."""
        left, missing = self.currency_id.round(sum(tenders.mapped("amount"))), self.env["pos.order.line"]
        same = self.currency_id == self.company_id.currency_id
        cards = self.env["salon.treatment.card"].sudo()
        owner = self if self.partner_id else (holds.card_id | lines.salon_treatment_card_id)[:1]
        by_line = holds.grouped("order_line_uuid")
        for line in lines.sorted(lambda line: (not line.salon_treatment_card_id, line.id)):
            hold = by_line.get(line.uuid, holds.browse())
            card = self._salon_card_for(line, hold) if same and not line._salon_is_refund() else cards
            amount = hold.amount if hold else (card and card._worth(int(line.qty)))
            fits = card and not self.currency_id.compare_amounts(amount, amounts[line])
            if fits and self.currency_id.compare_amounts(amount, left) <= 0:
                hold.unlink()
                card._book(-int(line.qty), -amount, "use", **self._salon_treatment_values(line))
                left = self.currency_id.round(left - amount)
                if line.salon_treatment_card_id != card:
                    line.with_context(salon_by=BY_LEDGER).salon_treatment_card_id = card
            elif line.salon_treatment_card_id:
                missing |= line
        holds.exists().unlink()
        missing.with_context(salon_by=BY_LEDGER).salon_treatment_card_id = False
        if self.currency_id.compare_amounts(left, 0) > 0:
            text = self.env._("There were fewer sessions than this order uses: the client owes %s.")
            self._salon_owe(tenders, left, owner, text)

    def _salon_card_for(self, line, hold):
        """Return the card whose session pays for this line: what was held, else what the till names if it is free."""
        quantity = int(line.qty)
        if hold:
            card = hold.card_id
            theirs = not self.partner_id or self.partner_id in card.partner_id | card.holder_ids
            return card if theirs and quantity == line.qty == hold.sessions else card.browse()
        card = line.salon_treatment_card_id
        usable = card._get_usable(self.partner_id, self.company_id, line.product_id)
        return card if card in usable and quantity == line.qty > 0 and card._free()[0] >= quantity else card.browse()

    def _salon_give_sessions_back(self, back, amount, amounts):
        """Give back the sessions by which the refunded lines were paid.

        :param amount: what this order gives back to cards
        :raise UserError: that is not what sessions of these lines were worth
        """
        moves = self.env["salon.treatment.move"].sudo()
        for line in back:
            origin = line.refunded_orderline_id
            used = moves.search([("pos_order_line_id", "=", origin.id), ("kind", "=", "use")])
            earlier = moves.search(
                [("pos_order_line_id.refunded_orderline_id", "=", origin.id), ("kind", "=", "return")]
            )
            sessions, worth = int(-line.qty), -amounts[line]
            there = -sum(used.mapped("sessions")) - sum(earlier.mapped("sessions"))
            left = -sum(used.mapped("amount")) - sum(earlier.mapped("amount"))
            share = self.currency_id.round(left * sessions / there) if there else 0.0
            fits = self.currency_id.compare_amounts(worth, min(share, amount)) <= 0
            fits = fits and (worth > 0 or not share)  # what was worth something comes back for that
            fits = fits and not line._salon_over_refunded()  # as where it was paid back by money before
            if there >= sessions == -line.qty > 0 and fits:
                used.card_id._book(
                    sessions, worth, "return", origin_id=origin.order_id.id, **self._salon_treatment_values(line)
                )
                amount = self.currency_id.round(amount - worth)
        if self.currency_id.compare_amounts(amount, 0) > 0:
            raise UserError(
                self.env._("Only sessions go back onto a treatment card. Refund the rest by another payment method.")
            )
