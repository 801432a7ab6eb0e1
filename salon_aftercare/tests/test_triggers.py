from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestTriggers(AftercareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step.plan_id.active = False
        cls.client._make_salon_clients()

    def _plan(self, trigger, *delays, unit="days", channel="call", since=datetime(2020, 1, 1), **values):
        """Return a plan with a step for each of `delays`."""
        steps = [
            {"name": f"Step {delay}", "delay": delay, "delay_unit": unit, "channel": channel, "since": since}
            for delay in delays
        ]
        return self.env["salon.followup.plan"].create(
            {"name": trigger, "trigger": trigger, "step_ids": [(0, 0, step) for step in steps], **values}
        )

    def _planned(self, plan):
        """Run the night's planner; return what this plan planned."""
        self._run_cron("sweep")
        return self.env["salon.followup"].search([("plan_id", "=", plan.id)], order="due_at, id")

    def _agree(self, client=None, channel="call"):
        (client or self.client).salon_file_ids._set_contact_choice("marketing", channel, True)

    def test_a_plan_for_some_services_leaves_the_others(self):
        plan = self._plan("visit_done", 1, service_ids=[(6, 0, self.colour.product_tmpl_id.ids)])
        self.assertFalse(self._done_visit().followup_ids)
        visit = self._open_visit(client=self._others(1))
        visit.line_ids.product_id = self.colour
        visit.action_done()
        self.assertEqual(visit.followup_ids.plan_id, plan)

    def test_a_plan_for_a_category_holds_for_those_below_it(self):
        hair = self.env["product.category"].create({"name": "Hair"})
        cuts = self.env["product.category"].create({"name": "Cuts", "parent_id": hair.id})
        self._plan("visit_done", 1, service_category_ids=[(6, 0, hair.ids)])
        self.assertFalse(self._done_visit().followup_ids)
        self.cut.categ_id = cuts
        self.assertTrue(self._done_visit(client=self._others(1)).followup_ids)

    def test_the_plan_for_chemical_services_finds_them_by_their_processing_time(self):
        plan = self.env.ref("salon_aftercare.salon_followup_plan_chemical")
        plan.active = True
        self.assertFalse(self._done_visit().followup_ids)
        visit = self._open_visit(client=self._others(1))
        visit.line_ids.product_id = self.colour
        visit.action_done()
        self.assertEqual(visit.followup_ids.step_id, plan.step_ids)
        self.assertEqual(len(visit.followup_ids), 3)

    def test_a_condition_on_the_client_limits_a_plan(self):
        self._plan("visit_done", 1, condition="[('city', '=', 'Ulm')]")
        self.assertFalse(self._done_visit().followup_ids)
        self.client.city = "Ulm"
        self.assertTrue(self._done_visit().followup_ids)

    def test_the_first_visit_is_followed_up_and_no_later_one(self):
        plan = self._plan("first_visit", 1, 3, 7)
        # A consultation that sold nothing.
        first = self.env["salon.visit"].create({"partner_id": self.client.id})
        first.action_done()
        self.assertEqual(len(first.followup_ids), 3)
        self.assertFalse(self._done_visit().followup_ids)
        self.assertEqual(len(self._planned(plan)), 3)

    def test_a_grade_given_after_the_visit_is_found_by_the_night(self):
        plan = self.env.ref("salon_aftercare.salon_followup_plan_grade_a")
        plan.active = True
        plan.step_ids.since = datetime(2020, 1, 1)
        visit = self._done_visit()
        self.assertFalse(self._planned(plan))
        visit.partner_id.salon_file_ids.grade = "A"
        self.assertEqual(self._planned(plan).visit_id, visit)

    def test_days_before_and_after_are_at_their_hour_on_the_salons_clocks(self):
        self.env.company.resource_calendar_id.tz = "Europe/Berlin"
        plan = self._plan("visit_done", 1)
        plan.step_ids.at_hour = 10.5
        with freeze_time("2026-03-28 22:30:00"):  # 23:30 there; the night loses an hour
            followup = self._done_visit().followup_ids
        self.assertEqual(followup.due_at, datetime(2026, 3, 29, 8, 30))

    def test_a_booking_ahead_is_planned_and_moves_along(self):
        plan = self._plan("booking", -24, unit="hours")
        booking = self._book((self.cut, self.anna), start=self.start.replace(hour=9) - timedelta(days=3))
        followup = self._planned(plan)
        self.assertEqual((followup.due_at, followup.partner_id), (booking.start - timedelta(hours=24), self.client))
        booking.action_salon_cancel()
        followup.write({"due_at": fields.Datetime.now() - timedelta(minutes=1)})
        self._run_cron("due")
        self.assertEqual((followup.state, followup.skip_code), ("skipped", "gone"))

    def test_a_birthday_is_planned_once_a_year(self):
        self._agree()
        plan = self._plan("birthday", -3, 0, is_marketing=True)
        self.client.birthdate_date = date(1990, 5, 20)
        with freeze_time("2026-05-16 02:00:00"):
            followups = self._planned(plan)
            self.assertEqual(set(followups.mapped("occasion")), {f"birthday-2026-{self.client.id}"})
            self.assertEqual([one.date() for one in followups.mapped("due_at")], [date(2026, 5, 17), date(2026, 5, 20)])
            self.assertEqual(len(self._planned(plan)), 2)
        with freeze_time("2027-05-16 02:00:00"):
            self.assertEqual(len(self._planned(plan)), 4)

    def test_a_greeting_that_a_standstill_kept_from_being_planned_is_left_out_and_says_why(self):
        """Dates are planned some days ahead: a longer standstill misses some."""
        self._agree()
        old = self._others(1)
        old._make_salon_clients()
        self._agree(old)
        plan = self._plan("birthday", 0, is_marketing=True)
        self.client.birthdate_date, old.birthdate_date = date(1990, 5, 20), date(1990, 4, 30)
        with freeze_time("2026-05-02 02:00:00"):
            self.assertFalse(self._planned(plan), "nobody was there to greet who had their birthday before the plan")
        with freeze_time("2026-05-22 02:00:00"):
            followup = self._planned(plan)
            self._run_cron("due")
            self.assertEqual((followup.partner_id, followup.state), (self.client, "skipped"))
            self.assertEqual(followup.why, "It was too late for it.")

    def test_who_was_born_on_a_leap_day_is_greeted_each_year(self):
        self._agree()
        plan = self._plan("birthday", 0, is_marketing=True)
        self.client.birthdate_date = date(2000, 2, 29)
        days = []
        for today in ("2027-02-26 02:00:00", "2028-02-26 02:00:00"):
            with freeze_time(today):
                days.append(self._planned(plan)[-1].due_at.date())
        self.assertEqual(days, [date(2027, 2, 28), date(2028, 2, 29)])

    def test_who_was_never_asked_gets_no_greeting_and_no_line_about_it(self):
        plan = self._plan("birthday", 0, is_marketing=True)
        self.client.birthdate_date = fields.Date.today().replace(year=1990, day=28) + timedelta(days=3)
        self.assertFalse(self._planned(plan))

    def test_the_last_visit_counts_and_a_new_one_ends_what_was_planned(self):
        self._agree()
        plan = self._plan("last_visit", 30, is_marketing=True)
        self._done_visit(date=fields.Datetime.now() - timedelta(days=60))
        visit = self._done_visit(date=fields.Datetime.now() - timedelta(days=29))
        followup = self._planned(plan)
        self.assertEqual(followup.visit_id, visit)
        self._done_visit()
        followup.write({"due_at": fields.Datetime.now() - timedelta(minutes=1)})
        self._run_cron("due")
        self.assertEqual(followup.skip_code, "gone")

    def test_what_lies_behind_when_a_step_is_made_is_left_alone(self):
        self._agree()
        self._done_visit(date=fields.Datetime.now() - timedelta(days=31))
        plan = self._plan("last_visit", 30, since=fields.Datetime.now(), is_marketing=True)
        self.assertFalse(self._planned(plan))

    def test_a_festival_greets_each_client_who_agreed(self):
        festival = self.env["salon.festival"].create(
            {"name": "Fair", "date_ids": [(0, 0, {"date": fields.Date.today() + timedelta(days=4)})]}
        )
        plan = self._plan("festival", -2, is_marketing=True, festival_ids=[(6, 0, festival.ids)])
        plan.step_ids.script = "A happy {{festival}}, {{client}}!"
        self.assertFalse(self._planned(plan))
        self._agree()
        followup = self._planned(plan)
        self.assertEqual(followup.partner_id, self.client)
        self.assertEqual(followup.script, "A happy Fair, Clara Client!")

    def test_any_date_of_any_record_with_a_way_to_the_client(self):
        event = self.env["salon.client.event"].create(
            {
                "file_id": self.client.salon_file_ids.id,
                "name": "Wedding",
                "date": fields.Date.today() + timedelta(days=9),
            }
        )
        field = self.env["ir.model.fields"]._get("salon.client.event", "date")
        plan = self._plan(
            "date",
            -7,
            model_id=field.model_id.id,
            date_field_id=field.id,
            client_path="file_id.partner_id",
            source_domain="[('name', 'ilike', 'wed')]",
        )
        followup = self._planned(plan)
        self.assertEqual((followup.partner_id, followup.origin_id), (self.client, event.id))
        # The wedding is put off: that is another occasion, and the old one ends.
        event.date += timedelta(days=1)
        self.assertEqual(len(self._planned(plan)), 2)
        followup.write({"due_at": fields.Datetime.now() - timedelta(minutes=1)})
        self._run_cron("due")
        self.assertEqual(followup.skip_code, "gone")

    def test_a_date_that_leads_to_no_client_is_refused_in_words(self):
        field = self.env["ir.model.fields"]._get("salon.client.event", "date")
        values = {"model_id": field.model_id.id, "date_field_id": field.id}
        for path, words in (("file_id", "does not lead to a client"), ("nothing.partner_id", "no field that leads")):
            with self.assertRaisesRegex(ValidationError, words):
                self._plan("date", 1, client_path=path, **values)
        with self.assertRaisesRegex(ValidationError, "Choose the records"):
            self._plan("date", 1)

    def test_a_manager_chooses_records_alone_that_they_may_read(self):
        field = self.env["ir.model.fields"]._get("ir.cron", "nextcall")
        with self.assertRaisesRegex(ValidationError, "you may not read it"):
            self.env["salon.followup.plan"].with_user(self.manager).create(
                {
                    "name": "Jobs",
                    "trigger": "date",
                    "model_id": field.model_id.id,
                    "date_field_id": field.id,
                    "client_path": "user_id.partner_id",
                }
            )

    def test_a_manager_asks_only_for_what_they_may_read(self):
        """By whom a plan finds one would learn what its condition asks for."""
        plans = self.env["salon.followup.plan"].with_user(self.manager)
        for condition in (
            "[('user_ids.totp_secret', 'like', 'A%')]",
            "[('employee_ids.private_phone', 'like', '+49%')]",
        ):
            with self.assertRaisesRegex(ValidationError, "can't be understood"):
                plans.create({"name": "Curious", "trigger": "visit_done", "condition": condition})
        plans.create({"name": "Fine", "trigger": "visit_done", "condition": "[('lang', '=', 'en_US')]"})

    def test_a_condition_that_nobody_understands_is_refused_in_words(self):
        for condition in ("[('nothing', '=', 1)]", "__import__('os')", "[(("):
            with self.assertRaisesRegex(ValidationError, "can't be understood"):
                self._plan("visit_done", 1, condition=condition)

    def test_a_trigger_whose_addon_is_missing_plans_nothing(self):
        plan = self._plan("next_due", 0)
        if "salon.client.rhythm" not in self.env:
            self.assertFalse(self._planned(plan))

    def test_a_company_without_its_own_visits_gets_no_share_of_the_dates(self):
        other = self.env["res.company"].create({"name": "Other salon"})
        self._agree()
        self.client.birthdate_date = fields.Date.today() + timedelta(days=3) - timedelta(days=365 * 28 + 7)
        plans = self._plan("birthday", 0, company_id=other.id) | self._plan("birthday", 0)
        self._done_visit()
        self._run_cron("sweep")
        found = self.env["salon.followup"].search([("plan_id", "in", plans.ids)])
        self.assertEqual(found.plan_id, plans[1])
        self.assertEqual(found.company_id, self.env.company)
