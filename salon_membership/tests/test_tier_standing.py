from datetime import date, datetime

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import salon_membership_review
from ..tools.why import Why
from .common import MembershipCommon


class StandingCommon(MembershipCommon):
    """A silver member: gold from 5,000 or 24 visits on. Purchases of services are visits too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"salon_tier_basis": "spend", "salon_club_form_id": False})
        cls.diamond = cls.env.ref("salon_membership.tier_diamond")
        for tier, spend, visits in ((cls.silver, 2000, 4), (cls.gold, 5000, 6), (cls.diamond, 10000, 8)):
            tier.write({"spend": spend, "visits": visits})
        cls.membership.sudo().write(
            {"tier_id": cls.silver.id, "start_date": "2020-01-01", "last_active_at": "2020-01-01"}
        )
        cls.goods = cls.env["product.product"].create(
            {"name": "Goods", "list_price": 1, "taxes_id": False, "available_in_pos": True}
        )

    def _spend(self, amount, when=None, partner=None, **values):
        """Sell goods so that the client, at the price of their tier, pays `amount`."""
        partner = partner or self.client
        partner.invalidate_recordset(["property_product_pricelist"])
        price = partner.property_product_pricelist._get_product_price(self.goods, 1)
        if when:
            values["date_order"] = fields.Datetime.to_string(when)
        return self._sell((self.goods, amount / price), partner=partner, **values)

    def _history(self, membership=None):
        changes = (membership or self.membership).change_ids.sorted("id")
        return [(one.kind, one.reason, one.from_tier_id.name, one.to_tier_id.name) for one in changes]

    def _come(self, *days, partner=None):
        """Have the client come on these days, without buying."""
        for day in days:
            visit = self.env["salon.visit"].create(
                {"partner_id": (partner or self.client).id, "company_id": self.company.id, "date": day}
            )
            visit.line_ids = [(0, 0, {"product_id": self.cut.id})]
            visit.action_done()


@tagged("post_install", "-at_install")
class TestPromotion(StandingCommon):
    def test_the_order_that_reaches_a_tier_brings_it_at_once(self):
        self._spend(4999.99)
        self.assertEqual(self.membership.tier_id, self.silver)
        order = self._spend(0.01)
        self.assertEqual(self.membership.tier_id, self.gold)
        self.assertEqual(order.salon_tier_news, "Now Gold")
        change = self.membership.change_ids[0]
        self.assertEqual((change.kind, change.reason, change.pos_order_id), ("promoted", "purchase", order))
        self.assertEqual((change.from_tier_id, change.spend), (self.silver, 5000))

    def test_the_points_of_that_order_are_those_of_the_tier_in_which_it_was_bought(self):
        order = self._spend(5000)
        self.assertEqual(self.membership.tier_id, self.gold)
        self.assertEqual(order.salon_points, 6000)

    def test_one_order_can_lead_over_several_tiers(self):
        self._spend(10000)
        self.assertEqual(self.membership.tier_id, self.diamond)

    def test_nobody_falls_by_an_order(self):
        self.membership.sudo().tier_id = self.diamond
        self._spend(10)
        self.assertEqual(self.membership.tier_id, self.diamond)

    def test_refunds_count_against_what_was_spent(self):
        order = self._spend(4000)
        self._refund(order)
        self._spend(4999)
        self.assertEqual(self.membership.tier_id, self.silver)
        self.assertEqual(self.membership.missing_spend, 1)

    def test_a_promotion_goes_with_the_order_that_brought_it(self):
        order = self._spend(5000)
        refund = self._refund(order)
        self.assertEqual(self.membership.tier_id, self.silver)
        self.assertEqual(refund.salon_tier_news, "Now Silver")
        self.assertEqual(self._history()[-1], ("demoted", "refund", "Gold", "Silver"))

    def test_a_promotion_stays_where_enough_is_left(self):
        order = self._spend(5000)
        self._spend(5000 - 10)
        refund = self._refund(order, {self.goods: 1})
        self.assertEqual(self.membership.tier_id, self.gold)
        self.assertFalse(refund.salon_tier_news)

    def test_tips_and_top_ups_do_not_count(self):
        tip = self.env["product.product"].create({"name": "Tip", "list_price": 6000, "taxes_id": False})
        self.config.tip_product_id = tip
        order = self._sell((tip, 1), (self.goods, 10), pricelist=self.env["product.pricelist"].create({"name": "P"}))
        self.assertEqual(order.salon_spend, 10)
        self.assertEqual(self.membership.tier_id, self.silver)

    def test_discounts_of_a_line_do_not_count(self):
        data = self._prepare_sale((self.cut, 1, 50))
        data["lines"][0][2].update(price_subtotal=42.5, price_subtotal_incl=42.5)
        self.assertEqual(self._sync(data).salon_spend, 42.5)

    def test_visits_lead_to_a_tier(self):
        self.company.salon_tier_basis = "visits"
        self._come(*(datetime(2026, 1, day, 12) for day in (2, 2, 3, 4, 5)))
        with freeze_time("2026-02-01 10:00:00"):
            self._sell((self.cut, 1))
            self.assertEqual(self.membership.tier_id, self.silver, "five days")
            self.assertEqual(self.membership.missing_visits, 1)
        with freeze_time("2026-02-02 10:00:00"):
            self._sell((self.cut, 1))
        self.assertEqual(self.membership.tier_id, self.gold)

    def test_either_and_both(self):
        company = self.company
        for basis, spend, visits, reached in (
            ("either", 5000, 0, True),
            ("either", 0, 6, True),
            ("either", 4999, 5, False),
            ("both", 5000, 5, False),
            ("both", 4999, 6, False),
            ("both", 5000, 6, True),
            ("visits", 9000, 5, False),
            ("visits", 0, 6, True),
            ("spend", 4999, 9, False),
        ):
            company.salon_tier_basis = basis
            with self.subTest(basis=basis, spend=spend, visits=visits):
                self.assertEqual(self.gold._is_reached(company, spend, visits), reached)
                self.assertEqual(bool(self.gold._say_missing(company, spend, visits)), not reached)
        company.salon_tier_basis = "either"
        self.gold.visits = 0
        self.assertFalse(self.gold._is_reached(company, 0, 99))
        self.assertTrue(self.gold._is_reached(company, 5000, 0))
        self.gold.spend = 0
        self.assertFalse(self.gold._is_reached(company, 99999, 99), "nothing leads there")
        self.assertNotIn(self.gold, self.silver._above(company._salon_tiers(), company))

    def test_the_last_months_and_the_calendar_year(self):
        self.company._salon_timezone()
        for period, day, today, counts in (
            ("rolling", date(2025, 3, 2), date(2026, 3, 1), True),
            ("rolling", date(2025, 3, 1), date(2026, 3, 1), False),
            ("rolling", date(2024, 3, 1), date(2025, 2, 28), True),
            ("rolling", date(2024, 2, 29), date(2025, 2, 28), True),
            ("rolling", date(2024, 2, 28), date(2025, 2, 28), False),
            ("year", date(2026, 1, 1), date(2026, 12, 31), True),
            ("year", date(2025, 12, 31), date(2026, 1, 1), False),
        ):
            self.company.salon_tier_period = period
            with self.subTest(period=period, day=day, today=today):
                self.assertEqual(day >= self.company._salon_counted_from(today), counts)

    def test_what_is_out_of_the_period_does_not_count(self):
        with freeze_time("2025-02-10 10:00:00"):
            self._spend(4000)
        with freeze_time("2026-02-10 10:00:00"):
            self._spend(1000)
            self.assertEqual(self.membership.tier_id, self.silver)
            self.assertEqual(self.membership.missing_spend, 4000)
        with freeze_time("2026-02-11 10:00:00"):
            self._spend(4000)
        self.assertEqual(self.membership.tier_id, self.gold)

    def test_the_day_begins_in_the_salon_at_its_own_midnight(self):
        self.company.salon_tier_period = "year"
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        with freeze_time("2025-12-31 15:59:00"):
            self._spend(3000)
        with freeze_time("2025-12-31 16:30:00"):  # 00:30 of the new year there
            self._spend(2000)
            self.assertEqual(self.membership.tier_id, self.silver)
            self.assertEqual(self.membership.missing_spend, 3000)
            self._spend(3000)
        self.assertEqual(self.membership.tier_id, self.gold)

    def test_what_was_before_the_membership_does_not_count(self):
        with freeze_time("2026-01-10 10:00:00"):
            self._spend(4000, partner=self.guest)
        with freeze_time("2026-01-11 10:00:00"):
            member = self.env["salon.membership"]._enrol(self.guest, self.regular)
            self._spend(1999, partner=self.guest)
            self.assertEqual((member.tier_id, member.missing_spend), (self.regular, 1))

    def test_another_companys_purchases_lead_nowhere_here(self):
        there = self.env["res.company"].create({"name": "There"})
        self.env.user.company_ids |= there
        theirs = self.env["salon.membership"].with_company(there)._enrol(self.client, self.regular)
        self._spend(5000)
        self.assertEqual((self.membership.tier_id, theirs.tier_id), (self.gold, self.regular))
        self.assertEqual(theirs._figures(date(2020, 1, 1)), {theirs.id: (0, 0)})

    def test_the_same_order_sent_again_changes_nothing(self):
        data = self._prepare_sale((self.goods, 6000))
        self._sync({**data})
        count = len(self.membership.change_ids)
        self._sync({**data})
        self.assertEqual(len(self.membership.change_ids), count)

    def test_what_is_missing_is_said(self):
        self._spend(4980)
        self.membership.invalidate_recordset()
        self.assertIn("20.00", self.membership.progress)
        self.assertIn("more to Gold", self.membership.progress)
        self.membership.sudo().tier_id = self.diamond
        self.assertFalse(self.membership.progress)

    # By hand ----------------------------------------------------------------------------------------

    def _manager(self):
        self.manager.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        return self.manager

    def test_a_manager_changes_a_tier_with_a_reason(self):
        member = self.membership.with_user(self._manager())
        with self.assertRaisesRegex(UserError, "with a reason"):
            member.tier_id = self.gold
        wizard = self.env["salon.membership.change.tier"].with_user(self.manager)
        wizard = wizard.create({"membership_ids": member.ids, "tier_id": self.gold.id, "note": "Friend of the house"})
        wizard.keep_until = "2030-01-01"
        wizard.action_change()
        self.assertEqual((self.membership.tier_id, self.membership.keep_until), (self.gold, date(2030, 1, 1)))
        change = self.membership.change_ids[0]
        self.assertEqual((change.reason, change.note), ("hand", "Friend of the house"))
        self.assertEqual((change.created_by, change.created_by_name), (self.manager.id, self.manager.name))

    def test_reception_changes_no_tier(self):
        self.reception.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        wizards = self.env["salon.membership.change.tier"].with_user(self.reception)
        with self.assertRaises(AccessError):
            wizards.create({"membership_ids": self.membership.ids, "tier_id": self.gold.id, "note": "x"})
        with self.assertRaises(AccessError):
            self.membership.with_user(self.reception)._set_tier(self.gold, Why())

    def test_a_context_that_comes_in_gives_no_right(self):
        member = self.membership.with_user(self._manager()).with_context(salon_why={"reason": "purchase"})
        with self.assertRaises(UserError):
            member.write({"tier_id": self.gold.id})

    def test_the_history_is_never_changed(self):
        self._spend(5000)
        change = self.membership.change_ids[:1]
        self.env.flush_all()
        for query in ("UPDATE salon_membership_change SET spend = 1", "DELETE FROM salon_membership_change"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(f"{query} WHERE id = %s", (change.id,))
        self.env.cr.execute("UPDATE salon_membership_change SET told = 'sent', tries = 2 WHERE id = %s", (change.id,))

    def test_ending_and_reopening_stand_in_the_history(self):
        self.membership.action_end()
        self.membership.action_reopen()
        self.assertEqual([kind for kind, *_rest in self._history()[-2:]], ["ended", "reopened"])

    def test_merged_clients_keep_their_history(self):
        theirs = self.env["salon.membership"]._enrol(self.guest, self.regular)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | self.guest).ids, self.guest)
        self.env.invalidate_all()
        self.assertEqual(theirs.change_ids[0].reason, "merge")
        self.assertEqual(self.membership.change_ids.partner_id, self.guest)


@tagged("post_install", "-at_install")
class TestReview(StandingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"salon_tier_review": True, "salon_tier_grace_days": 30})

    def _review(self, day):
        with freeze_time(f"{day} 10:00:00"), self.enter_registry_test_mode():
            self.env.ref("salon_membership.cron_review_tiers").method_direct_trigger()
        self.env.invalidate_all()

    def _give(self, tier, day, **values):
        with freeze_time(f"{day} 10:00:00"):
            self.membership.sudo().tier_id = tier
        self.membership.write(values)
        self.env.flush_all()

    def test_who_does_not_reach_the_tier_falls_by_one_after_grace(self):
        self._give(self.diamond, "2025-01-10")
        self._review("2026-01-09")
        self.assertFalse(self.membership.grace_until, "not a year yet")
        self._review("2026-01-10")
        self.assertEqual((self.membership.tier_id, self.membership.grace_until), (self.diamond, date(2026, 2, 9)))
        self.assertEqual(self._history()[-1], ("warned", "review", "Diamond", "Diamond"))
        self._review("2026-02-09")
        self.assertEqual(self.membership.tier_id, self.diamond)
        self._review("2026-02-10")
        self.assertEqual((self.membership.tier_id, self.membership.grace_until), (self.gold, False))
        self.assertEqual(self._history()[-1], ("demoted", "review", "Diamond", "Gold"))
        self._review("2026-02-11")
        self._review("2027-02-09")
        self.assertEqual(self.membership.tier_id, self.gold, "by one tier, and a year later again")

    def test_who_reaches_it_keeps_it(self):
        self._give(self.gold, "2025-01-10")
        with freeze_time("2025-06-01 10:00:00"):
            self._spend(5000)
        self._review("2026-01-10")
        self.assertFalse(self.membership.grace_until)
        self.assertEqual((self.membership.tier_id, self.membership.held_from), (self.gold, date(2026, 1, 10)))

    def test_what_is_spent_in_grace_counts(self):
        self._give(self.gold, "2025-01-10")
        with freeze_time("2025-01-20 10:00:00"):
            self._spend(3000)
        self._review("2026-01-10")
        with freeze_time("2026-01-25 10:00:00"):
            self._spend(2000)
        self._review("2026-02-10")
        self.assertEqual((self.membership.tier_id, self.membership.grace_until), (self.gold, False))

    def test_without_grace_one_falls_at_once(self):
        self.company.salon_tier_grace_days = 0
        self._give(self.gold, "2025-01-10")
        self._review("2026-01-10")
        self.assertEqual(self.membership.tier_id, self.silver)

    def test_a_tier_that_was_given_until_a_day_is_kept_until_then(self):
        self.company.salon_tier_grace_days = 0
        self._give(self.gold, "2025-01-10", keep_until="2026-06-30")
        self._review("2026-06-30")
        self.assertEqual(self.membership.tier_id, self.gold)
        self._review("2026-07-01")
        self.assertEqual(self.membership.tier_id, self.silver)

    def test_who_is_given_time_in_grace_does_not_fall_before(self):
        self._give(self.gold, "2025-01-10")
        self._review("2026-01-10")
        self.membership.sudo()._set_tier(self.gold, Why(note="She was ill"), keep_until="2026-06-30")
        self._review("2026-06-30")
        self.assertEqual(self.membership.tier_id, self.gold)
        self._review("2026-07-01")
        self.assertEqual(self.membership.tier_id, self.silver)

    def test_in_calendar_years_a_tier_holds_until_the_end_of_the_next(self):
        self.company.write({"salon_tier_grace_days": 0, "salon_tier_period": "year"})
        self._give(self.gold, "2024-11-10")
        self._review("2025-12-31")
        self.assertEqual(self.membership.tier_id, self.gold)
        with freeze_time("2025-02-01 10:00:00"):
            self._spend(5000)
        self._review("2026-01-01")
        self.assertEqual(self.membership.tier_id, self.gold)
        self._review("2026-12-31")
        self.assertEqual(self.membership.tier_id, self.gold)
        self._review("2027-01-01")
        self.assertEqual(self.membership.tier_id, self.silver)

    def test_the_lowest_tier_and_those_that_are_given_stay(self):
        self.company.salon_tier_grace_days = 0
        self._give(self.regular, "2025-01-10")
        self._review("2026-01-10")
        self.assertEqual(self.membership.tier_id, self.regular)
        self.gold.write({"spend": 0, "visits": 0})
        self._give(self.gold, "2026-01-11")
        self._review("2027-01-11")
        self.assertEqual(self.membership.tier_id, self.gold)

    def test_off_by_default(self):
        self.assertFalse(self.env["res.company"].create({"name": "New"}).salon_tier_review)
        self.company.salon_tier_review = False
        self._give(self.gold, "2020-01-10")
        self._review("2026-01-10")
        self.assertEqual((self.membership.tier_id, self.membership.grace_until), (self.gold, False))

    def test_many_are_reviewed_in_batches_and_each_once(self):
        partners = self.env["res.partner"].create([{"name": f"Client {number}"} for number in range(7)])
        self.company.salon_tier_grace_days = 0
        with freeze_time("2025-01-10 10:00:00"):
            members = self.env["salon.membership"]._enrol(partners, self.gold)
        self.env.flush_all()
        self.patch(salon_membership_review, "BATCH", 3)
        self._review("2026-01-10")
        self.assertEqual(members.tier_id, self.silver)
        self.assertEqual(members.mapped(lambda one: len(one.change_ids)), [2] * 7)

    # Memberships that nobody uses -------------------------------------------------------------------

    def _end_unused(self, day):
        with freeze_time(f"{day} 10:00:00"), self.enter_registry_test_mode():
            self.env.ref("salon_membership.cron_end_inactive").method_direct_trigger()
        self.env.invalidate_all()

    def test_who_does_not_come_for_two_years_is_no_member_any_more(self):
        with freeze_time("2024-03-10 10:00:00"):
            self._spend(10)
        points = self.membership.points
        self._end_unused("2026-03-10")
        self.assertEqual(self.membership.state, "active")
        self._end_unused("2026-03-11")
        self.assertEqual((self.membership.state, self.membership.end_date), ("ended", date(2026, 3, 11)))
        self.assertFalse(self.membership.card_id.active)
        self.assertEqual(self.membership.points, points, "what they have stays on record")
        self.assertEqual(self._history()[-1][:2], ("ended", "inactive"))
        self.assertEqual(self.client.property_product_pricelist._get_product_price(self.cut, 1), 100)

    def test_a_visit_that_was_not_paid_counts(self):
        with freeze_time("2024-03-10 10:00:00"):
            self._spend(10)
        self._come(datetime(2025, 1, 5, 12))
        self._end_unused("2026-03-11")
        self.assertEqual((self.membership.state, self.membership.last_active_at), ("active", datetime(2025, 1, 5, 12)))
        self._end_unused("2027-01-06")
        self.assertEqual(self.membership.state, "ended")

    def test_a_reopened_membership_is_not_ended_again_at_once(self):
        with freeze_time("2024-03-10 10:00:00"):
            self._spend(10)
        self._end_unused("2026-03-11")
        with freeze_time("2026-03-12 10:00:00"):
            self.membership.action_reopen()
        self._end_unused("2026-03-13")
        self.assertEqual(self.membership.state, "active")

    def test_a_new_member_has_all_the_time(self):
        with freeze_time("2024-03-10 10:00:00"):
            member = self.env["salon.membership"]._enrol(self.guest, self.regular)
        self._end_unused("2026-03-10")
        self.assertEqual(member.state, "active")

    def test_no_months_no_end(self):
        self.company.salon_inactive_months = 0
        self._end_unused("2099-03-10")
        self.assertEqual(self.membership.state, "active")
