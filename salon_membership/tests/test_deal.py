from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import format_date, mute_logger

from ..tools.deal_code import normalise
from .deal_shop import DealCommon


@tagged("post_install", "-at_install")
class TestDeal(DealCommon):
    """Vouchers of platforms: redeemed once, with the order, and given back whole."""

    # Setting up -------------------------------------------------------------------------------------

    def test_the_setup_makes_nothing_without_a_yes(self):
        wizard = self.env["salon.deal.setup"].create({"name": "Douyin", "config_ids": [(6, 0, self.config.ids)]})
        accounts, journals = self.env["account.account"].search_count([]), self.env["account.journal"].search_count([])
        for word in ("Douyin", "Owed by Douyin", self.config.name):
            self.assertIn(word, wizard.plan)
        with self._refused("Yes, make this"):
            wizard.action_set_up()
        self.assertEqual(self.env["account.account"].search_count([]), accounts)
        self.assertEqual(self.env["account.journal"].search_count([]), journals)
        wizard.sure = True
        platform = self.env["salon.deal.platform"].browse(wizard.action_set_up()["res_id"])
        method = platform.payment_method_id
        self.assertEqual((method.type, method.use_payment_terminal), ("bank", "salon_deal"))
        self.assertEqual(method.journal_id.default_account_id, platform.clearing_account_id)
        self.assertEqual(platform.clearing_account_id.account_type, "asset_current")
        self.assertIn(method, self.config.payment_method_ids)
        # Fees of all platforms are one expense; what each one owes stands by itself.
        self.assertEqual(platform.fee_account_id, self.platform.fee_account_id)
        self.assertNotEqual(platform.clearing_account_id, self.platform.clearing_account_id)

    def test_new_accounts_stand_beside_those_of_their_kind(self):
        values = {"account_type": "expense", "company_ids": [(6, 0, self.company.ids)]}
        self.env["account.account"].create({"name": "Sales Expenses", "code": "567800", **values})
        values["account_type"] = "asset_current"
        self.env["account.account"].create({"name": "Other Receivables", "code": "122100", **values})
        wizard = self.env["salon.deal.setup"].create({"name": "Douyin"})
        self.assertEqual((wizard.fee_account_code[:4], wizard.account_code[:4]), ("5678", "1221"))

    def test_a_platform_needs_a_method_of_its_own(self):
        with self.assertRaises(ValidationError):
            self.platform.payment_method_id = self.card_method
        with self.assertRaises(ValidationError):
            self.deal_method.outstanding_account_id = False

    def test_the_fee_is_that_of_the_rule_or_of_the_offer(self):
        self.assertEqual((self.offer.fee, self.offer.net), (4.8, 75.2))
        self.platform.fee_fixed = 1
        self.assertEqual(self.offer.fee, 5.8)
        own = self._make_offer("Own fee", 100, self.cut, fee=2.5)
        self.assertEqual((own.fee, own.net), (2.5, 97.5))
        self.bundle.fee = 20
        self.platform.write({"fee_percent": 10, "fee_fixed": 0})
        self.assertEqual((self.offer.fee, own.fee, self.bundle.fee), (8, 2.5, 20), "a new rule leaves own fees alone")
        own.price = 120
        self.assertEqual(own.fee, 2.5)
        own.price = 2
        self.assertEqual(own.fee, 2, "no more than what is settled")
        own.write({"price": 100, "has_own_fee": False})
        self.assertEqual(own.fee, 10, "the rule's again")

    def test_in_the_form_a_fee_is_the_rules_until_it_is_marked_as_its_own(self):
        form = Form(self.env["salon.deal.offer"])
        form.name, form.platform_id, form.price = "Form", self.platform, 50
        self.assertEqual(form.fee, 3)
        with form.item_ids.new() as item:
            item.product_id = self.cut
        offer = form.save()
        self.assertFalse(offer.has_own_fee)
        with Form(offer) as form:
            form.has_own_fee = True
            form.fee = 1
        self.platform.fee_percent = 50
        self.assertEqual((offer.has_own_fee, offer.fee), (True, 1))

    def test_the_pieces_of_a_bundle_come_to_its_price(self):
        bundle = self._make_offer("Three", 100, self.cut, self.facial, self.shampoo)
        self.cut.lst_price, self.facial.lst_price, self.shampoo.lst_price = 33.33, 33.33, 33.33
        self.assertEqual([amount for _product, amount in bundle._pieces()], [33.33, 33.34, 33.33])
        for product in (self.cut, self.facial, self.shampoo):
            product.lst_price = 0
        self.assertEqual(sum(amount for _product, amount in bundle._pieces()), 100)

    def test_a_voucher_makes_no_stored_value(self):
        with self._refused("not for a top-up"), self.env.cr.savepoint():
            self._make_offer("Top-up", 80, self.topup_product)
        line = self._topup_line(80, salon_deal_offer_id=self.offer.id, salon_deal_code="A1", uuid=self._uuid())
        with self._refused("not for a top-up"), self.env.cr.savepoint():
            self._sync(self._pay(self._prepare_sale(line, uuid=self._uuid()), (self.deal_method, 80)))
        self.assertFalse(self._vouchers())

    def test_an_offer_is_for_something(self):
        with self.assertRaises(ValidationError):
            self._make_offer("Nothing", 100)

    # The code ---------------------------------------------------------------------------------------

    def test_a_code_is_written_one_way(self):
        for text in (
            "1234 5678 abcd",
            " 1234-5678-ABCD\n",
            "１２３４５６７８ａｂｃｄ",
            "'12345678ABCD",
            '="12345678abcd"',
        ):
            self.assertEqual(normalise(text), "12345678ABCD")
        self.assertEqual(normalise(" - "), "")
        self.assertEqual(normalise(None), "")

    def test_the_till_is_told_what_a_voucher_is_good_for(self):
        told = self._check(" 1234-5678 ", self.bundle)
        self.assertEqual((told["code"], told["amount"]), ("12345678", 250))
        self.assertEqual([piece["product_id"] for piece in told["pieces"]], [self.cut.id, self.facial.id])
        self.assertEqual(sum(piece["amount"] for piece in told["pieces"]), 250)
        self.assertFalse(self._vouchers(), "it is redeemed with the order")

    def test_a_used_code_says_when_and_where_but_not_whose(self):
        self._redeem("1234")
        with self.assertRaises(UserError) as caught:
            self._check("12 34", self.bundle)
        text = str(caught.exception)
        self.assertIn("Meituan 1234", text)
        self.assertIn(self.config.name, text)
        self.assertIn(format_date(self.env, fields.Date.today(), date_format="short"), text)
        self.assertNotIn(self.client.name, text)

    def test_what_is_not_taken_any_more_is_refused(self):
        with self._refused("Type or scan"):
            self._check(" - ")
        self.offer.active = False
        with self._refused("not taken any more"):
            self._check("1")
        self.offer.active = True
        self.config.payment_method_ids -= self.deal_method
        with self._refused("does not take Meituan"):
            self._check("1")

    def test_only_the_till_asks(self):
        vouchers = self.env["salon.deal.voucher"].with_user(self.plain_user)
        with self.assertRaises(AccessError):
            vouchers.check_voucher(self.config.id, self.offer.id, "1", "x")
        with self.assertRaises(AccessError):
            vouchers.load_till_offers(self.config.id)
        told = self.env["salon.deal.voucher"].with_user(self.till).load_till_offers(self.config.id)
        self.assertEqual({one["id"] for one in told["salon.deal.offer"]}, {self.offer.id, self.bundle.id})
        self.assertFalse({"fee", "net"} & told["salon.deal.offer"][0].keys(), "what it costs is not the cashier's")

    # Redeeming --------------------------------------------------------------------------------------

    def test_a_voucher_is_redeemed_with_its_order(self):
        order = self._redeem("ab-12", others=[self._line(self.shampoo, 80)])
        voucher = self._vouchers("AB12")
        self.assertEqual(voucher.pos_order_id, order)
        self.assertEqual((voucher.amount, voucher.fee, voucher.net), (80, 4.8, 75.2))
        self.assertEqual(
            (voucher.state, voucher.redeemed_by, voucher.offer_id), ("redeemed", order.user_id.id, self.offer)
        )
        self.assertEqual(self._payments(order), {self.deal_method: 80, self.card_method: 80})
        self.assertEqual((order.amount_total, order.state), (160, "paid"))

    def test_an_order_sent_twice_redeems_once(self):
        data = self._prepare_redeem("1234")
        order = self._sync(data)
        self.assertEqual(self._sync(data), order)
        self.assertEqual(len(self._vouchers("1234")), 1)
        self.assertEqual(self._payments(order), {self.deal_method: 80})

    def test_the_database_redeems_a_code_once(self):
        voucher = self._redeem("1234") and self._vouchers("1234")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            voucher.sudo().copy({"redeemed_at": voucher.redeemed_at})
            self.env.flush_all()

    def test_two_platforms_may_have_the_same_code(self):
        douyin = self._make_platform("Douyin")
        offer = self._make_offer("Cut", 70, self.cut, platform=douyin)
        self._redeem("1234")
        order = self._redeem("1234", offer)
        self.assertEqual(self._payments(order), {douyin.payment_method_id: 70})

    def test_an_order_with_two_vouchers_redeems_both(self):
        lines = self._deal_lines("1") + self._deal_lines("2", self.bundle)
        data = self._prepare_sale(*lines, uuid=self._uuid())
        order = self._sync(self._pay(data, (self.deal_method, 330)))
        self.assertEqual(self._vouchers("1", "2").mapped("amount"), [80, 250])
        self.assertEqual(self._payments(order), {self.deal_method: 330})

    def test_a_code_used_meanwhile_is_owed_by_the_client_and_noted(self):
        late = self._prepare_redeem("1234")
        first = self._redeem("1234")
        order = self._sync(late)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self._payments(order), {self.later_method: 80})
        self.assertEqual(self._vouchers("1234").pos_order_id, first)
        note = "".join(str(body) for body in order.message_ids.mapped("body"))
        self.assertIn("the client owes", note)
        self.assertIn("Meituan 1234 was redeemed already", note)
        self.assertFalse(order.lines.salon_deal_offer_id)
        self._close()

    def test_without_a_client_it_stands_as_disputed(self):
        late = self._anonymous(self._prepare_redeem("1234"))
        self._redeem("1234")
        order = self._sync(late)
        self.assertEqual(self._payments(order), {self.deal_method: 80})
        disputed = self._vouchers().filtered(lambda one: one.state == "disputed")
        self.assertEqual((disputed.pos_order_id, disputed.amount, disputed.code), (order, 80, False))
        self.assertIn("redeemed already", disputed.note)
        self._close()
        # What the platform owes by the books is what the vouchers say.
        self.assertEqual(self._owed(), sum(self._vouchers().mapped("amount")))

    def test_more_than_the_voucher_is_not_paid_by_it(self):
        lines = self._deal_lines("1234")
        lines[0].update(price_unit=100, price_subtotal=100, price_subtotal_incl=100)
        order = self._sync(self._pay(self._prepare_sale(*lines, uuid=self._uuid()), (self.deal_method, 100)))
        self.assertEqual(self._payments(order), {self.deal_method: 80, self.later_method: 20})
        order = self._sync(
            self._pay(
                self._prepare_sale(*self._deal_lines("2"), self._line(self.shampoo, 80), uuid=self._uuid()),
                (self.deal_method, 160),
            )
        )
        self.assertEqual(self._payments(order), {self.deal_method: 80, self.later_method: 80})

    def test_a_platform_does_not_pay_without_a_voucher(self):
        data = self._prepare_sale(self._line(self.shampoo, 80), uuid=self._uuid())
        order = self._sync(self._pay(data, (self.deal_method, 80)))
        self.assertEqual(self._payments(order), {self.later_method: 80})

    def test_a_voucher_that_nobody_tenders_is_not_redeemed(self):
        data = self._prepare_sale(*self._deal_lines("1234"), uuid=self._uuid())
        order = self._sync(self._pay(data, (self.card_method, 80)))
        self.assertFalse(self._vouchers())
        self.assertFalse(order.lines.salon_deal_code)
        self._redeem("1234")

    def test_another_platforms_voucher_does_not_pay(self):
        douyin = self._make_platform("Douyin")
        data = self._prepare_sale(*self._deal_lines("1234"), uuid=self._uuid())
        order = self._sync(self._pay(data, (douyin.payment_method_id, 80)))
        self.assertEqual(self._payments(order), {self.later_method: 80})
        self.assertFalse(self._vouchers())

    # Points and tier --------------------------------------------------------------------------------

    def test_no_points_and_no_tier_unless_the_platform_says_so(self):
        without = self._redeem("1", others=[self._line(self.shampoo, 100)])
        self.assertEqual(without.salon_points, self._sell(self._line(self.shampoo, 100)).salon_points)
        self.assertFalse(without.lines.filtered("salon_deal_offer_id")._salon_eligible())
        self.platform.gives_points = True
        self.assertGreater(self._redeem("2").salon_points, 0)

    # Giving back ------------------------------------------------------------------------------------

    def test_a_refund_gives_the_voucher_back_and_its_code_is_good_again(self):
        order = self._redeem("1234", self.bundle)
        refund = self._give_back_lines(order, (self.deal_method, -250))
        voucher = self._vouchers("1234")
        self.assertEqual((voucher.state, voucher.refund_id), ("given_back", refund))
        again = self._redeem("1234")
        self.assertEqual(self._vouchers("1234").mapped("state"), ["given_back", "redeemed"])
        self.assertEqual(self._payments(again), {self.deal_method: 80})
        self._close()
        self.assertEqual(self._owed(), 80)

    def test_paid_back_by_money_the_voucher_stays_used(self):
        order = self._redeem("1234")
        self._give_back_lines(order, (self.card_method, -80))
        self.assertEqual(self._vouchers("1234").state, "redeemed")
        with self._refused("redeemed already"):
            self._check("1234")

    def test_what_was_paid_back_by_money_gives_no_voucher_back(self):
        order = self._redeem("A1")
        self._give_back_lines(order, (self.card_method, -80))
        with self._refused("given back whole"), self.env.cr.savepoint():
            self._give_back_lines(order, (self.deal_method, -80))
        self.assertEqual(self._vouchers("A1").state, "redeemed")

    def test_a_voucher_is_given_back_whole(self):
        order = self._redeem("1234", self.bundle)
        part = order.lines[:1]
        with self._refused("given back whole"), self.env.cr.savepoint():
            self._give_back_lines(order, (self.deal_method, -part.price_subtotal_incl), lines=part)
        with self._refused("given back whole"), self.env.cr.savepoint():
            self._give_back_lines(order, (self.deal_method, -100), (self.card_method, -150))
        other = self._sell(self._line(self.shampoo, 80))
        with self._refused("given back whole"), self.env.cr.savepoint():
            self._give_back_lines(other, (self.deal_method, -80))

    def test_a_voucher_beside_bonus_is_given_back_without_any_of_it(self):
        """Bonus lessens what stored value pays for, not what a voucher has paid."""
        self._top_up(100)
        uuid = self._uuid()
        split = self._hold_value(80, uuid)
        lines = [*self._deal_lines("1"), self._line(self.shampoo, 80), self._bonus_line(split["bonus"])]
        data = self._prepare_sale(*lines, uuid=uuid)
        order = self._sync(self._pay(data, (self.deal_method, 80), (self.wallet_method, split["principal"])))
        self._give_back_lines(order, (self.deal_method, -80), lines=order.lines.filtered("salon_deal_offer_id"))
        self.assertEqual(self._vouchers("1").state, "given_back")
        shampoo = order.lines.filtered(lambda line: line.product_id == self.shampoo)
        with self._refused("with bonus in part"), self.env.cr.savepoint():
            self._give_back_lines(order, (self.wallet_method, -80), lines=shampoo)
        self._give_back_lines(order, (self.wallet_method, -split["principal"]), lines=order.lines - order.lines[:1])
        self._assert_wallet(100, 10)

    def test_an_invoiced_order_is_paid_by_its_voucher_too(self):
        order = self._redeem("1", to_invoice=True)
        self.assertEqual((order.account_move.amount_total, order.account_move.payment_state), (80, "paid"))
        self._close()
        self.assertEqual(self._owed(), 80)

    def test_one_of_two_vouchers_is_given_back(self):
        lines = self._deal_lines("1") + self._deal_lines("2")
        order = self._sync(self._pay(self._prepare_sale(*lines, uuid=self._uuid()), (self.deal_method, 160)))
        second = order.lines.filtered(lambda line: line.salon_deal_code == "2")
        self._give_back_lines(order, (self.deal_method, -80), lines=second)
        self.assertEqual(self._vouchers("1").state, "redeemed")
        self.assertEqual(self._vouchers("2").state, "given_back")

    # The books --------------------------------------------------------------------------------------

    def test_the_closing_books_what_the_platform_owes(self):
        tax = self.env["account.tax"].create({"name": "6 %", "amount": 6})
        lines = self._deal_lines("1")
        lines[0].update(self._line(self.cut, 80, tax=tax))
        self._sync(self._pay(self._prepare_sale(*lines, uuid=self._uuid()), (self.deal_method, 80)))
        session = self._close()
        self.assertEqual(self._owed(), 80)
        revenue = session.move_id.line_ids.filtered("tax_ids")
        # Revenue is what the platform settles, before its fee, less tax.
        self.assertAlmostEqual(-sum(revenue.mapped("balance")), 75.47)

    def test_the_reconciliation_shows_what_platforms_sold_and_agrees(self):
        self._redeem("1", self.bundle, others=[self._line(self.shampoo, 80)])
        order = self._redeem("2")
        self._give_back_lines(order, (self.deal_method, -80))
        session = self._close()
        report = self.env["salon.session.report"].browse(session.id)
        self.assertEqual((report.deals, report.tier, report.listed), (250, 0, 80))
        self.assertFalse(report.difference)

    def test_a_session_that_gives_more_back_than_it_redeems(self):
        order = self._redeem("1234")
        self._close()
        self._give_back_lines(order, (self.deal_method, -80))
        self._close()
        self.assertEqual(self._owed(), 0)

    def test_nothing_is_counted(self):
        self._redeem("1234")
        session = self.config.current_session_id
        session.post_closing_cash_details(session.cash_register_balance_end)
        result = session.close_session_from_ui([(self.deal_method.id, 5)])
        self.assertFalse(result["successful"])
        self.assertIn("known from the vouchers", result["message"])

    def test_what_is_redeemed_is_not_edited(self):
        order = self._redeem("1234")
        plain = self._sync(self._pay(self._prepare_sale(self._line(self.cut, 80)), (self.card_method, 80)))
        for record, values in (
            (order.lines, {"salon_deal_code": "5678"}),
            (order.lines, {"salon_deal_offer_id": False}),
            (plain.lines, {"salon_deal_offer_id": self.offer.id, "salon_deal_code": "1234"}),
            (order.payment_ids, {"amount": 70}),
            (order.payment_ids, {"payment_method_id": self.card_method.id}),
            (order.lines, {"price_unit": 70}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.write(values)

    def test_a_platform_stays_where_its_vouchers_are(self):
        self._redeem("1234")
        other = self._make_platform("Douyin")
        method = other.payment_method_id
        other.unlink()
        with self.assertRaises(ValidationError):
            self.platform.payment_method_id = method

    def test_another_company_sees_nothing(self):
        self._redeem("1234")
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [(4, other.id)]})
        alone = self.env(user=self.manager, context={"allowed_company_ids": other.ids})
        for model in ("platform", "offer", "item", "voucher"):
            self.assertFalse(alone[f"salon.deal.{model}"].search([]), model)
