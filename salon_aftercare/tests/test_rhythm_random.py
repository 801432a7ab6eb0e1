from datetime import date, timedelta
from decimal import Decimal
from random import Random

from odoo.tests import tagged

from .rhythm_model import Rules, bounds, interval, state_since
from .test_rhythm import TODAY, RhythmCommon


@tagged("post_install", "-at_install")
class TestRhythmRandom(RhythmCommon):
    """The sets of the database say what plain Python says, for any visits."""

    ROUNDS = 12
    CLIENTS = 12

    def test_the_database_agrees_with_plain_python(self):
        for seed in range(self.ROUNDS):
            with self.subTest(seed=seed), self.env.cr.savepoint(), self.assertRaises(_UndoError):
                self._round(Random(seed))
                raise _UndoError
            self.env.invalidate_all()

    def _round(self, random):
        rules = self._draw_rules(random)
        came = {self._client(f"C{number}"): self._draw_visits(random) for number in range(self.CLIENTS)}
        # As time goes on: each night's computation knows the visits until then alone.
        nights = sorted(TODAY + timedelta(days=random.randint(0, 700)) for _night in range(4))
        done = set()
        for night in nights:
            for client, visits in came.items():
                for day in sorted(visits):
                    if day <= night and (client, day) not in done:
                        done.add((client, day))
                        self._came(client, day, services=[self._service(category) for category in visits[day]])
            self._compute(night)
            for client, visits in came.items():
                self._check(rules, client, {day: visits[day] for day in visits if day <= night}, night)

    def _check(self, rules, client, visits, night):
        rhythm = self._rhythm(client)
        if not visits:
            self.assertFalse(rhythm)
            return
        days = sorted(visits)
        mean, source = interval(rules, days, visits[days[-1]])
        due, risk, lost = bounds(rules, days[-1], mean)
        state, since = state_since(rules, visits, night)
        self.assertEqual(
            (rhythm.visits, rhythm.first_visit, rhythm.last_visit, rhythm.interval_days, rhythm.interval_source,
             rhythm.next_due, rhythm.at_risk_on, rhythm.lost_on, rhythm.state, rhythm.state_since),
            (len(days), days[0], days[-1], mean, source, due, risk, lost, state, since),
            f"{days} on {night} by {rules}",
        )  # fmt: skip

    def test_after_rules_have_changed_a_night_says_what_a_computation_of_all_says(self):
        scopes = set()
        for seed in range(self.ROUNDS):
            with self.subTest(seed=seed), self.env.cr.savepoint(), self.assertRaises(_UndoError):
                scopes.add(self._change_rules(Random(seed)))
                raise _UndoError
            self.env.invalidate_all()
        self.assertEqual(scopes, {"changed", "norms", "all"})

    def _change_rules(self, random):
        """Have rules change between two nights; return what was computed for it."""
        rules = self._draw_rules(random)
        came = {self._client(f"C{number}"): self._draw_visits(random) for number in range(self.CLIENTS)}
        first = TODAY + timedelta(days=random.randint(0, 700))
        second = first + timedelta(days=random.choice((1, 1, 3, 40)))
        self._come(came, date.min, first)
        self._night(first)
        self._come(came, first, second)
        changed = random.choice(("norms", "settings", "both", "nothing"))
        other = self._draw_rules(random)
        if changed != "both":
            kept = ("risk", "lost", "lost_days", "back") if changed == "norms" else ("usual", "norm", "norms")
            kept = rules._fields if changed == "nothing" else kept
            self._set_rules(other._replace(**{name: getattr(rules, name) for name in kept}))
        with self.env.cr.savepoint() as savepoint:
            self._night(second, scope="all")
            expected = self._get_rows()
            savepoint.rollback()
        self.env.invalidate_all()
        scope = self._night(second)
        self.assertEqual(self._get_rows(), expected, f"{rules}, then {other}: {changed}, {scope}")
        return scope

    def _come(self, came, after, until):
        for client, visits in came.items():
            for day in sorted(visits):
                if after < day <= until:
                    self._came(client, day, services=[self._service(category) for category in visits[day]])

    def _draw_rules(self, random):
        """Set and return the settings of this round, and the salon's own intervals where it knows them."""
        risk = Decimal(random.choice(("1", "1.25", "1.5", "2.33")))
        rules = Rules(
            usual=random.choice((1, 20, 45)),
            risk=risk,
            lost=risk + Decimal(random.choice(("0", "0.5", "1.01"))),
            lost_days=random.choice((0, 30, 365)),
            back=random.choice((0, 10, 60)),
            norm=random.choice((None, 35)),
            norms={"hair": 30} if random.random() < 0.5 else {},
        )
        self._set_rules(rules)
        return rules

    def _set_rules(self, rules):
        self.company.write({"salon_rhythm_days": rules.usual, "salon_risk_intervals": float(rules.risk),
                            "salon_lost_intervals": float(rules.lost), "salon_lost_days": rules.lost_days,
                            "salon_back_days": rules.back})  # fmt: skip
        norms = self.env["salon.client.rhythm.norm"]
        norms.search([("company_id", "=", self.company.id)]).unlink()
        if rules.norm:
            norms.create({"company_id": self.company.id, "days": rules.norm, "clients": 5})
        for days in rules.norms.values():
            norms.create({"company_id": self.company.id, "category_id": self.hair.id, "days": days, "clients": 5})
        self.patch(type(self.rhythms), "_refresh_norms", lambda rhythms, company: None)

    def _draw_visits(self, random):
        """Return {day: categories}: some come as by the clock, some as they like, with long pauses."""
        step, day, visits = random.choice((1, 7, 30, 90)), TODAY - timedelta(days=random.randint(0, 900)), {}
        for _visit in range(random.choice((0, 1, 2, 3, 4, 12))):
            visits[day] = set(random.choices(("hair", "face", "talk"), k=random.choice((1, 1, 2))))
            pause = random.choice((1, 1, 1, random.random() * 2, random.random() * 8))
            day += timedelta(days=max(1, round(step * pause)))
        return visits

    def _service(self, category):
        return {"hair": self.cut, "face": self.facial, "talk": self.facial}[category]


class _UndoError(Exception):
    pass
