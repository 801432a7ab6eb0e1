from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

LOCKED = ("number", "partner_id", "company_id", "state", "principal", "bonus", "principal_held", "bonus_held")
HELD = ("wallet_id", "principal", "bonus", "expires_at")


def _know(record, names, values):
    """Have the cache hold what was read of a record under the lock."""
    for name, value in zip(names, values, strict=True):
        record.env.cache.set(record, record._fields[name], value)


class SalonWallet(models.Model):
    """How stored value moves. Every method that changes it is called under the lock (`_lock`)."""

    _inherit = "salon.wallet"

    def _lock(self):
        """Wait until nobody else moves this stored value: what is read after this stays true."""
        if self:
            self._lock_where(SQL("SELECT unnest(%s)", self.ids))

    def _lock_where(self, ids, order_uuid=None):
        """Lock and read the stored value whose ids the query `ids` finds, all at once, with what an order holds of it.

        A hold is read with the lock, not after it: a transaction sees one moment of the database, and each change of a
        hold changes its stored value's sums, so that who waited for one is refused the lock and begins again.

        :param str order_uuid: of the order whose hold is asked for
        :return: the stored value, lowest id first, as which it was locked; and the hold
        """
        holds = self.env["salon.wallet.hold"].sudo()
        self.env["salon.wallet"].flush_model()
        holds.flush_model()
        query = SQL(
            """
            SELECT wallet.id, %s, hold.id, %s
              FROM salon_wallet wallet
              LEFT JOIN salon_wallet_hold hold ON hold.wallet_id = wallet.id AND hold.order_uuid = %s
             WHERE wallet.id IN (%s) ORDER BY wallet.id FOR UPDATE OF wallet
            """,
            SQL(", ").join(SQL.identifier("wallet", name) for name in LOCKED),
            SQL(", ").join(SQL.identifier("hold", name) for name in HELD[1:]),
            order_uuid, ids,
        )  # fmt: skip
        found, held = [], []
        for wallet_id, *values in self.env.execute_query(query):
            found.append(wallet_id)
            _know(self.browse(wallet_id), LOCKED, values[: len(LOCKED)])
            if hold_id := values[len(LOCKED)]:
                held.append(hold_id)
                _know(holds.browse(hold_id), HELD, (wallet_id, *values[len(LOCKED) + 1 :]))
        return self.browse(found), holds.browse(held)

    def _clear_holds(self, but=None):
        """End the holds whose time is over.

        :param but: a hold that stays all the same, as that of the order which asks
        """
        held = self.filtered(lambda wallet: wallet.principal_held or wallet.bonus_held)
        if held:
            over = self.env["salon.wallet.hold"].sudo()
            over = over.search([("wallet_id", "in", held.ids), ("expires_at", "<=", fields.Datetime.now())])
            (over - but if but else over).unlink()

    def _free(self, but=None):
        """Return (principal, bonus) that no order holds.

        :param but: a hold that does not count, as of the order that asks
        """
        self.ensure_one()
        own = but if but and but.wallet_id == self else self.env["salon.wallet.hold"]
        rounded = self.currency_id.round
        if rounded(self.principal_held - own.principal) or rounded(self.bonus_held - own.bonus):
            self._clear_holds(but)
        return (
            max(rounded(self.principal - self.principal_held + own.principal), 0.0),
            max(rounded(self.bonus - self.bonus_held + own.bonus), 0.0),
        )

    def _open_lots(self):
        """Return the lots in which something is left, oldest first."""
        return (
            self.env["salon.wallet.lot"]
            .sudo()
            .search_fetch(
                [("wallet_id", "=", self.id), "|", ("principal_left", ">", 0), ("bonus_left", ">", 0)],
                ["wallet_id", "company_id", "principal_left", "bonus_left", "bonus_expires_on", "principal_expires_on"],
                order="topped_up_at, id",
            )
        )

    # Splitting --------------------------------------------------------------------------------------

    def _split(self, amount, but=None):
        """Return (principal, bonus) by which `amount` is paid from what no order holds: less where there is less.

        By the company's setting: principal and bonus of each lot in proportion, the oldest lot first, or one before
        the other over all lots. Bonus whose last day is over is not used.

        :param but: a hold that does not count
        """
        self.ensure_one()
        rounded, use = self.currency_id.round, self.company_id.salon_wallet_use
        parts = self._free_parts(but)
        if use != "proportion":
            total = [rounded(sum(part[0] for part in parts)), rounded(sum(part[1] for part in parts))]
            first = 0 if use == "principal" else 1
            taken = [0.0, 0.0]
            taken[first] = min(amount, total[first])
            taken[1 - first] = min(rounded(amount - taken[first]), total[1 - first])
            return taken[0], taken[1]
        principal = bonus = 0.0
        for own_principal, own_bonus in parts:
            worth = rounded(own_principal + own_bonus)
            part = min(rounded(amount - principal - bonus), worth)
            if part <= 0:
                continue
            of_bonus = min(rounded(part * own_bonus / worth), own_bonus)
            of_bonus = max(of_bonus, rounded(part - own_principal))
            principal, bonus = rounded(principal + part - of_bonus), rounded(bonus + of_bonus)
        return principal, bonus

    def _free_parts(self, but=None):
        """Return what no order holds, as [principal, bonus] of each lot: what is held will come from the oldest."""
        rounded, today = self.currency_id.round, self.company_id._salon_today()
        free = self._free(but)
        lots = self._open_lots()
        held = [
            rounded(sum(lots.mapped("principal_left")) - free[0]),
            rounded(sum(lots.mapped("bonus_left")) - free[1]),
        ]
        parts = []
        for lot in lots:
            part = [lot.principal_left, lot.bonus_left]
            for place in (0, 1):
                skipped = min(held[place], part[place])
                held[place] = rounded(held[place] - skipped)
                part[place] = rounded(part[place] - skipped)
            if lot.bonus_expires_on and lot.bonus_expires_on < today:
                part[1] = 0.0
            if lot.principal_expires_on and lot.principal_expires_on < today:
                part[0] = 0.0
            parts.append(part)
        return parts

    # Moving -----------------------------------------------------------------------------------------

    def _book(self, vals_list):
        """Write moves into the ledger; lots and balances follow by themselves, and clients are told."""
        moves = self.env["salon.wallet.move"].sudo().create(vals_list)
        moves._note_news()
        return moves

    def _take(self, principal, bonus, kind, **values):
        """Take so much principal and bonus, each from the oldest lots; return the moves.

        :param values: of the ledger's lines, as `salon.wallet.lot._prepare_move_values` takes them
        """
        self.ensure_one()
        rounded, vals_list = self.currency_id.round, []
        for lot in self._open_lots():
            own_principal, own_bonus = min(lot.principal_left, principal), min(lot.bonus_left, bonus)
            if own_principal or own_bonus:
                vals_list.append(lot._prepare_move_values(-own_principal, -own_bonus, kind, **values))
                principal, bonus = rounded(principal - own_principal), rounded(bonus - own_bonus)
            if not (principal or bonus):
                break
        if principal or bonus:
            raise UserError(self._say_not_enough())
        return self._book(vals_list)

    def _spend(self, principal, bonus, hold, **values):
        """Book what an order uses, which `hold` held for it; return the moves.

        No sale is lost for what is not there any more: then less is booked, and the caller sees to the rest.
        """
        self.ensure_one()
        free = self._free(hold)
        if self.state != "active" and not (hold and hold.wallet_id == self):
            free = (0.0, 0.0)
        if self._needs_pin(principal + bonus):  # who is asked for a PIN gets what it was typed for
            own = hold if hold.wallet_id == self else hold.browse()
            free = (min(free[0], own.principal), min(free[1], own.bonus))
        hold.unlink()
        principal, bonus = min(principal, free[0]), min(bonus, free[1])
        return self._take(principal, bonus, "spend", **values) if principal or bonus else self.move_ids.browse()

    def _top_up(self, principal, bonus, at, line=None, payment=None, kind="topup", **values):
        """Book what comes in as a lot of its own; return the move.

        :param at: when the money came in, which is the lot's age
        :param line: the order line of a top-up at the till
        :param payment: the account.payment of a top-up in the back office
        """
        self.ensure_one()
        lot = (
            self.env["salon.wallet.lot"]
            .sudo()
            .create(
                {
                    "wallet_id": self.id,
                    "company_id": self.company_id.id,
                    "topped_up_at": at,
                    "principal": principal,
                    "bonus": bonus,
                    "bonus_expires_on": bonus and self.company_id._salon_bonus_ends(at),
                    "principal_expires_on": self.company_id._salon_principal_ends(at),
                    "pos_order_line_id": line and line.id,
                    "account_payment_id": payment and payment.id,
                }
            )
        )
        if payment:
            values["account_payment_id"] = payment.id
        return self._book([lot._prepare_move_values(principal, bonus, kind, **values)])

    def _pay_out(self, amount, lots=None, **values):
        """Take principal away that the client gets in money; the bonus that came with it ends.

        :param lots: from which alone, as when a top-up is taken back
        :raise UserError: there is not so much
        """
        self.ensure_one()
        rounded, vals_list = self.currency_id.round, []
        free = self._free()
        lots = self._open_lots() if lots is None else lots
        there = min(rounded(sum(lots.mapped("principal_left"))), free[0])
        if self.currency_id.compare_amounts(amount, there) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s can't be paid back: %(left)s of it is left on %(wallet)s.",
                    amount=self._say(amount),
                    left=self._say(there),
                    wallet=self.display_name,
                )
            )
        for lot, part, bonus in self._payout_parts(amount, lots, free[1]):
            vals_list.append(lot._prepare_move_values(-part, -bonus, "payout", **values))
        return self._book(vals_list)

    def _payout_parts(self, amount, lots, bonus_free):
        """Yield (lot, principal, bonus) of what pays out `amount` from these lots: the bonus that came with it ends.

        :param bonus_free: no more bonus than that ends, because an order holds the rest
        """
        rounded = self.currency_id.round
        for lot in lots:
            part = min(lot.principal_left, amount)
            if part > 0:
                amount = rounded(amount - part)
                bonus = min(rounded(lot.bonus_left * part / lot.principal_left), bonus_free)
                bonus_free = rounded(bonus_free - bonus)
                yield lot, part, bonus

    def _transfer(self, other, amount=None, **values):
        """Move money to another client's stored value, each lot with its bonus and its ends; return the moves.

        :param amount: so much principal, with the bonus that belongs to it; None: all there is, as when clients merge
        """
        self.ensure_one()
        rounded, vals_list = self.currency_id.round, []
        for lot in self._open_lots():
            if amount is None:
                principal, bonus = lot.principal_left, lot.bonus_left
            else:
                principal = min(lot.principal_left, amount)
                amount = rounded(amount - principal)
                bonus = rounded(lot.bonus_left * principal / lot.principal_left) if principal else 0.0
            if not (principal or bonus):
                continue
            new = lot._copy_to(other, principal, bonus)
            vals_list.append(lot._prepare_move_values(-principal, -bonus, "transfer_out", **values))
            vals_list.append(new._prepare_move_values(principal, bonus, "transfer_in", **values))
        return self._book(vals_list) if vals_list else self.move_ids.browse()

    # Words ------------------------------------------------------------------------------------------

    def _say(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _say_not_enough(self):
        free = self._free()
        return self.env._(
            "%(wallet)s has %(free)s to use now, not more.",
            wallet=self.display_name,
            free=self._say(sum(free)),
        )
