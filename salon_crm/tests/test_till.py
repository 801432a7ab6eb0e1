from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestTill(SalonCommon, TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})
        cls.product = cls.env["product.product"].create(
            {"name": "Shampoo", "list_price": 80, "taxes_id": False, "available_in_pos": True}
        )

    def _sell(self, *products, partner=None, visit=None, **line_values):
        """Send a paid order of `products` as the till does; return it."""
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        lines = [{"product": product, "quantity": 1, **line_values} for product in products]
        data = self.create_ui_order_data(lines, customer=partner)
        data["salon_visit_id"] = visit.id if visit else False
        return self._sync(data)

    def _sync(self, data):
        result = self.env["pos.order"].sync_from_ui([data])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def _open_visit(self, *lines):
        booking = self._book(*lines)
        booking.action_salon_arrive()
        return booking.salon_visit_ids

    def test_the_paid_order_is_tied_to_the_visit_and_the_visit_is_done(self):
        visit = self._open_visit((self.cut, self.anna), (self.facial, self.ben))
        order = self._sell(self.cut, self.facial, self.product, partner=self.client, visit=visit)
        self.assertEqual((order.state, order.salon_visit_id, visit.state), ("paid", visit, "done"))
        self.assertEqual(visit.line_ids.mapped("is_paid"), [True, True])
        self.assertEqual(visit.line_ids.pos_order_line_id.product_id, self.cut | self.facial)
        self.assertEqual(visit.event_id.salon_state, "done")

    def test_the_open_visit_is_found_when_the_till_names_none(self):
        visit = self._open_visit((self.cut, self.anna))
        order = self._sell(self.cut, partner=self.client)
        self.assertEqual((order.salon_visit_id, visit.state), (visit, "done"))

    def test_services_sold_without_a_booking_make_their_visit(self):
        order = self._sell(self.cut, self.product, partner=self.client, salon_stylist_id=self.ben.id)
        visit = order.salon_visit_id
        self.assertEqual((visit.partner_id, visit.state, visit.event_id.id), (self.client, "done", False))
        self.assertEqual(visit.line_ids.product_id, self.cut)
        self.assertEqual(visit.line_ids.performer_ids.employee_id, self.ben)
        self.assertTrue(self.client.is_salon_client)

    def test_a_walk_in_without_a_name_leaves_a_visit_too(self):
        order = self._sell(self.cut)
        self.assertFalse(order.salon_visit_id.partner_id)
        self.assertEqual(order.salon_visit_id.state, "done")

    def test_a_service_added_at_the_till_comes_into_the_visit(self):
        visit = self._open_visit((self.cut, self.anna))
        self._sell(self.cut, self.facial, partner=self.client, visit=visit)
        self.assertEqual(visit.line_ids.product_id, self.cut | self.facial)

    def test_what_was_not_paid_stays_visible_as_unpaid(self):
        visit = self._open_visit((self.cut, self.anna), (self.facial, self.ben))
        self._sell(self.cut, partner=self.client, visit=visit)
        self.assertEqual(visit.line_ids.mapped("is_paid"), [True, False])

    def test_the_rest_of_a_visit_is_paid_against_it_later_that_day(self):
        visit = self._open_visit((self.cut, self.anna), (self.facial, self.ben))
        self._sell(self.cut, partner=self.client, visit=visit)
        order = self._sell(self.facial, partner=self.client)
        self.assertEqual(order.salon_visit_id, visit)
        self.assertEqual(visit.line_ids.mapped("is_paid"), [True, True])
        self.assertEqual(visit.line_ids[1].performer_ids.employee_id, self.ben)

    def test_something_else_sold_meanwhile_does_not_close_the_visit(self):
        visit = self._open_visit((self.cut, self.anna))
        order = self._sell(self.facial, partner=self.client)
        self.assertEqual((order.salon_visit_id, visit.state), (visit, "open"))
        self.assertEqual(visit.line_ids.product_id, self.cut | self.facial)

    def test_a_visit_forgotten_open_does_not_swallow_todays_sale(self):
        old = self._open_visit((self.cut, self.anna))
        old.date -= timedelta(days=90)
        order = self._sell(self.cut, partner=self.client)
        self.assertEqual((old.state, order.salon_visit_id != old), ("open", True))

    def test_what_is_sold_into_a_locked_visit_makes_a_new_one(self):
        visit = self._open_visit((self.cut, self.anna))
        visit.action_done()
        visit.sudo().locked_at = fields.Datetime.now() - timedelta(minutes=1)
        order = self._sell(self.cut, partner=self.client, visit=visit)
        self.assertNotEqual(order.salon_visit_id, visit)
        self.assertEqual(order.salon_visit_id.line_ids.pos_order_line_id, order.lines)

    def test_no_sale_is_lost_over_a_visit_line_that_is_gone(self):
        visit = self._open_visit((self.cut, self.anna), (self.facial, self.ben))
        gone = visit.line_ids[0]
        gone_id = gone.id
        gone.unlink()
        order = self._sell(self.cut, partner=self.client, visit=visit, salon_visit_line_id=gone_id)
        self.assertEqual((order.state, order.salon_visit_id), ("paid", visit))

    def test_no_sale_is_lost_over_a_booking_whose_time_was_taken(self):
        visit = self._open_visit((self.cut, self.anna))
        self.env.flush_all()
        self.env.cr.execute("UPDATE calendar_event SET salon_state = 'cancelled' WHERE id = %s", [visit.event_id.id])
        self.env.cr.execute("UPDATE salon_booking_block SET active = false")
        self.env.invalidate_all()
        self._book((self.cut, self.anna))
        order = self._sell(self.cut, partner=self.client, visit=visit)
        self.assertEqual((order.state, visit.state), ("paid", "done"))

    def test_a_service_in_another_unpaid_order_is_not_offered_again(self):
        visit = self._open_visit((self.cut, self.anna))
        self.open_new_session()
        data = self.create_ui_order_data(
            [{"product": self.cut, "quantity": 1, "salon_visit_line_id": visit.line_ids.id}], customer=self.client
        )
        self._sync({**data, "state": "draft", "payment_ids": []})
        self.assertFalse(self.env["salon.visit"].load_till_visit(self.client.id, self.config.id)["salon.visit.line"])

    def test_products_alone_touch_no_visit(self):
        visit = self._open_visit((self.cut, self.anna))
        order = self._sell(self.product, partner=self.client)
        self.assertFalse(order.salon_visit_id)
        self.assertEqual(visit.state, "open")

    def test_the_same_order_sent_again_changes_nothing(self):
        self.open_new_session()
        data = self.create_ui_order_data([(self.cut, 1)], customer=self.client)
        order = self._sync({**data})
        again = self._sync({**data})
        self.assertEqual(order, again)
        self.assertEqual(len(self.client.salon_visit_ids), 1)

    def test_a_visit_of_another_client_is_not_closed_by_this_order(self):
        visit = self._open_visit((self.cut, self.anna))
        friend = self.env["res.partner"].create({"name": "Friend"})
        order = self._sell(self.cut, partner=friend, visit=visit)
        self.assertEqual(visit.state, "open")
        self.assertEqual(order.salon_visit_id.partner_id, friend)

    def test_a_refund_changes_no_visit(self):
        order = self._sell(self.cut, partner=self.client)
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        make_payment = self.env["pos.make.payment"].with_context(active_id=refund.id, active_ids=refund.ids)
        make_payment.create({"payment_method_id": self.cash_pm1.id, "amount": refund.amount_total}).check()
        self.assertEqual(refund.state, "paid")
        self.assertFalse(refund.salon_visit_id)
        self.assertEqual(len(self.client.salon_visit_ids), 1)

    def test_the_till_loads_the_open_visit_of_the_chosen_client_alone(self):
        visit = self._open_visit((self.cut, self.anna))
        self.open_new_session()
        data = self.env["salon.visit"].load_till_visit(self.client.id, self.config.id)
        self.assertEqual([record["id"] for record in data["salon.visit"]], visit.ids)
        self.assertEqual(data["salon.visit.line"][0]["stylist_public_id"], self.anna.id)
        self.assertNotIn("note", data["salon.visit"][0])
        loaded = self.config.current_session_id.load_data(["salon.visit", "salon.visit.line", "hr.employee.public"])
        self.assertFalse(loaded["salon.visit"] or loaded["salon.visit.line"])
        self.assertEqual({record["name"] for record in loaded["hr.employee.public"]}, {"Anna", "Ben"})

    def test_the_session_closes_and_its_entry_balances(self):
        self._open_visit((self.cut, self.anna))
        self._sell(self.cut, self.product, partner=self.client)
        session = self.config.current_session_id
        session.post_closing_cash_details(180)
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        self.assertEqual(sum(session.move_id.line_ids.mapped("debit")), sum(session.move_id.line_ids.mapped("credit")))
        self.assertEqual(sum(session.move_id.line_ids.mapped("debit")), 180)
