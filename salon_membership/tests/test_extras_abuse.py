from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MembershipCommon
from .test_draw import DrawCommon


def plain_line(product, price, quantity=1, **values):
    """Return a line at a price that a cashier typed."""
    amount = price * quantity
    return {
        "product": product, "quantity": quantity, "price_unit": price, "price_subtotal": amount,
        "price_subtotal_incl": amount, **values,
    }  # fmt: skip


@tagged("post_install", "-at_install")
class TestReferralAbuse(MembershipCommon):
    """Who wants points for nobody: gets none, or a manager is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"salon_referral": True, "salon_referral_when": "paid", "salon_referral_minimum": 90})
        cls.nora = cls.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})

    def _refer(self, client=None, referrer=None, way="till"):
        return self.env["salon.referral"]._refer(client or self.nora, referrer or self.client, self.company, way)

    def _enter(self, code):
        memberships = self.env["salon.membership"].with_user(self.till)
        return memberships.enter_referral(self.nora.id, self.config.id, code)

    def test_a_code_is_no_pattern(self):
        memberships = self.env["salon.membership"]
        number = self.membership.number
        for typed in ("_" * len(number), number[:-1] + "_", "\\", number + "\\", "%" + number[1:]):
            self.assertFalse(memberships._by_referral_code(typed, self.company), typed)

    def test_what_is_no_code_is_refused_in_words(self):
        for typed in (None, "", 5, ["a"], {"a": 1}, "x" * 5000):
            with self.assertRaises(UserError):
                self._enter(typed)

    def test_a_till_does_not_take_a_client_away_from_who_brought_them(self):
        self.env["salon.membership"]._enrol(self.guest, self.silver)
        referral = self._refer(way="booking")
        with self.assertRaisesRegex(UserError, "Clara"):
            self._enter(self.env["salon.membership"].search([("partner_id", "=", self.guest.id)]).referral_code)
        self.assertEqual(referral.referrer_file_id.partner_id, self.client)
        self.assertIn("Clara", self._enter(self.membership.referral_code))

    def test_a_link_does_not_take_a_client_away_from_who_brought_them(self):
        theirs = self.env["salon.membership"]._enrol(self.guest, self.silver)
        referral = self._refer(way="file")
        self.nora._salon_brought_by_link(theirs.sudo().referral_token, "booking", self.company)
        self.assertEqual((referral.referrer_file_id.partner_id, referral.way), (self.client, "file"))

    def test_a_purchase_that_was_refunded_before_brings_nothing(self):
        self._refund(self._sell((self.cut, 1), partner=self.nora))
        referral = self._refer()
        self.assertEqual((referral.state, self.membership.points), ("invited", 0))

    def test_a_purchase_of_which_enough_is_left_counts(self):
        self._refund(self._sell((self.cut, 2), partner=self.nora), {self.cut: 1})
        self.assertEqual(self._refer().state, "rewarded")

    def test_the_tills_own_subtotal_counts_for_no_referral(self):
        referral = self._refer()
        self._sell({**plain_line(self.shampoo, 8), "price_subtotal_incl": 9000}, partner=self.nora)
        self.assertEqual(referral.state, "invited")

    def test_goods_that_come_back_without_their_sale_undo_it(self):
        referral = self._refer()
        self._sell((self.cut, 1), partner=self.nora)
        self.assertEqual(referral.state, "rewarded")
        self._sell((self.cut, -1), partner=self.nora)
        self.assertEqual((referral.state, referral.taken_back, self.membership.points), ("refused", True, 0))

    def test_what_is_bought_beside_covers_what_comes_back(self):
        referral = self._refer()
        self._sell((self.cut, 2), partner=self.nora)
        self._sell((self.cut, -1), partner=self.nora)
        self.assertEqual(referral.state, "rewarded")

    def test_staff_who_bring_clients_are_flagged(self):
        referral = self._refer(referrer=self.anna.sudo().work_contact_id or self.env.user.partner_id)
        self.assertIn("staff", referral.flags)
        self._sell((self.cut, 1), partner=self.nora)
        self.assertEqual(referral.state, "qualified")

    def test_a_family_is_flagged(self):
        self.nora.parent_id = self.client
        self.assertIn("address", self._refer().flags)

    # Who is new -------------------------------------------------------------------------------------

    def _is_new(self, client=None):
        return self.env["salon.referral"]._is_new(client or self.nora, self.company)

    def test_who_buys_today_is_new(self):
        self._sell((self.cut, 1), partner=self.nora)
        self.assertTrue(self._is_new())

    def test_a_tills_clock_makes_nobody_new(self):
        order = self._sell((self.cut, 1), partner=self.nora)
        ahead, before = (fields.Datetime.now() + timedelta(days=days) for days in (400, -3))
        self.env.cr.execute(
            "UPDATE pos_order SET date_order = %s, create_date = %s WHERE id = %s", [ahead, before, order.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self._is_new())

    def test_imported_sales_are_of_the_past(self):
        order = self._sell((self.cut, 1), partner=self.nora)
        order.date_order = fields.Datetime.now() - timedelta(days=30)
        for state, new in (("draft", True), ("cancel", True), ("paid", False), ("done", False)):
            self.env.cr.execute("UPDATE pos_order SET state = %s WHERE id = %s", [state, order.id])
            self.env.invalidate_all()
            self.assertEqual(self._is_new(), new, state)

    def test_a_visit_of_before_counts_open_or_done(self):
        visits = self.env["salon.visit"].sudo()
        visit = visits.create({"partner_id": self.nora.id, "company_id": self.company.id})
        self.assertTrue(self._is_new())
        self.env.cr.execute("UPDATE salon_visit SET date = date - interval '9 days' WHERE id = %s", [visit.id])
        self.env.invalidate_all()
        self.assertFalse(self._is_new())

    def test_a_booking_that_was_kept_counts_without_a_visit(self):
        booking = self._book((self.cut, self.anna), client=self.nora)
        self.env.flush_all()
        self.env.cr.execute("UPDATE calendar_event SET start = now() - interval '9 days' WHERE id = %s", [booking.id])
        for state, new in (("booked", True), ("no_show", True), ("cancelled", True), ("done", False)):
            self.env.cr.execute("UPDATE calendar_event SET salon_state = %s WHERE id = %s", [state, booking.id])
            self.env.invalidate_all()
            self.assertEqual(self._is_new(), new, state)

    def test_an_invoice_of_before_counts(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice", "partner_id": self.nora.id, "company_id": self.company.id,
                "invoice_date": fields.Date.today() - timedelta(days=9),
                "invoice_line_ids": [Command.create({"product_id": self.shampoo.id, "price_unit": 80})],
            }
        )  # fmt: skip
        self.assertTrue(self._is_new())
        invoice.action_post()
        self.assertFalse(self._is_new())


@tagged("post_install", "-at_install")
class TestDrawAbuse(DrawCommon, HttpCase):
    """Who wants a certain prize: draws once like everybody."""

    def test_the_same_person_as_another_client_does_not_draw_again(self):
        self._prizes({"kind": "nothing"})
        self.draw._draw(self.file)
        double = self._someone(1)
        double.partner_id.phone = self.nora.phone
        with self.assertRaisesRegex(UserError, "phone or email"):
            self.draw.with_user(self.reception)._draw(double)
        self.assertTrue(self.draw.with_user(self.manager)._draw(double), "a manager knows their clients")

    def test_a_new_name_makes_no_new_client(self):
        self._prizes({"kind": "nothing"})
        self._sell((self.cut, 1), partner=self.nora).date_order = "2026-01-01 10:00:00"
        double = self._someone(1)
        double.partner_id.phone = self.nora.phone
        with self.assertRaisesRegex(UserError, "phone or email"):
            self.draw.with_user(self.reception)._draw(double)

    def test_who_can_not_be_told_apart_does_not_draw(self):
        self._prizes({"kind": "nothing"})
        nobody = self._someone(1)
        nobody.partner_id.email = False
        with self.assertRaisesRegex(UserError, "phone or email"):
            self.draw.with_user(self.till).salon_draw(self.draw.id, nobody.partner_id.id, config_id=self.config.id)
        self.draw.audience = "any"
        self.assertTrue(self.draw._draw(nobody))

    def test_nobody_makes_a_dialog_show_what_others_won(self):
        self._prizes({"kind": "coupon", "program_id": self.coupons.id})
        entry = self.draw._draw(self.file)
        other = self._someone(1)
        dialog = (
            self.env["salon.draw.dialog"]
            .with_user(self.reception)
            .create({"file_id": other.id, "draw_id": self.draw.id, "entry_id": entry.id})
        )
        self.assertFalse(dialog.result or dialog.seed or dialog.prize)

    def test_a_draw_that_has_not_begun_is_nobodys_business(self):
        self._prizes({"kind": "nothing", "name": "A secret prize"})
        path = f"/salon/draw/{self.draw.id}"
        self.assertEqual(self.url_open(path).status_code, 200)
        self.draw.date_from = fields.Date.today() + timedelta(days=3)
        answer = self.url_open(path)
        self.assertEqual((answer.status_code, "A secret prize" in answer.text), (404, False))

    def test_odd_addresses_are_no_errors(self):
        for path in ("/salon/draw/0", "/salon/draw/99999999999999", "/salon/draw/-1", "/salon/draw/1?x[]=1&lang=",
                     "/salon/draw/%00", "/salon/invite/%00", "/salon/invite/' OR 1=1--", "/salon/invite/%F0%9F%92%87",
                     "/salon/invite/" + "x" * 3000):  # fmt: skip
            self.assertIn(self.url_open(path).status_code, (200, 404, 414), path)


@tagged("post_install", "-at_install")
class TestVoucherAbuse(MembershipCommon):
    """Vouchers from nothing, vouchers twice, vouchers that stay when the money went back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = cls.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})
        cls.env["salon.offer.setup"].create({"voucher": True, "voucher_amount": 20, "half_price": True}).action_set_up()
        programs = cls.env["loyalty.program"].search(
            [("salon_offer", "!=", False), ("company_id", "=", cls.env.company.id)], order="salon_offer"
        )
        cls.half, cls.voucher = programs

    def _give(self, *lines, **values):
        return self._sell(*(lines or [(self.cut, 1)]), salon_voucher_program_id=self.voucher.id, **values)

    def _cards(self):
        return self.env["loyalty.card"].with_context(active_test=False).search([("salon_given_at", "!=", False)])

    def _using(self, card, code="abc", **values):
        reward = card.program_id.reward_ids
        return plain_line(
            reward.discount_line_product_id, -20, reward_id=reward.id, coupon_id=card.id, is_reward_line=True,
            reward_identifier_code=code, points_cost=1, **values,
        )  # fmt: skip

    def _confirm(self, order, card, points=-1, code="abc"):
        data = {str(card.id): {"points": points, "program_id": card.program_id.id, "coupon_id": card.id,
                               "line_codes": [code]}}  # fmt: skip
        return order.with_user(self.till).confirm_coupon_programs(data)

    def test_nothing_paid_gives_no_voucher(self):
        order = self._give(plain_line(self.shampoo, 0))
        self.assertFalse(order.salon_voucher_code)
        self.assertIn("No voucher was given", order.message_ids[:1].body)

    def test_a_refund_takes_the_voucher_back(self):
        order = self._give()
        card = self._cards()
        self.assertEqual((card.points, card.active), (1, True))
        self._refund(order)
        self.assertEqual((card.points, card.active), (0, False))

    def test_a_part_that_comes_back_leaves_the_voucher(self):
        order = self._give((self.cut, 2))
        self._refund(order, {self.cut: 1})
        self.assertEqual(self._cards().points, 1)

    def test_a_voucher_that_was_used_before_the_refund_is_told(self):
        order = self._give()
        card = self._cards()
        back = self._sell((self.shampoo, 1), self._using(card))
        self._confirm(back, card)
        refund = self._refund(order)
        self.assertEqual(card.points, 0)
        self.assertIn(card.code, " ".join(refund.message_ids.mapped("body")))

    def test_an_order_uses_a_voucher_by_itself_once(self):
        self._give()
        card = self._cards()
        data = self._prepare_sale((self.shampoo, 1), self._using(card))
        back = self._sync({**data}, self.till)
        self.assertEqual((card.points, card.salon_used_order_id), (0, back), "the till need not confirm it")
        self._confirm(back, card)
        self._confirm(back, card)
        self._sync({**data}, self.till)
        back.action_pos_order_paid()
        self.assertEqual((card.points, len(card.history_ids)), (0, 1))

    def test_a_second_till_with_the_same_voucher_is_told(self):
        self._give()
        card = self._cards()
        first = self._sell((self.shampoo, 1), self._using(card), user=self.till)
        second = self._sell((self.shampoo, 1), self._using(card), user=self.till)
        self._confirm(first, card)
        self._confirm(second, card)
        self.assertEqual((card.points, card.salon_used_order_id), (0, first))
        self.assertIn(card.code, second.message_ids[:1].body)
        self.assertFalse(first.message_ids.filtered(lambda message: card.code in (message.body or "")))

    def test_a_voucher_that_one_order_is_about_to_use_is_refused_to_another(self):
        self._give()
        card = self._cards()
        programs = self.env["loyalty.program"].with_user(self.till)
        self.assertEqual(programs.salon_claim_coupons(self.config.id, "one", [card.id]), "")
        self.assertEqual(programs.salon_claim_coupons(self.config.id, "one", [card.id]), "")
        self.assertIn(card.code, programs.salon_claim_coupons(self.config.id, "two", [card.id]))
        programs.salon_claim_coupons(self.config.id, "one", [])
        self.assertEqual(programs.salon_claim_coupons(self.config.id, "two", [card.id]), "")
        self._sell((self.shampoo, 1), self._using(card), uuid="two")
        self.assertIn(card.code, programs.salon_claim_coupons(self.config.id, "three", [card.id]))

    def test_a_cashier_makes_no_voucher_and_fills_none(self):
        self._give()
        card = self._cards()
        with self.assertRaises(UserError):
            card.with_user(self.till).points = 50
        with self.assertRaises(UserError):
            card.with_user(self.till).write({"expiration_date": "2099-01-01"})
        order = self._sell((self.shampoo, 1))
        self._confirm(order, card, points=50)
        order.with_user(self.till).confirm_coupon_programs(
            {"-1": {"points": 9, "program_id": self.voucher.id, "coupon_id": -1, "code": "FREE"}}
        )
        self.env.invalidate_all()
        self.assertEqual(card.points, 1)
        self.assertFalse(self.env["loyalty.card"].search([("code", "=", "FREE")]))

    def test_the_same_person_as_another_client_is_not_new_again(self):
        self.half._salon_issue(self.nora, self.env.company)
        double = self.env["res.partner"].create({"name": "N. New", "phone": self.nora.phone})
        double._make_salon_clients()
        with self.assertRaisesRegex(UserError, "phone or email"):
            self.half.with_user(self.reception)._salon_issue(double, self.env.company)


@tagged("post_install", "-at_install")
class TestMemberPageAbuse(MembershipCommon, HttpCase):
    """What a member, or a stranger, can ask the server by hand."""

    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "clara_portal", "base.group_portal", partner_id=self.client.id)

    def test_odd_parameters_are_no_errors(self):
        self.authenticate("clara_portal", "clara_portal")
        for query in ("?salon=x", "?salon=-1", "?salon=1&salon=2", "?page=x", "?page=-3", "?salon[]=1", "?env=1",
                      "/page/0", "/page/999999999999", "?salon=%00", "?page=1e9", "?values=1"):  # fmt: skip
            answer = self.url_open("/my/membership" + query)
            self.assertEqual(answer.status_code, 200, query)
            self.assertIn(self.membership.number, answer.text, query)

    def test_a_portal_user_is_no_till(self):
        env = self.env(user=self.user)
        file = self.client.salon_file_ids.sudo(False)
        draw = self.env["salon.draw"].create({"name": "Draw"})
        calls = [
            lambda: env["salon.membership"].load_till_membership(self.guest.id, self.config.id),
            lambda: env["salon.membership"].load_till_offer(self.guest.id, self.config.id),
            lambda: env["salon.membership"].hold_points(self.client.id, self.config.id, "x", 1),
            lambda: env["salon.membership"].release_points(self.config.id, ["x"]),
            lambda: env["salon.membership"].enter_referral(self.guest.id, self.config.id, "x"),
            lambda: env["salon.membership"].find_client_by_card(self.membership.barcode, self.config.id),
            lambda: env["salon.birthday.gift"].hold_for_order(1, self.client.id, self.config.id, "x"),
            lambda: env["salon.client.file"].load_till_extras(self.guest.id, self.config.id),
            lambda: env["salon.draw"].salon_draw(draw.id, self.client.id),
            lambda: env["salon.draw"].salon_prepare_draw(draw.id, self.client.id, self.config.id),
            lambda: env["loyalty.program"].salon_claim_coupons(self.config.id, "x", [1]),
            lambda: env["salon.membership"].search([]).mapped("number"),
            lambda: env["salon.referral"].search([]).mapped("flags"),
            lambda: env["salon.draw.entry"].search([]).mapped("seed"),
            lambda: env["salon.draw.ticket"].search([]).mapped("seed"),
            lambda: file.with_user(self.user).referral_tree,
        ]
        for number, call in enumerate(calls):
            with self.assertRaises(AccessError, msg=number):
                call()
