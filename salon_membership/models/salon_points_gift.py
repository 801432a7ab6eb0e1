from odoo import fields, models


class SalonPointsMove(models.Model):
    """Points that are given without a purchase: for a referral, by a prize draw, for a birthday."""

    _inherit = "salon.points.move"

    kind = fields.Selection(selection_add=[("gift", "Given")], ondelete={"gift": "cascade"})
    gift_key = fields.Char(
        string="Given For", readonly=True, copy=False, help="For what this was given: for the same it is given once."
    )

    _gift_once = models.UniqueIndex("(gift_key) WHERE gift_key IS NOT NULL", "These points were given already.")
    _gift_positive = models.Constraint(
        "CHECK ((kind <> 'gift' OR amount > 0) AND (gift_key IS NULL OR kind = 'gift'))",
        "Points that are given are added.",
    )


class SalonMembership(models.Model):
    _inherit = "salon.membership"

    def _grant(self, points, key, note):
        """Give this member points without a purchase, as a lot of their own; return the move.

        It is done in the caller's transaction and once for each key: points that were given for it already are not
        given again, and nothing is returned.

        :param int points: how many
        :param str key: for what, as "referral,5,new": the same for whatever must not be given twice
        :param str note: what the ledger says of it, for people
        """
        self.ensure_one()
        moves = self.env["salon.points.move"].sudo()
        self._lock()
        if points <= 0 or moves.search_count([("gift_key", "=", key)], limit=1):
            return moves
        lot = self._new_lot(fields.Datetime.now())
        move = moves.create({"lot_id": lot.id, "amount": points, "kind": "gift", "note": note, "gift_key": key})
        self._show_on_card(move | self._repay())  # what is owed is paid by whatever points come
        return move

    def _take_gift_back(self, key, note):
        """Take points back that were given for `key`; return how many of them were spent already.

        Those are owed, and paid by what points there are.
        """
        self.ensure_one()
        self._lock()
        gift = self.env["salon.points.move"].sudo().search([("gift_key", "=", key)])
        lot = gift.lot_id
        if not gift or lot.move_ids.filtered(lambda move: move.kind == "reverse" and not move.pos_order_id):
            return 0
        there = min(gift.amount, lot.remaining)
        moves = lot._book(-there, "reverse", note=note) if there else gift.browse()
        # What ended by itself is gone, but nobody had anything for it.
        expired = -sum(lot.move_ids.filtered(lambda move: move.kind == "expire").mapped("amount"))
        missing = max(gift.amount - there - expired, 0)
        if missing:
            lot.membership_id._owe(missing, "refund", note=note)
        lot.membership_id._show_on_card(moves | lot.membership_id._repay())
        return missing
