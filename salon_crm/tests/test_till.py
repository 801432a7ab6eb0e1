from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

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
        visit.sudo().locked_at = fields.Datetime.now() - timedelta(hours=1)
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

    def test_no_sale_is_lost_over_what_the_client_must_not_have(self):
        """What was done has to be paid for: the till is too late to refuse it."""
        visit = self._open_visit((self.colour, self.anna))
        substance = self.env["salon.substance"].create({"name": "Test PPD"})
        self.colour.salon_contraindication_ids = substance
        self.env["salon.sensitivity"].create({"file_id": self.client.salon_file_ids.id, "substance_id": substance.id})
        order = self._sell(self.colour, partner=self.client, visit=visit)
        self.assertEqual((order.state, visit.state, visit.event_id.salon_state), ("paid", "done", "done"))
        again = self._sell(self.colour, partner=self.client)
        self.assertEqual(again.salon_visit_id.line_ids.product_id, self.colour)

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

    # Prices by stylist ------------------------------------------------------------------------------

    def _price(self, service, difference, stylist=None, level=None):
        return self.env["salon.service.variation"].create(
            {
                "product_tmpl_id": service.product_tmpl_id.id,
                "stylist_id": stylist and stylist.id,
                "level_id": level and level.id,
                "price_difference": difference,
            }
        )

    def _loaded(self, *models):
        if not self.config.current_session_id:
            self.open_new_session()
        return self.config.current_session_id.load_data(list(models))

    def test_the_till_knows_what_services_cost_by_stylist_and_by_level(self):
        senior = self.env["salon.stylist.level"].create({"name": "Senior"})
        self.anna.salon_level_id = senior
        by_level = self._price(self.cut, 30, level=senior)
        by_stylist = self._price(self.cut, 0, stylist=self.ben)
        self._price(self.facial, 0, level=senior)  # costs what the list says: nothing to know
        self.colour.available_in_pos = False
        self._price(self.colour, 50, stylist=self.ben)
        self.env.flush_all()
        self.env.invalidate_all()  # the public employee is a view
        loaded = self._loaded("salon.service.variation", "hr.employee.public")
        found = {vals["id"]: vals for vals in loaded["salon.service.variation"]}
        self.assertEqual(set(found), set((by_level | by_stylist).ids))
        self.assertEqual(
            set(found[by_level.id]), {"id", "product_tmpl_id", "stylist_id", "level_id", "price_difference"}
        )
        self.assertEqual(found[by_level.id]["price_difference"], 30)
        levels = {vals["name"]: vals["salon_level_id"] for vals in loaded["hr.employee.public"]}
        self.assertEqual(levels, {"Anna": senior.id, "Ben": False})

    def test_a_cashier_without_a_role_loads_the_prices_and_books_nothing(self):
        self._price(self.cut, 30, stylist=self.anna)
        self.open_new_session()
        cashier = new_test_user(self.env, "cashier", "point_of_sale.group_pos_user,base.group_user")
        for user, books in ((cashier, False), (self.reception, True), (self.manager, True)):
            session = self.config.current_session_id.with_user(user)
            loaded = session.load_data(["salon.service.variation", "res.users"])
            self.assertEqual(loaded["salon.service.variation"][0]["price_difference"], 30)
            self.assertEqual(loaded["res.users"][0]["salon_books"], books)

    def test_a_stylist_who_stopped_leaves_the_tills_own_store(self):
        self.open_new_session()
        gone = self._price(self.cut, 30, stylist=self.anna)
        stays = self._price(self.cut, 30, stylist=self.ben)
        self.anna.is_salon_stylist = False
        gone_id = gone.id
        gone.unlink()
        self.env.flush_all()
        answer = self.config.current_session_id.filter_local_data(
            {"salon.service.variation": [gone_id, stays.id], "hr.employee.public": [self.anna.id, self.ben.id]}
        )
        self.assertEqual(answer, {"salon.service.variation": [gone_id], "hr.employee.public": [self.anna.id]})

    def test_prices_by_stylist_are_in_the_tills_currency(self):
        variation = self._price(self.cut, 30, stylist=self.anna)
        other = self.other_currency_config
        [vals] = variation._load_pos_data_read(variation, other)
        [product] = self.cut._load_pos_data_read(self.cut, other)
        self.assertAlmostEqual(vals["price_difference"], product["lst_price"] * 0.3)
        self.assertNotEqual(vals["price_difference"], 30)

    def test_what_the_till_added_for_a_stylist_is_kept_and_a_refund_keeps_it(self):
        variation = self._price(self.cut, 30, stylist=self.anna)
        order = self._sell(
            self.cut,
            partner=self.client,
            salon_stylist_id=self.anna.id,
            salon_price_difference=30,
            price_extra=30,
        )
        self.assertEqual(order.lines.salon_price_difference, 30)
        self.assertFalse(self._notes(order))
        variation.price_difference = 50
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        self.assertEqual(refund.lines.salon_price_difference, 30)
        self.assertFalse(self._notes(refund))

    def _notes(self, order):
        return order.message_ids.filtered(lambda message: "today's prices" in message.body)

    def test_a_till_with_old_prices_is_noted_and_its_sale_stands(self):
        self._price(self.cut, 50, stylist=self.anna)
        order = self._sell(
            self.cut, partner=self.client, salon_stylist_id=self.anna.id, salon_price_difference=30, price_extra=30
        )
        self.assertEqual((order.state, order.lines.salon_price_difference), ("paid", 30))
        self.assertIn("Cut · Anna", self._notes(order).body)
        order = self._sell(self.cut, partner=self.client, salon_price_difference=30)
        self.assertTrue(self._notes(order), "nobody is named")
        order = self._sell(self.facial, partner=self.client, salon_stylist_id=self.anna.id)
        self.assertFalse(self._notes(order))

    # Several guests ---------------------------------------------------------------------------------

    def _open_guests_visits(self):
        """Return the visits of a client who booked for herself and for Mia."""
        self.mia = self.env["res.partner"].create({"name": "Mia"})
        lines = [
            self._prepare_line(self.cut, self.anna),
            self._prepare_line(self.facial, self.ben, guest_id=self.mia.id),
        ]
        booking = self._book(salon_line_ids=[(0, 0, line) for line in lines])
        booking.action_salon_arrive()
        own = booking.salon_visit_ids.filtered(lambda visit: visit.partner_id == self.client)
        return own, booking.salon_visit_ids - own

    def _sell_lines(self, visit_lines, partner, visit=None, state="paid"):
        """Send an order of these visit lines as the till does; return it."""
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data(
            [{"product": line.product_id, "quantity": 1, "salon_visit_line_id": line.id} for line in visit_lines],
            customer=partner,
        )
        data["salon_visit_id"] = visit.id if visit else False
        if state == "draft":
            data.update(state="draft", payment_ids=[])
        return self._sync(data)

    def _offered(self, partner):
        self.open_new_session() if not self.config.current_session_id else None
        data = self.env["salon.visit"].load_till_visit(partner.id, self.config.id)
        return [vals["id"] for vals in data["salon.visit"]], {vals["id"] for vals in data["salon.visit.line"]}

    def test_who_booked_is_shown_the_visits_of_all_guests_and_a_guest_the_own(self):
        own, guests = self._open_guests_visits()
        self.assertEqual(self._offered(self.client), ([own.id, guests.id], set((own | guests).line_ids.ids)))
        self.assertEqual(self._offered(self.mia), (guests.ids, set(guests.line_ids.ids)))
        data = self.env["salon.visit"].load_till_visit(self.client.id, self.config.id)
        self.assertEqual([vals["partner_name"] for vals in data["salon.visit"]], ["Clara Client", "Mia"])

    def test_one_order_pays_each_guests_visit_with_its_own_lines(self):
        own, guests = self._open_guests_visits()
        order = self._sell_lines((own | guests).line_ids, self.client, own)
        self.assertEqual((own.state, guests.state, own.event_id.salon_state), ("done", "done", "done"))
        self.assertEqual(order.salon_visit_id, own)
        self.assertEqual(own.line_ids.pos_order_line_id.product_id, self.cut)
        self.assertEqual(guests.line_ids.pos_order_line_id.product_id, self.facial)
        self.assertEqual((own.pos_order_count, guests.pos_order_count), (1, 1))
        self.assertEqual(guests.action_view_orders()["domain"], [("id", "in", order.ids)])

    def test_the_booking_is_done_with_the_last_of_its_guests(self):
        own, guests = self._open_guests_visits()
        order = self._sell_lines(guests.line_ids, self.mia, guests)
        self.assertEqual((order.salon_visit_id, guests.state, own.state), (guests, "done", "open"))
        self.assertEqual(own.event_id.salon_state, "arrived")
        self.assertEqual(self._offered(self.client), (own.ids, set(own.line_ids.ids)))
        self._sell_lines(own.line_ids, self.client, own)
        self.assertEqual(own.event_id.salon_state, "done")

    def test_a_contact_who_has_nothing_done_pays_for_the_guests(self):
        mia = self.env["res.partner"].create({"name": "Mia"})
        booking = self._book(salon_line_ids=[(0, 0, self._prepare_line(self.cut, self.anna, guest_id=mia.id))])
        booking.action_salon_arrive()
        visit = booking.salon_visit_ids
        self.assertEqual(self._offered(self.client)[0], visit.ids)
        order = self._sell_lines(visit.line_ids, self.client, visit)
        self.assertEqual((order.salon_visit_id, visit.state, visit.partner_id), (visit, "done", mia))
        self.assertFalse(self.client.salon_visit_ids)

    def test_a_guest_pays_for_nobody_else(self):
        own, guests = self._open_guests_visits()
        order = self._sell_lines(own.line_ids, self.mia, own)
        self.assertEqual((own.state, own.line_ids.is_paid), ("open", False))
        self.assertEqual(order.salon_visit_id, guests)

    def test_without_a_connection_the_services_find_the_guests_who_had_them(self):
        own, guests = self._open_guests_visits()
        order = self._sell(self.facial, self.cut, partner=self.client)
        self.assertEqual((own.state, guests.state, order.salon_visit_id), ("done", "done", own))
        self.assertEqual(guests.line_ids.pos_order_line_id.product_id, self.facial)
        self.assertEqual(len((own | guests).line_ids), 2)

    def test_what_no_guest_had_comes_into_the_payers_own_visit(self):
        own, guests = self._open_guests_visits()
        order = self._sell(self.colour, partner=self.client)
        self.assertEqual((order.salon_visit_id, own.state, guests.state), (own, "open", "open"))
        self.assertEqual(own.line_ids.product_id, self.cut | self.colour)

    def test_two_tills_do_not_charge_twice_for_a_guest(self):
        own, guests = self._open_guests_visits()
        self._sell_lines(guests.line_ids, self.mia, guests, state="draft")
        self.assertEqual(self._offered(self.client)[1], set(own.line_ids.ids))
        self._sell_lines(own.line_ids, self.client, own)
        self.assertEqual((own.state, guests.state), ("done", "open"))

    def test_an_order_without_a_client_pays_no_visit_of_a_client(self):
        visit = self.env["salon.visit"].create(
            {"partner_id": self.client.id, "line_ids": [(0, 0, {"product_id": self.cut.id})]}
        )
        order = self._sell_lines(visit.line_ids, self.env["res.partner"], visit)
        self.assertEqual(visit.state, "open")
        self.assertNotEqual(order.salon_visit_id, visit)

    def test_loading_visits_asks_as_often_for_many_as_for_few(self):
        counts = []
        for guests in (1, 4):
            client = self.env["res.partner"].create({"name": f"Family {guests}"})
            people = self.env["res.partner"].create([{"name": f"Child {number}"} for number in range(guests)])
            lines = [self._prepare_line(self.cut, self.anna, guest_id=guest.id) for guest in people]
            booking = self._book(
                client=client,
                minutes=400 * guests,
                salon_one_after_the_other=True,
                salon_line_ids=[(0, 0, line) for line in lines],
            )
            booking.action_salon_arrive()
            self._offered(client)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._offered(client)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 20)

    def test_the_lines_of_an_order_are_numbered_at_once_and_without_a_gap(self):
        sequence = self.config.order_line_seq_id
        first = sequence.number_next
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            order = self._sell(self.cut, self.product, self.product)
        alone = self._sell(self.product)
        self.assertEqual(
            [*order.lines.sorted("id").mapped("name"), alone.lines.name],
            [sequence.get_next_char(first + number) for number in range(4)],
        )
        self.assertEqual(sum("number_next=number_next+3" in line for line in log.output), 1)
        self.assertEqual(sequence._salon_next_many(2), [sequence.get_next_char(first + number) for number in (4, 5)])
        sequence.implementation = "standard"
        self.assertEqual(len(set(sequence._salon_next_many(3))), 3)

    def test_the_session_closes_and_its_entry_balances(self):
        self._open_visit((self.cut, self.anna))
        self._sell(self.cut, self.product, partner=self.client)
        session = self.config.current_session_id
        session.post_closing_cash_details(180)
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        self.assertEqual(sum(session.move_id.line_ids.mapped("debit")), sum(session.move_id.line_ids.mapped("credit")))
        self.assertEqual(sum(session.move_id.line_ids.mapped("debit")), 180)

    # What a client may not have ---------------------------------------------------------------------------

    def _need_patch_test(self):
        line = self.env["salon.product.line"].create({"name": "Test Wella"})
        self.colour.salon_patch_test_line_ids = line
        self.client._make_salon_clients()
        return line

    def _refusal(self, *lines, user=None):
        cashier = user or new_test_user(self.env, f"cashier_{len(lines)}", "point_of_sale.group_pos_user")
        orders = self.env["pos.order"].with_user(cashier)
        return orders.salon_refusal(self.client.id, self.config.id, [list(line) for line in lines])

    def test_what_a_client_may_not_have_is_refused_before_it_is_paid(self):
        line = self._need_patch_test()
        self.assertFalse(self._refusal((self.cut.id, False)))
        self.assertIn("needs a valid patch test", self._refusal((self.cut.id, False), (self.colour.id, False)))
        with self.assertRaises(AccessError):
            self._refusal((self.colour.id, False), user=self.plain_user)
        visit = self._open_visit((self.colour, self.anna))
        visit_line = (self.colour.id, visit.line_ids.id)
        self.assertTrue(self._refusal(visit_line, user=self.reception))
        test = self.env["salon.patch.test"].create(
            {
                "file_id": self.client.salon_file_ids.id,
                "product_line_id": line.id,
                "applied_at": fields.Datetime.now() - timedelta(days=3),
                "result": "clear",
            }
        )
        self.assertFalse(self._refusal(visit_line, user=self.reception))
        # What has begun is paid for, whatever shows meanwhile.
        visit.event_id.action_salon_start()
        test.result = "reaction"
        self.assertFalse(self._refusal(visit_line, user=self.reception))
        self.assertIn("can't have", self._refusal((self.colour.id, False), user=self.reception))

    def test_what_needs_a_patch_test_is_sold_to_somebody(self):
        self._need_patch_test()
        orders = self.env["pos.order"].with_user(new_test_user(self.env, "cashier", "point_of_sale.group_pos_user"))
        self.assertFalse(orders.salon_refusal(False, self.config.id, [[self.cut.id, False]]))
        refusal = orders.salon_refusal(False, self.config.id, [[self.cut.id, False], [self.colour.id, False]])
        self.assertIn("Choose the client first", refusal)

    def test_what_was_paid_all_the_same_is_kept_and_noted(self):
        self._need_patch_test()
        order = self._sell(self.cut, self.colour, partner=self.client)
        visit = order.salon_visit_id
        self.assertEqual((order.state, visit.state), ("paid", "done"))
        self.assertEqual(visit.line_ids.filtered("was_unsafe").product_id, self.colour)
        self.assertTrue(visit.was_unsafe)
        self.assertIn(visit, self.env["salon.visit"].search([("was_unsafe", "=", True)]))
        self.assertIn("needs a valid patch test", "".join(order.message_ids.mapped("body")))
        booked = self._open_visit((self.colour, self.anna))
        self._sell(self.colour, partner=self.client, visit=booked)
        self.assertEqual((booked.state, booked.was_unsafe), ("done", True))
        other = self._sell(self.colour)  # nobody knows who that was
        self.assertFalse(other.salon_visit_id.was_unsafe)
