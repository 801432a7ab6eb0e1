import runpy

from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.misc import file_path

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestMigration(MembershipCommon):
    def _migrate(self, name, to="19.0.1.1.0", since="19.0.1.0.0"):
        self.env.flush_all()
        script = file_path(f"salon_membership/migrations/{to}/{name}.py")
        runpy.run_path(script)["migrate"](self.env.cr, since)
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

    # Tiers ------------------------------------------------------------------------------------------

    def test_what_was_sold_before_counts(self):
        order = self._sell((self.cut, 1), (self.shampoo, 1))
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET salon_spend = NULL WHERE id = %s", (order.id,))
        self.env.cr.execute("UPDATE salon_membership SET last_active_at = NULL, held_from = NULL")
        self.env.invalidate_all()
        for _twice in range(2):
            self._migrate("post-migrate")
            self.assertEqual(order.salon_spend, 144)
            self.assertEqual(self.membership.last_active_at, order.date_order)
            self.assertTrue(self.membership.held_from)

    def test_a_discount_of_before_holds_for_services_and_products(self):
        pricelist = self.gold.pricelist_id
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM product_pricelist_item WHERE salon_scope = 'product'")
        self.env.cr.execute("UPDATE product_pricelist_item SET salon_scope = NULL WHERE is_salon_tier_rule")
        self.env.cr.execute("UPDATE salon_membership_tier SET product_discount = NULL")
        self.env.invalidate_all()
        for _twice in range(2):
            self._migrate("post-migrate")
            self.assertEqual(self.gold.product_discount, 20)
            rules = pricelist.item_ids.filtered("is_salon_tier_rule")
            self.assertEqual(sorted(rules.mapped("salon_scope")), ["product", "service"])
            self.assertEqual(pricelist._get_product_price(self.shampoo, 1), 64)

    def test_nobody_ends_by_a_rule_that_the_salon_did_not_set(self):
        self._migrate("post-migrate")
        self.assertEqual(self.env.company.salon_inactive_months, 0)
        self.assertTrue(self.env.company.salon_club_form_id)

    # Letters ----------------------------------------------------------------------------------------

    def test_letters_of_before_go_on_where_they_were(self):
        change = self.membership.change_ids[:1]
        states = {
            ("due", None): "planned",
            ("told", None): "sent",
            ("sending", "outgoing"): "planned",
            ("sending", "exception"): "retry",
            ("retry", "exception"): "retry",
            ("sending", "cancel"): "no",
            ("sending", None): "unsure",
            ("unreachable", None): "unreachable",
        }
        for (state, mail_state), becomes in states.items():
            with self.subTest(state=state, mail=mail_state):
                mail = mail_state and self.env["mail.mail"].create({"state": mail_state})
                self._set_letter(change, told=state, mail_id=mail and mail.id, try_at=None)
                for _twice in range(2):
                    self._migrate("pre-migrate", "19.0.1.2.0", "19.0.1.1.0")
                    self.assertEqual(change.told, becomes)
                self.assertEqual(bool(change.try_at), becomes in ("planned", "retry"))
                if mail_state == "outgoing":
                    self.assertEqual(mail.state, "exception", "it waits where no queue sees it")

    def _set_letter(self, change, **values):
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL("UPDATE salon_membership_change SET %s = %s WHERE id = %s", SQL.identifier(name), value, change.id)
            )
        self.env.invalidate_all()
