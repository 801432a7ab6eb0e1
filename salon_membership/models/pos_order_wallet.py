from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from odoo.addons.salon_crm.tools.frame import local_day

from .loyalty_card import BY_LEDGER
from .pos_payment_method import WALLET


class PosOrder(models.Model):
    """What a paid order means for stored value: top-ups, what was paid by it, and what refunds give back."""

    _inherit = "pos.order"

    salon_wallet_move_ids = fields.One2many(
        "salon.wallet.move",
        "pos_order_id",
        groups="salon_crm.group_salon_reception,account.group_account_readonly,account.group_account_invoice",
    )
    salon_wallet_principal = fields.Monetary(
        string="Principal Moved",
        compute="_compute_salon_wallet",
        compute_sudo=True,
        help="Principal that this order brought onto the client's card, below 0: that it used.",
    )
    salon_wallet_bonus = fields.Monetary(
        string="Bonus Moved",
        compute="_compute_salon_wallet",
        compute_sudo=True,
        help="Bonus that this order brought onto the client's card, below 0: that it used.",
    )
    salon_wallet_left = fields.Monetary(
        string="Stored Value Left",
        compute="_compute_salon_wallet",
        compute_sudo=True,
        help="Principal and bonus on the client's card after this order.",
    )

    @api.depends("salon_wallet_move_ids.principal")
    def _compute_salon_wallet(self):
        names = ["pos_order_id", "principal", "bonus", "principal_balance", "bonus_balance"]
        moves = self.env["salon.wallet.move"].search_fetch([("pos_order_id", "in", self.ids)], names, order="id")
        by_order = moves.grouped("pos_order_id")
        for order in self:
            own = by_order.get(order._origin, moves.browse())
            order.salon_wallet_principal = sum(own.mapped("principal"))
            order.salon_wallet_bonus = sum(own.mapped("bonus"))
            order.salon_wallet_left = own[-1:].principal_balance + own[-1:].bonus_balance

    # Settlement -------------------------------------------------------------------------------------

    def _salon_settle(self):
        result = super()._salon_settle()
        self._salon_settle_wallet()
        return result

    def _salon_release(self):
        result = super()._salon_release()
        self.env["salon.wallet.hold"].sudo()._release(self.mapped("uuid"))
        return result

    def _salon_settle_wallet(self):
        """Book the stored value of this paid order, in its own transaction. Settling again changes nothing.

        - A top-up line becomes a lot, with the bonus that the best rule gives today. What takes one back takes its
          principal out of that lot, and the bonus that came with it ends; what is used already can't be taken back.
        - What was paid by stored value is taken from what was held for this order: the tender from the principal, the
          lines of the bonus product from the bonus. What is not there any more is owed by the client, on the till's
          customer account; no sale is lost.
        - What a refund gives back goes to the lots that it came from, principal and bonus each, the last one first.
          More than came from there is new principal: the client takes the money of the refund on their card.
        """
        self.ensure_one()
        order = self.sudo()
        topups = order.lines.filtered(lambda line: line._salon_is_topup())
        bonus_lines = order.lines.filtered(lambda line: line._salon_is_bonus())
        tenders = order.payment_ids.filtered(lambda payment: payment.payment_method_id._salon_prepaid(WALLET))
        origins = order.lines.refunded_orderline_id.order_id
        if not (topups or bonus_lines or tenders or origins):
            if order._salon_known().has_value:  # the client changed their mind
                order._salon_value_hold().unlink()
            for name in ("salon_wallet_principal", "salon_wallet_bonus", "salon_wallet_left"):
                self._salon_show(name, 0.0)
            return
        amounts = order._salon_company_amounts(topups | bonus_lines)
        if origins:
            order._salon_check_bonus_refunded(origins)
        hold = order._salon_lock_value(origins)
        moves = order._salon_book_topups(topups, amounts)
        moves |= order._salon_give_value_back(origins, tenders, bonus_lines, amounts)
        moves |= order._salon_use_value(tenders, bonus_lines, amounts, hold)
        self._salon_show_value(moves)

    def _salon_company_amounts(self, lines):
        """Return what these lines come to by the server's own figures, in the company's currency: {line: amount}."""
        if not lines:
            return {}
        rounded, rate = self.company_id.currency_id.round, self.currency_rate or 1
        if all(line._salon_subtotal_fits() for line in lines):
            return {line: rounded(line.price_subtotal_incl / rate) for line in lines}
        amounts = self._salon_amounts()
        return {line: rounded(amounts[line] / rate) for line in lines}

    def _salon_value_hold(self):
        return self.env["salon.wallet.hold"].sudo().search([("order_uuid", "=", self.uuid)])

    def _salon_lock_value(self, origins):
        """Lock all stored value that this order may move: its client's, what is held for it, what paid its sales.

        :return: what is held for it
        """
        wallets = self.env["salon.wallet"].sudo()
        ids = SQL(
            """
            SELECT id FROM salon_wallet WHERE partner_id = %s AND company_id = %s AND state <> 'closed'
             UNION ALL SELECT wallet_id FROM salon_wallet_hold WHERE order_uuid = %s
            """,
            self.partner_id.id or None,
            self.company_id.id,
            self.uuid,
        )
        if origins:
            ids = SQL(
                "%s UNION ALL SELECT wallet_id FROM salon_wallet_move WHERE pos_order_id IN %s", ids, origins._ids
            )
        return wallets._lock_where(ids, self.uuid)[1]

    def _salon_show_value(self, moves):
        """Have this order show what its settlement booked: `moves` are all that it has."""
        last = moves.sorted("id")[-1:]
        shown = {
            "salon_wallet_principal": sum(moves.mapped("principal")),
            "salon_wallet_bonus": sum(moves.mapped("bonus")),
            "salon_wallet_left": last.principal_balance + last.bonus_balance,
        }
        for name, value in shown.items():
            self._salon_show(name, value)

    def _salon_wallet_owner(self):
        """Return the stored value of this order's client, a new one for who has none.

        :raise UserError: the order has no client
        """
        if not self.partner_id:
            raise UserError(self.env._("Whose stored value is it? Choose the client of the order."))
        return self.env["salon.wallet"]._open_for(self.partner_id, self.company_id)

    # Top-ups ----------------------------------------------------------------------------------------

    def _salon_book_topups(self, topups, amounts):
        """Book what these lines top up or take back; return the moves."""
        moves = self.env["salon.wallet.move"].sudo()
        for line in topups:
            if line.tax_ids:
                raise UserError(self.env._("A top-up carries no tax. Take the taxes off %s.", line.product_id.name))
            amount = amounts[line]
            if line._salon_is_refund() or amount < 0:
                moves |= self._salon_take_topup_back(line, -amount)
            elif amount > 0:
                wallet = self._salon_wallet_owner()
                at = self._salon_moment()
                day = local_day(self.company_id._salon_timezone(), at)
                bonus, _rule = self.env["salon.topup.rule"].sudo()._best(self.company_id, self.partner_id, amount, day)
                moves |= wallet._top_up(amount, bonus, at, line=line, pos_order_id=self.id, date=at)
        return moves

    def _salon_take_topup_back(self, line, amount):
        """Take principal back that is paid out with this refund, from the lot of its top-up; return the moves."""
        values = {"pos_order_id": self.id, "date": self._salon_moment()}
        if not line._salon_is_refund():
            self._salon_check_take_back(self.env["salon.wallet.lot"], amount)
            return self._salon_wallet_owner()._pay_out(amount, **values)
        origin = line.refunded_orderline_id
        lot = self.env["salon.wallet.lot"].sudo().search([("pos_order_line_id", "=", origin.id)])
        if not lot:
            raise UserError(self.env._("%s was topped up before stored value was set up here.", origin.order_id.name))
        # Merged clients have their money on one card; what was transferred to another client is gone.
        wallet = self.env["salon.wallet"].sudo()._get_open(lot.wallet_id.partner_id, lot.company_id) or lot.wallet_id
        wallet._lock()
        lots = lot._all_of_client().filtered(lambda one: one.wallet_id == wallet and one.principal_left > 0)
        if self.company_id.currency_id.compare_amounts(amount, sum(lots.mapped("principal_left"))) <= 0:
            self._salon_check_take_back(lot, amount)
        return wallet._pay_out(amount, lots, origin_id=origin.order_id.id, **values)

    # Spending ---------------------------------------------------------------------------------------

    def _salon_use_value(self, tenders, bonus_lines, amounts, hold):
        """Book what this order was paid with by stored value, and see to what is not there; return the moves."""
        moves = self.env["salon.wallet.move"].sudo()
        rounded, rate = self.company_id.currency_id.round, self.currency_rate or 1
        tender = self.currency_id.round(sum(tenders.mapped("amount")))
        used = bonus_lines.filtered(lambda line: not line._salon_is_refund())
        bonus = -rounded(sum(amounts[line] for line in used))
        if bonus < 0:
            raise UserError(self.env._("A bonus lessens a sale. Remove the line of %s.", used.product_id.name))
        if tender <= 0 and not bonus:
            hold.unlink()
            return moves
        payable = self._salon_payable_by_value()
        if self.currency_id.compare_amounts(payable, 0) < 0 and bonus:
            raise UserError(self.env._("Bonus can't pay for a top-up. Remove it from the order."))
        same = self.currency_id == self.company_id.currency_id
        wanted = max(min(tender, payable), 0.0) if same else 0.0
        if self.partner_id and hold and hold.wallet_id.partner_id != self.partner_id:  # it is somebody else's money
            hold.unlink()
            hold = hold.browse()
        wallet = hold.wallet_id or self.env["salon.wallet"].sudo()._get_open(self.partner_id, self.company_id)
        if not wallet and not self.partner_id:
            raise UserError(self.env._("Whose stored value is it? Choose the client of the order."))
        if wallet:
            values = {"pos_order_id": self.id, "date": self._salon_moment()}
            moves = wallet._spend(rounded(wanted / rate), bonus if same else 0.0, hold, **values)
        missing = self.currency_id.round(max(tender, 0) + sum(moves.mapped("principal")))
        if self.currency_id.compare_amounts(missing, 0) > 0:
            self._salon_owe(tenders, missing, wallet)
        lacking = rounded(bonus + sum(moves.mapped("bonus")))
        if self.company_id.currency_id.compare_amounts(lacking, 0) > 0:
            self.message_post(
                body=self.env._(
                    "%s of bonus was used for this order that was not there any more.",
                    format_amount(self.env, lacking, self.company_id.currency_id),
                )
            )
        return moves

    def _salon_payable_by_value(self):
        """Return how much of this order stored value may pay: what is sold, but no money that is used later."""
        prepaid = self.lines.filtered(lambda line: line._salon_sells_prepaid())
        return self.currency_id.round(self.amount_total - sum(max(line.price_subtotal_incl, 0) for line in prepaid))

    def _salon_owe(self, tenders, missing, wallet, text=None):
        """Turn so much of these payments into the till's customer account: the books show it as the client's debt.

        :param wallet: whose client owes it, where the order names none
        :param str text: what is noted on the order, with a place for the amount
        """
        order = self.with_context(salon_by=BY_LEDGER)
        methods = order.config_id.payment_method_ids
        later = [("journal_id", "=", False), ("company_id", "=", order.company_id.id)]
        method = methods.filtered(lambda one: one.type == "pay_later")[:1] or methods.search(later, limit=1)
        if not method:
            raise UserError(
                self.env._(
                    "There is less stored value than this order uses. Remove that payment, or have a manager add the"
                    " method Customer Account to this till."
                )
            )
        if not order.partner_id:
            order.partner_id = wallet.partner_id
        left = missing
        for payment in tenders.with_env(order.env).filtered(lambda one: one.amount > 0).sorted("id", reverse=True):
            part = min(payment.amount, left)
            left = order.currency_id.round(left - part)
            if order.currency_id.compare_amounts(part, payment.amount) == 0:
                payment.payment_method_id = method
            elif part > 0:
                payment.amount = order.currency_id.round(payment.amount - part)
                payment.create(
                    {
                        "pos_order_id": order.id,
                        "amount": part,
                        "payment_method_id": method.id,
                        "payment_date": payment.payment_date,
                    }
                )
        text = text or self.env._("There was less stored value than this order uses: the client owes %s.")
        order.message_post(body=text % format_amount(self.env, missing, order.currency_id))

    # Giving back ------------------------------------------------------------------------------------

    def _salon_give_value_back(self, origins, tenders, bonus_lines, amounts):
        """Book what this order gives back to stored value; return the moves."""
        moves = self.env["salon.wallet.move"].sudo()
        rounded, rate = self.company_id.currency_id.round, self.currency_rate or 1
        back = -self.currency_id.round(sum(tenders.mapped("amount")))
        refunded = bonus_lines.filtered(lambda line: line._salon_is_refund())
        bonus = rounded(sum(amounts[line] for line in refunded))
        principal = rounded(max(back, 0) / rate)
        if principal <= 0 and bonus <= 0:
            return moves
        for origin in origins:
            given = self._salon_give_back_of(origin, principal, bonus)
            principal = rounded(principal - sum(given.mapped("principal")))
            bonus = rounded(bonus - sum(given.mapped("bonus")))
            moves |= given
        if principal > 0:
            values = {"pos_order_id": self.id, "date": self._salon_moment()}
            moves |= self._salon_wallet_owner()._top_up(principal, 0.0, fields.Datetime.now(), kind="return", **values)
        return moves

    def _salon_give_back_of(self, origin, principal, bonus):
        """Give back to the lots by which `origin` was paid, no more than came from there; return the moves."""
        rounded = self.company_id.currency_id.round
        moves = self.env["salon.wallet.move"].sudo()
        spent = moves.search([("pos_order_id", "=", origin.id), ("kind", "=", "spend")], order="id desc")
        earlier = moves.search([("origin_id", "=", origin.id), ("kind", "=", "return")])
        given = [rounded(sum(earlier.mapped("principal"))), rounded(sum(earlier.mapped("bonus")))]
        left, by_lot = [principal, bonus], {}
        for move in spent:
            parts = []
            for place, amount in enumerate((-move.principal, -move.bonus)):
                skipped = min(given[place], amount)
                given[place] = rounded(given[place] - skipped)
                part = min(left[place], rounded(amount - skipped))
                left[place] = rounded(left[place] - part)
                parts.append(part)
            if any(parts):
                by_lot[move.lot_id] = parts
        booked = moves.browse()
        for lot, (own_principal, own_bonus) in by_lot.items():
            lot = lot._successor()
            booked |= lot.wallet_id._book(
                [
                    lot._prepare_move_values(
                        own_principal, own_bonus, "return",
                        pos_order_id=self.id, origin_id=origin.id, date=self._salon_moment(),
                    )
                ]
            )  # fmt: skip
        return booked

    def _salon_check_bonus_refunded(self, origins):
        """Refuse a refund that leaves the bonus part of its sale out: that would turn a discount into money."""
        for origin in origins:
            bonus_lines = origin.lines.filtered(lambda line: line._salon_is_bonus() and not line._salon_is_refund())
            bonus = -sum(bonus_lines.mapped("price_subtotal_incl"))
            if bonus <= 0:
                continue
            goods = (origin.lines - bonus_lines).filtered(
                lambda line: (
                    line.price_subtotal_incl > 0 and not line._salon_sells_prepaid() and not line._salon_is_paid_apart()
                )
            )
            total = sum(goods.mapped("price_subtotal_incl"))
            back = -sum(goods._salon_paid_refunds().mapped("price_subtotal_incl"))
            given = sum(bonus_lines._salon_paid_refunds().mapped("price_subtotal_incl"))
            due = bonus * min(back / total, 1) if total else 0
            tolerance = self.currency_id.rounding * (1 + 2 * len(bonus_lines | goods))
            if due - given > tolerance:
                raise UserError(
                    self.env._(
                        "%(order)s was paid with bonus in part: refund so much of the line “%(bonus)s” too.",
                        order=origin.name,
                        bonus=bonus_lines[0].product_id.name,
                    )
                )

    # What the back office does ----------------------------------------------------------------------

    def _refund(self):
        """The bonus that a client gets back is that of what is still to be refunded."""
        refunds = super()._refund()
        for refund in refunds:
            refund._salon_refund_bonus()
        return refunds

    def _salon_refund_bonus(self):
        """Have this refund give back that part of the bonus which its goods are of the sale's, as the till does."""
        self.ensure_one()
        origin = self.lines.refunded_orderline_id.order_id
        paid = origin.lines.filtered(lambda line: line._salon_is_bonus() and not line._salon_is_refund())
        if paid:
            self._salon_refund_share(origin, paid)
