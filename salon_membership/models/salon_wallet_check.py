from odoo import models
from odoo.tools import SQL


class SalonWallet(models.Model):
    """Every balance again from the moves alone: what differs is named, and nothing is corrected by itself."""

    _inherit = "salon.wallet"

    def _mistakes(self):
        """Return where the figures of these stored values disagree, as sentences: nothing, one hopes (invariant 7)."""
        if not self:
            return []
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH lots AS (
                    SELECT lot.wallet_id, lot.id,
                           lot.principal_left <> COALESCE(SUM(move.principal), 0)
                           OR lot.bonus_left <> COALESCE(SUM(move.bonus), 0) AS wrong
                      FROM salon_wallet_lot lot LEFT JOIN salon_wallet_move move ON move.lot_id = lot.id
                     WHERE lot.wallet_id IN %(wallets)s GROUP BY lot.id
                ), moves AS (
                    SELECT wallet_id, SUM(principal) AS principal, SUM(bonus) AS bonus
                      FROM salon_wallet_move WHERE wallet_id IN %(wallets)s GROUP BY wallet_id
                ), last AS (
                    SELECT DISTINCT ON (wallet_id) wallet_id, principal_balance, bonus_balance
                      FROM salon_wallet_move WHERE wallet_id IN %(wallets)s ORDER BY wallet_id, id DESC
                ), held AS (
                    SELECT wallet_id, SUM(principal) AS principal, SUM(bonus) AS bonus
                      FROM salon_wallet_hold WHERE wallet_id IN %(wallets)s GROUP BY wallet_id
                )
                SELECT w.number, COALESCE(moves.principal, 0), w.principal, COALESCE(moves.bonus, 0), w.bonus,
                       EXISTS (SELECT FROM lots WHERE lots.wallet_id = w.id AND lots.wrong),
                       (w.principal_held, w.bonus_held)
                       IS DISTINCT FROM (COALESCE(held.principal, 0), COALESCE(held.bonus, 0)),
                       (w.principal, w.bonus)
                       IS DISTINCT FROM (COALESCE(last.principal_balance, 0), COALESCE(last.bonus_balance, 0))
                  FROM salon_wallet w
                  LEFT JOIN moves ON moves.wallet_id = w.id
                  LEFT JOIN last ON last.wallet_id = w.id
                  LEFT JOIN held ON held.wallet_id = w.id
                 WHERE w.id IN %(wallets)s ORDER BY w.id
                """,
                wallets=tuple(self.ids),
            )
        )
        mistakes = []
        for number, principal, shown, bonus, shown_bonus, lots, held, last in self.env.cr.fetchall():
            if principal != shown or bonus != shown_bonus:
                mistakes.append(
                    self.env._(
                        "%(number)s: the movements come to %(principal)s and %(bonus)s bonus, the balance says"
                        " %(shown)s and %(shown_bonus)s.",
                        number=number,
                        principal=principal,
                        bonus=bonus,
                        shown=shown,
                        shown_bonus=shown_bonus,
                    )
                )
            if lots:
                mistakes.append(self.env._("%s: a top-up has not left what its movements come to.", number))
            if held:
                mistakes.append(self.env._("%s: what is held is not what its orders hold.", number))
            if last:
                mistakes.append(self.env._("%s: the last movement says another balance.", number))
        return mistakes
