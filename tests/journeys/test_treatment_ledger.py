"""Treatment cards against a small model of their own: whatever happens in whatever order, cards and books agree."""
from datetime import datetime, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, multiple, rule, run_state_machine_as_test

from odoo.tests import tagged

from odoo.addons.salon_membership.tests.treatment_shop import TreatmentCommon

from ledger_machine import HOLD_MINUTES, LedgerMachine, cents

MONTHS = 2  # so long a card lasts
KINDS = {"three": ("333.33", 3), "small": ("0.08", 3), "seven": ("100", 7)}  # prices that do not divide


class Card:
    """Sessions that were paid for: the plainest of bookkeeping."""

    def __init__(self, number, owner, sessions, amount, sold_on, last_day):
        """Begin with all of them."""
        self.number, self.owner, self.sold_on, self.last_day = number, owner, sold_on, last_day
        self.sessions = self.left = sessions
        self.amount = self.worth = amount
        self.state, self.frozen_on, self.holds = "active", None, {}

    def is_over(self, now):
        """Tell whether its last day is over. While it is frozen its days stand still."""
        return self.state == "active" and self.last_day < now.date()

    def held(self, now, but=None):
        """Return (sessions, amount) that orders hold now."""
        live = [
            (sessions, amount)
            for uuid, (sessions, amount, until) in self.holds.items()
            if uuid != but and (until or datetime.max) > now
        ]
        return sum(sessions for sessions, _amount in live), sum((amount for _sessions, amount in live), Decimal(0))

    def free(self, now, but=None):
        """Return how many sessions no order holds."""
        return self.left - self.held(now, but)[0]

    def price(self, sessions, now, but=None):
        """Return what so many sessions come to: the last ones take what rounding left."""
        if sessions == self.free(now, but):
            return self.worth - self.held(now, but)[1]
        return sessions * cents(self.amount / self.sessions)

    def move(self, sessions, amount, ended="closed"):
        """Take sessions away, or give some back."""
        self.left += sessions
        self.worth += amount
        if not self.left:
            self.state, self.frozen_on = ended, None
        elif self.state in ("closed", "expired"):
            self.state = "active"

    def clear(self, ended="closed"):
        """Take all away."""
        self.move(-self.left, -self.worth, ended)


class Use:
    """An order that is or was to be paid by sessions."""

    def __init__(self, card, sessions, amount):
        """Note from which card how many come, and what they come to."""
        self.card, self.sessions, self.amount = card, sessions, amount
        self.left, self.left_amount = 0, Decimal(0)  # what is used, and not given back


class Courses(LedgerMachine):
    """What happens in a salon to the treatment cards of two clients."""

    cards = Bundle("cards")
    wishes = Bundle("wishes")
    begun = Bundle("begun")
    uses = Bundle("uses")

    def __init__(self):
        """Begin without cards, on a day of its own."""
        super().__init__()
        self.book = []  # of (the model's card, Odoo's)

    def _odoo(self, card):
        record = self.book[card.number][1]
        record.invalidate_recordset()
        return record

    def _add(self, owner, sessions, amount, sold_on, last_day, record):
        card = Card(len(self.book), owner, sessions, amount, sold_on, last_day)
        self.book.append((card, record))
        return card

    def _usable(self, owner):
        """Return the cards that a client may use today: what ends first comes first."""
        today = self.now.date()
        usable = [
            card
            for card, _record in self.book
            if card.owner == owner and card.state == "active" and card.left and card.last_day >= today
        ]
        return sorted(usable, key=lambda card: (card.last_day, card.sold_on, card.number))

    # Cards -----------------------------------------------------------------------------------------

    @rule(target=cards, who=st.integers(0, 1), kind=st.sampled_from(sorted(KINDS)), invoiced=st.booleans())
    def sell(self, who, kind, invoiced):
        """Sell a card at the till."""
        amount, sessions = Decimal(KINDS[kind][0]), KINDS[kind][1]
        line = self.case._line(self.case.products[kind], float(amount))
        partner = self.case.partners[who]
        data = self.case._prepare_sale(line, partner=partner, uuid=self._number(), to_invoice=invoiced)
        order = self._send(self.case._pay(data, (self.case.card_method, float(amount))))
        record = self.case.env["salon.treatment.card"].search([("pos_order_line_id", "in", order.lines.ids)])
        today = self.now.date()
        return self._add(who, sessions, amount, today, today + relativedelta(months=MONTHS), record)

    @rule(card=cards, fair=st.sampled_from((True, True, False)))
    def refund(self, card, fair):
        """Take back what is left of a card that the till sold: what the formula says, and no other amount."""
        record = self._odoo(card)
        line = record.pos_order_line_id
        if not line:
            return
        amount = card.worth + (0 if fair and card.left else 1)
        values = {"refunded_orderline_id": line.id}
        back = self.case._line(record.product_id, float(amount), -1, **values)
        data = self.case._prepare_sale(back, partner=line.order_id.partner_id, uuid=self._number(), is_refund=True)
        self.case._pay(data, (self.case.cash_method, -float(amount)))
        why = self._refusal(card)
        if card.left and not fair:
            why = "is refunded for what is left"
        if why:
            with self.case._refused(why):
                self._send(data)
        else:
            self._send(data)
            card.clear()

    @rule(card=cards)
    def expire(self, card):
        """A manager books what is over as income: not before its last day, and not while its days stand still."""
        why = None if card.is_over(self.now) else "is not over"
        if self._book("expire", card, why or self._refusal(card), **self.case.journals):
            card.clear("expired")

    @rule(target=cards, card=cards)
    def transfer(self, card):
        """Give all that is left to the other client: a card of its own, with the same last day."""
        why = None if card.state == "active" else "can be transferred"
        owner = 1 - card.owner
        booked = self._book("transfer", card, why or self._refusal(card), other_id=self.case.partners[owner].id)
        if not booked:
            return multiple()
        new = self._add(owner, card.left, card.worth, card.sold_on, card.last_day, booked)
        card.clear()
        return new

    @rule(card=cards)
    def freeze(self, card):
        """Have the days of a card stand still, or go on: as many as it was frozen are added to them."""
        record = self._odoo(card)
        if card.state == "frozen":
            record.action_unfreeze()
            card.last_day += self.now.date() - card.frozen_on
            card.state, card.frozen_on = "active", None
            return
        why = "can be frozen" if card.state != "active" or card.is_over(self.now) else self._refusal(card)
        if why:
            with self.case._refused(why):
                record.action_freeze()
        else:
            record.action_freeze()
            card.state, card.frozen_on = "frozen", self.now.date()

    def _refusal(self, card):
        """Return why a card can't be cleared now."""
        if not card.left:
            return "Nothing is left"
        return "just using this card" if card.held(self.now)[0] else None

    def _book(self, kind, card, why, **values):
        """Use the back office's dialog; return the card that it shows, or nothing where it refuses, as it should."""
        if not why:
            return self.case._book_card(kind, self._odoo(card), **values)
        with self.case._refused(why):
            self.case._book_card(kind, self._odoo(card), **values)
        return None

    # Sessions --------------------------------------------------------------------------------------

    @rule(target=wishes, who=st.integers(0, 1), sessions=st.sampled_from((1, 1, 2, 3)))
    def hold(self, who, sessions):
        """An order wants sessions: it gets those of the card that ends first and has so many, or none."""
        uuid = self._number()
        found = self._try_hold(who, uuid, sessions)
        return (who, uuid, found) if found else multiple()

    @rule(target=wishes, wish=consumes(wishes), sessions=st.integers(1, 3))
    def hold_another_number(self, wish, sessions):
        """The client changes their mind."""
        who, uuid, before = wish
        return who, uuid, self._try_hold(who, uuid, sessions) or before

    @rule(wish=consumes(wishes))
    def let_go(self, wish):
        """The order is given up."""
        _who, uuid, use = wish
        self.case.env["salon.treatment.card"].release_sessions(self.case.config.id, uuid)
        use.card.holds.pop(uuid, None)

    @rule(target=begun, wish=consumes(wishes))
    def begin(self, wish):
        """Validate a payment, and lose the connection: refused where the time of its hold is over."""
        _who, uuid, use = wish
        cards = self.case.env["salon.treatment.card"]
        until = use.card.holds[uuid][2]
        if until <= self.now:
            with self.case._refused("not held any more"):
                cards.begin_sessions(self.case.config.id, uuid, [f"{uuid}-line"])
            self.let_go(wish)
            return multiple()
        cards.begin_sessions(self.case.config.id, uuid, [f"{uuid}-line"])
        use.card.holds[uuid] = (use.sessions, use.amount, None)
        return self._prepare(uuid, use, invoiced=False), use

    @rule(target=uses, prepared=consumes(begun))
    def arrive_late(self, prepared):
        """The order comes in at last, perhaps after the closing of its session."""
        return self._settle(*prepared)

    @rule(target=uses, who=st.integers(0, 1), sessions=st.sampled_from((1, 1, 2, 3)), invoiced=st.booleans())
    def use(self, who, sessions, invoiced):
        """Use sessions at once."""
        uuid = self._number()
        use = self._try_hold(who, uuid, sessions)
        return self._settle(self._prepare(uuid, use, invoiced), use) if use else multiple()

    @rule(target=uses, card=cards, sessions=st.sampled_from((1, 1, 2)), more=st.sampled_from((0, 0, 0, 5)))
    def use_without_asking(self, card, sessions, more):
        """Use sessions where the server can't be reached, for what the till takes them to be worth."""
        amount = card.price(sessions, self.now) if card.free(self.now) >= sessions else Decimal(50)
        use = Use(card, sessions, amount + more)
        return self._settle(self._prepare(self._number(), use, False), use)

    @rule(used=uses, part=st.sampled_from(("one", "all")))
    def give_back(self, used, part):
        """Refund a service: its sessions come back to the card, worth what they were; no more than were used."""
        order, use = used
        sessions = 1 if part == "one" else max(use.left, 1)
        amount = cents(use.left_amount * sessions / use.left) if use.left else cents(use.amount / use.sessions)
        values = {"tax": self.case.tax, "refunded_orderline_id": order.lines.id}
        line = self.case._line(self.case.facial, float(amount) / sessions, -sessions, **values)
        data = self.case._prepare_sale(line, partner=order.partner_id, uuid=self._number(), is_refund=True)
        self.case._pay(data, (self.case.treatment_method, -float(amount)))
        if not use.left:
            with self.case._refused("Only sessions go back"):
                self._send(data)
            return
        self._send(data)
        use.card.move(sessions, amount)
        use.left -= sessions
        use.left_amount -= amount

    def _try_hold(self, who, uuid, sessions):
        cards = self._usable(who)
        card = next((card for card in cards if card.free(self.now, uuid) >= sessions), None)
        partner, line = self.case.partners[who], f"{uuid}-line"
        if not card:
            with self.case._refused("no session of"):
                self.case._hold_session(uuid, line, partner, quantity=sessions)
            return None
        use = Use(card, sessions, card.price(sessions, self.now, uuid))
        answer = self.case._hold_session(uuid, line, partner, quantity=sessions)
        assert (answer["card_id"], cents(answer["amount"])) == (self.book[card.number][1].id, use.amount)
        assert answer["sessions_left"] == card.left - sessions
        for other, _record in self.book:
            other.holds.pop(uuid, None)
        card.holds[uuid] = (sessions, use.amount, self.now + timedelta(minutes=HOLD_MINUTES))
        return use

    def _prepare(self, uuid, use, invoiced):
        """Return an order that these sessions pay for, as the till sends it."""
        record = self.book[use.card.number][1]
        amount = float(use.amount)
        line = self.case._line(
            self.case.facial, amount / use.sessions, use.sessions, tax=self.case.tax, uuid=f"{uuid}-line",
            salon_treatment_card_id=record.id,
        )  # fmt: skip
        partner = self.case.partners[use.card.owner]
        data = self.case._prepare_sale(line, partner=partner, uuid=uuid, to_invoice=invoiced)
        return self.case._pay(data, (self.case.treatment_method, amount))

    def _settle(self, data, use):
        """Send an order: its sessions are used if they were held, or are there; else the client owes their price."""
        card = use.card
        there = data["uuid"] in card.holds
        if not there and card in self._usable(card.owner) and card.free(self.now) >= use.sessions:
            there = card.price(use.sessions, self.now) == use.amount
        order = self._send(data)
        card.holds.pop(data["uuid"], None)
        method = self.case.treatment_method if there else self.case.later_method
        assert order.payment_ids.payment_method_id == method
        assert bool(order.lines.salon_treatment_card_id) == there
        if there:
            card.move(-use.sessions, -use.amount)
            use.left, use.left_amount = use.sessions, use.amount
        return order, use

    # Time ------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 45))
    def nights(self, days):
        """Days go by: cards end."""
        self.frozen.move_to(self.now + timedelta(days=days))

    @rule()
    def close(self):
        """Close the session: cards and books agree to the cent, and the tax in the entry is that on the orders."""
        case = self.case
        session = case.config.current_session_id
        if not session:
            return
        orders = session.order_ids.filtered(lambda order: not order.account_move)
        tax = cents(sum(orders.mapped("amount_tax")))
        case._close()
        booked = session.move_id.line_ids.filtered(lambda line: line.tax_line_id == case.tax)
        assert cents(-sum(booked.mapped("balance"))) == tax
        self._agree()
        assert cents(case._course_liability()) == sum(card.worth for card, _record in self.book)

    def _agree(self):
        self.case._assert_course_books()
        self.case.env.invalidate_all()
        for card, record in self.book:
            assert (record.sessions_left, cents(record.amount_left)) == (card.left, card.worth)
            assert (record.state, record.frozen_from or None) == (card.state, card.frozen_on)
            assert (record.partner_id, record.expires_on) == (self.case.partners[card.owner], card.last_day)
            assert record.is_over == card.is_over(self.now)
            assert record._mistakes() == []
            live = record.hold_ids.filtered(lambda hold: not hold.expires_at or hold.expires_at > self.now)
            assert (sum(live.mapped("sessions")), cents(sum(live.mapped("amount")))) == card.held(self.now)



@tagged("post_install", "-at_install")
class TestTreatmentLedger(TreatmentCommon):
    """Invariants 6, 7 and 8: a session is used once, nothing is worth less than nothing, and the books agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "generate_pdf": False})
        cls.company.salon_hold_minutes = HOLD_MINUTES
        cls.company.salon_treatment_refund = "share"
        cls.env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
        cls.tax = cls.env["account.tax"].create(
            {"name": "15 % incl.", "amount": 15, "price_include_override": "tax_included"}
        )
        cls.products = {
            kind: cls._make_card_product(kind, float(price), cls.facial, sessions, salon_card_months=MONTHS)
            for kind, (price, sessions) in KINDS.items()
        }
        cls.partners = [cls.client, cls.guest]
        cls.journals = {
            "entry_journal_id": cls.company_data["default_journal_misc"].id,
            "account_id": cls.company_data["default_account_revenue"].id,
        }

    def test_whatever_happens_the_cards_and_the_books_agree_with_the_model(self):
        Courses.case = self
        profile = settings.default
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        examples = profile.max_examples if profile.max_examples > 100 else 10
        run_state_machine_as_test(
            Courses,
            settings=settings(profile, max_examples=examples, stateful_step_count=15, suppress_health_check=checks),
        )
