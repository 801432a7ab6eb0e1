from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .treatment_shop import TreatmentCommon


@tagged("post_install", "-at_install")
class TestCourseOffice(TreatmentCommon):
    """What happens to a card without a till."""

    def setUp(self):
        super().setUp()
        self.bank = self.company_data["default_journal_bank"]
        self.misc = self.company_data["default_journal_misc"]
        self.income = self.company_data["default_account_revenue"]

    def test_a_card_sold_and_refunded_by_bank(self):
        card = self._book_card("sell", product_id=self.ten.id, price=1500, journal_id=self.bank.id)
        self._assert_card(card, 10, 1500)
        self.assertEqual(self._course_liability(), 1500)
        self._book_card("refund", card, journal_id=self.bank.id)
        self._assert_card(card, 0, 0, "closed")
        self.assertEqual(self._course_liability(), 0)

    def test_days_stand_still_while_a_card_is_frozen(self):
        card = self._sell_card()
        last = card.expires_on
        card.action_freeze()
        self.assertEqual(card.state, "frozen")
        with self._refused("no session"):
            self._hold_session("a", "1")
        with freeze_time(fields.Datetime.now() + timedelta(days=30)):
            card.action_unfreeze()
        self.assertEqual((card.state, card.expires_on), ("active", last + timedelta(days=30)))

    def test_a_frozen_card_at_the_till(self):
        """What was used comes back to it, and it stays frozen; an order for which nothing was held is owed."""
        card = self._sell_card()
        use, offline = self._use(), self._prepare_use(card=card, amount=160)
        last = card.expires_on
        card.action_freeze()
        order = self._sync(offline)
        self.assertEqual(order.payment_ids.payment_method_id, self.later_method)
        self._assert_card(card, 9, 1440, "frozen")
        self._refund_lines(use)
        self._assert_card(card, 10, 1600, "frozen")
        self._close()
        self._assert_course_books()
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            card.action_unfreeze()
            self.assertEqual(card.expires_on, last + timedelta(days=7))
            self._use(card=card)
            self._assert_card(card, 9, 1440)
        self._assert_course_books()

    def test_a_frozen_card_is_taken_back_at_the_till(self):
        card = self._sell_card()
        card.action_freeze()
        self._refund_lines(card.pos_order_line_id.order_id, method=self.card_method)
        self._assert_card(card, 0, 0, "closed")
        self.assertFalse(card.frozen_from)
        card.action_unfreeze()
        self._assert_card(card, 0, 0, "closed")
        self._close()
        self._assert_course_books()

    def test_a_frozen_card_is_not_booked_as_over(self):
        card = self._sell_card()
        card.action_freeze()
        with freeze_time(fields.Date.to_string(card.expires_on + timedelta(days=1))):
            card.invalidate_recordset(["is_over"])
            self.assertFalse(self.env["salon.treatment.card"].search([("is_over", "=", True)]))
            with self._refused("is not over"):
                self._book_card("expire", card, entry_journal_id=self.misc.id, account_id=self.income.id)
            card.action_unfreeze()
            self.assertFalse(card.is_over)
        self._assert_card(card, 10, 1600)

    def test_what_an_order_holds_stays_where_it_is(self):
        card = self._sell_card()
        self._hold_session("a", "1")
        for act in (card.action_freeze, lambda: self._book_card("transfer", card, other_id=self.guest.id)):
            with self._refused("just using this card"):
                act()
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):  # the order was given up
            card.action_freeze()
        self.assertEqual((card.state, card.sessions_held), ("frozen", 0))

    def test_a_longer_validity(self):
        card = self._sell_card()
        with self._refused("after the last day"):
            self._book_card("extend", card, expires_on=card.expires_on)
        later = card.expires_on + timedelta(days=60)
        self._book_card("extend", card, expires_on=later, note="She was ill")
        self.assertEqual(card.expires_on, later)

    def test_a_transfer_is_a_new_card_with_the_same_terms(self):
        card = self._sell_card()
        order = self._use()
        new = self._book_card("transfer", card, other_id=self.guest.id)
        self._assert_card(card, 0, 0, "closed")
        self._assert_card(new, 9, 1440)
        self.assertEqual((new.partner_id, new.expires_on, new.from_card_id), (self.guest, card.expires_on, card))
        self._use(partner=self.guest)
        self._assert_card(new, 8, 1280)
        # What was used before comes back to who used it.
        self._refund_lines(order)
        self._assert_card(card, 1, 160)
        self._assert_course_books()

    def test_the_unused_worth_counts_towards_a_bigger_card(self):
        bigger = self._make_card_product("20 Facials", 3000, self.facial, 20)
        card = self._sell_card()
        self._use()
        self._close()
        new = self._book_card("upgrade", card, product_id=bigger.id, price=3000, journal_id=self.bank.id)
        self._assert_card(card, 0, 0, "closed")
        self._assert_card(new, 20, 3000)
        self.assertEqual(new.account_payment_id.amount, 1560)
        self.assertEqual(self._course_liability(), 3000)
        self._assert_course_books()
        with self._refused("worth more than the new one"):
            self._book_card("upgrade", new, product_id=self.ten.id, price=1600, journal_id=self.bank.id)

    def test_named_people_share_a_card_that_was_sold_so(self):
        card = self._sell_card()
        with self.assertRaises(ValidationError):
            self._book_card("share", card, holder_ids=[(6, 0, self.guest.ids)])
        product = self._make_card_product("Shared", 1000, self.facial, salon_card_shared=True)
        card = self._sell_card(price=1000, product=product)
        self._book_card("share", card, holder_ids=[(6, 0, self.guest.ids)])
        self._use(partner=self.guest)
        self._assert_card(card, 9, 900)

    def test_what_is_over_is_booked_on_a_managers_word_alone(self):
        card = self._sell_card()
        self._use()
        self._close()
        values = {"entry_journal_id": self.misc.id, "account_id": self.income.id}
        with self._refused("is not over"):
            self._book_card("expire", card, **values)
        with freeze_time(fields.Date.to_string(card.expires_on + timedelta(days=1))):
            card.invalidate_recordset(["is_over"])
            with self._refused("no session"):
                self._hold_session("a", "1")
            found = self.env["salon.treatment.card"].search([("is_over", "=", True)])
            self.assertEqual(found, card)
            self._assert_card(card, 9, 1440)
            self._book_card("expire", card, **values)
        self._assert_card(card, 0, 0, "expired")
        entry = card.move_ids[0].account_move_id
        self.assertEqual(entry.line_ids.filtered(lambda line: line.account_id == self.income).balance, -1440)
        self.assertEqual(self._course_liability(), 0)
        self._assert_course_books()

    def test_a_lost_card_is_blocked(self):
        card = self._sell_card()
        data = self._prepare_use()
        card.with_user(self.reception).action_block()
        with self._refused("no session"):
            self._hold_session("a", "1")
        with self._refused("is blocked"):
            self._book_card("refund", card, journal_id=self.bank.id)
        self._sync(data)  # what was held before is used
        self._assert_card(card, 9, 1440, "blocked")
        card.with_user(self.manager).action_unblock()
        self.assertEqual(card.state, "active")


@tagged("post_install", "-at_install")
class TestCoursePage(TreatmentCommon, HttpCase):
    def test_a_client_sees_their_own_cards_and_those_shared_with_them(self):
        shared = self._make_card_product("Shared 5", 500, self.facial, 5, salon_card_shared=True)
        mine, hers = self._sell_card(), self._sell_card(price=500, product=shared, partner=self.guest)
        self._sell_card(partner=self.guest)
        hers.sudo().holder_ids = self.client
        self._use(card=mine)
        new_test_user(self.env, "clara_portal", "base.group_portal", partner_id=self.client.id)
        self.authenticate("clara_portal", "clara_portal")
        answer = self.url_open("/my/membership")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.text.count("salon-treatment-card"), 2)
        for shown in ("9 of 10 left", mine.number, "5 of 5 left", hers.number):
            self.assertIn(shown, answer.text)
