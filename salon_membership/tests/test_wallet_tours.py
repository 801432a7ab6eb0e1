from odoo import fields
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestWalletTours(SalonCommon, TestPointOfSaleHttpCommon):
    """Stored value at the till: 100 and more gives 10 % bonus. A cut costs 110, of which 10 are tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.main_pos_config.company_id
        cls.cut.taxes_id = cls.env["account.tax"].create({"name": "10 %", "amount": 10})
        cls.shampoo = cls.env["product.product"].create(
            {"name": "Shampoo", "list_price": 90, "taxes_id": False, "available_in_pos": True}
        )
        wizard = cls.env["salon.prepaid.setup"].create({"config_ids": [(6, 0, cls.main_pos_config.ids)], "sure": True})
        wizard.action_set_up()
        cls.env["salon.topup.rule"].create({"amount_from": 100, "kind": "percent", "percent": 10})
        cls.env["res.partner"].create({"name": "Greta Guest", "phone": "+86 139 0000 0778"})

    def _give(self, principal, bonus):
        """Have the client have so much, as if it came from another till before."""
        wallet = self.env["salon.wallet"]._open_for(self.client, self.company)
        wallet._lock()
        wallet._top_up(principal, bonus, fields.Datetime.now())
        return wallet

    def _run(self, tour):
        """Run a tour and return the paid orders, the first one first."""
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(tour, timeout=180)
        self.env.invalidate_all()
        return self.env["pos.order"].search([("state", "in", ("paid", "done"))], order="id")

    def _assert_wallet(self, principal, bonus):
        wallet = self.env["salon.wallet"]._get_open(self.client, self.company)
        self.assertEqual((wallet.principal, wallet.bonus), (principal, bonus))
        self.assertEqual(wallet._mistakes(), [])
        self.assertFalse(wallet.hold_ids, "nothing stays held")
        self.assertFalse(wallet.principal_held + wallet.bonus_held)

    def _payments(self, order):
        return {payment.payment_method_id.name: payment.amount for payment in order.payment_ids}

    def test_a_client_tops_up_with_a_bonus(self):
        first, second = self._run("salon_till_wallet_topup")
        self.assertEqual((first.amount_total, first.amount_tax), (100, 0))
        self.assertEqual((first.salon_wallet_principal, first.salon_wallet_bonus), (100, 10))
        self.assertEqual((second.salon_wallet_principal, second.salon_wallet_bonus), (50, 0))
        self._assert_wallet(150, 10)

    def test_after_the_cooling_off_time_a_top_up_is_a_managers(self):
        self._run("salon_till_wallet_topup")
        self.company.salon_cooling_days = 0
        self.assertEqual(len(self._run("salon_till_cooling_off")), 2, "nothing is paid out")
        wallet = self.env["salon.wallet"]._get_open(self.client, self.company)
        wallet._lock()
        wallet._take(50, 5, "spend")
        self.pos_user.group_ids |= self.env.ref("salon_crm.group_salon_manager")
        refund = self._run("salon_till_take_back_left")[-1]
        self.assertEqual(
            (refund.amount_total, refund.salon_wallet_principal, refund.salon_wallet_bonus), (-50, -50, -5)
        )
        self._assert_wallet(50, 0)

    def test_an_amount_that_is_typed_without_a_method_is_money(self):
        self._give(200, 20)
        for method in self.main_pos_config.payment_method_ids:
            method.sequence = 1 if method.is_cash_count else 5
        self.company.salon_wallet_method_id.sequence = 0  # as where it was set up before methods had a place
        [order] = self._run("salon_till_wallet_first")
        self.assertEqual(order.payment_ids.payment_method_id.type, "cash")
        self.assertEqual(order.amount_paid, 110)
        self._assert_wallet(200, 20)

    def test_stored_value_pays_a_part_and_the_client_changes_their_mind(self):
        self._give(200, 20)
        order = self._run("salon_till_wallet_pays")
        self.assertEqual(self._payments(order), {"Bank": 90, "Stored Value": 100})
        # 10 bonus off 200, of which 110 with a tax of 10 %: 5.50 off those, 0.50 of it tax.
        self.assertEqual((order.amount_total, order.amount_tax), (190, 9.5))
        self._assert_wallet(100, 10)

    def test_what_is_held_leaves_the_order_with_its_client(self):
        self._give(200, 20)
        order = self._run("salon_till_wallet_changes")
        self.assertEqual(order.partner_id, self.client)
        self.assertEqual(self._payments(order), {"Stored Value": 100})
        self._assert_wallet(100, 10)

    def test_a_pin_is_set_and_asked_for(self):
        self.company.salon_pin_from = 50
        wallet = self._give(200, 20)
        order = self._run("salon_till_wallet_pin")
        self.assertEqual(self._payments(order), {"Stored Value": 100})
        self.assertEqual((wallet.has_pin, wallet.pin_tries), (True, 0))
        self._assert_wallet(100, 10)

    def test_a_code_by_sms_is_asked_for(self):
        self.company.write({"salon_pin_from": 50, "salon_pin_way": "sms"})
        self.client.write({"phone": "+86 139 0000 0777"})
        self.pos_user.group_ids |= self.env.ref("base.group_system")  # reads what is queued
        wallet = self._give(200, 20)
        order = self._run("salon_till_wallet_code")
        self.assertEqual(self._payments(order), {"Stored Value": 100})
        self.assertFalse(wallet.sudo().code_hash)
        self._assert_wallet(100, 10)

    def test_what_is_there_is_used_and_the_rest_paid_otherwise(self):
        self._give(40, 4)
        order = self._run("salon_till_wallet_short")
        self.assertEqual(self._payments(order), {"Bank": 66, "Stored Value": 40})
        self._assert_wallet(0, 0)

    def test_a_refund_goes_back_onto_the_card_and_the_session_closes(self):
        self._give(200, 20)
        sale, refund = self._run("salon_till_wallet_refund")
        self.assertEqual((sale.salon_wallet_principal, sale.salon_wallet_bonus), (-181.82, -18.18))
        self.assertEqual((refund.salon_wallet_principal, refund.salon_wallet_bonus), (100, 10))
        self._assert_wallet(118.18, 11.82)
        session = sale.session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        self.assertEqual(session.close_session_from_ui(), {"successful": True})
        account = self.company.salon_wallet_account_id
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("move_id", "in", session._get_related_account_moves().ids)]
        )
        self.assertAlmostEqual(sum(lines.mapped("balance")), 81.82)

    def test_a_top_up_is_paid_back_as_far_as_it_is_there(self):
        orders = self._run("salon_till_wallet_payout")
        self.assertEqual(orders.mapped("amount_total"), [100, 50, 100, -50])
        self._assert_wallet(0, 0)

    def test_without_a_connection_stored_value_is_refused_and_the_rest_sells(self):
        self._give(200, 20)
        order = self._run("salon_till_wallet_offline")
        self.assertEqual(self._payments(order), {"Bank": 110})
        self._assert_wallet(200, 20)

    def test_a_blocked_card_is_told_and_refused(self):
        self._give(200, 20).action_block()
        order = self._run("salon_till_wallet_blocked")
        self.assertEqual(self._payments(order), {"Bank": 110})
        self._assert_wallet(200, 20)

    def test_a_browser_that_was_loaded_anew_goes_on(self):
        self._give(200, 20)
        order = self._run("salon_till_wallet_reload")
        self.assertEqual(self._payments(order), {"Stored Value": 100})
        self._assert_wallet(100, 10)
