from datetime import date, timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon

UUID = "11111111-2222-3333-4444-55555555555"


@tagged("post_install", "-at_install")
class TestBirthday(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.gifts = cls.env["salon.birthday.gift"].sudo()
        cls.free = cls.gifts.create({"name": "Free Cut", "kind": "service", "due": "day", "product_id": cls.cut.id})
        cls.offer = cls.gifts.create({"name": "Month's Offer", "kind": "offer", "due": "month", "discount": 10})
        cls.client.birthdate_date = date(1990, 6, 15)

    def _due(self, day, membership=None):
        with freeze_time(f"{day} 12:00:00"):
            return [gift.name for gift, _year in self.gifts._due_for(membership or self.membership)]

    def test_a_gift_on_the_day_and_an_offer_in_the_month(self):
        self.assertEqual(self._due("2026-06-15"), ["Free Cut", "Month's Offer"])
        self.assertEqual(self._due("2026-06-14"), ["Month's Offer"])
        self.assertEqual(self._due("2026-06-30"), ["Month's Offer"])
        self.assertEqual(self._due("2026-07-01"), [])
        self.free.days_around = 3
        self.assertEqual(self._due("2026-06-12"), ["Free Cut", "Month's Offer"])
        self.assertEqual(self._due("2026-06-18"), ["Free Cut", "Month's Offer"])
        self.assertEqual(self._due("2026-06-19"), ["Month's Offer"])

    def test_around_new_year_the_birthday_counts(self):
        self.client.birthdate_date = date(1990, 1, 1)
        self.free.days_around = 3
        with freeze_time("2025-12-30 12:00:00"):
            due = self.gifts._due_for(self.membership)
        self.assertEqual([(gift.name, year) for gift, year in due], [("Free Cut", 2026)])

    def test_who_was_born_on_a_leap_day(self):
        self.client.birthdate_date = date(2000, 2, 29)
        for setting, day, due in (
            ("february", "2027-02-28", True),
            ("february", "2027-03-01", False),
            ("march", "2027-02-28", False),
            ("march", "2027-03-01", True),
            ("february", "2028-02-29", True),
            ("february", "2028-02-28", False),
            ("march", "2028-02-29", True),
            ("march", "2028-03-01", False),
        ):
            self.company.salon_leap_birthday = setting
            with self.subTest(setting=setting, day=day):
                self.assertEqual("Free Cut" in self._due(day), due)

    def test_by_tier_and_for_members_alone(self):
        self.free.tier_ids = self.silver
        self.assertEqual(self._due("2026-06-15"), ["Month's Offer"])
        self.membership.action_end()
        self.assertEqual(self._due("2026-06-15"), [])

    def test_no_birthday_no_gift(self):
        self.client.birthdate_date = False
        self.assertEqual(self._due("2026-06-15"), [])

    def test_the_other_company_gives_its_own(self):
        there = self.env["res.company"].create({"name": "There"})
        self.env.user.company_ids |= there
        theirs = self.env["salon.membership"].with_company(there)._enrol(self.client, self.silver)
        self.assertEqual(self._due("2026-06-15", theirs), [])

    # The till ---------------------------------------------------------------------------------------

    def _hold(self, gift, uuid=UUID + "1"):
        gifts = self.gifts.with_user(self.till).sudo(False)
        return gifts.hold_for_order(gift.id, self.client.id, self.config.id, uuid)

    def _give(self, gift, uuid=UUID + "1"):
        """Sell a cut with the gift's coupon, as the till sends it."""
        held = self._hold(gift, uuid)
        card = self.env["loyalty.card"].sudo().search([("code", "=", held["code"])])
        data = self._prepare_sale((self.cut, 1), uuid=uuid)
        reward = gift.program_id.reward_ids
        line = dict(data["lines"][0][2])
        line.update(
            uuid=uuid + "-reward",
            product_id=reward.discount_line_product_id.id,
            price_unit=-80,
            price_subtotal=-80,
            price_subtotal_incl=-80,
            is_reward_line=True,
            reward_id=reward.id,
            coupon_id=card.id,
            points_cost=1,
        )
        data["lines"].append((0, 0, line))
        data.update(amount_total=0, amount_paid=0)
        data["payment_ids"][0][2]["amount"] = 0
        return self._sync(data)

    @freeze_time("2026-06-15 12:00:00")
    def test_it_is_given_once_a_year(self):
        self.assertEqual(self._hold(self.free)["product_id"], self.cut.id)
        self.assertEqual(self._hold(self.free), self._hold(self.free), "asked again, the same coupon")
        order = self._give(self.free)
        given = self.membership.given_ids
        self.assertEqual((given.gift_id, given.year, given.pos_order_id), (self.free, 2026, order))
        with self.assertRaisesRegex(UserError, "given this year"):
            self._hold(self.free, UUID + "2")
        self.assertEqual([gift["name"] for gift in self.membership.till_offers["gifts"]], ["Month's Offer"])
        with freeze_time("2027-06-15 12:00:00"):
            self.assertTrue(self._hold(self.free, UUID + "3")["code"])

    @freeze_time("2026-06-15 12:00:00")
    def test_two_tills_do_not_both_give_it(self):
        self._hold(self.free)
        with self.assertRaisesRegex(UserError, "Another order holds"):
            self._hold(self.free, UUID + "2")

    @freeze_time("2026-06-15 12:00:00")
    def test_the_database_keeps_it_to_one_a_year(self):
        self._hold(self.free)
        given = self.membership.given_ids
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            given.sudo().copy()

    def test_what_an_order_held_and_did_not_pay_is_free_again_after_an_hour(self):
        with freeze_time("2026-06-15 12:00:00"):
            first = self._hold(self.free)["code"]
        with freeze_time("2026-06-15 13:00:01"):
            second = self._hold(self.free, UUID + "2")["code"]
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        self.assertNotEqual(first, second)
        self.assertFalse(cards.search([("code", "=", first)]).active, "the first coupon is good for nothing now")

    @freeze_time("2026-06-15 12:00:00")
    def test_what_an_order_does_not_give_after_all_is_free_again(self):
        self._hold(self.free)
        self._sell((self.shampoo, 1), uuid=UUID + "1")
        self.assertFalse(self.membership.given_ids)
        self.assertTrue(self._hold(self.free, UUID + "2")["code"])

    @freeze_time("2026-06-15 12:00:00")
    def test_merged_clients_get_it_once(self):
        self._give(self.free)
        self.guest.birthdate_date = self.client.birthdate_date
        self.env["salon.membership"]._enrol(self.guest, self.env.ref("salon_membership.tier_diamond"))
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | self.guest).ids, self.guest)
        self.env.invalidate_all()
        kept = self.env["salon.membership"]._get_active(self.guest, self.company)
        self.assertNotEqual(kept, self.membership)
        self.assertEqual(self._due("2026-06-15", kept), ["Month's Offer"])

    @freeze_time("2026-06-15 12:00:00")
    def test_only_the_till_asks(self):
        with self.assertRaises(AccessError):
            self.gifts.with_user(self.plain_user).sudo(False).hold_for_order(
                self.free.id, self.client.id, self.config.id, UUID
            )

    def test_the_program_follows_the_benefit(self):
        self.offer.write({"discount": 15, "name": "Better"})
        program = self.offer.program_id
        self.assertEqual((program.name, program.reward_ids.discount), ("Better", 15))
        self.assertEqual((program.program_type, program.trigger), ("coupons", "with_code"))
        self.offer.active = False
        self.assertFalse(program.active)

    def test_it_is_a_product_or_a_discount(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.gifts.create({"name": "Nothing", "kind": "gift"})

    # Benefits ---------------------------------------------------------------------------------------

    def test_staff_see_what_to_offer(self):
        self.gold.benefit_ids = [
            (0, 0, {"kind": "other", "name": "Champagne"}),
            (0, 0, {"kind": "senior", "name": "Quiet room", "at_till": False}),
        ]
        with freeze_time("2026-06-15 12:00:00"):
            data = self.env["salon.membership"].with_user(self.till)
            data = data.load_till_membership(self.client.id, self.config.id)["salon.membership"][0]["till_offers"]
            self.assertEqual(data["benefits"], ["Champagne"])
            self.assertEqual([gift["name"] for gift in data["gifts"]], ["Free Cut", "Month's Offer"])
            self.membership.invalidate_recordset()
            self.assertEqual(self.client.salon_file_ids.membership_offers, "Free Cut · Month's Offer · Champagne")

    def test_a_tier_books_further_ahead(self):
        rules = self.env["salon.availability"]._get_rules(self.company, "online", self.client)
        self.gold.benefit_ids = [(0, 0, {"kind": "early", "name": "A week earlier", "value": 7})]
        members = self.env["salon.availability"]._get_rules(self.company, "online", self.client)
        self.assertAlmostEqual(members.latest - rules.latest, timedelta(days=7), delta=timedelta(minutes=1))
        others = self.env["salon.availability"]._get_rules(self.company, "online", self.guest)
        self.assertAlmostEqual(others.latest, rules.latest, delta=timedelta(minutes=1))
        self.assertIsNone(self.env["salon.availability"]._get_rules(self.company, "desk", self.client).latest)

    # The card ---------------------------------------------------------------------------------------

    def test_the_till_finds_the_client_by_the_card(self):
        members = self.env["salon.membership"].with_user(self.till)
        code = self.membership.barcode
        self.assertEqual(members.find_client_by_card(code, self.config.id), self.client.id)
        self.assertFalse(members.find_client_by_card("MEMBER-", self.config.id))
        self.assertFalse(members.find_client_by_card("MEMBER-nobody", self.config.id))
        with self.assertRaises(AccessError):
            self.env["salon.membership"].with_user(self.plain_user).find_client_by_card(code, self.config.id)

    def test_a_number_of_another_company_finds_nobody(self):
        there = self.env["res.company"].create({"name": "There"})
        self.env.user.company_ids |= there
        theirs = self.env["salon.membership"].with_company(there)._enrol(self.guest, self.silver)
        theirs.sudo().number = "THERE1"
        self.assertFalse(self.env["salon.membership"].find_client_by_card("MEMBER-THERE1", self.config.id))

    def test_the_card_is_printed(self):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "salon_membership.report_card", self.membership.ids
        )
        text = html.decode()
        for word in (self.client.name, self.membership.number, "Gold", "data:image/png"):
            self.assertIn(word, text)
        self.assertNotIn(fields.Date.to_string(date(1990, 6, 15)), text)
