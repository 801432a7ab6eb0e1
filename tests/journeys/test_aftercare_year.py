"""A year of aftercare by the clock: whatever fails, each follow-up is made once, and nobody is bothered.

Clients come, agree and object, staff work off what is due or leave it lying, the jobs crash at any statement or run out
of time, clocks are put forward and back, and for three days nothing runs at all. What must hold then is computed here
anew, from what happened alone.

The suite draws the same year each time, in which the salon is closed on some days and the jobs run once a day at most.
SALON_YEAR_SEED=7 draws another, SALON_YEAR_RUNS=12 opens it daily and lets the jobs run so often (it takes longer),
SALON_YEAR_CLIENTS=1000 makes a larger salon.
"""
import os
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.salon_aftercare.tests.common import AftercareCommon

SEED = int(os.environ.get("SALON_YEAR_SEED", "1"))
RUNS = int(os.environ.get("SALON_YEAR_RUNS", "1"))
CLIENTS = int(os.environ.get("SALON_YEAR_CLIENTS", "200"))
FIRST, DAYS = date(2027, 1, 1), int(os.environ.get("SALON_YEAR_DAYS", "365"))
STANDSTILL = range(120, 123)
ZONES = ("Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
FROM, TO = 9, 20
WEEK = timedelta(days=7)
CHANNELS = ("call", "post", "wechat")  # what people make; sending has tests of its own


class Crash(BaseException):
    """The process dies: nothing in the code may catch this."""


@tagged("post_install", "-at_install")
class TestAftercareYear(AftercareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"salon_message_from": FROM, "salon_message_to": TO, "salon_marketing_cap": 2})
        cls.env.company.resource_calendar_id.tz = "Europe/Berlin"
        cls.zone = pytz.timezone("Europe/Berlin")
        since = datetime.combine(FIRST, time())
        cls.plans = {}
        for name, trigger, values, steps in (
            ("visit", "visit_done", {"sequence": 10}, [("call", 24, "hours", 24), ("post", 3, "days", 48)]),
            ("first", "first_visit", {"sequence": 5}, [("call", 1, "days", 24), ("call", 7, "days", 96)]),
            ("birthday", "birthday", {"sequence": 20, "is_marketing": True},
             [("post", -3, "days", 48), ("call", 0, "days", 10)]),
            ("last", "last_visit", {"sequence": 30, "is_marketing": True, "stop_when_booked": True},
             [("post", 30, "days", 72), ("wechat", 31, "days", 72)]),
            ("date", "festival", {"sequence": 40, "is_marketing": True}, [("post", -2, "days", 120)]),
        ):  # fmt: skip
            if trigger == "festival":
                values["festival_ids"] = [
                    (0, 0, {"name": "Fair", "date_ids": [(0, 0, {"date": FIRST + timedelta(days=day)})]})
                    for day in (40, 330)
                ]
            cls.plans[name] = cls.env["salon.followup.plan"].create({
                "name": name, "trigger": trigger, **values,
                "step_ids": [
                    (0, 0, {"name": name, "channel": channel, "delay": delay, "delay_unit": unit,
                            "window_hours": window, "since": since, "at_hour": 10.5})
                    for channel, delay, unit, window in steps
                ],
            })  # fmt: skip
        cls.step.plan_id.active = False

    def setUp(self):
        super().setUp()
        self.random = Random(SEED)
        clients = self.env["res.partner"].create([
            {"name": f"Client {number}", "phone": f"+49 30 {100000 + number}", "street": f"Street {number}",
             "tz": ZONES[number % 4],
             "birthdate_date": date(1960 + number % 40, 1, 1) + timedelta(days=number * 13 % 364)}
            for number in range(CLIENTS)
        ])  # fmt: skip
        clients._make_salon_clients()
        self.clients = list(clients)
        self.agreed = defaultdict(bool)  # (client id, purpose, channel): may they be contacted?
        for client in clients:
            client.salon_file_ids.wechat = f"wx-{client.id}"
            for channel in CHANNELS:
                self.agreed[client.id, "care", channel] = True
                if self.random.random() < 0.7:
                    self._choose(client, "marketing", channel, True)
        self.always = {
            client.id for client in clients if all(self.agreed[client.id, "marketing", channel] for channel in CHANNELS)
        }
        self.visits = defaultdict(list)  # client id: (moment, visit)
        self.released = {}  # follow-up id: when it became due
        self.crashes = self.stops = 0
        self.swept = FIRST  # the last night on which the sweep came to its end

    # What happens ----------------------------------------------------------------------------------

    def _choose(self, client, purpose, channel, agreed):
        client.salon_file_ids._set_contact_choice(purpose, channel, agreed)
        self.agreed[client.id, purpose, channel] = agreed
        if not agreed and hasattr(self, "always"):
            self.always.discard(client.id)

    def _come(self):
        """Some clients are served today; a crash while planning must not lose the visit's follow-ups."""
        now = datetime.now().replace(microsecond=0)
        served = self.random.sample(self.clients, self.random.choice((0, 0, 1, 1, 2, 2)))
        visits = self.env["salon.visit"].create([
            {"partner_id": client.id, "date": now - timedelta(minutes=self.random.randint(0, 50)),
             "line_ids": [
                 (0, 0, {"product_id": self.cut.id, "performer_ids": [(0, 0, {"employee_id": self.anna.id})]})
             ]}
            for client in served
        ])  # fmt: skip
        if self.random.random() < 0.1:
            with patch.object(type(visits), "_plan_followups", lambda self: None):
                visits.action_done()
        else:
            visits.action_done()
        for visit in visits:
            self.visits[visit.partner_id.id].append((visit.date, visit.id))

    def _work(self):
        """Staff make most of what is due, skip some, and leave some lying."""
        for followup in self.env["salon.followup"].search([("state", "=", "due")]):
            fate = self.random.random()
            if fate < 0.03:
                followup.reason = "Spoke in the street"
                followup.action_skip()
            elif fate < 0.85:
                followup.reached = "yes"
                followup.action_done()

    def _run_job(self, name):
        """Run a job as the scheduler does; sometimes it dies at some statement, or its time is up: then it is not
        done."""
        crash_at = self.random.randint(1, 120) if self.random.random() < 0.08 else 0
        stop_at = self.random.randint(1, 3) if self.random.random() < 0.1 else 0
        count, commits = Counter(), Counter()
        execute = type(self.cr).execute

        def dying(cursor, *args, **kwargs):
            count["done"] += 1
            if count["done"] == crash_at:
                raise Crash
            return execute(cursor, *args, **kwargs)

        def commit(*_args, **_kwargs):
            self.env.flush_all()
            execute(self.cr, "RELEASE SAVEPOINT job")
            execute(self.cr, "SAVEPOINT job")
            commits["done"] += 1
            return 0 if commits["done"] == stop_at else 1000

        crashes = self.crashes
        self.env.flush_all()  # what people did stays, whatever the job does
        execute(self.cr, "SAVEPOINT job")
        try:
            with (
                patch.object(type(self.cr), "execute", dying),
                patch.object(self.registry["ir.cron"], "_commit_progress", commit),
            ):
                getattr(self.env["salon.followup"], f"_cron_{name}")()
                self.env.flush_all()
        except Crash:
            self.crashes += 1
            self.env.transaction.clear()
            execute(self.cr, "ROLLBACK TO SAVEPOINT job")
        stopped = bool(stop_at and commits["done"] >= stop_at)
        self.stops += stopped
        execute(self.cr, "RELEASE SAVEPOINT job")
        self.env.invalidate_all()
        return not stopped and self.crashes == crashes

    def _note_released(self):
        """Note what became due just now, and see that it was allowed to."""
        now = datetime.now().replace(microsecond=0)
        due = self.env["salon.followup"].search([("state", "=", "due"), ("id", "not in", list(self.released))])
        for followup in due:
            self.released[followup.id] = now
            client = followup.partner_id
            hour = pytz.utc.localize(now).astimezone(pytz.timezone(client.tz)).hour
            if followup.channel != "post":  # nobody is woken by a letter
                self.assertTrue(FROM <= hour < TO, f"{followup.channel} to {client.tz} at {hour}")
            purpose = "marketing" if followup.plan_id.is_marketing else "care"
            self.assertTrue(self.agreed[client.id, purpose, followup.channel], f"{purpose} by {followup.channel}")
            self.assertTrue(followup.activity_id.active, "nobody is reminded")
            self.assertLessEqual(now, followup.latest_at)

    def test_a_year(self):
        start = datetime.combine(FIRST, time(12))
        with freeze_time(start) as clock:
            number = 0
            while number < DAYS:
                day = FIRST + timedelta(days=number)
                self._live_through(clock, day, stands_still=number in STANDSTILL)
                number += 1 if RUNS > 1 else self.random.choice((1, 2))
            clock.move_to(datetime.combine(FIRST + timedelta(days=DAYS + 1), time(3)))
            for _again in range(3):
                self._run_job("sweep")
                self._run_job("due")  # the last days may have had none, or one that died
            self._check_all_planned()
            self._check_none_forgotten()
            self._check_cap()
            self._check_one_a_day()
        self.assertTrue(self.crashes and self.stops, "the year was to have its accidents")

    def _live_through(self, clock, day, stands_still):
        night = datetime.combine(day, time(1, 40))
        clock.move_to(night)
        # Some nights nobody is up to run it; dates are planned eight days ahead, so that a few make no difference.
        if not stands_still and (self.random.random() < 0.6 or day - self.swept > timedelta(days=4)):
            self.swept = day if self._run_job("sweep") else self.swept
        # Mostly by day, now and then at night.
        hours = sorted(self.random.uniform(*self.random.choice(((8, 18), (2, 23.5)))) for _run in range(RUNS))
        for number, hour in enumerate(hours):
            clock.move_to(datetime.combine(day, time()) + timedelta(hours=hour))
            if number == 0:
                self._come()
            if self.random.random() < 0.3:
                client = self.random.choice(self.clients)
                purpose, channel = self.random.choice(("care", "marketing")), self.random.choice(CHANNELS)
                self._choose(client, purpose, channel, self.random.random() < 0.5)
            if not stands_still:
                self._run_job("due")
                self._note_released()
        if self.random.random() < 0.6:
            self._work()

    # What must hold --------------------------------------------------------------------------------

    def _planned(self, name):
        """Return {(step, occasion): follow-up} of a plan; the database keeps that there is one each."""
        found = self.env["salon.followup"].search([("plan_id", "=", self.plans[name].id)])
        planned = {(one.step_id, one.occasion): one for one in found}
        self.assertEqual(len(planned), len(found))
        return planned

    def _check_all_planned(self):
        """Each visit has its follow-ups, and so have the birthdays of those who always agreed."""
        visits = [visit for times in self.visits.values() for visit in times]
        self.assertGreater(len(visits), DAYS / 3)
        planned = self._planned("visit")
        expected = {(step, f"visit-{visit}") for _moment, visit in visits for step in self.plans["visit"].step_ids}
        self.assertEqual(set(planned), expected)
        for (step, _occasion), followup in planned.items():
            self._check_time(step, followup)
        firsts = {min(times)[1] for times in self.visits.values()}
        expected = {(step, f"visit-{visit}") for visit in firsts for step in self.plans["first"].step_ids}
        self.assertEqual(set(self._planned("first")), expected)
        planned = self._planned("birthday")
        for client in self.clients:
            birthday = client.birthdate_date.replace(year=2027, day=min(client.birthdate_date.day, 28))
            if client.id in self.always and FIRST + WEEK < birthday < FIRST + timedelta(days=DAYS) - WEEK:
                for step in self.plans["birthday"].step_ids:
                    self.assertIn((step, f"birthday-2027-{client.id}"), planned)
        self._check_last_visits()

    def _check_time(self, step, followup):
        """A step in days is at its hour on the salon's clocks, in summer and winter; one in hours to the second."""
        if step.delay_unit == "hours":
            self.assertEqual(followup.planned_for, followup.visit_id.date + timedelta(hours=step.delay))
            return
        local = pytz.utc.localize(followup.planned_for).astimezone(self.zone)
        self.assertEqual((local.hour, local.minute), (10, 30))
        visited = pytz.utc.localize(followup.visit_id.date).astimezone(self.zone).date()
        self.assertEqual(local.date(), visited + timedelta(days=step.delay))

    def _check_last_visits(self):
        """Who stays away for a month is written to, once for each last visit; who came again is not."""
        planned = self._planned("last")
        step = self.plans["last"].step_ids[0]
        end = datetime.combine(FIRST + timedelta(days=DAYS), time())
        for client_id, times in self.visits.items():
            moments = [*sorted(times), (end, None)]
            for (moment, visit), (following, _next) in pairwise(moments):
                away = following - moment
                if client_id in self.always and away > timedelta(days=34):
                    self.assertIn((step, f"last-{visit}"), planned)
                elif away < timedelta(days=20):
                    self.assertNotIn((step, f"last-{visit}"), planned)

    def _check_none_forgotten(self):
        """Nothing is planned and forgotten; what was not made says why."""
        now = datetime.now()
        followups = self.env["salon.followup"].search([])
        for followup in followups:
            if followup.state == "planned":
                self.assertGreater(followup.latest_at, now - timedelta(days=1))
            if followup.state == "skipped":
                self.assertTrue(followup.skip_code and followup.why)
            if followup.skip_code == "merged":
                kept = followup.merged_into_id
                self.assertTrue(kept.state != "planned" or kept.latest_at > now - timedelta(days=1))
        states = Counter(followups.mapped("state"))
        self.assertGreater(states["done"], len(followups) / 5)

    def _check_cap(self):
        """In no seven days anybody had more offers than the cap."""
        made = defaultdict(list)
        offers = ["|", ("is_marketing", "=", True), ("merged_ids.is_marketing", "=", True)]
        domain = [*offers, ("state", "=", "done")]
        for followup in self.env["salon.followup"].search(domain, order="done_at"):
            made[followup.partner_id].append(followup.done_at)
        self.assertTrue(made)
        for moments in made.values():
            for first, third in zip(moments, moments[2:], strict=False):
                self.assertGreater(third - first, WEEK)

    def _check_one_a_day(self):
        """Nobody was handed to staff twice on one day for one channel and purpose of it."""
        days = Counter()
        for followup in self.env["salon.followup"].browse(self.released):
            moment = pytz.utc.localize(self.released[followup.id])
            day = moment.astimezone(pytz.timezone(followup.partner_id.tz)).date()
            if followup.channel in ("call", "wechat"):
                days[followup.partner_id, followup.channel, self.released[followup.id], day] += 1
        self.assertEqual(max(days.values()), 1)
