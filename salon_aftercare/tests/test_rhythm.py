from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import salon_client_rhythm_refresh
from .common import AftercareCommon

NOON = timedelta(hours=12)
TODAY = date(2026, 6, 15)


class RhythmCommon(AftercareCommon):
    """A salon whose clients come on given days; nothing is planned after their visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step.plan_id.active = False
        cls.env["salon.client.rhythm.norm"].search([]).unlink()
        cls.company = cls.env.company
        cls.company.write(
            {
                "salon_rhythm_days": 45,
                "salon_risk_intervals": 1.5,
                "salon_lost_intervals": 2.5,
                "salon_lost_days": 365,
                "salon_back_days": 60,
            }
        )
        cls.hair, cls.face = cls.env["product.category"].create([{"name": "Hair"}, {"name": "Face"}])
        (cls.cut | cls.colour).categ_id = cls.hair
        cls.facial.categ_id = cls.face
        cls.rhythms = cls.env["salon.client.rhythm"]

    @classmethod
    def _client(cls, name="Rita Rhythm"):
        return cls.env["res.partner"].create({"name": name, "is_salon_client": True})

    @classmethod
    def _came(cls, client, *days, services=None, company=None):
        """Note visits that are done, straight in the database as an import would; return them."""
        company = company or cls.company
        visits = cls.env["salon.visit"]
        for day in days:
            moment = day if isinstance(day, datetime) else datetime.combine(day, datetime.min.time()) + NOON
            visits |= cls.env["salon.visit"].create(
                {
                    "partner_id": client.id,
                    "company_id": company.id,
                    "date": moment,
                    "line_ids": [
                        (0, 0, {"product_id": service.id}) for service in ([cls.cut] if services is None else services)
                    ],
                }
            )
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "UPDATE salon_visit SET state = 'done', done_at = date, locked_at = date WHERE id = ANY(%s)", visits.ids
            )
        )
        visits.invalidate_recordset()
        return visits

    @classmethod
    def _days(cls, *ago, today=TODAY):
        return [today - timedelta(days=days) for days in ago]

    def _compute(self, today=TODAY, company=None):
        """Compute all rhythms as the cron does on a day."""
        with freeze_time(datetime.combine(today, datetime.min.time()) + NOON), self.enter_registry_test_mode():
            self.env.ref("salon_aftercare.ir_cron_rhythm").method_direct_trigger()
        self.env.invalidate_all()

    def _night(self, day, scope=None):
        """Compute as on the night of a day, or all that belongs to `scope`; return what was computed."""
        with freeze_time(datetime.combine(day, datetime.min.time()) + NOON):
            run = self.rhythms._begin_run(self.company)
            run.scope = scope or run.scope
            while not run.done_at:
                self.rhythms._refresh_batch(self.company, run)
        return run.scope

    def _get_rows(self):
        """Return all that is known of the rhythms of all clients, without what rows are numbered by."""
        self.env.cr.execute("SELECT to_jsonb(one) - 'id' AS row FROM salon_client_rhythm one ORDER BY row")
        return [row for (row,) in self.env.cr.fetchall()]

    def _rhythm(self, client, company=None):
        return self.rhythms.search([("partner_id", "=", client.id), ("company_id", "=", (company or self.company).id)])


@tagged("post_install", "-at_install")
class TestRhythm(RhythmCommon):
    def test_three_visits_make_a_rhythm_of_ones_own(self):
        client = self._client()
        self._came(client, *self._days(80, 45, 5))
        self._compute()
        rhythm = self._rhythm(client)
        self.assertEqual((rhythm.visits, rhythm.interval_days, rhythm.interval_source), (3, 38, "own"))
        self.assertEqual(rhythm.next_due, TODAY + timedelta(days=33))
        self.assertEqual((rhythm.state, rhythm.state_since), ("active", TODAY - timedelta(days=45)))

    def test_two_visits_on_one_day_are_one(self):
        client = self._client()
        self._came(client, *self._days(80, 80, 40, 40, 40, 0))
        self._compute()
        self.assertEqual((self._rhythm(client).visits, self._rhythm(client).interval_days), (3, 40))

    def test_the_states_follow_each_other_by_the_calendar_alone(self):
        client = self._client()
        self._came(client, *self._days(80, 40, 0))
        expected = [(39, "active"), (40, "due"), (59, "due"), (60, "at_risk"), (99, "at_risk"), (100, "lost")]
        for days, state in expected:
            self._compute(TODAY + timedelta(days=days))
            self.assertEqual(self._rhythm(client).state, state, f"after {days} days")
        since = {"due": 40, "at_risk": 60, "lost": 100}
        self.assertEqual(self._rhythm(client).state_since, TODAY + timedelta(days=since["lost"]))

    def test_a_state_keeps_its_first_day_however_late_it_is_computed(self):
        client = self._client()
        self._came(client, *self._days(80, 40, 0))
        for days in (70, 71, 90):
            self._compute(TODAY + timedelta(days=days))
            self.assertEqual(self._rhythm(client).state_since, TODAY + timedelta(days=60))

    def test_who_comes_once_is_new_until_due(self):
        client = self._client()
        self._came(client, TODAY)
        self._compute(TODAY + timedelta(days=44))
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).state_since), ("new", TODAY))
        self._compute(TODAY + timedelta(days=45))
        self.assertEqual(self._rhythm(client).state, "due")

    def test_who_was_lost_is_back_for_some_time_and_then_active(self):
        client = self._client()
        self._came(client, *self._days(400, 370, 340, 20, 0))
        self._compute()
        back = TODAY - timedelta(days=20)
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).state_since), ("back", back))
        self._compute(back + timedelta(days=60))
        active = self._rhythm(client)
        self.assertEqual((active.state, active.state_since), ("active", back + timedelta(days=60)))

    def test_who_stays_away_for_the_days_of_the_setting_is_lost_however_long_the_interval(self):
        client = self._client()
        self._came(client, *self._days(600, 300, 0))
        self._compute(TODAY + timedelta(days=365))
        self.assertEqual(self._rhythm(client).state, "lost")
        self.company.salon_lost_days = 0
        self._compute(TODAY + timedelta(days=366))
        self.assertEqual(self._rhythm(client).state, "due")

    def test_before_three_visits_the_salons_own_interval_counts_by_kind_of_service(self):
        for number in range(5):
            self._came(self._client(f"Hair {number}"), *self._days(60, 30, 0))
            self._came(self._client(f"Face {number}"), *self._days(160, 80, 0), services=[self.facial])
        hair, face, both, talk = (self._client(name) for name in ("H", "F", "B", "T"))
        self._came(hair, TODAY)
        self._came(face, TODAY, services=[self.facial])
        self._came(both, TODAY, services=[self.facial, self.colour])
        self._came(talk, TODAY, services=[])
        self._compute()
        found = {client: (self._rhythm(client).interval_days, self._rhythm(client).interval_source)
                 for client in (hair, face, both, talk)}  # fmt: skip
        self.assertEqual(list(found.values()), [(30, "category"), (80, "category"), (30, "category"), (55, "salon")])
        kinds = self._rhythm(both).category_ids
        self.assertEqual(
            {kind.category_id: (kind.interval_days, kind.next_due) for kind in kinds},
            {self.hair: (30, TODAY + timedelta(days=30)), self.face: (80, TODAY + timedelta(days=80))},
        )

    def test_each_kind_of_service_has_a_rhythm_of_its_own(self):
        client = self._client()
        self._came(client, *self._days(90, 60, 30, 0))
        self._came(client, *self._days(120, 60, 0), services=[self.facial])
        self._compute()
        kinds = {kind.category_id: (kind.visits, kind.interval_days, kind.interval_source)
                 for kind in self._rhythm(client).category_ids}  # fmt: skip
        self.assertEqual(kinds, {self.hair: (4, 30, "own"), self.face: (3, 60, "own")})

    def test_the_salons_own_interval_moves_only_when_it_is_clearly_wrong(self):
        for number in range(5):
            self._came(self._client(f"C{number}"), *self._days(60, 30, 0))
        self._compute()
        norm = self.env["salon.client.rhythm.norm"].search(
            [("company_id", "=", self.company.id), ("category_id", "=", False)]
        )
        self.assertEqual((norm.days, norm.clients), (30, 5))
        for number in range(2):
            self._came(self._client(f"D{number}"), *self._days(72, 36, 0))
        self._compute(TODAY + timedelta(days=1))
        self.assertEqual(norm.days, 30)
        for number in range(20):
            self._came(self._client(f"E{number}"), *self._days(80, 40, 0))
        self._compute(TODAY + timedelta(days=2))
        self.assertEqual(norm.days, 38)

    def test_what_has_not_changed_is_not_written(self):
        clients = [self._client(f"C{number}") for number in range(3)]
        for number, client in enumerate(clients):
            self._came(client, *self._days(80 + number, 40, 0))
        self._compute()

        def versions():
            self.env.cr.execute("SELECT xmin, ctid, id FROM salon_client_rhythm ORDER BY id")
            return self.env.cr.fetchall()

        before = versions()
        self._compute(TODAY + timedelta(days=1))
        self.assertEqual(versions(), before)
        self._compute(TODAY + timedelta(days=40))
        self.assertNotEqual(versions(), before)

    def test_settings_that_move_a_state_that_goes_on_leave_its_first_day(self):
        client = self._client()
        self._came(client, *self._days(120, 80, 40))
        self._compute()
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).state_since), ("due", TODAY))
        self._compute(TODAY + timedelta(days=21))
        risk = self._rhythm(client).state_since
        self.assertEqual(risk, TODAY + timedelta(days=20))
        self.company.salon_risk_intervals = 1.2
        self._compute(TODAY + timedelta(days=22))
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).state_since), ("at_risk", risk))
        self.assertEqual(self._rhythm(client).at_risk_on, TODAY + timedelta(days=8))

    def test_archived_and_erased_clients_and_those_without_visits_have_no_rhythm(self):
        client, archived = self._client(), self._client("Archived")
        self._came(client, *self._days(40, 0))
        self._came(archived, *self._days(40, 0))
        self._compute()
        self.assertTrue(self._rhythm(client) and self._rhythm(archived))
        archived.active = False
        self.env["salon.erasure"]._erase(client.salon_file_ids, "request")
        self.assertFalse(self._rhythm(client))
        self._compute(TODAY + timedelta(days=1))
        self.assertFalse(self._rhythm(client) | self._rhythm(archived))

    def test_each_salon_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        client = self._client()
        self._came(client, *self._days(60, 30, 0))
        self._came(client, *self._days(200, 100), company=other)
        self._compute()
        self.assertEqual(self._rhythm(client).visits, 3)
        self.assertEqual((self._rhythm(client, other).visits, self._rhythm(client, other).state), (2, "at_risk"))

    def test_a_day_is_the_salons_own(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        client = self._client()
        self._came(client, datetime(2026, 3, 1, 17))  # 1:00 of the next day
        self._compute()
        self.assertEqual(self._rhythm(client).last_visit, date(2026, 3, 2))

    def test_a_merge_makes_one_rhythm_of_two(self):
        client, twin = self._client(), self._client("Twin")
        self._came(client, *self._days(90, 30))
        self._came(twin, *self._days(60, 0))
        self._compute()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((client | twin).ids, client)
        self._compute(TODAY + timedelta(days=1))
        self.assertEqual((self._rhythm(client).visits, self._rhythm(client).interval_days), (4, 30))
        self.assertEqual(len(self._rhythm(client).category_ids), 1)

    # The visit -------------------------------------------------------------------------------------------

    def test_a_client_who_came_today_is_not_called_lost(self):
        client = self._client()
        self._came(client, *self._days(400, 370, 340, today=date.today()))
        self._compute(date.today())
        self.assertEqual(self._rhythm(client).state, "lost")
        self._done_visit(self.anna, client=client)
        self.assertEqual((self._rhythm(client).state, self._rhythm(client).visits), ("back", 4))

    def test_a_visit_that_was_someone_elses_moves_to_their_rhythm(self):
        client, other = self._client(), self._client("Other")
        visit = self._done_visit(self.anna, client=client)
        self.assertEqual(self._rhythm(client).visits, 1)
        visit.partner_id = other
        self.assertFalse(self._rhythm(client))
        self.assertEqual(self._rhythm(other).visits, 1)

    def test_a_visit_costs_few_queries_more(self):
        client = self._client()
        self._done_visit(self.anna, client=client)
        visit = self._open_visit(self.anna, client=client)
        self.env.flush_all()
        with self.assertQueryCount(5):  # savepoint, lock, refresh, release; is there a care plan
            visit._refresh_rhythms()

    # In batches ------------------------------------------------------------------------------------------

    def test_a_run_that_was_stopped_goes_on_where_it_was(self):
        clients = [self._client(f"C{number}") for number in range(7)]
        for client in clients:
            self._came(client, TODAY)
        self.env["salon.client.rhythm.run"].search([]).unlink()
        with patch.object(salon_client_rhythm_refresh, "BATCH", 3), freeze_time(f"{TODAY} 12:00:00"):
            run = self.rhythms._begin_run(self.company)
            run.last_id = clients[0].id - 1
            self.rhythms._refresh_batch(self.company, run)
            self.assertEqual([bool(self._rhythm(client)) for client in clients], [True] * 3 + [False] * 4)
            again = self.rhythms._begin_run(self.company)
            self.assertEqual((again, again.last_id), (run, clients[2].id))
            self.rhythms._refresh_batch(self.company, run)
            self.assertFalse(run.done_at)
            self.rhythms._refresh_batch(self.company, run)
        self.assertTrue(run.done_at)
        self.assertTrue(all(self._rhythm(client) for client in clients))

    def test_called_again_on_the_same_day_it_looks_at_the_latest_visits_alone(self):
        late, old = self._client("Late"), self._client("Old")
        self._compute()
        self._came(late, TODAY)
        self._came(old, TODAY - timedelta(days=90))
        self._compute()
        self.assertEqual((bool(self._rhythm(late)), bool(self._rhythm(old))), (True, False))
        self._compute(TODAY + timedelta(days=1))
        self.assertTrue(self._rhythm(old))

    # Rules that change -----------------------------------------------------------------------------------

    def _norm(self, days, category=None):
        """Have the salon's own rhythm be this one."""
        norms = self.env["salon.client.rhythm.norm"]
        category_id = category.id if category else False
        norms.search([("company_id", "=", self.company.id), ("category_id", "=", category_id)]).unlink()
        norms.create({"company_id": self.company.id, "category_id": category_id, "days": days, "clients": 5})
        self.patch(type(self.rhythms), "_refresh_norms", lambda rhythms, company: None)

    def _mark(self, clients):
        """Put something wrong into their rows, which shows whether they are computed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE salon_client_rhythm SET counted = 77 WHERE partner_id = ANY(%s)", clients.ids)
        )
        self.env.invalidate_all()

    def test_the_salons_own_rhythm_concerns_only_who_has_none_of_their_own(self):
        own, young, lately = self._client("Own"), self._client("Young"), self._client("Lately")
        self._came(own, *self._days(420, 380, 340))
        self._came(own, TODAY - timedelta(days=340), services=[self.facial])
        self._came(young, TODAY)
        self._came(lately, *self._days(300, 50, 10))  # back: 45 days after the first visit would have been in time
        self._norm(30, self.hair)
        self._night(TODAY)
        self.assertEqual(self._rhythm(lately).state, "back")
        self._norm(100, self.hair)
        self._norm(110)
        self._mark(own | young | lately)
        self.assertEqual(self._night(TODAY + timedelta(days=1)), "norms")
        self.env.invalidate_all()
        counted = [self._rhythm(client).counted for client in (own, young, lately)]
        self.assertEqual(counted, [77, 1, 3])
        self.assertEqual((self._rhythm(young).interval_days, self._rhythm(young).interval_source), (100, "category"))
        self.assertEqual(self._rhythm(lately).state, "active")
        kinds = {kind.category_id: (kind.interval_days, kind.interval_source, kind.next_due)
                 for kind in self._rhythm(own).category_ids}  # fmt: skip
        due = [TODAY - timedelta(days=days) for days in (300, 230)]
        self.assertEqual(kinds, {self.hair: (40, "own", due[0]), self.face: (110, "salon", due[1])})

    def test_settings_that_change_concern_all(self):
        client = self._client()
        self._came(client, *self._days(90, 50, 10))
        self._night(TODAY)
        self._mark(client)
        self.assertEqual(self._night(TODAY + timedelta(days=1)), "changed")
        self.env.invalidate_all()
        self.assertEqual(self._rhythm(client).counted, 77)
        self.company.salon_risk_intervals = 2
        self.assertEqual(self._night(TODAY + timedelta(days=2)), "all")
        self.env.invalidate_all()
        rhythm = self._rhythm(client)
        self.assertEqual((rhythm.counted, rhythm.at_risk_on), (3, TODAY + timedelta(days=70)))

    def test_services_of_another_kind_are_counted_there(self):
        client = self._client()
        self._came(client, *self._days(80, 40, 0))
        self._night(TODAY)
        self.cut.categ_id = self.face
        self.assertEqual(self._night(TODAY + timedelta(days=1)), "all")
        self.env.invalidate_all()
        self.assertEqual(self._rhythm(client).category_ids.category_id, self.face)

    def test_a_night_that_did_not_come_to_its_end_is_made_up_for(self):
        clients = self.env["res.partner"].union(*(self._client(f"C{number}") for number in range(4)))
        for client in clients:
            self._came(client, *self._days(200))
        self._norm(30)
        self._night(TODAY)
        self._norm(60)
        with patch.object(salon_client_rhythm_refresh, "BATCH", 2), freeze_time(TODAY + timedelta(days=1)):
            run = self.rhythms._begin_run(self.company)
            run.last_id = clients[0].id - 1
            self.rhythms._refresh_batch(self.company, run)
        self.assertFalse(run.done_at)
        self.assertEqual(self._night(TODAY + timedelta(days=2)), "norms")
        self.env.invalidate_all()
        self.assertEqual({self._rhythm(client).interval_days for client in clients}, {60})
        self.assertEqual(self._night(TODAY + timedelta(days=3)), "changed")

    # Shown -----------------------------------------------------------------------------------------------

    def test_the_sentence_explains_the_state(self):
        client = self._client()
        self._came(client, date(2026, 1, 1), date(2026, 2, 8), date(2026, 3, 18))
        said = {
            date(2026, 4, 1): "Comes every 38 days on average (3 visits); next due on 04/25/2026: active.",
            date(2026, 4, 25): "Comes every 38 days on average (3 visits); due today.",
            date(2026, 4, 26): "Comes every 38 days on average (3 visits); due since yesterday: due.",
            date(2026, 5, 7): "Comes every 38 days on average (3 visits); due since 04/25/2026, 12 days ago: due.",
            date(2026, 5, 20): "Comes every 38 days on average (3 visits); due since 04/25/2026, 25 days ago: at risk.",
            date(
                2026, 7, 1
            ): "Comes every 38 days on average (3 visits); was due on 04/25/2026: lost since 06/21/2026.",
        }
        for today, sentence in said.items():
            self._compute(today)
            with freeze_time(f"{today} 12:00:00"):
                self.assertEqual(self._rhythm(client).explanation, sentence)

    def test_new_clients_are_compared_with_others(self):
        client = self._client()
        self._came(client, TODAY)
        self._compute()
        with freeze_time(f"{TODAY} 12:00:00"):
            file = client.salon_file_ids
            self.assertEqual(
                file.rhythm, "Came once, on 06/15/2026; others come every 45 days; next due on 07/30/2026: new."
            )

    def test_the_list_of_clients_is_filtered_grouped_and_sorted_by_state(self):
        due, lost, nothing = self._client("Due"), self._client("Lost"), self._client("Nothing")
        self._came(due, *self._days(120, 80, 40))
        self._came(lost, *self._days(520, 480, 440))
        self._compute()
        files = self.env["salon.client.file"].with_user(self.reception)
        ours = [("partner_id", "in", (due | lost | nothing).ids)]
        self.assertEqual(files.search([*ours, ("rhythm_state", "=", "due")]).partner_id, due)
        self.assertEqual(files.search([*ours, ("rhythm_state", "in", ("due", "lost"))]).partner_id, due | lost)
        self.assertEqual(files.search([*ours, ("rhythm_state", "=", False)]).partner_id, nothing)
        self.assertEqual(files.search([*ours, ("rhythm_state", "!=", "lost")]).partner_id, due | nothing)
        self.assertEqual(files.search([*ours, ("next_due", "<=", TODAY)], order="next_due").partner_id.ids,
                         [lost.id, due.id])  # fmt: skip
        groups = files.formatted_read_group(ours, ["rhythm_state"], ["__count"])
        self.assertEqual({group["rhythm_state"]: group["__count"] for group in groups},
                         {"due": 1, "lost": 1, False: 1})  # fmt: skip
        self.assertTrue(files.formatted_read_group(ours, ["next_due:month"], ["__count"]))

    def test_the_list_of_clients_costs_the_same_for_one_and_for_many(self):
        for number in range(20):
            self._came(self._client(f"C{number}"), TODAY)
        self._compute()
        files = self.env["salon.client.file"].with_user(self.reception)
        shown = {"rhythm_state": {}, "next_due": {}, "rhythm": {}}
        files.search([], limit=1).web_read(shown)
        counts = []
        for limit in (1, 20):
            self.env.invalidate_all()
            found = files.search([], limit=limit, order="id desc")
            before = self.env.cr.sql_log_count
            found.web_read(shown)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 1, counts)

    def test_a_stylist_sees_the_rhythm_of_clients_they_serve(self):
        served, other = self._client(), self._client("Other")
        self._done_visit(self.anna, client=served)
        self._done_visit(self.ben, client=other)
        found = self.rhythms.with_user(self.stylist_user).search([("partner_id", "in", (served | other).ids)])
        self.assertEqual(found.partner_id, served)
        self.assertTrue(served.salon_file_ids.with_user(self.stylist_user).rhythm)

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        client = self._client()
        self._done_visit(self.anna, client=client)
        self.manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.rhythms.with_user(self.manager).search([("partner_id", "=", client.id)]))
        self.assertFalse(client.salon_file_ids.with_user(self.manager).with_company(other).rhythm_state)

    def test_rules_that_contradict_each_other_are_refused(self):
        for values in ({"salon_lost_intervals": 1.2}, {"salon_risk_intervals": 0.5}, {"salon_rhythm_days": 0},
                       {"salon_lost_days": -1}, {"salon_back_days": 1000}):  # fmt: skip
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._set(values)

    def _set(self, values):
        from psycopg2.errors import CheckViolation

        from odoo.tools import mute_logger

        try:
            with mute_logger("odoo.sql_db"):
                self.company.write(values)
                self.company.flush_recordset()
        except CheckViolation as error:
            raise ValidationError(str(error)) from error
