from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.deal_code import normalise
from .loyalty_card import BY_LEDGER
from .pos_payment_method_deal import DEAL


class PosOrder(models.Model):
    """What a paid order means for vouchers of platforms: those that it redeems, and those that a refund gives back."""

    _inherit = "pos.order"

    salon_deal_voucher_ids = fields.One2many(
        "salon.deal.voucher",
        "pos_order_id",
        string="Vouchers",
        groups="salon_crm.group_salon_reception,account.group_account_readonly,account.group_account_invoice",
    )

    def _salon_settle(self):
        result = super()._salon_settle()
        self._salon_settle_deals()
        return result

    def _salon_is_prepaid(self):
        """An order that redeems vouchers is settled as well, once, by whatever way it comes."""
        return super()._salon_is_prepaid() or bool(self.payment_ids.payment_method_id._salon_prepaid(DEAL))

    def _salon_settle_deals(self):
        """Redeem the vouchers of this paid order, in its own transaction. Settling again changes nothing.

        - A voucher pays for the lines that name its code, by the tender of its platform, up to what the platform
          settles for it.
        - What no voucher covers that is not used yet, the client owes, on the till's customer account. Where there is
          no client or no such method, it stands as disputed among the vouchers. No sale is lost.
        - What a refund gives back by the platform's method are whole vouchers. Paid back otherwise, they stay used.
        """
        self.ensure_one()
        order = self.sudo()
        tenders = order.payment_ids.filtered(lambda payment: payment.payment_method_id._salon_prepaid(DEAL))
        lines = order.lines.filtered(lambda line: line.salon_deal_offer_id and not line._salon_is_refund())
        if not (tenders or lines):
            return
        lines._salon_refuse_deal_of_topup()
        amounts = order._salon_company_amounts(lines)
        paid = lines.browse()
        for method, payments in tenders.grouped("payment_method_id").items():
            platform = order.env["salon.deal.platform"].with_context(active_test=False)
            platform = platform.search([("payment_method_id", "=", method.id)], limit=1)
            total = order.currency_id.round(sum(payments.mapped("amount")))
            if order.currency_id.compare_amounts(total, 0) < 0:
                order._salon_give_vouchers_back(platform, -total)
            else:
                own = lines.filtered(lambda line, platform=platform: line.salon_deal_offer_id.platform_id == platform)
                paid |= order._salon_redeem(platform, own, payments, amounts)
        # What no tender of a platform pays is an ordinary sale.
        (lines - paid).with_context(salon_by=BY_LEDGER).write({"salon_deal_offer_id": False, "salon_deal_code": False})

    def _salon_redeem(self, platform, lines, payments, amounts):
        """Redeem the vouchers that pay for these lines, as far as the tender goes; return the lines that are paid."""
        rounded, vouchers = self.currency_id.round, self.env["salon.deal.voucher"]
        left, reasons, paid = rounded(sum(payments.mapped("amount"))), [], lines.browse()
        by_code = lines.grouped(lambda line: (normalise(line.salon_deal_code), line.salon_deal_offer_id))
        same = self.currency_id == self.company_id.currency_id
        # Two orders with the same codes take them in the same order: neither waits for the other forever.
        for (code, offer), own in sorted(by_code.items(), key=lambda item: item[0][0]):
            amount = min(rounded(sum(amounts[line] for line in own)), offer.price, left) if same else 0.0
            if not code or self.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            voucher = vouchers._claim(offer, code, amount, self)
            if voucher:
                left = rounded(left - amount)
                paid |= own
            else:
                reasons += [earlier._say_used() for earlier in vouchers._find_kept(platform, [code])]
        if self.currency_id.compare_amounts(left, 0) > 0:
            self._salon_uncovered(platform, payments, left, reasons)
        return paid

    def _salon_uncovered(self, platform, payments, amount, reasons):
        """See to what was paid by a platform's method and no voucher covers: the goods have been handed over.

        :param list reasons: what is known of it, sentences
        """
        why = " ".join(reasons)
        domain = [("journal_id", "=", False), ("company_id", "=", self.company_id.id)]
        if self.partner_id and self.env["pos.payment.method"].search_count(domain, limit=1):
            text = self.env._("No voucher covers all that was paid by one: the client owes %s.")
            self._salon_owe(payments, amount, self, f"{text} {why.replace('%', '%%')}".strip())
            return
        text = self.env._(
            "No voucher covers %(amount)s that was paid by %(method)s. It stands among the vouchers, as disputed.",
            amount=format_amount(self.env, amount, self.currency_id),
            method=payments.payment_method_id.name,
        )
        note = f"{text} {why}".strip()
        if platform:
            self.env["salon.deal.voucher"].create(
                {
                    "platform_id": platform.id,
                    "company_id": platform.company_id.id,
                    "payment_method_id": platform.payment_method_id.id,
                    "pos_order_id": self.id,
                    "amount": amount,
                    "redeemed_at": self._salon_moment(),
                    "redeemed_by": self.user_id.id or self.env.uid,
                    "state": "disputed",
                    "note": why or text,
                }
            )
        self.message_post(body=note)

    # Giving back ------------------------------------------------------------------------------------

    def _salon_give_vouchers_back(self, platform, amount):
        """Give the vouchers back that paid for what this order takes back whole.

        :param amount: what goes back to the platform
        :raise UserError: that is not what they came to, or one is settled already
        """
        left, given = amount, self.env["salon.deal.voucher"]
        for voucher in self._salon_vouchers_taken_back(platform).sorted(lambda one: (one.is_listed, one.id)):
            if self.currency_id.compare_amounts(voucher.amount, left) <= 0:
                left = self.currency_id.round(left - voucher.amount)
                given |= voucher
        if self.currency_id.compare_amounts(left, 0) > 0:
            raise UserError(
                self.env._(
                    "A voucher of %s is given back whole: refund all its services, for what it came to. Or pay the"
                    " refund by another method: the voucher stays used then.",
                    platform.name or self.env._("this platform"),
                )
            )
        given._give_back(self)

    def _salon_vouchers_taken_back(self, platform):
        """Return the vouchers of the sales that this refunds of which it takes all services back."""
        refunds = self.lines.filtered(lambda line: line._salon_is_refund())
        origins = refunds.refunded_orderline_id
        domain = [("pos_order_id", "in", origins.order_id.ids), ("platform_id", "=", platform.id)]
        vouchers = self.env["salon.deal.voucher"].search([*domain, ("state", "!=", "given_back")])

        def is_whole(voucher):
            if not voucher.code:
                return False
            lines = voucher.pos_order_id.lines.filtered(
                lambda line: (
                    line.salon_deal_offer_id == voucher.offer_id and normalise(line.salon_deal_code) == voucher.code
                )
            )
            back = refunds.grouped("refunded_orderline_id")
            return bool(lines) and all(
                line.qty == -sum(own.mapped("qty")) and line._salon_paid_refunds() <= own
                for line in lines
                for own in [back.get(line, lines.browse())]
            )

        return vouchers.filtered(is_whole)
