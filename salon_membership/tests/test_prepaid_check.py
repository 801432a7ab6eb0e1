from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .books_shop import BooksCommon


@tagged("post_install", "-at_install")
class TestPrepaidCheck(BooksCommon):
    """The daily check: it finds, names and tells, and corrects nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.salon_accountant_id = cls.accountant
        cls.checks = cls.env["salon.prepaid.check"]
        cls.runs = cls.env["salon.prepaid.check.run"].sudo()
        cls.cron = cls.env.ref("salon_membership.cron_check_prepaid")

    def _check(self, again=True):
        self.env.flush_all()
        if again:
            self.runs._of(self.company)._begin()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.checks.search([("company_id", "=", self.company.id), ("state", "=", "open")])

    def _lie(self, query):
        """Change what only a broken program or a hand in the database could."""
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute(query)
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.env.invalidate_all()

    def test_nothing_is_found_where_all_agrees(self):
        self._top_up(200)
        self._buy(90, 55)
        self._sell_card()
        self._use()
        self.assertFalse(self._check())
        self._close()
        self._top_up(50)
        self.assertFalse(self._check())
        run = self.runs._of(self.company)
        self.assertEqual((run.step, run.day), ("done", self.company._salon_today()))

    def test_an_entry_made_by_hand_is_told_once_with_its_name(self):
        self._top_up(200)
        self._close()
        entry = self._entry_by_hand(25)
        check = self._check()
        self.assertEqual((check.subject, check.difference), ("wallet", -25))
        self.assertEqual(check.line_ids.account_move_id, entry)
        self.assertIn(entry.name, check.line_ids.name)
        activity = check.activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn(entry.name, activity.note)
        # Not anew for the same difference, also when it was marked as done.
        self.assertEqual(self._check().activity_ids, activity)
        activity.with_user(self.accountant).action_feedback()
        self.assertFalse(self._check().activity_ids)
        # Anew when it became another one.
        second = self._entry_by_hand(5)
        check = self._check()
        self.assertEqual(check.difference, -30)
        self.assertEqual(len(check.activity_ids), 1)
        self.assertIn(second.name, check.activity_ids.note)
        # Gone: closed by itself, and nobody is asked for anything any more.
        (entry | second)._reverse_moves(cancel=True)
        self.assertFalse(self._check())
        self.assertEqual((check.state, check.difference), ("gone", 0))
        self.assertTrue(check.gone_at)
        self.assertFalse(check.activity_ids)
        # Found again: a new one.
        self._entry_by_hand(7)
        self.assertNotEqual(self._check(), check)

    def test_it_corrects_nothing(self):
        self._top_up(200)
        self._close()
        self._lie("UPDATE salon_wallet SET principal = principal + 1")
        self._entry_by_hand(25)
        before = self._liability()
        self._check()
        self.assertEqual(self._wallet().principal, 201)
        self.assertEqual(self._liability(), before)

    def test_balances_that_are_not_their_movements(self):
        self._top_up(200)
        self._top_up(100, partner=self.guest)
        card = self._sell_card()
        self._lie(f"UPDATE salon_wallet SET principal = principal + 1 WHERE partner_id = {self.client.id}")
        self._lie("UPDATE salon_treatment_card SET sessions_left = sessions_left - 1")
        found = {check.subject: check for check in self._check()}
        self.assertEqual(set(found), {"wallets", "cards"})
        self.assertEqual(found["wallets"].line_ids.wallet_id, self._wallet())
        self.assertEqual(found["cards"].line_ids.card_id, card)
        self.assertIn(self._wallet().number, found["wallets"].activity_ids.note)
        self._lie(f"UPDATE salon_wallet SET principal = principal - 1 WHERE partner_id = {self.client.id}")
        self.assertEqual(self._check().subject, "cards")

    def test_sums_of_the_report(self):
        self._top_up(200)
        self._lie("UPDATE salon_prepaid_report SET bonus = bonus + 1")
        self.assertEqual(self._check().subject, "sums")

    def test_a_session_whose_entry_was_changed(self):
        self._top_up(200)
        session = self._close()
        liability = session.move_id.line_ids.filtered(lambda line: line.account_id == self.wallet_account)
        session.move_id.button_draft()
        liability.account_id = self.income
        session.move_id.action_post()
        found = {check.subject: check for check in self._check()}
        self.assertEqual(set(found), {"wallet", "sessions"})
        self.assertEqual(found["wallet"].line_ids.session_id, session)
        self.assertEqual(found["sessions"].line_ids.session_id, session)
        differing = self.env["salon.session.report"].search([("differs", "=", True)])
        self.assertEqual(differing.ids, session.ids)
        action = found["sessions"].with_user(self.accountant).line_ids[0].action_open()
        self.assertEqual(action["context"]["salon_options"], {"session_id": session.id})

    def test_a_second_run_of_the_day_looks_at_nothing(self):
        self._top_up(200)
        self._close()
        self._check()
        self._entry_by_hand(25)
        self.assertFalse(self._check(again=False))
        self.assertTrue(self._check())

    def test_it_goes_on_where_it_was(self):
        self._top_up(200)
        self._close()
        self._entry_by_hand(25)
        run = self.runs._of(self.company)
        run._begin()
        run._go_on()
        run._go_on()
        self.assertEqual(run.step, "sums")
        run.day -= timedelta(days=1)  # killed yesterday, and today it goes on
        self.assertEqual(self.runs._of(self.company).step, "sums")
        self.assertTrue(self._check(again=False))
        self.assertEqual(run.step, "done")

    def test_batches_find_the_same(self):
        from ..models import salon_prepaid_check_run as module

        partners = self.env["res.partner"].create([{"name": f"Client {number}"} for number in range(5)])
        for partner in partners:
            self._top_up(100, partner=partner)
        self._lie(f"UPDATE salon_wallet SET bonus = bonus + 1 WHERE partner_id IN {tuple(partners[1:4].ids)}")
        self.patch(module, "BATCH", 2)
        check = self._check()
        self.assertEqual(check.line_ids.wallet_id.partner_id, partners[1:4])
        self.assertEqual(len(check.activity_ids), 1)
        self.assertEqual(self._check().line_ids, check.line_ids)

    def test_who_is_told_without_a_setting(self):
        self.company.salon_accountant_id = False
        told = self.company._salon_accountant()
        self.assertTrue(told.has_group("account.group_account_user"))
        self.assertIn(self.company, told.company_ids)
        self.company.salon_accountant_id = self.manager
        self.assertEqual(self.company._salon_accountant(), self.manager)

    def test_another_company_is_not_blamed(self):
        other = self.env["res.company"].create({"name": "Other Salon"})
        self.manager.company_ids |= other
        self._top_up(200)
        self._close()
        self._entry_by_hand(25)
        self._check()
        self.assertFalse(self.checks.search([("company_id", "=", other.id)]))
        self.assertFalse(self.checks.with_user(self.manager).with_context(allowed_company_ids=other.ids).search([]))

    def test_the_accountant_sees_it_and_nobody_else(self):
        self._top_up(200)
        self._close()
        entry = self._entry_by_hand(25)
        check = self._check().with_user(self.accountant)
        self.assertEqual(check.line_ids.action_open()["res_id"], entry.id)
        self.assertEqual(check.action_open_report()["context"]["salon_options"]["company_id"], self.company.id)
        self.assertEqual(self.checks.with_user(self.accountant).action_check_now()["tag"], "display_notification")
        page = self.env["salon.prepaid.report"].with_user(self.accountant).load_page({})
        self.assertIn("1", page["links"][1]["label"])
        with self.assertRaises(AccessError):
            check.with_user(self.reception).read(["difference"])
        with self.assertRaises(AccessError):
            self.checks.with_user(self.reception).action_check_now()
        check.with_user(self.accountant).activity_ids.action_feedback()
        self.assertLessEqual(check.found_at, fields.Datetime.now())
