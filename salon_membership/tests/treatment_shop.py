from .prepaid_shop import PrepaidCommon


class TreatmentCommon(PrepaidCommon):
    """A till that sells ten facials for 1,600 (one costs 200), valid for a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.treatment_method = cls.company.salon_treatment_method_id
        cls.treatment_account = cls.company.salon_treatment_account_id
        cls.ten = cls._make_card_product("10 Facials", 1600, cls.facial)

    @classmethod
    def _make_card_product(cls, name, price, services, sessions=10, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "taxes_id": False,
                "available_in_pos": True,
                "is_salon_card": True,
                "salon_card_sessions": sessions,
                "salon_card_service_ids": [(6, 0, services.product_tmpl_id.ids)],
                "salon_card_months": 12,
                **values,
            }
        )

    # What people do ---------------------------------------------------------------------------------

    def _sell_card(self, price=1600, quantity=1, product=None, partner=None, **values):
        """Sell a card at the till; return it, or them."""
        data = self._prepare_sale(self._line(product or self.ten, price, quantity), partner=partner, **values)
        order = self._sync(self._pay(data, (self.card_method, price * quantity)))
        return self.env["salon.treatment.card"].search([("pos_order_line_id", "in", order.lines.ids)], order="id")

    def _hold_session(self, uuid, line_uuid, partner=None, card=None, quantity=1, product=None):
        return self.env["salon.treatment.card"].hold_session(
            self.config.id, (partner or self.client).id, uuid, line_uuid, (product or self.facial).id,
            card and card.id, quantity,
        )  # fmt: skip

    def _prepare_use(self, partner=None, amount=None, card=None, tax=None, quantity=1, others=(), **values):
        """Return an order of one facial that a session pays for, held unless an `amount` is given."""
        uuid, line_uuid = self._uuid(), self._uuid()
        if amount is None:
            held = self._hold_session(uuid, line_uuid, partner, card, quantity)
            amount, card_id = held["amount"], held["card_id"]
        else:
            card_id = card.id
        line = self._line(
            self.facial, amount / quantity, quantity, tax=tax, uuid=line_uuid, salon_treatment_card_id=card_id
        )
        data = self._prepare_sale(line, *others, partner=partner, uuid=uuid, **values)
        payments = [(self.treatment_method, amount)]
        if rest := sum(other["price_subtotal_incl"] for other in others):
            payments.append((self.card_method, rest))
        return self._pay(data, *payments)

    def _use(self, **values):
        return self._sync(self._prepare_use(**values))

    def _refund_lines(self, order, price=None, method=None, tax=None, quantity=1):
        """Refund an order's lines, by the treatment method unless another is given; return the refund."""
        lines, total = [], 0
        for line in order.lines:
            own = line.price_subtotal_incl / line.qty if price is None else price
            total -= own * quantity
            lines.append(self._line(line.product_id, own, -quantity, tax=tax, refunded_orderline_id=line.id))
        data = self._prepare_sale(*lines, partner=order.partner_id, is_refund=True)
        return self._sync(self._pay(data, (method or self.treatment_method, self.company.currency_id.round(total))))

    def _book_card(self, kind, card=None, user=None, **values):
        """Do what the back office's dialog does."""
        wizards = self.env["salon.treatment.book"]
        if user:
            wizards = wizards.with_user(user)
        partner = card.partner_id if card else self.client
        wizard = wizards.create({"kind": kind, "card_id": card and card.id, "partner_id": partner.id, **values})
        return self.env["salon.treatment.card"].browse(wizard.action_book()["res_id"])

    # What should be ---------------------------------------------------------------------------------

    def _assert_card(self, card, sessions, amount, state="active"):
        """Check what is left on a card, and that everything that shows it agrees (invariants 6 and 7)."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((card.sessions_left, card.amount_left, card.state), (sessions, amount, state))
        self.assertEqual(card._mistakes(), [])

    def _assert_course_books(self):
        """Check that the worth of all cards is what the books and the open sessions say (invariant 8)."""
        self._assert_books()
        cards = self.env["salon.treatment.card"].search([("company_id", "=", self.company.id)])
        orders = self.env["pos.order"].search(
            [("session_id.state", "!=", "closed"), ("state", "in", ("paid", "done")),
             ("company_id", "=", self.company.id)]
        )  # fmt: skip
        sold = orders.filtered(lambda order: not order.account_move).lines.filtered("product_id.is_salon_card")
        used = orders.payment_ids.filtered(lambda payment: payment.payment_method_id == self.treatment_method)
        unposted = sum(sold.mapped("price_subtotal")) - sum(used.mapped("amount"))
        rounded = self.company.currency_id.round
        self.assertEqual(rounded(sum(cards.mapped("amount_left"))), rounded(self._course_liability() + unposted))

    def _course_liability(self):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.treatment_account.id), ("parent_state", "=", "posted")]
        )
        return self.company.currency_id.round(-sum(lines.mapped("balance")))
