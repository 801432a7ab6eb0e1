"""What stored value should be: the plainest of bookkeeping, for the random sequences to be held against."""
from datetime import datetime
from decimal import Decimal
from itertools import count

from dateutil.relativedelta import relativedelta

from ledger_machine import cents

MONTHS = 2  # so long bonus lasts
PARTS = ("principal", "bonus")


class Lot:
    """What came in at once."""

    numbers = count()

    def __init__(self, principal, bonus, at):
        """Hold so much."""
        self.at, self.number, self.newer = at, next(self.numbers), []
        self.left = {"principal": principal, "bonus": bonus}
        self.last_day = at.date() + relativedelta(months=MONTHS) if bonus else None

    def part(self, principal, bonus):
        """Return a lot of as much of this one, as old as this one, that another client gets."""
        new = Lot(principal, bonus, self.at)
        new.last_day = self.last_day
        self.newer.append(new)
        return new


class Card:
    """What a client should have: the plainest of bookkeeping."""

    def __init__(self):
        """Begin with nothing."""
        self.lots, self.holds, self.is_open = [], {}, False

    def by_age(self):
        """Return the lots, oldest first: what came from another client is as old as it was there."""
        return sorted(self.lots, key=lambda lot: (lot.at, lot.number))

    def came_of(self, lot):
        """Return what this client has of a top-up: of the lot itself, and of what they gave away and got back."""
        found, newer = [lot], lot.newer
        while newer:
            found += newer
            newer = sorted((one for lot in newer for one in lot.newer), key=lambda one: one.number)
        return [one for one in found if one in self.lots and one.left["principal"] > 0]

    def total(self, part):
        """Return all there is of one part."""
        return sum((lot.left[part] for lot in self.lots), Decimal(0))

    def held(self, part, now, but=None):
        """Return what orders hold now."""
        return sum(
            (hold[part] for uuid, hold in self.holds.items() if uuid != but and (hold["until"] or datetime.max) > now),
            Decimal(0),
        )

    def free(self, part, now, but=None):
        """Return what no order holds."""
        return max(self.total(part) - self.held(part, now, but), Decimal(0))

    def split(self, amount, now, but=None):
        """Return by which principal and bonus an amount is paid: of each lot in proportion, the oldest first."""
        held = {part: self.total(part) - self.free(part, now, but) for part in PARTS}
        paid = dict.fromkeys(PARTS, Decimal(0))
        for lot in self.by_age():
            own = {}
            for part in PARTS:
                skipped = min(held[part], lot.left[part])
                held[part] -= skipped
                own[part] = lot.left[part] - skipped
            if lot.last_day and lot.last_day < now.date():
                own["bonus"] = Decimal(0)
            worth = sum(own.values())
            share = min(amount - sum(paid.values()), worth)
            if share > 0:
                bonus = max(min(cents(share * own["bonus"] / worth), own["bonus"]), share - own["principal"])
                paid["bonus"] += bonus
                paid["principal"] += share - bonus
        return paid

    def take(self, wanted):
        """Take so much of each part from the oldest lots; return from which."""
        used, wanted = [], dict(wanted)
        for lot in self.by_age():
            taken = {part: min(lot.left[part], wanted[part]) for part in PARTS}
            for part in PARTS:
                lot.left[part] -= taken[part]
                wanted[part] -= taken[part]
            if any(taken.values()):
                used.append((lot, taken))
        assert not any(wanted.values())
        return used

    def pay_out(self, amount, now, lots=None):
        """Take principal away with its bonus; tell whether there was so much."""
        lots, free_bonus = self.by_age() if lots is None else lots, self.free("bonus", now)
        if amount > min(sum(lot.left["principal"] for lot in lots), self.free("principal", now)):
            return False
        for lot in lots:
            share = min(lot.left["principal"], amount)
            if share > 0:
                bonus = min(cents(lot.left["bonus"] * share / lot.left["principal"]), free_bonus)
                free_bonus -= bonus
                lot.left["principal"] -= share
                lot.left["bonus"] -= bonus
                amount -= share
        return True

    def transfer(self, other, amount, now):
        """Give so much principal with its bonus to another client, or all there is; tell whether it may be."""
        there = self.total("principal")
        if not (self.lots or self.is_open) or any(self.held(part, now) for part in PARTS):
            return False
        if amount is not None and amount > there:
            return False
        other.is_open = True
        for lot in self.by_age():
            given = dict(lot.left)
            if amount is not None:
                given["principal"] = min(lot.left["principal"], amount)
                amount -= given["principal"]
                given["bonus"] = Decimal(0)
                if given["principal"]:
                    given["bonus"] = cents(lot.left["bonus"] * given["principal"] / lot.left["principal"])
            if any(given.values()):
                for part in PARTS:
                    lot.left[part] -= given[part]
                other.lots.append(lot.part(**given))
        return True

    def expire(self, now):
        """End bonus that is over, unless an order holds some."""
        if not self.held("bonus", now):
            for lot in self.lots:
                if lot.last_day and lot.last_day < now.date():
                    lot.left["bonus"] = Decimal(0)


class Sale:
    """A paid order, and what it used."""

    def __init__(self, card, price, bonus, used):
        """Note what was sold, with how much bonus, and from which lots."""
        self.card, self.used = card, used
        self.left = {"goods": price, "bonus": bonus}
        self.given = dict.fromkeys(PARTS, Decimal(0))

    def refund(self, goods, bonus, onto_card, now):
        """Give back to the lots it came from, the last one first; more than came from there is new principal."""
        self.left["goods"] -= goods
        self.left["bonus"] -= bonus
        back = {"principal": goods - bonus if onto_card else Decimal(0), "bonus": bonus}
        for part in PARTS:
            skip = self.given[part]
            for lot, taken in reversed(self.used):
                passed = min(skip, taken[part])
                skip -= passed
                share = min(back[part], taken[part] - passed)
                back[part] -= share
                lot.left[part] += share
                self.given[part] += share
        if back["principal"] > 0:
            self.card.lots.append(Lot(back["principal"], Decimal(0), now))
