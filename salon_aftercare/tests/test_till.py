from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestTill(AftercareCommon, TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})

    def _buy(self, product, client=None):
        """Have the receptionist sell `product` at the till; return the paid order."""
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data(
            [{"product": product, "quantity": 1}], customer=self.client if client is None else client
        )
        result = self.env["pos.order"].with_user(self.reception).sync_from_ui([data])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def _plan_of_sales(self, **values):
        """Return a plan that calls a day, three and seven days after a purchase."""
        steps = [
            {"name": f"Day {day}", "delay": day, "delay_unit": "days", "at_hour": 10, "window_hours": 24}
            for day in (1, 3, 7)
        ]
        plan = {"name": "Purchase", "trigger": "product_sold", "step_ids": [(0, 0, step) for step in steps]}
        return self.env["salon.followup.plan"].create({**plan, **values})

    def test_a_sale_of_products_is_followed_up_by_the_job_and_costs_the_till_nothing(self):
        plan = self._plan_of_sales()
        shampoo = self.create_product("Shampoo", self.categ_basic, 10.0)
        planned = [("plan_id", "=", plan.id)]
        with patch.object(type(plan), "_plan_now", side_effect=AssertionError("the till does not wait for plans")):
            order = self._buy(shampoo)
        self._run_cron("due")
        self._run_cron("due")
        followups = self.env["salon.followup"].search(planned)
        self.assertEqual(followups.mapped("occasion"), [f"order-{order.id}"] * 3)
        days = [(followup.due_at.date() - order.date_order.date()).days for followup in followups]
        self.assertEqual(days, [1, 3, 7])

    def _bring_back(self, order, qty=1):
        """Refund so many of what `order` sold."""
        refund = order._refund()
        for line in refund.lines:
            line.qty = -qty
            line._onchange_qty()
        refund._compute_prices()
        payment = {"pos_order_id": refund.id, "amount": refund.amount_total, "payment_method_id": self.cash_pm1.id}
        refund.add_payment(payment)
        refund.action_pos_order_paid()
        return refund

    def test_what_was_brought_back_is_not_asked_about(self):
        plan = self._plan_of_sales()
        shampoo = self.create_product("Shampoo", self.categ_basic, 10.0)
        kept, back, at_once = self._buy(shampoo), self._buy(shampoo), self._buy(shampoo)
        self._bring_back(at_once)
        self._run_cron("due")
        followups = self.env["salon.followup"].search([("plan_id", "=", plan.id)])
        self.assertEqual(set(followups.mapped("origin_id")), {kept.id, back.id})
        self._bring_back(back)
        left = followups.sudo()._gate_wanted()
        self.assertEqual(set(left.mapped("origin_id")), {kept.id})
        self.assertEqual(set((followups - left).mapped("skip_code")), {"gone"})

    def test_a_sale_of_services_or_to_nobody_is_no_purchase_of_products(self):
        plan = self._plan_of_sales()
        self._buy(self.cut)
        shampoo = self.create_product("Shampoo", self.categ_basic, 10.0)
        self._buy(shampoo, client=self.env["res.partner"])
        self._run_cron("due")
        self.assertFalse(self.env["salon.followup"].search([("plan_id", "=", plan.id)]))

    def _sell(self, visit):
        """Have the receptionist send the paid order of `visit` from the till; return it."""
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data([{"product": self.cut, "quantity": 1}], customer=visit.partner_id)
        data["salon_visit_id"] = visit.id
        result = self.env["pos.order"].with_user(self.reception).sync_from_ui([data])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def test_the_paid_visit_plans_the_call_for_its_stylist(self):
        visit = self._open_visit(self.anna)
        order = self._sell(visit)
        self.assertEqual((order.state, visit.state), ("paid", "done"))
        self.assertEqual(visit.followup_ids.activity_id.user_id, self.stylist_user)

    def test_a_plan_that_fails_does_not_stop_the_sale(self):
        visit = self._open_visit(self.anna)
        self._break_planning()
        with self.assertLogs("odoo.addons.salon_aftercare.tools", "ERROR"), mute_logger("odoo.sql_db"):
            order = self._sell(visit)
        self.assertEqual((order.state, visit.state), ("paid", "done"))
        self.assertEqual(order.amount_paid, order.amount_total)
        self.assertFalse(visit.followup_ids)
