from .prepaid_shop import PrepaidCommon


class DealCommon(PrepaidCommon):
    """A platform that takes 6 %, and sells a cut for 100 and a cut with a facial for 250 (in the list: 100 and 200)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.platform = cls._make_platform("Meituan", 6)
        cls.deal_method = cls.platform.payment_method_id
        cls.offer = cls._make_offer("Cut", 80, cls.cut)
        cls.bundle = cls._make_offer("Cut and Facial", 250, cls.cut, cls.facial)

    @classmethod
    def _make_platform(cls, name, percent=0, fixed=0):
        wizard = cls.env["salon.deal.setup"].create(
            {"name": name, "fee_percent": percent, "fee_fixed": fixed, "config_ids": [(6, 0, cls.config.ids)]}
        )
        wizard.sure = True
        return cls.env["salon.deal.platform"].browse(wizard.action_set_up()["res_id"])

    @classmethod
    def _make_offer(cls, name, price, *products, platform=None, **values):
        return cls.env["salon.deal.offer"].create(
            {
                "name": name,
                "platform_id": (platform or cls.platform).id,
                "price": price,
                "item_ids": [(0, 0, {"product_id": product.id}) for product in products],
                **values,
            }
        )

    # What people do ---------------------------------------------------------------------------------

    def _check(self, code, offer=None, uuid="new"):
        return self.env["salon.deal.voucher"].check_voucher(self.config.id, (offer or self.offer).id, code, uuid)

    def _deal_lines(self, code, offer=None):
        offer = offer or self.offer
        return [
            self._line(product, amount, salon_deal_offer_id=offer.id, salon_deal_code=code, uuid=self._uuid())
            for product, amount in offer._pieces()
        ]

    def _prepare_redeem(self, code, offer=None, others=(), tender=None, **values):
        """Return an order of one voucher's services and other lines, paid by the voucher and, the rest, by card."""
        lines = self._deal_lines(code, offer)
        data = self._prepare_sale(*lines, *others, uuid=self._uuid(), **values)
        amount = sum(line["price_subtotal_incl"] for line in lines)
        tender = amount if tender is None else tender
        payments = [((offer or self.offer).platform_id.payment_method_id, tender)]
        if rest := amount - tender + sum(line["price_subtotal_incl"] for line in others):
            payments.append((self.card_method, rest))
        return self._pay(data, *payments)

    def _redeem(self, code, offer=None, **values):
        return self._sync(self._prepare_redeem(code, offer, **values))

    def _anonymous(self, data):
        return {**data, "partner_id": False}

    def _give_back_lines(self, order, *payments, lines=None):
        """Refund lines of an order, all unless said otherwise, by these (method, amount); return the refund."""
        back = [
            self._line(line.product_id, line.price_subtotal_incl / line.qty, -line.qty, refunded_orderline_id=line.id)
            for line in lines or order.lines
        ]
        data = self._prepare_sale(*back, partner=order.partner_id, is_refund=True)
        return self._sync(self._pay(data, *payments))

    # What should be ---------------------------------------------------------------------------------

    def _vouchers(self, *codes):
        domain = [("code", "in", codes)] if codes else []
        return self.env["salon.deal.voucher"].search([("platform_id", "=", self.platform.id), *domain], order="id")

    def _payments(self, order):
        self.env.invalidate_all()
        return {payment.payment_method_id: payment.amount for payment in order.payment_ids}

    def _owed(self, platform=None):
        """Return what the books say that the platform owes."""
        account = (platform or self.platform).clearing_account_id
        lines = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return self.company.currency_id.round(sum(lines.mapped("balance")))
