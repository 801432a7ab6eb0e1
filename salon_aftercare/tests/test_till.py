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
