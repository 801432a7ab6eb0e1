from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestVoucher(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = cls.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})
        cls.nora._make_salon_clients()

    def _set_up(self, user=None, **values):
        setup = self.env["salon.offer.setup"].with_user(user or self.manager).create(values)
        setup.action_set_up()
        return self.env["loyalty.program"].search(
            [("salon_offer", "!=", False), ("company_id", "=", self.env.company.id)], order="id"
        )

    def _cards(self):
        return self.env["loyalty.card"].search([("salon_given_at", "!=", False)], order="id")

    def test_nothing_is_there_until_somebody_sets_it_up(self):
        self.assertFalse(self.env["loyalty.program"].search([("salon_offer", "!=", False)]))

    def test_all_offers_are_programs_of_odoo(self):
        programs = self._set_up(
            half_price=True, half_service_ids=[Command.set(self.cut.ids)], voucher=True, voucher_amount=15,
            bundle=True, bundle_service_ids=[Command.set((self.cut | self.facial).ids)],
            pair=True, pair_service_ids=[Command.set(self.cut.ids)],
        )  # fmt: skip
        self.assertEqual(programs.mapped("salon_offer"), ["half_price", "voucher", "bundle", "pair"])
        self.assertEqual(programs.mapped("program_type"), ["coupons", "coupons", "promotion", "promotion"])
        half, voucher, bundle, pair = programs
        self.assertEqual((half.reward_ids.discount, half.reward_ids.discount_max_amount), (50, 50))
        self.assertEqual((voucher.reward_ids.discount_mode, voucher.reward_ids.discount), ("per_order", 15))
        self.assertEqual((len(bundle.rule_ids), bundle.reward_ids.required_points), (2, 2))
        self.assertEqual(pair.rule_ids.minimum_qty, 2)
        with self.assertRaisesRegex(UserError, "already"):
            self._set_up(pair=True, pair_service_ids=[Command.set(self.cut.ids)])

    def test_what_makes_no_sense_is_refused(self):
        for values in ({}, {"bundle": True}, {"pair": True}):
            with self.assertRaises(UserError):
                self._set_up(**values)
        with self.assertRaises(ValidationError):
            self._set_up(voucher=True, voucher_amount=0)
        with self.assertRaises(AccessError):
            self._set_up(user=self.reception, voucher=True)

    def test_a_voucher_is_given_with_the_paid_order_once(self):
        program = self._set_up(voucher=True)
        data = self._prepare_sale((self.cut, 1), salon_voucher_program_id=program.id)
        order = self._sync({**data}, self.till)
        self._sync({**data}, self.till)
        order.action_pos_order_paid()
        card = self._cards()
        self.assertEqual((len(card), card.partner_id, card.source_pos_order_id), (1, self.client, order))
        self.assertEqual((card.salon_given_by_id, card.points), (order.user_id, 1))
        self.assertEqual((order.salon_voucher_code, program.name in order.salon_voucher_text), (card.code, True))
        self.assertEqual((card.expiration_date - fields.Date.today()).days, 60)

    def test_who_performed_gives_it(self):
        program = self._set_up(voucher=True)
        data = self._prepare_sale((self.cut, 1), salon_voucher_program_id=program.id)
        data["lines"][0][2]["salon_stylist_id"] = self.anna.id
        self._sync(data)
        self.assertEqual(self._cards().salon_given_stylist_id, self.anna)

    def test_what_a_till_may_not_give_is_not_given_and_no_sale_is_lost(self):
        program = self._set_up(voucher=True)
        program.salon_at_till = False
        order = self._sell((self.cut, 1), salon_voucher_program_id=program.id)
        self.assertEqual(order.state, "paid")
        self.assertFalse(self._cards())
        self.assertIn("No voucher was given", " ".join(order.message_ids.mapped("body")))
        order = self._sell((self.cut, 1), salon_voucher_program_id=10**8)
        self.assertEqual((order.state, order.salon_voucher_code), ("paid", False))

    def test_it_is_known_which_order_brought_it_back(self):
        program = self._set_up(voucher=True)
        self._sell((self.cut, 1), salon_voucher_program_id=program.id)
        card = self._cards()
        reward = program.reward_ids
        used = {
            "product": reward.discount_line_product_id, "quantity": 1, "price_unit": -20, "price_subtotal": -20,
            "price_subtotal_incl": -20, "reward_id": reward.id, "coupon_id": card.id, "reward_identifier_code": "abc",
        }  # fmt: skip
        back = self._sell((self.shampoo, 1), used)
        back.confirm_coupon_programs(
            {card.id: {"points": -1, "program_id": program.id, "coupon_id": card.id, "line_codes": []}}
        )
        self.assertEqual((card.points, card.salon_used_order_id), (0, back))
        self.assertTrue(card.salon_used_at)

    def test_half_price_is_for_new_clients_once(self):
        program = self._set_up(half_price=True)
        card = program._salon_issue(self.nora, self.env.company)
        self.assertEqual(card.partner_id, self.nora)
        with self.assertRaisesRegex(UserError, "already"):
            program._salon_issue(self.nora, self.env.company)
        with self.assertRaisesRegex(UserError, "choose the client"):
            program._salon_issue(self.env["res.partner"], self.env.company)
        self.membership.start_date = "2020-01-01"
        with self.assertRaisesRegex(UserError, "came before"):
            program._salon_issue(self.client, self.env.company)

    def test_reception_gives_a_coupon(self):
        program = self._set_up(half_price=True)
        file = self.nora.salon_file_ids.with_user(self.reception)
        self.assertTrue(file.can_give_coupon)
        gives = self.env["salon.coupon.give"].with_user(self.reception)
        give = gives.with_context(**file.action_give_coupon()["context"]).create({"program_id": program.id})
        give.action_give()
        self.assertEqual((give.code, self._cards().salon_given_by_id), (self._cards().code, self.reception))

    def test_the_points_of_members_are_no_coupons(self):
        with self.assertRaisesRegex(UserError, "no coupons"):
            self.membership.card_id.program_id._salon_issue(self.client, self.env.company)
