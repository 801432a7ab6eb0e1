from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .books_shop import BooksCommon


@tagged("post_install", "-at_install")
class TestPrepaidReport(BooksCommon):
    """The page of prepaid liabilities: what moved, and that cards and books agree to the cent."""

    def test_what_moved_comes_to_what_clients_have(self):
        self._top_up(200)
        order = self._buy(55, 55)
        card = self._sell_card()
        use = self._use()
        self._give_back(order)
        self._refund_lines(use)
        page = self._page()
        self.assertEqual(self._figures(page, "Opening"), [0, 0, 0, 0])
        self.assertEqual(self._figures(page, "Sold"), [200, 20, 10, 1600])
        self.assertEqual(self._figures(page, "Used"), [-50, -5, -1, -160])
        self.assertEqual(self._figures(page, "Given Back"), [50, 5, 1, 160])
        self.assertEqual(self._figures(page, "Closing"), [200, 20, 10, 1600])
        self._assert_wallet(200, 20)
        self._assert_card(card, 10, 1600)
        # Nothing is posted: all of it is still in the open session.
        self.assertEqual(self._books(page, "Balance of the account"), [0, 0])
        self.assertEqual(self._books(page, "Not posted yet by open sessions"), [200, 1600])
        self._assert_agrees(page)
        self._close()
        page = self._page()
        self.assertEqual(self._books(page, "Balance of the account"), [200, 1600])
        self.assertEqual(self._books(page, "Not posted yet by open sessions"), [0, 0])
        self._assert_agrees(page)

    def test_the_back_office_is_in_the_books_at_once(self):
        self._book_wallet("topup", amount=300)
        self._book_wallet("payout", amount=120)
        self._book_wallet("transfer", amount=80, other_id=self.guest.id)
        card = self._book_card("sell", product_id=self.ten.id, price=1500, journal_id=self.bank.id)
        self._book_card("transfer", card, other_id=self.guest.id)
        page = self._page()
        self.assertEqual(self._figures(page, "Sold"), [300, 30, 10, 1500])
        self.assertEqual(self._figures(page, "Refunded"), [-120, -12, 0, 0])
        self.assertEqual(self._figures(page, "Transferred"), [0, 0, 0, 0])
        self.assertEqual(self._books(page, "Balance of the account"), [180, 1500])
        self._assert_agrees(page)

    def test_an_upgrade_and_an_end(self):
        bigger = self._make_card_product("20 Facials", 3000, self.facial, 20)
        card = self._sell_card()
        self._use()
        self._close()
        new = self._book_card("upgrade", card, product_id=bigger.id, price=3000, journal_id=self.bank.id)
        page = self._page()
        self.assertEqual(self._figures(page, "Upgraded"), [0, 0, 11, 1560])
        self._assert_agrees(page)
        with freeze_time(fields.Date.to_string(new.expires_on + timedelta(days=1))):
            new.invalidate_recordset(["is_over"])
            self._book_card("expire", new, entry_journal_id=self.misc.id, account_id=self.income.id)
            page = self._page()
            self.assertEqual(self._figures(page, "Opening"), [0, 0, 20, 3000])
            self.assertEqual(self._figures(page, "Expired"), [0, 0, -20, -3000])
            self.assertEqual(self._figures(page, "Closing"), [0, 0, 0, 0])
            self._assert_agrees(page)

    def test_what_is_invoiced_is_posted_already(self):
        order = self._top_up(200)
        self._top_up(100, partner=self.guest)
        order.action_pos_order_invoice()
        page = self._page()
        self.assertEqual(self._books(page, "Balance of the account"), [200, 0])
        self.assertEqual(self._books(page, "Not posted yet by open sessions"), [100, 0])
        self._assert_agrees(page)
        self._close()
        self._assert_agrees(self._page())
        later = self._top_up(70)
        self._close()
        later.action_pos_order_invoice()  # reverses its part of the session's entry, and posts it anew
        page = self._page()
        self.assertEqual(self._books(page, "Balance of the account")[0], 370)
        self._assert_agrees(page)

    def test_the_ends_of_a_period_lie_before_a_closing(self):
        """Sold on one day, closed the next: at the end of the first it is not posted."""
        with freeze_time("2026-03-31 15:00:00"):
            self._top_up(200)
        with freeze_time("2026-04-01 09:00:00"):
            self._buy(90, 55)
            self._close()
        march = self._page(date_from="2026-03-01", date_to="2026-03-31")
        self.assertEqual(self._books(march, "On the cards", both=True), [0, 200, 0, 0])
        self.assertEqual(self._books(march, "Balance of the account", both=True), [0, 0, 0, 0])
        self.assertEqual(self._books(march, "Not posted yet by open sessions", both=True), [0, 200, 0, 0])
        self._assert_agrees(march)
        april = self._page(date_from="2026-04-01", date_to="2026-04-30")
        self.assertEqual(self._figures(april, "Opening"), [200, 20, 0, 0])
        self.assertEqual(self._figures(april, "Used"), [-50, -5, 0, 0])
        self.assertEqual(self._books(april, "Balance of the account", both=True), [0, 150, 0, 0])
        self._assert_agrees(april)

    def test_an_order_that_arrives_late_or_from_a_wrong_clock_differs_on_no_day(self):
        self._top_up(100)
        self._close()
        now = fields.Datetime.now()
        for days in (-2, 2):
            self._top_up(200, date_order=fields.Datetime.to_string(now + timedelta(days=days)))
        for _time in ("open", "closed"):
            for days in range(-3, 4):
                day = self.company._salon_today() + timedelta(days=days)
                self._assert_agrees(self._page(date_from=str(day), date_to=str(day)))
            self._close()
            self._top_up(10)

    def test_a_till_in_another_currency_differs_by_no_cent(self):
        pricelist, method = self._open_foreign_till(0.01, 3.1)
        for _time in range(4):
            data = self._prepare_sale(self._topup_line(0.05), pricelist=pricelist)
            self._sync(self._pay(data, (method, 0.05)))
        self.assertEqual(self._books(self._page(), "On the cards")[0], 0.08)
        self._assert_agrees(self._page())
        self._close()
        self._assert_agrees(self._page())

    def test_a_year_that_is_still_typed_is_none(self):
        for year in ("0002", "0020", "9999"):
            page = self._page(date_from=f"{year}-01-01", date_to=f"{year}-01-01")
            self.assertEqual(page["options"]["date_to"], str(self.company._salon_today()))

    def test_a_refund_in_a_later_session(self):
        self._top_up(200)
        order = self._buy(55, 55)
        self._close()
        self._give_back(order)
        self.assertEqual(self._books(self._page(), "Not posted yet by open sessions"), [50, 0])
        self._assert_agrees(self._page())
        self._close()
        self._assert_agrees(self._page())

    def test_an_entry_made_by_hand_is_named(self):
        self._top_up(200)
        self._close()
        entry = self._entry_by_hand(25)
        page = self._page()
        self.assertEqual(self._books(page, "Difference"), [-25, 0])
        self.assertEqual(page["notes"][0]["level"], "bad")
        [row] = self._section(page, "why")["rows"]
        self.assertIn(entry.name, row["label"])
        self.assertIn("made by hand", row["label"])
        self.assertEqual([cell["value"] for cell in row["cells"]], [0, 25, 0, -25])
        action = self.env["salon.prepaid.report"].open_figure(page["options"], row["key"])
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", entry.id))
        entry._reverse_moves(cancel=True)
        self._assert_agrees(self._page())

    def test_a_draft_is_named_and_counts_for_nothing(self):
        self._top_up(200)
        self._close()
        entry = self._entry_by_hand(25, post=False)
        page = self._page()
        self._assert_agrees(page)
        [row] = self._section(page, "why")["rows"]
        self.assertIn("Draft", row["label"])
        self.assertEqual(row["key"], f"source:entry:{entry.id}")

    def test_a_session_whose_entry_was_changed_is_named(self):
        self._top_up(200)
        session = self._close()
        lines = session.move_id.line_ids
        liability = lines.filtered(lambda line: line.account_id == self.wallet_account)
        session.move_id.button_draft()
        liability.account_id = self.income
        session.move_id.action_post()
        page = self._page()
        self.assertEqual(self._books(page, "Difference"), [200, 0])
        [row] = self._section(page, "why")["rows"]
        self.assertIn(session.name, row["label"])

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other Salon"})
        self._top_up(200)
        page = self.env["salon.prepaid.report"].with_context(allowed_company_ids=[other.id]).load_page({})
        self.assertEqual(self._figures(page, "Closing"), [0, 0, 0, 0])
        self.assertEqual(page["notes"][0]["level"], "info")
        user = new_test_user(
            self.env, "books_other", "account.group_account_user", company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        reports = self.env["salon.prepaid.report"].with_user(user)
        page = reports.load_page({"company_id": self.company.id})
        self.assertEqual(page["options"]["company_id"], other.id)
        self.assertFalse(reports.search([("company_id", "=", self.company.id)]))

    def test_the_groups_come_to_the_same(self):
        self._top_up(200)
        self._buy(90, 55)
        self._close()
        self._book_wallet("topup", amount=50)
        for group, labels in (("day", 1), ("month", 1), ("till", 2), ("session", 2)):
            section = self._section(self._page(group=group), "groups")
            self.assertEqual(len(section["rows"]), labels, group)
            changes = [row["cells"][-1]["value"] for row in section["rows"]]
            self.assertEqual(sum(changes), 200, group)

    def test_every_figure_opens_the_records_that_it_adds_up(self):
        self._top_up(200)
        self._buy(90, 55)
        self._sell_card()
        self._use()
        self._close()
        self._top_up(60)
        for group in ("day", "month", "till", "session"):
            page = self._page(group=group)
            for section in page["sections"]:
                for row in section["rows"]:
                    for cell in row["cells"]:
                        if cell["key"]:
                            self._assert_opens(page, cell)

    def _assert_opens(self, page, cell):
        action = self.env["salon.prepaid.report"].open_figure(page["options"], cell["key"])
        records = self.env[action["res_model"]].search(action["domain"])
        self.assertTrue(records, cell["key"])
        measure = cell["key"].rsplit(":", 1)[1]
        if cell["key"].startswith("money"):
            self.assertEqual(round(sum(records.mapped({"worth": "amount"}.get(measure, measure))), 2), cell["value"])
        elif cell["key"].startswith("group"):
            self.assertEqual(round(sum(records.mapped("principal")), 2), cell["value"])
        elif cell["key"].startswith("books:balance"):
            self.assertEqual(-round(sum(records.mapped("balance")), 2), cell["value"])

    def test_who_has_no_orders_sees_what_of_them_is_not_posted(self):
        self._top_up(200)
        self._buy(90, 55)
        self._sell_card()
        reports = self.env["salon.prepaid.report"].with_user(self.accountant)
        page = reports.load_page({})
        action = reports.open_figure(page["options"], "books:unposted:wallet:end")
        self.assertEqual(action["res_model"], "salon.session.line")
        lines = reports.env["salon.session.line"].search(action["domain"])
        amounts = {line.part: line.amount for line in lines}
        self.assertEqual(amounts, {"topup": 200, "tender": 50})
        action = self.env["salon.prepaid.report"].open_figure(page["options"], "books:unposted:wallet:end")
        self.assertEqual(action["res_model"], "pos.order")

    def test_what_no_page_names_opens_nothing(self):
        page = self._page()
        for key in (
            "",
            "x",
            "money:sold:partner_id",
            "group:x:sold",
            "books:ledger:x:y",
            "source:entry:x",
            "source",
            7,
        ):
            with self._refused("no records"):
                self.env["salon.prepaid.report"].open_figure({**page["options"], "group": "till"}, key)
        for options in ({"date_from": 7, "date_to": "x"}, {"company_id": [1], "group": {}, "measure": 1}):
            self.assertEqual(self._page(**options)["options"]["group"], "day")

    def test_rows_become_one_without_changing_a_sum(self):
        for amount in (100, 50, 30):
            self._top_up(amount)
        reports = self.env["salon.prepaid.report"]
        domain = [("company_id", "=", self.company.id)]
        self.assertEqual(reports.search_count(domain), 3)
        before = self._figures(self._page(), "Closing")
        reports._compact(fields.Date.today() + timedelta(days=1))
        [row] = reports.search(domain)
        self.assertEqual((row.principal, row.moves), (180, 3))
        self.assertEqual(self._figures(self._page(), "Closing"), before)
        self.assertEqual(reports._mistaken_days(self.company), [])
        self.assertEqual(len(row.action_view_moves()["domain"]), 4)
        self.assertEqual(self.env["salon.wallet.move"].search_count(row.action_view_moves()["domain"]), 3)

    def test_sums_that_are_not_those_of_the_ledger_are_found(self):
        self._top_up(100)
        self.env.flush_all()
        self.env.cr.execute("UPDATE salon_prepaid_report SET principal = principal + 1")
        [(_day, ledger, shown, real)] = self.env["salon.prepaid.report"]._mistaken_days(self.company)
        self.assertEqual((ledger, shown, real), ("wallet", 101, 100))

    def test_only_who_keeps_or_runs_the_salon_reads_it(self):
        self._top_up(200)
        for user in (self.accountant, self.manager):
            page = self.env["salon.prepaid.report"].with_user(user).load_page({})
            self.assertEqual(self._figures(page, "Closing")[0], 200)
        for user in (self.reception, self.stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                self.env["salon.prepaid.report"].with_user(user).load_page({})

    def test_the_workbook_has_the_figures_as_numbers(self):
        self._top_up(200)
        name, content = self.env["salon.prepaid.report"].with_user(self.accountant).make_xlsx({})
        self.assertIn(".xlsx", name)
        sheets = self._read_xlsx(content)
        self.assertIn(["Closing", 200, 20], [row[:3] for row in sheets["What Clients Have"]])
        self.assertEqual(len(sheets), 3)
