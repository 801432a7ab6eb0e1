from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestPosTour(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.taxes_id = False
        cls.env["product.product"].create(
            {"name": "Shampoo", "list_price": 9.99, "taxes_id": False, "available_in_pos": True}
        )
        cls.env["res.partner"].create({"name": "Greta Guest"})
        cls.membership = cls.env["salon.membership"]._enrol(cls.client, cls.env.ref("salon_membership.tier_gold"))

    def test_a_member_pays_the_tiers_price_and_earns_what_the_till_showed(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("salon_till_member_earns")
        orders = self.env["pos.order"].search([("partner_id", "=", self.client.id)], order="id")
        self.assertEqual(orders.mapped("amount_total"), [87.99, 80])
        self.assertEqual(orders.mapped("state"), ["paid", "paid"])
        moves = self.env["salon.points.move"].search([("pos_order_id", "in", orders.ids)], order="id")
        self.assertEqual(moves.mapped("amount"), [131, 120])
        self.assertEqual(self.membership.points, 251)
        card = self.membership.card_id
        self.assertEqual((card.points, len(card.history_ids)), (251, 2))
        self.assertEqual(self.env["loyalty.card"].search_count([("partner_id", "=", self.client.id)]), 1)
        self.assertEqual(orders[0].lines.mapped("salon_list_price"), [100, 9.99])

    def test_the_tiers_discount_is_taken_off_the_stylists_price(self):
        self.env["salon.service.variation"].create(
            {"product_tmpl_id": self.cut.product_tmpl_id.id, "stylist_id": self.anna.id, "price_difference": 30}
        )
        self._book((self.cut, self.anna)).action_salon_arrive()
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("salon_till_member_pays_stylists_price")
        line = self.env["pos.order"].search([("partner_id", "=", self.client.id)]).lines
        self.assertEqual((line.price_unit, line.salon_list_price, line.salon_price_difference), (104, 130, 30))
