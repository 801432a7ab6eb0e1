from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .books_shop import BooksCommon


@tagged("post_install", "-at_install")
class TestSessionReport(BooksCommon):
    """The reconciliation of a till session: its orders against its entries, line by line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "10 %", "amount": 10})

    def _statement(self, session, user=None):
        self.env.flush_all()
        return self.env["salon.session.report"].with_user(user or self.env.user).load_page({"session_id": session.id})

    def _amount(self, page, label, section="sales"):
        return self._figures(page, label, section)[0]

    def _busy_session(self):
        """Sell with everything that lessens a price, top up, sell and use cards, refund, and close."""
        self._top_up(200)
        self._sell_card()
        self._use(others=[self._line(self.shampoo, 88, tax=self.tax)])
        sale = self._buy(80, 55)
        self._give_back(sale)
        # A gold member pays 64 for what costs 80 in the list, and 10 % less for the second.
        lines = [self._line(self.shampoo, 64), self._line(self.shampoo, 57.6, discount=10)]
        lines[1]["price_unit"] = 64
        data = self._prepare_sale(*lines, pricelist=self.gold.pricelist_id)
        self._sync(self._pay(data, (self.cash_method, 121.6)))
        return self._close()

    def test_orders_and_entries_agree(self):
        session = self._busy_session()
        page = self._statement(session)
        self.assertEqual(page["notes"][0]["level"], "good")
        for label, amount in (
            ("Top-ups", 200), ("Treatment Cards Sold", 1600), ("Sessions of Treatment Cards", 160),
            ("Tier Prices", -32), ("Discounts", -6.4), ("Points", 0), ("Coupons and Rewards", 0),
        ):  # fmt: skip
            self.assertAlmostEqual(self._amount(page, label), amount, 2, label)
        self.assertEqual(self._amount(page, "To Be Paid"), self._amount(page, "Paid"))
        entries = self._section(page, "entries")["rows"]
        self.assertEqual({row["cells"][2]["value"] for row in entries}, {0.0})
        labels = [row["label"] for row in entries]
        for label in ("Sales without tax", "Taxes", "Top-ups", "Treatment cards sold", self.wallet_method.name):
            self.assertIn(label, labels)
        self.assertEqual(self._figures(page, "Taxes", "entries")[:3], [8, 8, 0])
        # What all accounts come to is nothing.
        accounts = self._section(page, "accounts")["rows"]
        debit, credit = (sum(row["cells"][place]["value"] or 0 for row in accounts) for place in (0, 1))
        self.assertAlmostEqual(debit, credit, 2)
        self.assertEqual(session._salon_mistakes(), [])

    def test_an_open_session_is_posted_by_nothing_yet(self):
        self._top_up(200)
        page = self._statement(self.config.current_session_id)
        self.assertEqual(page["notes"][0]["level"], "info")
        self.assertEqual(self._figures(page, "Top-ups", "entries"), [200, None, None, ""])

    def test_invoices_are_entries_of_the_session(self):
        order = self._top_up(200)
        self._top_up(100, partner=self.guest)
        order.action_pos_order_invoice()
        session = self._close()
        page = self._statement(session)
        self.assertEqual(self._figures(page, "Top-ups", "entries")[:3], [300, 300, 0])
        self.assertEqual(page["notes"][0]["level"], "good", self._section(page, "entries"))

    def test_an_order_invoiced_after_the_closing_changes_nothing(self):
        order = self._top_up(200)
        session = self._close()
        order.action_pos_order_invoice()
        self.assertEqual(self._statement(session)["notes"][0]["level"], "good")

    def test_what_customers_owe(self):
        data = self._prepare_sale(self._line(self.shampoo, 80))
        self._sync(self._pay(data, (self.later_method, 80)))
        session = self._close()
        page = self._statement(session)
        self.assertEqual(self._figures(page, "Owed by customers", "entries")[:3], [80, 80, 0])

    def test_more_given_back_than_used(self):
        self._top_up(200)
        order = self._buy(55, 55)
        self._close()
        self._give_back(order)
        session = self._close()
        page = self._statement(session)
        self.assertEqual(self._figures(page, self.wallet_method.name, "entries")[:3], [-50, -50, 0])
        self.assertEqual(page["notes"][0]["level"], "good")

    def test_what_is_counted_put_in_and_taken_out_is_no_difference(self):
        data = self._prepare_sale(self._line(self.shampoo, 80))
        self._sync(self._pay(data, (self.cash_method, 80)))
        session = self.config.current_session_id
        session.try_cash_in_out("in", 50, "Change", False, {"translatedType": "in", "formattedAmount": "50"})
        session.try_cash_in_out("out", 20, "Flowers", False, {"translatedType": "out", "formattedAmount": "20"})
        session.post_closing_cash_details(session.cash_register_balance_end - 5)
        self.assertEqual(session.close_session_from_ui(), {"successful": True})
        page = self._statement(session)
        self.assertEqual(self._figures(page, self.cash_method.name, "entries")[:3], [80, 80, 0])
        self.assertEqual(page["notes"][0]["level"], "good", self._section(page, "entries"))

    def test_a_method_that_names_its_customer_and_one_without_an_account(self):
        self.card_method.split_transactions = True
        self._top_up(200)
        self._top_up(100, partner=self.guest)
        session = self._close()
        self.assertEqual(session._salon_mistakes(), [])
        self.card_method.split_transactions = False
        self.card_method.outstanding_account_id = False
        self._top_up(70)
        session = self._close()
        self.assertEqual(session._salon_mistakes(), [])
        self.assertEqual(self._statement(session)["notes"][0]["level"], "good")

    def test_a_till_in_another_currency(self):
        pricelist, method = self._open_foreign_till(0.01, 3.1)
        for price in (10.01, 33.33, 7.77):
            data = self._prepare_sale(self._line(self.shampoo, price, tax=self.tax), pricelist=pricelist)
            self._sync(self._pay(data, (method, price)))
        session = self._close()
        self.assertEqual(session._salon_mistakes(), [])
        self.assertAlmostEqual(self._amount(self._statement(session), "Paid"), 51.11 / 3.1, 1)

    def test_a_till_in_a_currency_without_decimals(self):
        pricelist, method = self._open_foreign_till(1, 7)
        data = self._prepare_sale(self._line(self.shampoo, 10), pricelist=pricelist)
        self._sync(self._pay(data, (method, 10)))
        page = self._statement(self._close())
        self.assertEqual([self._amount(page, label) for label in ("Sales", "To Be Paid", "Paid")], [1.43] * 3)

    def test_a_changed_entry_is_marked(self):
        self._top_up(200)
        session = self._close()
        liability = session.move_id.line_ids.filtered(lambda line: line.account_id == self.wallet_account)
        session.move_id.button_draft()
        liability.account_id = self.income
        session.move_id.action_post()
        page = self._statement(session)
        self.assertEqual(page["notes"][0]["level"], "bad")
        self.assertEqual(self._figures(page, "Top-ups", "entries")[:3], [200, 0, 200])
        self.assertEqual(self._figures(page, "Sales without tax", "entries")[:3], [0, 200, -200])
        report = self.env["salon.session.report"].browse(session.id)
        self.assertTrue(report.differs)
        self.assertEqual(report.difference, 0)
        self.assertEqual(len(session._salon_mistakes()), 2)

    def test_every_figure_opens_its_records(self):
        session = self._busy_session()
        page = self._statement(session, self.accountant)
        reports = self.env["salon.session.report"].with_user(self.accountant)
        keys = 0
        for section in page["sections"]:
            for row in section["rows"]:
                for cell in row["cells"]:
                    if cell.get("key"):
                        action = reports.open_figure(page["options"], cell["key"])
                        records = reports.env[action["res_model"]].search(action["domain"])
                        self.assertTrue(records, cell["key"])
                        if action["res_model"] == "salon.session.line" and cell["key"] != "part:tender":
                            self.assertAlmostEqual(sum(records.mapped("amount")), cell["value"], 2, cell["key"])
                        keys += 1
        self.assertGreater(keys, 15)

    def test_the_list_has_the_figures_of_each_session(self):
        session = self._busy_session()
        report = self.env["salon.session.report"].with_user(self.accountant).search([("id", "=", session.id)])
        self.assertEqual((report.topups, report.cards, report.used, report.difference), (200, 1600, 160, 0))
        self.assertEqual(report.state, "closed")
        self.assertEqual(report.action_open_statement()["context"]["salon_options"], {"session_id": session.id})
        action = session.action_salon_reconciliation()
        self.assertEqual(action["params"], {"model": "salon.session.report"})
        exported = report.export_data(["name", "topups", "tenders"])["datas"]
        self.assertEqual(exported[0][:2], [session.name, 200.0])

    def test_the_list_proves_all_sessions_at_once(self):
        sessions = self._busy_session()
        for amount in (200, 300, 400):
            order = self._top_up(amount)
            if amount == 300:
                order.action_pos_order_invoice()
            sessions |= self._close()
        wrong = sessions[1].move_id
        liability = wrong.line_ids.filtered(lambda line: line.account_id == self.wallet_account)
        wrong.button_draft()
        liability.account_id = self.income
        wrong.action_post()
        reports = self.env["salon.session.report"].with_user(self.accountant)

        def count(those):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = {report.id: (report.difference, report.differs) for report in reports.browse(those.ids)}
            return found, self.env.cr.sql_log_count - before

        count(sessions)  # what is kept in memory
        alone, queries = count(sessions[0])
        found, more = count(sessions)
        self.assertEqual(found, {session.id: (0, session == sessions[1]) for session in sessions})
        self.assertEqual(alone, {sessions[0].id: (0, False)})
        self.assertLessEqual(more, queries + 3, "however many sessions a page has")

    def test_the_workbook(self):
        session = self._busy_session()
        _name, content = (
            self.env["salon.session.report"].with_user(self.accountant).make_xlsx({"session_id": session.id})
        )
        sheets = self._read_xlsx(content)
        self.assertIn(["Top-ups", 200], [row[:2] for row in sheets["What the Orders Say"]])

    def test_who_may_read_it(self):
        session = self._busy_session()
        for user in (self.accountant, self.manager):
            self.assertEqual(self._amount(self._statement(session, user), "Top-ups"), 200)
        for user in (self.reception, self.stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                self._statement(session, user)
        lines = self.env["salon.session.line"].with_user(self.accountant).search([("session_id", "=", session.id)])
        self.assertNotIn("partner_id", lines._fields)
        other = self.env["res.company"].create({"name": "Other Salon"})
        self.env.user.company_ids |= other
        reports = self.env["salon.session.report"].with_context(allowed_company_ids=other.ids)
        with self.assertRaises(UserError):
            reports.load_page({"session_id": session.id})
