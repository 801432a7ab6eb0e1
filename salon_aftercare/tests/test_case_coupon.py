from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .case_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseCoupon(CaseCommon):
    """Some addon keeps coupons: here it is made up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        goodwill = type(cls.env["salon.goodwill"])
        cls.given, cls.asked = [], []

        def offers(model, client, company, is_gift=False):
            cls.asked.append((client, company, is_gift))
            return {"7": "Ten off"}

        def give(model, key, client, company, why):
            cls.given.append((key, client, model.env.user, why))
            return {"model": "res.partner", "id": client.id, "code": "044-1", "until": date(2030, 1, 1)}

        for name, method in (
            ("_can_give", lambda model: True),
            ("_offers", offers),
            ("_give", give),
            ("_used_at", lambda model, of, coupon_id: datetime(2029, 5, 1)),
        ):
            cls.startClassPatcher(patch.object(goodwill, name, method))

    def _choose(self, case):
        action = case.action_offer_coupon()
        return self.env[action["res_model"]].with_user(case.env.user).search(action["domain"])

    def test_a_coupon_is_given_once_and_tied_to_the_case(self):
        case = self._case(user=self.reception, remedy="coupon")
        self.assertTrue(case.can_give_coupon)
        choice = self._choose(case)
        self.assertEqual(choice.name, "Ten off")
        choice.action_give()
        self.assertEqual(self.given[-1], ("7", self.client, self.reception, case.display_name))
        self.assertEqual((case.coupon_code, case.coupon_until), ("044-1", date(2030, 1, 1)))
        self.assertEqual(case.coupon_used_at, datetime(2029, 5, 1))
        self.assertFalse(case.can_give_coupon)
        count = len(self.given)
        with self.assertRaisesRegex(UserError, "044-1"):
            choice.action_give()
        self.assertEqual(len(self.given), count)

    def test_for_a_gift_what_is_free_is_offered(self):
        self._choose(self._case(remedy="gift"))
        self.assertEqual(self.asked[-1], (self.client, self.env.company, True))

    def test_stylists_give_none_and_nobody_writes_one_by_hand(self):
        visit = self._done_visit(self.anna)
        case = self._case(user=self.stylist_user, visit_id=visit.id, remedy="coupon")
        with self.assertRaises(AccessError):
            case._give_coupon("7")
        with self.assertRaises(UserError):
            case.with_user(self.reception).coupon_code = "044-2"

    def test_where_nobody_keeps_coupons_it_stays_a_note(self):
        with patch.object(type(self.env["salon.goodwill"]), "_can_give", lambda model: False):
            case = self._case(remedy="coupon", remedy_note="Ten off")
            self.assertFalse(case.can_give_coupon)
        case.write({"answer": "Sorry"})
        case.action_answer()
        case.action_propose()
        self.assertEqual(case.state, "proposed")
