"""Points against a small model of their own: whatever happens in whatever order, both say the same after each step."""
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.salon_membership.tests.common import MembershipCommon

START = datetime(2027, 1, 10, 12)
MONTHS = 2  # so long points last
FOR_ONE = 10  # so many points are worth 1.00
HOLD_MINUTES = 30
FACTORS = {"regular": Decimal(1), "gold": Decimal("1.5")}
HUNDREDTH = Decimal("0.01")


def floor(number):
    """Round down to whole points."""
    return int(Decimal(number).to_integral_value(ROUND_FLOOR))


class Lot:
    """Points that came together."""

    def __init__(self, points, earned_at):
        """Hold `points` until their last day is over."""
        self.earned_at = earned_at
        self.last_day = earned_at.date() + relativedelta(months=MONTHS)
        self.left, self.expired = points, 0


class Member:
    """What a member should have: the plainest of bookkeeping."""

    def __init__(self, tier):
        """Begin with nothing."""
        self.tier, self.lots, self.debt, self.holds = tier, [], 0, {}

    @property
    def points(self):
        """All points that are left."""
        return sum(lot.left for lot in self.lots)

    def held(self, now, but=None):
        """Return what is held now, but for one order."""
        return sum(points for uuid, (points, until) in self.holds.items() if until > now and uuid != but)

    def free(self, now):
        """Return what nobody holds."""
        return max(self.points - self.held(now), 0)

    def add(self, points, now):
        """Add a lot."""
        self.lots.append(Lot(points, now))
        return self.lots[-1]

    def use(self, points):
        """Take points from the lots that end first; return from which."""
        used = []
        for _ends, _earned, number in sorted((lot.last_day, lot.earned_at, n) for n, lot in enumerate(self.lots)):
            lot = self.lots[number]
            amount = min(lot.left, points)
            if amount:
                lot.left -= amount
                points -= amount
                used.append((lot, amount))
        assert not points
        return used

    def repay(self, now):
        """Pay what is owed by what is free."""
        points = min(self.debt, self.free(now))
        self.use(points)
        self.debt -= points

    def expire(self, now):
        """End what is over, unless an order holds points."""
        if self.held(now):
            return
        for lot in self.lots:
            if lot.last_day < now.date():
                lot.expired += lot.left
                lot.left = 0


class Sale:
    """A paid order, and what became of its points."""

    def __init__(self, member, quantity, price, points):
        """Note what was sold and how many points it wanted to spend."""
        self.member, self.quantity, self.price, self.points = member, quantity, price, points
        self.refunded = self.taken = self.owed_back = self.given = 0
        self.earned, self.lot, self.used, self.owed = 0, None, [], 0

    def settle(self, factor, now):
        """Book it."""
        member = self.member
        there = min(self.points, member.free(now))
        self.owed = self.points - there
        self.used = member.use(there)
        member.debt += self.owed
        self.earned = floor((self.quantity * self.price - Decimal(self.points) / FOR_ONE) * factor)
        if self.earned > 0:
            self.lot = member.add(self.earned, now)
        member.repay(now)

    def refund(self, quantity, now):
        """Book the refund of some pieces."""
        self.refunded += quantity
        self._take_back()
        self._give_back(now)
        self.member.repay(now)

    def _take_back(self):
        if not self.lot:
            return
        kept = floor(Decimal(self.earned) * (self.quantity - self.refunded) / self.quantity + Decimal("0.000001"))
        due = self.earned - kept - self.taken - self.owed_back
        there = min(due, self.lot.left)
        owed = max(due - there - self.lot.expired, 0)
        self.lot.left -= there
        self.taken += there
        self.owed_back += owed
        self.member.debt += owed

    def _give_back(self, now):
        if not self.points:
            return
        paid = Decimal(self.points) / FOR_ONE
        back = (paid * self.refunded / self.quantity).quantize(HUNDREDTH, ROUND_HALF_UP)
        due = floor(self.points * back / paid + Decimal("0.000001")) - self.given
        skip, self.given = self.given, self.given + due
        for lot, amount in [(None, self.owed), *reversed(self.used)]:
            passed = min(skip, amount)
            skip -= passed
            part = min(due, amount - passed)
            if part > 0:
                due -= part
                lot = lot or self.member.add(0, now)
                lot.left += part


class Points(RuleBasedStateMachine):
    """What happens in a salon to the points of two members."""

    case = None  # the Odoo test
    sales = Bundle("sales")
    held = Bundle("held")

    def __init__(self):
        """Begin with an empty ledger, on a day of its own."""
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint(flush=True)
        self.clock = freeze_time(START)
        self.frozen = self.clock.start()
        self.members = [Member("gold"), Member("regular")]
        self.last = None  # what was sent last, and what came of it
        self.numbers = 0

    def teardown(self):
        """Leave the database as it was."""
        self.clock.stop()
        self.case.env.invalidate_all()
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all()

    @property
    def now(self):
        """The moment."""
        return self.frozen()

    def _odoo(self, member):
        return self.case.memberships[self.members.index(member)]

    @rule(
        target=sales,
        who=st.integers(0, 1),
        quantity=st.integers(1, 4),
        price=st.sampled_from(("80", "33.33", "0.07")),
        share=st.sampled_from((0, 0, 0, 25, 60, 100)),
        asks=st.booleans(),
    )
    def sell(self, who, quantity, price, share, asks):
        """Sell, and pay a share of it by points: all that is asked of the server, or without asking."""
        member, price = self.members[who], Decimal(price)
        points = floor(quantity * price * FOR_ONE * share / 100)
        uuid = self._number()
        membership, lines = self._odoo(member), []
        if points:
            lines = [self.case._points_line(float(Decimal(points) / FOR_ONE))]
            if asks and not self._try_hold(member, uuid, points):
                return multiple()
        total = float(quantity * price)
        line = {"product": self.case.shampoo, "quantity": quantity, "price_unit": float(price)}
        line.update(price_subtotal=total, price_subtotal_incl=total)
        data = self.case._prepare_sale(line, *lines, partner=membership.partner_id, uuid=uuid)
        order = self.case._sync({**data})
        member.holds.pop(uuid, None)
        sale = Sale(member, quantity, price, points)
        sale.settle(FACTORS[member.tier], self.now)
        self.last = (data, order)
        return sale, order

    @rule(sold=sales, quantity=st.integers(1, 4))
    def refund(self, sold, quantity):
        """Take some of it back, if there is so much left."""
        sale, order = sold
        quantity = min(quantity, sale.quantity - sale.refunded)
        if quantity:
            self.case._refund(order, {self.case.shampoo: quantity})
            sale.refund(quantity, self.now)

    @rule(times=st.integers(1, 2))
    def send_again(self, times):
        """The till did not hear the answer."""
        for _time in range(times if self.last else 0):
            data, order = self.last
            assert self.case._sync({**data}) == order
            order.action_pos_order_paid()

    @rule(target=held, who=st.integers(0, 1), points=st.integers(1, 900))
    def hold(self, who, points):
        """An order that is not paid yet wants points."""
        uuid = self._number()
        return (self.members[who], uuid) if self._try_hold(self.members[who], uuid, points) else multiple()

    @rule(wish=held, points=st.integers(0, 900))
    def hold_another_amount(self, wish, points):
        """The client changes their mind."""
        member, uuid = wish
        self._try_hold(member, uuid, points)

    @rule(wish=consumes(held))
    def let_go(self, wish):
        """The order is given up."""
        member, uuid = wish
        self.case.env["salon.membership"].release_points(self.case.config.id, [uuid])
        member.holds.pop(uuid, None)

    @rule(who=st.integers(0, 1), tier=st.sampled_from(tuple(FACTORS)))
    def change_tier(self, who, tier):
        """From now on the member earns otherwise."""
        self.members[who].tier = tier
        self._odoo(self.members[who]).sudo().tier_id = self.case.tiers[tier]

    @rule(who=st.integers(0, 1), points=st.integers(1, 300))
    def give(self, who, points):
        """Points without a purchase."""
        self._odoo(self.members[who])._grant(points, self._number(), "Given")
        self.members[who].add(points, self.now)
        self.members[who].repay(self.now)

    @rule(minutes=st.integers(1, 45))
    def wait(self, minutes):
        """Time goes by: holds end."""
        self.frozen.move_to(self.now + timedelta(minutes=minutes))

    @rule(days=st.integers(1, 45))
    def nights(self, days):
        """Days go by, and in the last night points end; a worker that was stopped starts again."""
        self.frozen.move_to(self.now + timedelta(days=days))
        for _again in range(2):
            self.case._expire()
        for member in self.members:
            member.expire(self.now)

    def _number(self):
        self.numbers += 1
        return f"model-{self.numbers}"

    def _try_hold(self, member, uuid, points):
        fits = points <= member.points - member.held(self.now, but=uuid)
        partner = self._odoo(member).partner_id
        try:
            self.case._hold(points, uuid, partner)
        except UserError:
            assert not fits, "refused without a reason"
            return False
        assert fits or not points, "two orders got the same points"
        # Asking for nothing ends the hold; what was over is cleared away whenever somebody asks.
        member.holds.pop(uuid, None)
        if points:
            member.holds[uuid] = (points, self.now + timedelta(minutes=HOLD_MINUTES))
        return bool(points)

    @invariant()
    def all_figures_agree(self):
        """Balances, lots, card and history say what the model says."""
        env = self.case.env
        env.flush_all()
        env.invalidate_all()
        for member in self.members:
            membership = self._odoo(member)
            lots = membership.lot_ids.sorted("id")
            assert lots.mapped("remaining") == [lot.left for lot in member.lots]
            assert lots.mapped("expires_on") == [lot.last_day for lot in member.lots]
            assert (membership.points, membership.points_debt) == (member.points, member.debt)
            live = membership.sudo().hold_ids.filtered(lambda hold: hold.expires_at > self.now)
            assert sum(live.mapped("points")) == member.held(self.now)
            assert membership.points_held == sum(membership.sudo().hold_ids.mapped("points"))
            assert membership.points == sum(lots.move_ids.mapped("amount")) == membership.card_id.points
            assert membership.points_debt == sum(membership.debt_ids.mapped("amount"))
            history = membership.card_id.history_ids
            assert membership.points == sum(history.mapped("issued")) - sum(history.mapped("used"))
            for lot in lots:
                assert lot.remaining == sum(lot.move_ids.mapped("amount")) >= 0


@tagged("post_install", "-at_install")
class TestPointsLedger(MembershipCommon):
    """Invariants 6 and 7: every balance is the sum of its moves, never negative, and settled once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.resource_calendar_id.tz = "UTC"
        cls.tiers = {"regular": cls.regular, "gold": cls.gold}
        cls.env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})  # nobody rises by themselves
        for name, tier in cls.tiers.items():
            tier.write({"discount": 0, "product_discount": 0, "points_factor": float(FACTORS[name])})
        friend = cls.env["res.partner"].create({"name": "Fay Friend"})
        cls.memberships = [cls.membership, cls.env["salon.membership"]._enrol(friend, cls.regular)]
        cls.membership.card_id.program_id.write(
            {"salon_points_for_one": FOR_ONE, "salon_expiry": "age", "salon_expiry_months": MONTHS,
             "salon_hold_minutes": HOLD_MINUTES}
        )  # fmt: skip

    def _expire(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("salon_membership.cron_points_expire").method_direct_trigger()
        self.env.invalidate_all()

    def test_whatever_happens_the_ledger_agrees_with_the_model(self):
        with freeze_time(START):
            self.open_new_session()
        Points.case = self
        profile = settings.default
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        examples = profile.max_examples if profile.max_examples > 100 else 25
        run_state_machine_as_test(
            Points,
            settings=settings(profile, max_examples=examples, stateful_step_count=20, suppress_health_check=checks),
        )
