import runpy

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestMigration(MembershipCommon):
    def _migrate(self, name):
        self.env.flush_all()
        script = file_path(f"salon_membership/migrations/19.0.1.1.0/{name}.py")
        runpy.run_path(script)["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_orders_of_before_are_refunded_in_part(self):
        tip = self.env.ref("point_of_sale.product_product_tip")
        self.config.write({"iface_tipproduct": True, "tip_product_id": tip.id})
        order = self._sell((self.shampoo, 3), (self.cut, 1), (tip, 20))  # 288 + 120
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order_line SET salon_points_earned = NULL WHERE order_id = %s", (order.id,))
        for _twice in range(2):
            self._migrate("post-points")
            self.assertEqual(order.lines.mapped("salon_points_earned"), [288, 120, 0])
        self.assertEqual(self._refund(order, {self.shampoo: 1}).salon_points, -96)

    def test_programs_of_before_can_pay_a_part(self):
        program = self._program()
        self.env.flush_all()
        self.env.cr.execute("UPDATE loyalty_program SET salon_points_product_id = NULL WHERE id = %s", (program.id,))
        self.env.invalidate_all()
        self._migrate("post-points")
        product = program.salon_points_product_id
        self.assertTrue(product)
        self._migrate("post-points")
        self.assertEqual(program.salon_points_product_id, product)
