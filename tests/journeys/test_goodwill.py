"""A complaint is made good by a coupon: salon_aftercare has the case, salon_membership the coupon."""
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.salon_membership.tests.common import MembershipCommon


@tagged("post_install", "-at_install")
class TestGoodwill(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = cls.env["loyalty.program"]
        coupon = {"program_type": "coupons", "applies_on": "current", "trigger": "with_code", "salon_valid_days": 30}
        cls.ten_off, cls.free = programs.create([
            {**coupon, "name": "Ten off", "reward_ids": [(0, 0, {"reward_type": "discount", "discount": 10})]},
            {**coupon, "name": "A mask", "reward_ids": [
                (0, 0, {"reward_type": "product", "reward_product_id": cls.shampoo.id, "reward_product_qty": 1})]},
        ])
        programs.create({**coupon, "name": "For the new", "salon_new_only": True,
                         "reward_ids": [(0, 0, {"reward_type": "discount", "discount": 50})]})

    def _case(self, remedy):
        return self.env["salon.case"].with_user(self.reception).create({
            "name": "Too red", "kind": "complaint", "place": "away", "partner_id": self.client.id, "remedy": remedy})

    def _choices(self, case):
        action = case.action_offer_coupon()
        return self.env[action["res_model"]].with_user(self.reception).search(action["domain"])

    def test_the_front_desk_gives_a_coupon_that_the_till_knows(self):
        order = self._sell((self.shampoo, 1))
        order.date_order -= timedelta(days=2)
        case = self._case("coupon")
        choices = self._choices(case)
        names = choices.mapped("name")
        self.assertIn("Ten off", names)
        self.assertNotIn("For the new", names, "she came before")
        choices.filtered(lambda choice: choice.key == str(self.ten_off.id)).action_give()
        card = self.env["loyalty.card"].search([("program_id", "=", self.ten_off.id)])
        self.assertEqual((card.code, card.partner_id), (case.coupon_code, self.client))
        self.assertEqual(case.coupon_until, fields.Date.context_today(card) + timedelta(days=30))
        self.assertEqual(card.salon_given_by_id, self.reception)
        self.assertIn("Too red", "".join(card.message_ids.mapped("body")))
        self.assertFalse(case.coupon_used_at)
        card.sudo().salon_used_at = fields.Datetime.now()
        case.invalidate_recordset()
        self.assertTrue(case.coupon_used_at)
        with self.assertRaises(UserError):
            choices[0].action_give()

    def test_a_gift_is_what_is_free(self):
        choices = self._choices(self._case("gift"))
        self.assertIn("A mask", choices.mapped("name"))
        self.assertNotIn("Ten off", choices.mapped("name"))

    def test_an_erased_client_leaves_no_code(self):
        case = self._case("coupon")
        self._choices(case)[0].action_give()
        self.assertTrue(case.coupon_code)
        self.env["salon.erasure"]._erase(self.client.salon_file_ids, "request")
        self.env.invalidate_all()
        self.assertFalse(case.sudo().coupon_code)
