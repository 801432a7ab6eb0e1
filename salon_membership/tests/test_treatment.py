from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .treatment_shop import TreatmentCommon


@tagged("post_install", "-at_install")
class TestCourse(TreatmentCommon):
    """Treatment cards at the till: sold, used session by session, refunded."""

    def test_a_card_is_sold_as_a_liability_and_no_revenue(self):
        card = self._sell_card()
        self._assert_card(card, 10, 1600)
        self.assertRegex(card.number, r"^T\d{5}$")
        self.assertEqual((card.partner_id, card.product_id), (self.client, self.ten))
        self.assertEqual(card.expires_on, fields.Date.add(self.company._salon_today(), months=12))
        order = card.pos_order_line_id.order_id
        self.assertEqual((order.salon_points, order.salon_spend, order.amount_tax), (0, 0, 0))
        self._assert_course_books()
        session = self._close()
        self.assertEqual(self._course_liability(), 1600)
        self.assertFalse(session.move_id.line_ids.filtered(lambda line: line.account_id.account_type == "income"))
        self._assert_course_books()

    def test_several_cards_of_one_line_share_what_was_paid(self):
        cards = self._sell_card(price=33.34, quantity=3)
        self.assertEqual(cards.mapped("piece"), [1, 2, 3])
        self.assertAlmostEqual(sum(cards.mapped("amount_left")), 100.02)
        self._assert_course_books()

    def test_each_use_books_its_share_and_the_last_one_takes_the_rounding(self):
        card = self._sell_card(price=100, product=self._make_card_product("3 Facials", 100, self.facial, 3))
        orders = [self._use() for _number in range(3)]
        self.assertEqual([order.amount_total for order in orders], [33.33, 33.33, 33.34])
        self.assertEqual(orders[0].payment_ids.payment_method_id, self.treatment_method)
        self._assert_card(card, 0, 0, "closed")
        self.assertFalse(card.hold_ids)
        with self._refused("no session of “Facial” left"):
            self._use()
        self._assert_course_books()
        session = self._close()
        income = session.move_id.line_ids.filtered(lambda line: line.account_id.account_type == "income")
        self.assertEqual(sum(income.mapped("balance")), -100)
        self.assertEqual(self._course_liability(), 0)
        self._assert_course_books()

    def test_a_use_belongs_to_the_visit_and_earns_points(self):
        card = self._sell_card()
        booking = self._book((self.facial, self.anna))
        self.assertEqual(booking.salon_sessions_hint, "Facial: 10 of 10 left")
        booking.action_salon_arrive()
        visit = booking.salon_visit_ids
        self.assertEqual(visit.sessions_hint, "Facial: 10 of 10 left")
        order = self._use()
        use = card.move_ids.filtered(lambda move: move.kind == "use")
        self.assertEqual((use.visit_id, use.service_id), (visit, self.facial))
        self.assertEqual(visit.line_ids.pos_order_line_id, order.lines)
        self.assertGreater(order.salon_points, 0)

    def test_tax_is_due_with_each_session(self):
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        self.facial.taxes_id = tax
        card = self._sell_card(price=333.3)
        order = self._use(tax=tax)
        self.assertEqual(order.amount_total, 33.33)
        self.assertAlmostEqual(order.amount_tax, 3.03)
        self._assert_card(card, 9, 299.97)
        session = self._close()
        taxes = session.move_id.line_ids.filtered("tax_line_id")
        self.assertEqual(sum(taxes.mapped("balance")), -3.03)
        self._assert_course_books()

    def test_other_things_are_paid_by_other_means(self):
        card = self._sell_card()
        order = self._use(others=[self._line(self.shampoo, 80)])
        self.assertEqual((order.amount_total, order.state), (240, "paid"))
        self._assert_card(card, 9, 1440)
        self._assert_course_books()

    def test_what_ends_first_is_used_first_and_only_for_its_services(self):
        late = self._sell_card()
        soon = self._sell_card()
        soon.sudo().expires_on = self.company._salon_today() + timedelta(days=3)
        self.assertEqual(self._hold_session("a", "1")["card_id"], soon.id)
        self.assertEqual(self._hold_session("a", "2", card=late)["card_id"], late.id)
        with self._refused("no session of “Cut” left"):
            self._hold_session("b", "1", product=self.cut)
        with self._refused("Greta Guest has no session"):
            self._hold_session("b", "1", partner=self.guest)
        with freeze_time(fields.Date.to_string(soon.expires_on + timedelta(days=1))):
            self.env["salon.treatment.card"].release_sessions(self.config.id, "a")
            self.assertEqual(self._hold_session("c", "1")["card_id"], late.id)

    def test_a_card_for_a_category(self):
        face = self.env["product.category"].create({"name": "Face"})
        deep = self.env["product.category"].create({"name": "Deep", "parent_id": face.id})
        values = {"salon_card_service_ids": False, "salon_card_categ_id": face.id}
        product = self._make_card_product("Any 5", 500, self.facial, 5, **values)
        card = self._sell_card(price=500, product=product)
        with self._refused("no session"):
            self._hold_session("a", "1")
        self.facial.categ_id = deep
        self.assertEqual(self._hold_session("a", "1")["amount"], 100)
        self.assertIn(self.facial.product_tmpl_id.id, card.till_services)

    def test_what_is_sold_keeps_its_terms(self):
        card = self._sell_card()
        self.ten.product_tmpl_id.salon_card_service_ids = self.cut.product_tmpl_id
        self.assertEqual(self._hold_session("a", "1")["card_id"], card.id)
        with self.assertRaises(ValidationError):
            card.product_id = self.shampoo

    # Two at once ------------------------------------------------------------------------------------

    def test_what_one_order_holds_no_other_gets(self):
        card = self._sell_card(price=100, product=self._make_card_product("Three", 100, self.facial, 3))
        first, second = self._prepare_use(), self._prepare_use(quantity=2)
        self.assertEqual(card.sessions_held, 3)
        with self._refused("no session"):
            self._prepare_use()
        self.assertEqual([data["amount_paid"] for data in (first, second)], [33.33, 66.67])
        self._sync(second)
        self._assert_card(card, 1, 33.33)
        self._sync(first)
        self._assert_card(card, 0, 0, "closed")
        self._assert_course_books()

    def test_an_order_that_is_sent_again_is_booked_once(self):
        card = self._sell_card()
        data = self._prepare_use()
        self._sync(data)
        self._sync(data)
        self._assert_card(card, 9, 1440)

    def test_a_hold_ends_by_itself_but_not_once_validation_began(self):
        card = self._sell_card()
        cards = self.env["salon.treatment.card"]
        self._hold_session("a", "1")
        self._hold_session("b", "1")
        cards.begin_sessions(self.config.id, "b", ["1"])
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            with self._refused("not held any more"):
                cards.begin_sessions(self.config.id, "a", ["1"])
            self.assertEqual(self._hold_session("c", "1", quantity=9)["sessions_left"], 1)
            self.env["salon.treatment.hold"]._gc_holds()
        self.assertEqual(card.hold_ids.mapped("order_uuid"), ["c", "b"])
        with freeze_time(fields.Datetime.now() + timedelta(hours=4)):  # who comes back to the order asks again
            self.assertEqual(self._hold_session("c", "1", quantity=8)["sessions_left"], 2)
        self.assertEqual(sorted(card.hold_ids.mapped("sessions")), [1, 8])
        cards.release_sessions(self.config.id, "b", ["1"])
        self._assert_card(card, 10, 1600)

    def test_a_session_that_is_not_there_any_more_the_client_owes(self):
        card = self._sell_card(price=160, product=self._make_card_product("One", 160, self.facial, 1))
        offline = self._prepare_use(card=card, amount=160)
        self._use()
        order = self._sync(offline)
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self.assertFalse(order.lines.salon_treatment_card_id)
        self._assert_card(card, 0, 0, "closed")
        self._assert_course_books()
        self._close()
        self._assert_course_books()

    def test_a_till_that_says_another_worth_is_owed_the_rest(self):
        card = self._sell_card()
        order = self._use(card=card, amount=500)
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self._assert_card(card, 10, 1600)

    def test_who_pays_otherwise_keeps_the_session(self):
        card = self._sell_card()
        data = self._prepare_use()
        self._sync(self._pay(data, (self.card_method, 160)))
        self._assert_card(card, 10, 1600)
        self.assertFalse(card.hold_ids)

    def test_a_given_up_order_lets_go(self):
        card = self._sell_card()
        data = self._prepare_use()
        order = self._sync({**data, "state": "draft", "payment_ids": [], "amount_paid": 0})
        self.assertEqual(card.sessions_held, 1)
        order.unlink()
        self._assert_card(card, 10, 1600)
        self.assertFalse(card.sessions_held)

    # Refunds ----------------------------------------------------------------------------------------

    def test_a_refund_of_a_use_gives_the_session_back(self):
        card = self._sell_card(price=160, product=self._make_card_product("One", 160, self.facial, 1))
        order = self._use()
        self._assert_card(card, 0, 0, "closed")
        self._refund_lines(order)
        self._assert_card(card, 1, 160)
        with self._refused("Only sessions go back"):
            self._refund_lines(order)
        self._assert_course_books()
        self._close()
        self._assert_course_books()

    def test_a_session_whose_net_is_a_refund_books_the_liability(self):
        card = self._sell_card()
        order = self._use()
        self._close()
        self._refund_lines(order)
        self._assert_card(card, 10, 1600)
        self._assert_course_books()
        self._close()
        self.assertEqual(self._course_liability(), 1600)
        self._assert_course_books()

    def test_a_session_that_is_worth_nothing_comes_back_too(self):
        card = self._sell_card(price=0)
        self._assert_card(card, 10, 0)
        use = self._use(quantity=2)
        self._assert_card(card, 8, 0)
        self._refund_lines(use)
        self._assert_card(card, 9, 0)
        self._refund_lines(use)
        self._assert_card(card, 10, 0)
        self._refund_lines(use)
        self._assert_card(card, 10, 0)
        self._assert_course_books()

    def test_a_session_that_was_worth_something_does_not_come_back_for_nothing(self):
        card = self._sell_card()
        use = self._use()
        self._refund_lines(use, price=0)
        self._assert_card(card, 9, 1440)

    def test_a_use_refunded_in_money_gives_no_session_back(self):
        card = self._sell_card()
        use = self._use()
        self._refund_lines(use, method=self.card_method)
        self._assert_card(card, 9, 1440)
        with self._refused("Only sessions go back"), self.env.cr.savepoint():
            self._refund_lines(use)
        with self._refused("Refund the order instead"):
            use.lines.salon_treatment_card_id = False
        self._assert_card(card, 9, 1440)
        self._assert_course_books()

    def test_nothing_else_goes_back_onto_a_card(self):
        self._sell_card()
        order = self._sell((self.shampoo, 1), partner=self.client)
        with self._refused("Only sessions go back"):
            self._refund_lines(order)

    def test_an_unused_card_is_taken_back_whole(self):
        card = self._sell_card()
        order = card.pos_order_line_id.order_id
        with self._refused("is refunded for what is left"):
            self._refund_lines(order, price=1000, method=self.card_method)
        self._refund_lines(order, method=self.card_method)
        self._assert_card(card, 0, 0, "closed")
        self._assert_course_books()
        self._close()
        self.assertEqual(self._course_liability(), 0)

    def test_a_used_card_is_refunded_less_its_sessions_at_their_share(self):
        card = self._sell_card()
        self._use()
        order = card.pos_order_line_id.order_id
        with self._refused("is refunded for what is left"):
            self._refund_lines(order, method=self.card_method)
        self._refund_lines(order, price=1440, method=self.card_method)
        self._assert_card(card, 0, 0, "closed")
        self._assert_course_books()

    def test_at_list_price_the_back_office_refunds_and_books_what_it_keeps(self):
        self.company.salon_treatment_refund = "list"
        card = self._sell_card()
        self._use()
        self._use()
        order = card.pos_order_line_id.order_id
        with self._refused("on its own form"):
            self._refund_lines(order, price=1280, method=self.card_method)
        self._close()
        self.assertEqual(card._refundable()[0], 1200)
        income = self.company_data["default_account_revenue"]
        journals = {
            "journal_id": self.company_data["default_journal_bank"].id,
            "entry_journal_id": self.company_data["default_journal_misc"].id,
            "account_id": income.id,
        }
        with self._refused("Choose the journal"):
            self._book_card("refund", card, journal_id=journals["journal_id"])
        self._book_card("refund", card, **journals)
        self._assert_card(card, 0, 0, "closed")
        move = card.move_ids[0]
        self.assertEqual((move.account_payment_id.amount, move.account_move_id.state), (1200, "posted"))
        self.assertEqual(move.account_move_id.line_ids.filtered(lambda line: line.account_id == income).balance, -80)
        self.assertEqual(self._course_liability(), 0)
        with self._refused("is booked on"):
            move.account_payment_id.action_draft()
        with self._refused("is booked on"):
            move.account_move_id.button_draft()

    # Selling ----------------------------------------------------------------------------------------

    def test_a_card_needs_a_client_no_tax_and_the_books(self):
        data = self._pay(self._prepare_sale(self._line(self.ten, 1600)), (self.card_method, 1600))
        with self._refused("Choose the client"):
            self._sync({**data, "partner_id": False})
        data = self._pay(self._prepare_sale(self._line(self.ten, 1600, 0.5)), (self.card_method, 800))
        with self._refused("sold whole"):
            self._sync(data)
        self.ten.with_company(self.company).property_account_income_id = False
        with self._refused("can't be sold yet"):
            self._sell_card()

    def test_what_makes_a_card_product(self):
        with self.assertRaises(ValidationError):
            self._make_card_product("Nothing", 1, self.env["product.product"])
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._make_card_product("None", 1, self.facial, 0)
        with self.assertRaises(ValidationError):
            self._make_card_product("Both", 1, self.facial, is_salon_service=True, salon_active_minutes=5)
        tax = self.env["account.tax"].create({"name": "10 %", "amount": 10})
        with self.assertRaises(ValidationError):
            self.ten.taxes_id = tax

    def test_an_invoice_at_the_till(self):
        card = self._sell_card(to_invoice=True)
        self._assert_card(card, 10, 1600)
        self._use(to_invoice=True)
        self._assert_course_books()
        self._close()
        self.assertEqual(self._course_liability(), 1440)
        self._assert_course_books()

    def test_stored_value_buys_no_card(self):
        self._top_up(2000)
        uuid = self._uuid()
        split = self._hold_value(1600, uuid)
        data = self._prepare_sale(self._line(self.ten, 1600), uuid=uuid)
        order = self._pay(data, (self.wallet_method, split["principal"]), (self.card_method, split["bonus"]))
        order = self._sync(order)
        self.assertIn(self.later_method, order.payment_ids.payment_method_id)


@tagged("post_install", "-at_install")
class TestCourseLedger(TreatmentCommon):
    """What the database itself keeps, and who may do what."""

    def test_the_database_changes_no_line(self):
        card = self._sell_card()
        self.env.flush_all()
        for query in (
            "UPDATE salon_treatment_move SET amount = 1",
            "DELETE FROM salon_treatment_move",
            "TRUNCATE salon_treatment_move",
            "UPDATE salon_treatment_card SET sessions_left = 9",
            "UPDATE salon_treatment_card SET amount_left = 1",
            "UPDATE salon_treatment_card SET sessions = 99",
        ):
            with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(query)
        for sessions, amount, kind in ((-11, -1600, "use"), (-1, -1601, "use"), (-10, -1599, "use"), (1, 0, "use")):
            with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                card._book(sessions, amount, kind)
        self._assert_card(card, 10, 1600)
        with self.assertRaises(UserError):
            card.unlink()

    def test_the_check_names_what_differs(self):
        card = self._sell_card()
        self.env.flush_all()
        self.cr.execute("SET LOCAL salon.unlock = 'on'")
        self.cr.execute(
            "UPDATE salon_treatment_card SET sessions_left = 9, amount_left = 1500 WHERE id = %s", [card.id]
        )
        self.cr.execute("SET LOCAL salon.unlock = ''")
        self.assertEqual(len(card._mistakes()), 2)

    def test_the_back_office_changes_nothing_that_is_booked(self):
        self._sell_card()
        order = self._use()
        with self._refused("Refund the order instead"):
            order.lines.price_unit = 1
        with self._refused("Refund the order"):
            order.payment_ids.amount = 1

    def test_the_account_of_cards_stays(self):
        self._sell_card()
        with self.assertRaises(ValidationError):
            self.company.salon_treatment_account_id = self.company.salon_wallet_account_id

    def test_a_client_with_sessions_is_not_erased(self):
        card = self._sell_card()
        obstacles = list(self.client.salon_file_ids._erasure_obstacles())
        self.assertTrue(any(card.number in words for words in obstacles))

    def test_a_session_that_a_till_holds_survives_the_merging_of_its_client(self):
        card = self._sell_card(partner=self.guest)
        use = self._prepare_use(partner=self.guest)
        sale = self._prepare_sale(self._line(self.ten, 1600), partner=self.guest, uuid=self._uuid())
        sale = self._pay(sale, (self.card_method, 1600))
        self.env["base.partner.merge.automatic.wizard"]._merge([self.client.id, self.guest.id], self.client)
        order = self._sync(use)
        self.assertEqual(order.payment_ids.payment_method_id, self.treatment_method)
        self._assert_card(card, 9, 1440)
        self.assertEqual(self._sync(sale).partner_id, self.client)
        self._assert_course_books()
        self._close()
        self._assert_course_books()

    def test_merged_clients_keep_their_cards(self):
        other = self.env["res.partner"].create({"name": "Clara Client"})
        card = self._sell_card(partner=other)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.client | other).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(card.partner_id, self.client)
        self._use(card=card)
        self._assert_card(card, 9, 1440)

    def test_who_may_do_what(self):
        card = self._sell_card()
        for action in ("action_freeze", "action_unblock"):
            with self.assertRaises(AccessError):
                getattr(card.with_user(self.reception), action)()
        with self.assertRaises(AccessError):
            self._book_card("extend", card, user=self.reception)
        with self.assertRaises(AccessError):
            self.env["salon.treatment.card"].with_user(self.plain_user).load_till_cards(self.config.id, self.client.id)
        loaded = self.env["salon.treatment.card"].with_user(self.till).load_till_cards(self.config.id, self.client.id)
        self.assertEqual(loaded["salon.treatment.card"][0]["sessions_free"], 10)

    def test_another_company_sees_nothing(self):
        card = self._sell_card()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        manager = self.manager
        manager.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["salon.treatment.card"].with_user(manager).search([("id", "=", card.id)]))
