from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestExtrasTour(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.taxes_id = False
        cls.nora, cls.greta = cls.env["res.partner"].create(
            [{"name": "Nora New", "phone": "+86 139 0000 0777"}, {"name": "Greta Guest"}]
        )
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


class ReceptionCase(SalonCommon, HttpCase):
    """A member, and somebody who is new."""

    def setUp(self):
        super().setUp()
        self.membership = self.env["salon.membership"]._enrol(
            self.client, self.env.ref("salon_membership.tier_regular")
        )
        self.nora = self.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})
        self.nora._make_salon_clients()


@tagged("post_install", "-at_install")
class TestMemberTour(ReceptionCase):
    def test_a_member_looks_at_their_page(self):
        self.client.email = "clara@example.com"
        new_test_user(self.env, "clara_portal", "base.group_portal", partner_id=self.client.id)
        self.client._salon_set_marketing("email", True)
        self.membership._grant(150, "test,1", "For a test")
        self.start_tour("/my", "salon_member_looks", login="clara_portal")
        self.client.invalidate_recordset()
        self.assertFalse(self.client._salon_marketing()["email"])


@tagged("post_install", "-at_install")
class TestMemberTourOnPhone(TestMemberTour):
    browser_size = "375x667"
    touch_enabled = True


@tagged("post_install", "-at_install")
class TestDeskTour(ReceptionCase):
    def test_reception_registers_a_new_client(self):
        self.env["salon.offer.setup"].create({"half_price": True}).action_set_up()
        prize = {"name": "Thank you for coming", "kind": "nothing", "unlimited": True}
        draw = self.env["salon.draw"].create({"name": "Welcome draw", "prize_ids": [Command.create(prize)]})
        self.start_tour("/odoo/salon-clients", "salon_reception_brings_and_draws", login=self.reception.login)
        referral = self.env["salon.referral"].search([("file_id.partner_id", "=", self.nora.id)])
        self.assertEqual((referral.way, referral.referrer_file_id.partner_id), ("file", self.client))
        self.assertEqual(draw.entry_ids.created_by, self.reception.id)
        card = self.env["loyalty.card"].search([("salon_given_at", "!=", False)])
        self.assertEqual((card.partner_id, card.salon_given_by_id), (self.nora, self.reception))

    def test_a_manager_decides(self):
        self.nora.phone = self.client.phone
        self.env["salon.referral"]._refer(self.nora, self.client, self.env.company, "file")
        self.env["salon.membership"]._enrol(self.nora, self.membership.tier_id)
        self.assertEqual(self.membership.points, 0)
        self.start_tour("/odoo/salon-referrals", "salon_manager_decides_referral", login=self.manager.login)
        self.membership.invalidate_recordset()
        self.assertEqual(self.membership.points, self.env.company.salon_referral_points)
