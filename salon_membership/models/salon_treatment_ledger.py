from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount


class SalonTreatmentCard(models.Model):
    """How sessions move. Every method that changes a card is called under the lock (`_lock`)."""

    _inherit = "salon.treatment.card"

    def _lock(self):
        """Wait until nobody else moves these cards: what is read after this stays true."""
        if self:
            self.env.flush_all()
            self.env.cr.execute(
                SQL("SELECT id FROM salon_treatment_card WHERE id IN %s ORDER BY id FOR UPDATE", tuple(self.ids))
            )
            self._forget_figures()

    def _forget_figures(self):
        """Read anew what the database adds up by itself."""
        self.invalidate_recordset(
            ["sessions_left", "amount_left", "sessions_held", "amount_held", "state", "frozen_from"], flush=False
        )

    def _clear_holds(self):
        """End the holds whose time is over."""
        held = self.filtered("sessions_held")
        if held:
            self.env["salon.treatment.hold"].sudo().search(
                [("card_id", "in", held.ids), ("expires_at", "<=", fields.Datetime.now())]
            ).unlink()

    def _free(self, but=None):
        """Return (sessions, amount) that no order holds.

        :param but: a hold that does not count, as of the order that asks
        """
        self.ensure_one()
        self._clear_holds()
        own = (but or self.env["salon.treatment.hold"]).exists()  # its time may have been over
        own = own.filtered(lambda hold: hold.card_id == self)
        return (
            max(self.sessions_left - self.sessions_held + own.sessions, 0),
            max(self.currency_id.round(self.amount_left - self.amount_held + own.amount), 0.0),
        )

    def _worth(self, sessions, but=None):
        """Return what so many sessions are worth now: their share of the price, the last ones what is left of it."""
        free_sessions, free_amount = self._free(but)
        if sessions >= free_sessions:
            return free_amount
        share = self.currency_id.round(self.amount / self.sessions)
        return min(self.currency_id.round(sessions * share), free_amount)

    # Moving -----------------------------------------------------------------------------------------

    def _prepare_move_values(self, sessions, amount, kind, **values):
        """Return the values of one line of the ledger.

        :param values: pos_order_id, pos_order_line_id, origin_id, account_payment_id, account_move_id, note, date
        """
        return {
            "card_id": self.id,
            "company_id": self.company_id.id,
            "sessions": sessions,
            "amount": amount,
            "kind": kind,
            **values,
        }

    def _book(self, sessions, amount, kind, **values):
        """Write a line into the ledger; the card follows by itself, and its client is told."""
        self.ensure_one()
        moves = self.env["salon.treatment.move"].sudo()
        move = moves.create(self._prepare_move_values(sessions, amount, kind, **values))
        if not move.pos_order_id:  # what an order moves is told when all of it is booked
            move._note_news()
        return move

    def _book_rest(self, kind, **values):
        """Take away all that is left.

        :raise UserError: an order holds some of it, or nothing is left
        """
        self.ensure_one()
        self._clear_holds()
        if self.sessions_held:
            raise UserError(self.env._("An order at a till is just using this card. Try again when it is paid."))
        if not self.sessions_left:
            raise UserError(self.env._("Nothing is left on %s.", self.display_name))
        return self._book(-self.sessions_left, -self.amount_left, kind, **values)

    def _give_to(self, partner, **values):
        """Transfer all that is left to another client: a new card with the same terms; return it."""
        self.ensure_one()
        new = self.sudo().create(
            {
                "product_id": self.product_id.id,
                "partner_id": partner.id,
                "company_id": self.company_id.id,
                "service_ids": [(6, 0, self.service_ids.ids)],
                "categ_id": self.categ_id.id,
                "is_shared": self.is_shared,
                "sold_on": self.sold_on,
                "expires_on": self.expires_on,
                "sessions": self.sessions_left,
                "amount": self.amount_left,
                "from_card_id": self.id,
            }
        )
        gone = self._book_rest("transfer_out", **values)
        new._book(-gone.sessions, -gone.amount, "transfer_in", **values)
        partner._make_salon_clients()
        return new

    def _refundable(self):
        """Return (amount, how it was reckoned): what the client gets for the sessions that are left.

        What was paid, less the sessions used: at their share of the price, or at the list price of the day of each,
        as the company's setting says. An unused card is worth all that was paid.
        """
        self.ensure_one()
        say = self._say
        used = self.sessions - self.sessions_left
        if not used:
            words = (
                self._say_whole()
                if self._taken_back_whole()
                else self.env._("Unused: all of %s", say(self.amount_left))
            )
            return self.amount_left, words
        if self.company_id.salon_treatment_refund == "share":
            return self.amount_left, self.env._(
                "%(paid)s paid, less what was used (sessions: %(used)s) at its share of it: %(left)s",
                paid=say(self.amount), used=used, left=say(self.amount_left),
            )  # fmt: skip
        cost = self._used_at_list_price()
        amount = max(min(self.currency_id.round(self.amount - cost), self.amount_left), 0.0)
        return amount, self.env._(
            "%(paid)s paid, less what was used (sessions: %(used)s) at list price, %(cost)s: %(left)s",
            paid=say(self.amount), used=used, cost=say(cost), left=say(amount),
        )  # fmt: skip

    def _used_at_list_price(self):
        """Return what the sessions used would have cost by the list, taxes included, each on its day."""
        moves = self.env["salon.treatment.move"].sudo().search([("card_id", "=", self.id), ("kind", "=", "use")])
        cost = 0.0
        for move in moves:
            line = move.pos_order_line_id
            kept = 1 - line._salon_refunded_part()
            taxes = line.tax_ids.compute_all(line.salon_list_price * line.qty * kept, self.currency_id)
            cost += taxes["total_included"]
        return self.currency_id.round(cost)

    def _say(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    # Proof ------------------------------------------------------------------------------------------

    def _mistakes(self):
        """Return where the figures of these cards disagree, as sentences: nothing, one hopes (invariant 7)."""
        if not self:
            return []
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH moves AS (
                    SELECT card_id, SUM(sessions) AS sessions, SUM(amount) AS amount
                      FROM salon_treatment_move WHERE card_id IN %(cards)s GROUP BY card_id
                ), last AS (
                    SELECT DISTINCT ON (card_id) card_id, sessions_balance, amount_balance
                      FROM salon_treatment_move WHERE card_id IN %(cards)s ORDER BY card_id, id DESC
                ), held AS (
                    SELECT card_id, SUM(sessions) AS sessions, SUM(amount) AS amount
                      FROM salon_treatment_hold WHERE card_id IN %(cards)s GROUP BY card_id
                )
                SELECT card.number, COALESCE(moves.sessions, 0), card.sessions_left,
                       COALESCE(moves.amount, 0), card.amount_left,
                       (card.sessions_held, card.amount_held)
                       IS DISTINCT FROM (COALESCE(held.sessions, 0), COALESCE(held.amount, 0)),
                       (card.sessions_left, card.amount_left)
                       IS DISTINCT FROM (COALESCE(last.sessions_balance, 0), COALESCE(last.amount_balance, 0))
                  FROM salon_treatment_card card
                  LEFT JOIN moves ON moves.card_id = card.id
                  LEFT JOIN last ON last.card_id = card.id
                  LEFT JOIN held ON held.card_id = card.id
                 WHERE card.id IN %(cards)s ORDER BY card.id
                """,
                cards=tuple(self.ids),
            )
        )
        mistakes = []
        for number, sessions, left, amount, worth, held, last in self.env.cr.fetchall():
            if sessions != left or amount != worth:
                mistakes.append(
                    self.env._(
                        "%(number)s: the movements come to %(sessions)s sessions and %(amount)s, the card says %(left)s"
                        " and %(worth)s.",
                        number=number,
                        sessions=sessions,
                        amount=amount,
                        left=left,
                        worth=worth,
                    )
                )
            if held:
                mistakes.append(self.env._("%s: what is held is not what its orders hold.", number))
            if last:
                mistakes.append(self.env._("%s: the last movement says another balance.", number))
        return mistakes
