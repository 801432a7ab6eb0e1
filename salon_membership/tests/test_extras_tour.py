from odoo import Command
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestExtrasTour(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.taxes_id = False
        cls.nora, cls.greta = cls.env["res.partner"].create([{"name": "Nora New"}, {"name": "Greta Guest"}])
        cls.membership = cls.env["salon.membership"]._enrol(cls.client, cls.env.ref("salon_membership.tier_gold"))
        cls.membership.sudo().referral_code = "CLARA234"

    def _tour(self, name):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(name)

    def test_a_referral_is_entered_at_the_till(self):
        self._tour("salon_till_takes_referral")
        referral = self.env["salon.referral"].search([("file_id.partner_id", "=", self.nora.id)])
        self.assertEqual((referral.way, referral.referrer_file_id.partner_id), ("till", self.client))

    def test_a_new_client_draws_at_the_till(self):
        shampoo = self.env["product.product"].create(
            {"name": "Shampoo", "list_price": 9.99, "taxes_id": False, "available_in_pos": True}
        )
        prize = {"name": "Shampoo for you", "kind": "product", "product_id": shampoo.id, "stock": 1}
        draw = self.env["salon.draw"].create({"name": "Welcome draw", "prize_ids": [Command.create(prize)]})
        self._tour("salon_till_draws")
        entry = draw.entry_ids
        self.assertEqual((entry.file_id.partner_id, entry.word, draw.prize_ids.stock), (self.nora, "seven", 0))
        draw.action_check()
        order = self.env["pos.order"].search([("partner_id", "=", self.nora.id)])
        line = order.lines.filtered(lambda one: one.product_id == shampoo)
        self.assertEqual((line.price_unit, line.salon_prize_number, order.amount_total), (0, entry.id, 100))
        self.assertFalse(order.message_ids.filtered(lambda message: "as a prize" in (message.body or "")))

    def test_a_voucher_is_given_and_comes_back(self):
        self.env["salon.offer.setup"].create({"voucher": True}).action_set_up()
        self._tour("salon_till_gives_voucher")
        card = self.env["loyalty.card"].search([("salon_given_at", "!=", False)])
        first = self.env["pos.order"].search([("partner_id", "=", self.greta.id)])
        self.assertEqual((card.partner_id, card.source_pos_order_id), (self.greta, first))
        self.assertEqual(card.salon_given_by_id, self.pos_user)
        card.code = "044-back-again"
        self._tour("salon_till_takes_voucher")
        back = self.env["pos.order"].search([("partner_id", "=", self.greta.id)], order="id desc", limit=1)
        self.assertEqual((back.amount_total, card.points, card.salon_used_order_id), (80, 0, back))
