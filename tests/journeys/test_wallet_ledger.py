"""Stored value against a small model of its own: whatever happens in whatever order, cards and books say the same."""
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, multiple, rule, run_state_machine_as_test

from odoo.exceptions import MissingError, UserError
from odoo.tests import tagged

from odoo.addons.salon_membership.tests.prepaid_shop import PrepaidCommon

from ledger_machine import HOLD_MINUTES, LedgerMachine, cents
from wallet_model import MONTHS, PARTS, Card, Lot, Sale

CLIENTS = TILLS = st.integers(0, 1)


class Draft:
    """An order that is not paid yet."""

    def __init__(self, order, prepared):
        """Note the order as the server has it, and what the till knows of it."""
        self.order, self.prepared, self.is_open = order, prepared, True


class Prepaid(LedgerMachine):
    """What happens in a salon of two tills to the stored value of two clients."""

    sales = Bundle("sales")
    topups = Bundle("topups")
    held = Bundle("held")
    waiting = Bundle("waiting")
    drafts = Bundle("drafts")

    def __init__(self):
        """Begin with empty cards, on a day of its own."""
        super().__init__()
        self.cards = [Card(), Card()]
        self.unpaid = []

    def _partner(self, card):
        return self.case.partners[self.cards.index(card)]

    def _go_to(self, till):
        """Make the next order at this till."""
        self.case.config, self.case.cash_method = self.case.tills[till], self.case.drawers[till]

    def _send(self, data):
        self._go_to(self.case.tills.index(self.case.env["pos.session"].browse(data["session_id"]).config_id))
        return super()._send(data)

    # Money comes in --------------------------------------------------------------------------------

    @rule(
        target=topups,
        who=CLIENTS,
        amount=st.sampled_from(("50", "100", "333.33", "0.07")),
        invoiced=st.booleans(),
        till=TILLS,
    )
    def top_up(self, who, amount, invoiced, till):
        """Pay money in at the till: 10 % bonus from 100 on."""
        self._go_to(till)
        card, amount = self.cards[who], Decimal(amount)
        data = self.case._prepare_sale(
            self.case._topup_line(float(amount)), partner=self._partner(card), uuid=self._number(), to_invoice=invoiced
        )
        order = self._send(self.case._pay(data, (self.case.card_method, float(amount))))
        lot = Lot(amount, cents(amount / 10) if amount >= 100 else Decimal(0), self.now)
        card.lots.append(lot)
        return card, lot, amount, order

    @rule(top_up=consumes(topups), half=st.booleans(), till=TILLS)
    def take_back(self, top_up, half, till):
        """Take a top-up back: refused when it is used already."""
        self._go_to(till)
        card, lot, amount, order = top_up
        amount = cents(amount / 2) if half else amount
        line = self.case._topup_line(float(amount), quantity=-1, refunded_orderline_id=order.lines.id)
        data = self.case._prepare_sale(line, partner=self._partner(card), uuid=self._number(), is_refund=True)
        self.case._pay(data, (self.case.cash_method, -float(amount)))
        if card.pay_out(amount, self.now, card.came_of(lot)):
            self._send(data)
        else:
            with self.case._refused("can't be paid back"):
                self._send(data)

    @rule(who=CLIENTS, amount=st.sampled_from(("10", "77.77")))
    def pay_out(self, who, amount):
        """Pay principal out in the back office."""
        card, amount = self.cards[who], Decimal(amount)
        book = {"kind": "payout", "partner_id": self._partner(card).id, "amount": float(amount)}
        wizard = self.case.env["salon.wallet.book"].create({**book, "journal_id": self.case.bank.id})
        if card.pay_out(amount, self.now):
            wizard.action_book()
        else:
            with self.case.assertRaises(UserError):
                wizard.action_book()

    @rule(who=CLIENTS, amount=st.sampled_from((None, "10", "77.77")))
    def transfer(self, who, amount):
        """Give principal with its bonus to the other client, or everything: refused while an order holds some."""
        card, other = self.cards[who], self.cards[1 - who]
        book = {
            "kind": "transfer",
            "partner_id": self._partner(card).id,
            "other_id": self._partner(other).id,
            "amount": float(amount or 0),
            "everything": amount is None,
        }
        wizard = self.case.env["salon.wallet.book"].create(book)
        if card.transfer(other, amount and Decimal(amount), self.now):
            wizard.action_book()
        else:
            with self.case.assertRaises(UserError):
                wizard.action_book()

    # Money is used ---------------------------------------------------------------------------------

    @rule(
        target=sales,
        who=CLIENTS,
        price=st.sampled_from(("80", "33.33", "110", "0.07")),
        share=st.sampled_from((0, 30, 100, 100)),
        asks=st.booleans(),
        invoiced=st.booleans(),
        till=TILLS,
    )
    def sell(self, who, price, share, asks, invoiced, till):
        """Sell, and pay a share by stored value: held before, or without asking."""
        self._go_to(till)
        prepared = self._prepare(self.cards[who], Decimal(price), share, asks)
        return self._settle(*prepared, invoiced) if prepared else multiple()

    @rule(target=waiting, who=CLIENTS, price=st.sampled_from(("80", "33.33")), till=TILLS)
    def begin(self, who, price, till):
        """Validate a payment, and lose the connection before the order is sent."""
        self._go_to(till)
        prepared = self._prepare(self.cards[who], Decimal(price), 100, True)
        if not prepared:
            return multiple()
        card, data, _price, _split = prepared
        self.case.env["salon.wallet"].begin_validation(self.case.config.id, data["uuid"])
        card.holds[data["uuid"]]["until"] = None
        return prepared

    @rule(target=sales, prepared=consumes(waiting))
    def arrive_late(self, prepared):
        """The order comes in at last, perhaps after the closing of its session."""
        return self._settle(*prepared, False)

    def _prepare(self, card, price, share, asks, uuid=None):
        uuid, by_value = uuid or self._number(), cents(price * share / 100)
        split = {"principal": by_value, "bonus": Decimal(0)}
        if by_value and asks:
            split = card.split(by_value, self.now)
            if not self._try_hold(card, uuid, by_value):
                return None
        lines = [self.case._line(self.case.shampoo, float(price), tax=self.case.tax)]
        if split["bonus"]:
            lines.append(self.case._bonus_line(float(split["bonus"]), tax=self.case.tax))
        data = self.case._prepare_sale(*lines, partner=self._partner(card), uuid=uuid)
        payments = [(self.case.wallet_method, float(split["principal"]))] if split["principal"] else []
        if price > by_value or not payments:
            payments.append((self.case.card_method, float(price - by_value)))
        return card, self.case._pay(data, *payments), price, split

    def _settle(self, card, data, price, split, invoiced):
        there = {part: min(split[part], card.free(part, self.now, but=data["uuid"])) for part in PARTS}
        order = self._send({**data, "to_invoice": invoiced})
        card.holds.pop(data["uuid"], None)
        used = card.take(there)
        owed = split["principal"] - there["principal"]
        later = order.payment_ids.filtered(lambda one: one.payment_method_id == self.case.later_method)
        assert cents(sum(later.mapped("amount"))) == owed
        return Sale(card, price, split["bonus"], used), order

    @rule(sold=sales, part=st.sampled_from(("half", "all")), onto_card=st.booleans(), till=TILLS)
    def refund(self, sold, part, onto_card, till):
        """Take goods back, with their part of the bonus, onto the card or in cash, at whichever till."""
        self._go_to(till)
        sale, order = sold
        goods, bonus = sale.left["goods"], sale.left["bonus"]
        if part == "half":
            goods, bonus = cents(goods / 2), cents(bonus / 2)
        if goods <= 0:
            return
        lines = []
        for line in order.lines:
            amount = -bonus if line.product_id == self.case.bonus_product else goods
            if amount:
                values = {"quantity": -1, "refunded_orderline_id": line.id, "tax": self.case.tax}
                lines.append(self.case._line(line.product_id, float(amount), **values))
        data = self.case._prepare_sale(*lines, partner=order.partner_id, uuid=self._number(), is_refund=True)
        method = self.case.wallet_method if onto_card else self.case.cash_method
        self._send(self.case._pay(data, (method, -float(goods - bonus))))
        sale.refund(goods, bonus, onto_card, self.now)

    @rule(sold=sales)
    def change_what_is_paid(self, sold):
        """Somebody tries to change in the back office what is booked on a card: always refused."""
        order = sold[1]
        payments = order.payment_ids.filtered(lambda one: one.payment_method_id == self.case.wallet_method)
        bonus = order.lines.filtered(lambda line: line.product_id == self.case.bonus_product)
        changes = [order.unlink, lambda: order.write({"state": "cancel"}), lambda: order.write({"state": "draft"})]
        if payments:
            less = {"amount": payments.amount - 0.01}
            changes += [
                payments.unlink,
                lambda: payments.write(less),
                lambda: payments.write({"payment_method_id": self.case.card_method.id}),
                lambda: order.write({"payment_ids": [(1, payments.id, less)]}),
            ]
        if bonus:
            changes += [lambda: bonus.write({"price_unit": 0}), lambda: bonus.write({"qty": 2})]
        for change in changes:
            with self.case.assertRaises(UserError):
                change()

    # Orders that wait to be paid -------------------------------------------------------------------

    @rule(
        target=drafts,
        who=CLIENTS,
        price=st.sampled_from(("80", "33.33")),
        share=st.sampled_from((30, 100)),
        till=TILLS,
    )
    def draft(self, who, price, share, till):
        """Save an order that wants stored value, as when the client goes on looking around."""
        self._go_to(till)
        prepared = self._prepare(self.cards[who], Decimal(price), share, True)
        if not prepared:
            return multiple()
        draft = Draft(self._save(prepared[1]), prepared)
        self.unpaid.append(draft)
        return draft

    @rule(draft=drafts, price=st.sampled_from(("80", "33.33", "110")), share=st.sampled_from((0, 30, 100)))
    def edit(self, draft, price, share):
        """Change what is sold, and how much of it stored value pays: where there is not so much all stays."""
        if not draft.is_open:
            return
        card, data, *_others = draft.prepared
        self._go_to(self.case.tills.index(draft.order.config_id))
        if prepared := self._prepare(card, Decimal(price), share, True, uuid=data["uuid"]):
            self._save(prepared[1], draft.order)
            draft.prepared = prepared

    @rule(target=sales, draft=consumes(drafts))
    def pay(self, draft):
        """The client pays at last: perhaps what was held for them is another's by now."""
        if not draft.is_open:
            return multiple()
        self.unpaid.remove(draft)
        draft.is_open = False
        card, data, price, split = draft.prepared
        data = {**data, "lines": [], "access_token": draft.order.access_token}
        return self._settle(card, data, price, split, False)

    @rule(draft=consumes(drafts), deleted=st.booleans())
    def give_up(self, draft, deleted):
        """The client goes, and the order is cancelled or deleted."""
        if draft.is_open:
            self._give_up(draft, deleted)

    def _save(self, data, order=None):
        draft = {**data, "state": "draft", "payment_ids": [], "amount_paid": 0}
        if order:
            draft["lines"] = [*((2, line.id, 0) for line in order.lines), *data["lines"]]
            draft["access_token"] = order.access_token
        return self.case._sync(draft)

    def _give_up(self, draft, deleted):
        card, data, *_others = draft.prepared
        if deleted:
            self.case.env["pos.order"].remove_from_ui(draft.order.ids)
        else:
            draft.order.action_pos_order_cancel()
        self.unpaid.remove(draft)
        draft.is_open = False
        card.holds.pop(data["uuid"], None)

    # Orders at the tills ---------------------------------------------------------------------------

    @rule(target=held, who=CLIENTS, amount=st.sampled_from(("20", "99.99", "300")), till=TILLS)
    def hold(self, who, amount, till):
        """An order that is not paid yet wants stored value."""
        self._go_to(till)
        uuid, card = self._number(), self.cards[who]
        return (card, uuid) if self._try_hold(card, uuid, Decimal(amount)) else multiple()

    @rule(wish=held, amount=st.sampled_from(("0", "7", "150")))
    def hold_another_amount(self, wish, amount):
        """The client changes their mind."""
        card, uuid = wish
        self._try_hold(card, uuid, Decimal(amount))

    @rule(wish=consumes(held))
    def let_go(self, wish):
        """The order is given up."""
        card, uuid = wish
        self.case.env["salon.wallet"].release_value(self.case.config.id, [uuid])
        card.holds.pop(uuid, None)

    def _try_hold(self, card, uuid, amount):
        split = card.split(amount, self.now, but=uuid)
        fits = sum(split.values()) >= amount
        try:
            answer = self.case._hold_value(float(amount), uuid, self._partner(card))
        except MissingError:
            raise
        except UserError:
            assert not fits, "refused without a reason"
            return False
        assert fits or not amount, "two orders got the same money"
        card.holds.pop(uuid, None)
        if amount:
            assert {part: cents(answer[part]) for part in PARTS} == split
            card.holds[uuid] = {**split, "until": self.now + timedelta(minutes=HOLD_MINUTES)}
        return bool(amount)

    # Time ------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 45))
    def nights(self, days):
        """Days go by, and in the last night bonus ends."""
        self.frozen.move_to(self.now + timedelta(days=days))
        self.case._expire()
        for card in self.cards:
            card.expire(self.now)

    @rule()
    def close(self):
        """Close the tills: cards and books agree to the cent, and the tax in the entries is that on the orders."""
        for draft in list(self.unpaid):
            self._give_up(draft, deleted=False)
        closed = [self._close_till(number) for number, till in enumerate(self.case.tills) if till.current_session_id]
        if closed:
            self._agree()
            assert cents(self.case._liability()) == sum(card.total("principal") for card in self.cards)
            assert [mistake for session in closed for mistake in session._salon_mistakes()] == []

    def _close_till(self, till):
        self._go_to(till)
        session = self.case.config.current_session_id
        paid = session.order_ids.filtered(lambda order: order.state in ("paid", "done") and not order.account_move)
        tax = cents(sum(paid.mapped("amount_tax")))
        self.case._close()
        booked = session.move_id.line_ids.filtered(lambda line: line.tax_line_id == self.case.tax)
        assert cents(-sum(booked.mapped("balance"))) == tax
        return session

    def _agree(self):
        case = self.case
        case._assert_books()
        case.env.invalidate_all()
        for card in self.cards:
            wallet = case._wallet(self._partner(card))
            assert (cents(wallet.principal), cents(wallet.bonus)) == (card.total("principal"), card.total("bonus"))
            assert wallet._mistakes() == []
            lots = [(cents(lot.principal_left), cents(lot.bonus_left)) for lot in wallet.lot_ids.sorted("id")]
            assert lots == [(lot.left["principal"], lot.left["bonus"]) for lot in card.lots]
            live = wallet.hold_ids.filtered(lambda hold: not hold.expires_at or hold.expires_at > self.now)
            assert cents(sum(live.mapped("principal"))) == card.held("principal", self.now)



@tagged("post_install", "-at_install")
class TestWalletLedger(PrepaidCommon):
    """Invariants 6, 7 and 8: settled once, never negative, and what the books say, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "generate_pdf": False})
        cls.company.write({"salon_bonus_months": MONTHS, "salon_hold_minutes": HOLD_MINUTES})
        cls.env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
        cls.tax = cls.env["account.tax"].create(
            {"name": "15 % incl.", "amount": 15, "price_include_override": "tax_included"}
        )
        cls.bank = cls.card_method.journal_id
        cls.partners = [cls.client, cls.guest]
        cls.tills = [cls.config, cls._make_second_till()]
        cls.drawers = [till.payment_method_ids.filtered("is_cash_count")[:1] for till in cls.tills]

    @classmethod
    def _make_second_till(cls):
        journal = cls.env["account.journal"].create({"name": "Second Drawer", "type": "cash", "code": "DRAW2"})
        drawer = cls.env["pos.payment.method"].create({"name": "Second Drawer", "journal_id": journal.id})
        others = cls.config.payment_method_ids.filtered(lambda method: not method.is_cash_count)
        return cls.env["pos.config"].create(
            {
                "name": "Second Till",
                "invoice_journal_id": cls.config.invoice_journal_id.id,
                "payment_method_ids": [(6, 0, (drawer | others).ids)],
                "use_pricelist": False,
            }
        )

    def _expire(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("salon_membership.cron_expire_wallets").method_direct_trigger()
        self.env.invalidate_all()

    def test_whatever_happens_the_cards_and_the_books_agree_with_the_model(self):
        Prepaid.case = self
        profile = settings.default
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        examples = profile.max_examples if profile.max_examples > 100 else 10
        run_state_machine_as_test(
            Prepaid,
            settings=settings(profile, max_examples=examples, stateful_step_count=15, suppress_health_check=checks),
        )
