from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MembershipCommon
from .test_extras_abuse import plain_line


@tagged("post_install", "-at_install")
class TestClubAbuse(MembershipCommon):
    """A membership that was not bought, a tier that nobody earned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"salon_club_form_id": False, "salon_enrol_amount": 500, "salon_tier_basis": "spend"})
        cls.silver.spend, cls.gold.spend = 2000, 5000

    def _buy(self, *lines, partner=None):
        partner = partner or self.guest
        order = self._sell(*(lines or [plain_line(self.shampoo, 500)]), partner=partner, salon_enrol=True)
        return order, self._member(partner)

    def _member(self, partner):
        return self.env["salon.membership"].search([("partner_id", "=", partner.id)])

    def _told(self, member):
        return member.partner_id.activity_ids.filtered(lambda activity: activity.user_id == self.manager)

    # The purchase that enrolled comes back ----------------------------------------------------------

    def test_who_was_enrolled_by_what_is_refunded_is_a_member_no_more(self):
        order, member = self._buy()
        self.assertEqual(member.state, "active")
        refund = self._refund(order)
        self.assertEqual(member.state, "ended")
        last = member.change_ids.sorted("id")[-1]
        self.assertEqual((last.kind, last.reason, last.pos_order_id), ("ended", "refund", refund))
        self.assertEqual((member.points, member.points_debt), (0, 0))
        self.assertEqual(len(self._told(member)), 1)

    def test_a_refund_of_a_part_is_for_the_manager_to_decide(self):
        order, member = self._buy(plain_line(self.shampoo, 500), (self.cut, 1))
        line = order.lines[1]
        self._sell(plain_line(self.cut, 100, -1, refunded_orderline_id=line.id), partner=self.guest)
        self.assertEqual(len(self._told(member)), 0, "500 are left of it")
        line = order.lines[0]
        self._sell(plain_line(self.shampoo, 500, -1, refunded_orderline_id=line.id), partner=self.guest)
        self.assertEqual(member.state, "ended")

    def test_what_is_left_of_it_is_too_little(self):
        order, member = self._buy(plain_line(self.shampoo, 80, 7))
        self._refund(order, {self.shampoo: 2})
        self.assertEqual((member.state, len(self._told(member))), ("active", 1))
        self._refund(order, {self.shampoo: 1})
        self.assertEqual(len(self._told(member)), 1, "the manager is told once")

    def test_who_was_enrolled_by_hand_stays(self):
        self.env["salon.membership"]._enrol(self.guest, self.regular)
        order, member = self._buy()
        self._refund(order)
        self.assertEqual(member.state, "active")

    def test_who_came_back_since_stays(self):
        order, member = self._buy()
        member.action_end()
        member.action_reopen()
        self._refund(order)
        self.assertEqual(member.state, "active")

    def test_who_reached_it_by_another_purchase_stays(self):
        order, member = self._buy()
        self._sell(plain_line(self.shampoo, 600), partner=self.guest)
        self._refund(order)
        self.assertEqual((member.state, len(self._told(member))), ("active", 0))

    # Enrolling by hand ------------------------------------------------------------------------------

    def _wizard(self, user, **values):
        return self.env["salon.membership.enrol"].with_user(user).create({"partner_ids": self.guest.ids, **values})

    def test_reception_enrols_into_the_first_tier(self):
        self._wizard(self.reception).action_enrol()
        self.assertEqual(self._member(self.guest).tier_id, self.regular)

    def test_reception_enrols_into_no_higher_tier(self):
        with self.assertRaisesRegex(UserError, "manager"):
            self._wizard(self.reception, tier_id=self.gold.id, note="I like her").action_enrol()
        with self.assertRaises(UserError):
            self.env["salon.membership"].with_user(self.reception).create(
                {"partner_id": self.guest.id, "tier_id": self.gold.id}
            )
        self.assertFalse(self._member(self.guest))

    def test_a_manager_enrols_into_a_higher_tier_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "reason"):
            self._wizard(self.manager, tier_id=self.gold.id).action_enrol()
        self._wizard(self.manager, tier_id=self.gold.id, note="Was gold at our other salon").action_enrol()
        member = self._member(self.guest)
        self.assertEqual((member.tier_id, member.change_ids.note), (self.gold, "Was gold at our other salon"))

    # Clocks -----------------------------------------------------------------------------------------

    def test_a_tills_clock_makes_spending_count_no_longer(self):
        with freeze_time("2026-03-01 10:00:00"):
            member = self.env["salon.membership"]._enrol(self.guest, self.regular)
            self._sell(plain_line(self.shampoo, 1500), partner=self.guest, date_order="2031-01-01 10:00:00")
            self.env.flush_all()
            self.env.cr.execute("UPDATE pos_order SET create_date = '2026-03-01 10:00:00' WHERE partner_id = %s",
                                [self.guest.id])  # fmt: skip
            self.env.cr.execute("UPDATE salon_visit SET create_date = '2026-03-01 10:00:00' WHERE partner_id = %s",
                                [self.guest.id])  # fmt: skip
            self.env.invalidate_all()
            self.assertEqual(member.missing_spend, 500, "it was paid, and counts now")
        with freeze_time("2027-06-01 10:00:00"):
            self.env.invalidate_all()
            self.assertEqual(member.missing_spend, 2000, "it was more than a year ago")
            self.assertEqual(member._figures(member.company_id._salon_counted_from(fields.Date.today())),
                             {member.id: (0, 0)})  # fmt: skip

    # Merging ----------------------------------------------------------------------------------------

    def _merge(self, *partners):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id for partner in partners], partners[0], extra_checks=False
        )
        self.env.invalidate_all()

    def test_two_who_owe_for_one_order_are_one_who_owes_both(self):
        theirs = self.env["salon.membership"]._enrol(self.guest, self.silver)
        mine = self._sell(plain_line(self.shampoo, 400))
        other = self._sell(plain_line(self.shampoo, 300), partner=self.guest)
        for membership in (self.membership, theirs):
            membership._adjust("take", membership.points, "spent")
        debts = self.env["salon.points.debt"].sudo()
        for membership, points in ((self.membership, 40), (theirs, 30)):
            debts._book(membership, points, "refund", mine, origin=other)
        self.assertEqual((self.membership.points_debt, theirs.points_debt), (40, 30))
        self._merge(self.client, self.guest)
        self.assertEqual((self.membership.points_debt, theirs.points_debt), (70, 0))
        self.assertEqual(sum(self.membership.debt_ids.mapped("amount")), 70)

    def test_birthdays_of_two_who_are_one(self):
        """What one of the two was given this year is not given to the other."""
        gift = self.env["salon.birthday.gift"].create({"name": "Mask", "discount": 10, "due": "month"})
        theirs = self.env["salon.membership"]._enrol(self.guest, self.silver)
        (self.client | self.guest).birthdate_date = fields.Date.today() - timedelta(days=7305)
        given = self.env["salon.birthday.given"].sudo()
        year = fields.Date.today().year
        for member in (self.membership, theirs):
            line = given._hold(gift, member, year, f"uuid {member.id}")
            line.pos_order_id = self._sell((self.cut, 1), partner=member.partner_id)
        self._merge(self.client, self.guest)
        self.assertFalse(self.env["salon.birthday.gift"]._due_for(self.membership))
