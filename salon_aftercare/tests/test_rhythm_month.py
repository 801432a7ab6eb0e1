from datetime import date, timedelta
from random import Random

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .rhythm_model import Rules, state_on
from .test_rhythm import TODAY, RhythmCommon


@tagged("post_install", "-at_install")
class TestRhythmMonth(RhythmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.months = cls.env["salon.client.rhythm.month"]
        cls.months.search([]).unlink()
        # Visits that the salon of the tests has anyway would count too.
        cls.env.cr.execute("UPDATE salon_visit SET state = 'open', done_at = NULL, locked_at = NULL")
        cls.env.invalidate_all()

    def _counts(self, month):
        rows = self.months.search([("company_id", "=", self.company.id), ("month", "=", month)])
        return {row.state: row.clients for row in rows}

    def _begin(self, today=TODAY):
        """Have the history begin: nothing is reckoned back."""
        self.months.create(
            {"company_id": self.company.id, "month": date(2020, 1, 1), "state": "new", "clients": 0,
             "counted_on": date(2020, 1, 31)}
        )  # fmt: skip
        self._compute(today)

    def test_the_month_that_runs_is_counted_anew_each_night_and_what_is_over_stays(self):
        client = self._client()
        self._came(client, *self._days(80, 40, 0))
        self._begin()
        june, july = date(2026, 6, 1), date(2026, 7, 1)
        self.assertEqual(self._counts(june), {"new": 0, "active": 1, "back": 0, "due": 0, "at_risk": 0, "lost": 0})
        self._compute()
        self.assertEqual(len(self.months.search([("month", "=", june)])), 6, "twice on a day is once")
        self._compute(TODAY + timedelta(days=41))
        self.assertEqual(self._counts(july)["due"], 1)
        self.assertEqual(self._counts(june)["active"], 1)

    def test_a_day_before_the_one_that_was_counted_changes_nothing(self):
        self._came(self._client(), TODAY)
        self._begin()
        self.rhythms.search([]).unlink()
        self.months._note(self.company, TODAY - timedelta(days=1))
        self.env.invalidate_all()
        self.assertEqual(self._counts(date(2026, 6, 1))["new"], 1)

    def test_a_salon_that_begins_has_the_year_before_from_its_visits(self):
        random, visits = Random(4), {}
        for number in range(12):
            client = self._client(f"C{number}")
            days = sorted({TODAY - timedelta(days=random.randrange(400)) for _visit in range(random.randint(1, 8))})
            self._came(client, *days)
            visits[client] = {day: set() for day in days}
        self._compute()
        norm = self.env["salon.client.rhythm.norm"].search(
            [("company_id", "=", self.company.id), ("category_id", "=", False)]
        )
        hair = self.env["salon.client.rhythm.norm"].search([("category_id", "=", self.hair.id)])
        rules = Rules(norm=norm.days or None, norms={None: hair.days} if hair else {})
        for ago in range(1, 13):
            month = TODAY.replace(day=1) - relativedelta(months=ago)
            last = month + relativedelta(months=1, days=-1)
            states = [
                state_on(rules, {day: {None} for day in days}, last) for days in visits.values() if min(days) <= last
            ]
            expected = {name: states.count(name) for name in ("new", "active", "back", "due", "at_risk", "lost")}
            self.assertEqual(self._counts(month), expected if states else {}, month)

    def test_each_company_has_its_own_and_managers_alone_see_it(self):
        self._came(self._client(), TODAY)
        self._begin()
        other = self.env["res.company"].create({"name": "Other salon"})
        self.months._note(other, TODAY)
        seen = self.months.with_user(self.manager).search([])
        self.assertEqual(seen.company_id, self.company)
        with self.assertRaises(AccessError):
            seen.with_user(self.reception).read(["clients"])
