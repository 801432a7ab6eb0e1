from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import MembershipCommon
from .prepaid_shop import PrepaidCommon


@tagged("post_install", "-at_install")
class TestSetup(MembershipCommon):
    """The page that sets prepaid money up makes what it shows, once, and nothing without a yes."""

    def _wizard(self, **values):
        return self.env["salon.prepaid.setup"].create({"config_ids": [(6, 0, self.config.ids)], **values})

    def _count(self):
        names = ("account.account", "account.journal", "product.product", "pos.payment.method")
        return [self.env[name].search_count([]) for name in names]

    def test_nothing_is_made_without_a_yes(self):
        before, wizard = self._count(), self._wizard()
        for words in (wizard.wallet_code, wizard.treatment_code, "Top-up", "Stored Value", self.config.name):
            self.assertIn(words, wizard.plan)
        with self.assertRaises(Exception) as caught:
            wizard.action_set_up()
        self.assertIn("nothing is made", str(caught.exception))
        self.assertEqual(self._count(), before)
        self.assertFalse(self.env.company.salon_wallet_account_id)

    def test_a_yes_makes_what_the_page_shows_and_only_once(self):
        before = self._count()
        self.env["res.lang"]._activate_lang("zh_CN")
        self._wizard(sure=True).with_user(self.manager).action_set_up()
        company = self.env.company
        self.assertEqual([now - then for now, then in zip(self._count(), before, strict=True)][:3], [2, 1, 2])
        self.assertEqual(company.salon_wallet_account_id.account_type, "liability_current")
        self.assertNotEqual(company.salon_wallet_account_id, company.salon_treatment_account_id)
        method = company.salon_wallet_method_id
        self.assertEqual(
            (method.type, method.split_transactions, method.outstanding_account_id, method.use_payment_terminal),
            ("bank", False, company.salon_wallet_account_id, "salon_wallet"),
        )
        topup = company.salon_topup_product_id
        self.assertEqual(topup._get_product_accounts()["income"], company.salon_wallet_account_id)
        self.assertFalse(topup.taxes_id)
        names = [record.with_context(lang="zh_CN").name for record in (topup, method)]
        self.assertEqual(names, ["充值", "储值"])
        self.assertLessEqual(method | company.salon_treatment_method_id, self.config.payment_method_ids)
        self.assertIn("pay_later", self.config.payment_method_ids.mapped("type"))
        after, again = self._count(), self._wizard(sure=True)
        self.assertTrue(again.is_done)
        dialog = Form(self.env["salon.prepaid.setup"].with_context(default_config_ids=self.config.ids))
        self.assertTrue(dialog.is_done)
        again.action_set_up()
        self.assertEqual(self._count(), after)

    def test_the_till_offers_money_first(self):
        self._wizard(sure=True).action_set_up()
        methods = self.config.payment_method_ids.sorted(lambda method: (method.sequence, method.id))
        prepaid = methods._salon_prepaid()
        self.assertTrue(prepaid)
        self.assertEqual(methods[-len(prepaid):], prepaid)

    def test_accounts_that_are_there_can_be_chosen(self):
        account = self.env["account.account"].create(
            {"code": "2999.1", "name": "Clients' Money", "account_type": "liability_current"}
        )
        self._wizard(sure=True, wallet_account_id=account.id).action_set_up()
        self.assertEqual(self.env.company.salon_wallet_account_id, account)

    def test_the_codes_stand_beside_the_charts_account_for_advances(self):
        self.env["account.account"].create(
            {"code": "219900", "name": "Advance From Customers", "account_type": "liability_current"}
        )
        self.env["account.account"].search([("name", "=", "Deferred Revenue")]).name = "Later"
        self.assertEqual(self.env["salon.prepaid.setup"]._propose_codes(), ("219901", "219902"))

    def test_managers_alone(self):
        wizard = self._wizard(sure=True)
        with self.assertRaises(AccessError):
            wizard.with_user(self.reception).action_set_up()

    def test_a_method_of_prepaid_money_stays_what_it_is(self):
        self._wizard(sure=True).action_set_up()
        method = self.env.company.salon_wallet_method_id
        for values in ({"split_transactions": True}, {"outstanding_account_id": False}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                method.write(values)


@tagged("post_install", "-at_install")
class TestBackOffice(PrepaidCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id),
             ("id", "!=", cls.company.salon_prepaid_journal_id.id)], limit=1,
        )  # fmt: skip
        cls.accountant = new_test_user(cls.env, "prepaid_accountant", "account.group_account_user")

    def _book(self, kind, partner=None, user=None, **values):
        values = {"kind": kind, "partner_id": (partner or self.client).id, "journal_id": self.bank.id, **values}
        return self.env["salon.wallet.book"].with_user(user or self.manager).create(values).action_book()

    def test_a_top_up_by_bank(self):
        with Form(self.env["salon.wallet.book"].with_user(self.accountant)) as form:
            form.partner_id = self.client
            form.amount = 200
            form.journal_id = self.bank
            self.assertEqual(form.bonus, 20)
        form.record.action_book()
        self._assert_wallet(200, 20)
        payment = self._wallet().lot_ids.account_payment_id
        self.assertEqual((payment.amount, payment.partner_id, payment.payment_type), (200, self.client, "inbound"))
        self.assertEqual(self._wallet().move_ids.account_payment_id, payment)
        self._assert_books()
        self.assertEqual(self._liability(), 200)

    def test_a_payout_is_principal_alone(self):
        self._top_up(100)
        self._buy(55, 55)
        self._assert_wallet(50, 5)
        with self._refused("can't be paid back"):
            self._book("payout", amount=50.01)
        self._book("payout", amount=20)
        self._assert_wallet(30, 3)
        self._book("payout", everything=True)
        self._assert_wallet(0, 0)
        self._assert_books()
        self._close()
        self.assertEqual(self._liability(), 0)

    def test_the_dialog_says_which_bonus_ends_with_a_payout(self):
        self._top_up(100)
        book = self.env["salon.wallet.book"].create({"kind": "payout", "partner_id": self.client.id, "amount": 40})
        self.assertEqual(book.bonus_ends, 4)
        book.everything = True
        self.assertEqual(book.bonus_ends, 10)
        self._hold_value(11, "holding")
        book.invalidate_recordset()
        self.assertEqual((book.available, book.bonus_ends), (90, 9), "not what an order holds")

    def test_what_an_order_holds_is_not_paid_out(self):
        self._top_up(100)
        self._hold_value(110, "holding")
        with self._refused("can't be paid back"):
            self._book("payout", amount=1)
        with self._refused("just using"):
            self._book("transfer", everything=True, other_id=self.guest.id)

    def test_a_payment_that_is_on_a_card_is_not_undone(self):
        self._book("topup", amount=100)
        payment = self._wallet().lot_ids.account_payment_id
        for change in (payment.action_draft, payment.action_cancel, payment.unlink, payment.move_id.button_draft):
            with self._refused("instead"):
                change()
        self._assert_books()

    def test_a_transfer_brings_the_bonus_along(self):
        self.company.salon_bonus_months = 12
        self._top_up(100)
        self._top_up(200)
        self._book("transfer", amount=150, other_id=self.guest.id)
        self._assert_wallet(150, 15)
        self._assert_wallet(150, 15, self.guest)
        self.assertEqual(self._wallet(self.guest).lot_ids.mapped("bonus_expires_on"),
                         self._wallet().lot_ids.mapped("bonus_expires_on"))  # fmt: skip
        self._book("transfer", everything=True, other_id=self.guest.id)
        self._assert_wallet(0, 0)
        self._assert_wallet(300, 30, self.guest)
        self._assert_books()

    def test_a_top_up_that_was_transferred_is_not_taken_back(self):
        order = self._top_up(100)
        self._book("transfer", everything=True, other_id=self.guest.id)
        with self._refused("can't be paid back"):
            self._give_back(order, method=self.cash_method)

    def test_reception_books_nothing_here(self):
        with self.assertRaises(AccessError):
            self._book("topup", user=self.reception, amount=10)


@tagged("post_install", "-at_install")
class TestEnds(PrepaidCommon):
    def setUp(self):
        super().setUp()
        self.company.write({"salon_bonus_months": 6, "salon_prepaid_notice_days": 30})
        self.client.email = "client@example.com"

    def _run(self, name, after=0):
        self.env.flush_all()
        at = fields.Datetime.now() + timedelta(days=after)
        with freeze_time(at), self.enter_registry_test_mode(), self.mock_mail_gateway():
            self.env.ref(f"salon_membership.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _notices(self, *kinds):
        return self.env["salon.wallet.notice"].search(
            [("wallet_id", "=", self._wallet().id), ("kind", "in", kinds)], order="id"
        )

    def test_bonus_ends_on_its_day_after_a_notice_and_principal_stays(self):
        self._top_up(100)
        self._run("cron_expire_wallets", 100)
        self.assertFalse(self._notices("ending"))
        self._run("cron_expire_wallets", 160)
        self._run("cron_expire_wallets", 161)
        self.assertEqual(self._notices("ending").mapped("bonus"), [10])
        self._assert_wallet(100, 10)
        self._run("cron_expire_wallets", 190)
        self._assert_wallet(100, 0)
        self._run("cron_expire_wallets", 191)
        self.assertEqual(self._wallet().move_ids.mapped("kind"), ["expire", "topup"])
        self._assert_books()

    def test_what_an_order_holds_ends_later(self):
        self._top_up(100)
        with freeze_time(fields.Datetime.now() + timedelta(days=180)):
            self._hold_value(110, "holding")
            self.env["salon.wallet"].begin_validation(self.config.id, "holding")
        self._run("cron_expire_wallets", 190)
        self._assert_wallet(100, 10)
        self.env["salon.wallet"].release_value(self.config.id, ["holding"])
        with freeze_time(fields.Datetime.now() + timedelta(days=190)):
            with self._refused("can use"):
                self._hold_value(101, "late")
            self.assertEqual(self._hold_value(100, "late")["bonus"], 0)

    def _prepare_over(self):
        """Return what books the client's principal that is over."""
        return {
            "kind": "expire", "partner_id": self.client.id,
            "entry_journal_id": self.env["account.journal"].search([("type", "=", "general")], limit=1).id,
            "account_id": self.env["account.account"].search([("account_type", "=", "income")], limit=1).id,
        }  # fmt: skip

    def test_principal_that_is_over_is_booked_on_a_managers_word_alone(self):
        self.company.salon_principal_months = 12
        self._top_up(100)
        self._close()
        self._run("cron_expire_wallets", 380)
        self._assert_wallet(100, 0)
        late = fields.Datetime.now() + timedelta(days=380)
        with freeze_time(late):
            self.assertEqual(self._wallet().principal_over, 0, "nobody told the client")
        self._run("cron_expire_wallets", 340)
        self._notices("ending").sudo().write({"state": "sent"})
        values = self._prepare_over()
        with freeze_time(late):
            self.assertEqual(self._wallet().principal_over, 100)
            self.env["salon.wallet.book"].with_user(self.manager).create(values).action_book()
        self._assert_wallet(0, 0)
        self.assertEqual(self._liability(), 0)

    def test_what_an_order_holds_is_not_booked_as_over(self):
        """Neither its principal nor its bonus: the order gets what it was promised."""
        self.company.write({"salon_principal_months": 12, "salon_bonus_months": 0, "salon_wallet_use": "bonus"})
        self._top_up(100)
        self._run("cron_expire_wallets", 340)
        self._notices("ending").sudo().write({"state": "sent"})
        values = self._prepare_over()
        with freeze_time(fields.Datetime.now() + timedelta(days=364)):
            self.assertEqual(self._hold_value(10, "holding")["bonus"], 10)
            self.env["salon.wallet"].begin_validation(self.config.id, "holding")
        with freeze_time(fields.Datetime.now() + timedelta(days=380)):
            book = self.env["salon.wallet.book"].with_user(self.manager)
            with self._refused("just using it"):
                book.create(values).action_book()
            self.env["salon.wallet"].release_value(self.config.id, ["holding"])
            book.create(values).action_book()
        self._assert_wallet(0, 0)
        self._assert_books()

    def test_the_client_is_told_of_each_movement_later(self):
        self.env["salon.wallet.notice"].sudo().search([]).unlink()
        self._top_up(100)
        self._buy(55, 55)
        notices = self._notices("topup", "spend")
        self.assertEqual(notices.mapped("state"), ["planned", "planned"])
        self.assertEqual(notices.mapped("principal"), [100, -50])
        self.env.ref("salon_membership.mail_template_wallet").auto_delete = False
        mails = self.env["mail.mail"].search([])
        noon = self.company._salon_midnight(self.company._salon_today()) + timedelta(days=1, hours=12)
        self.env.flush_all()
        with freeze_time(noon), self.enter_registry_test_mode(), self.mock_mail_gateway():
            self.env.ref("salon_membership.cron_tell_wallets").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(notices.mapped("state"), ["sent", "sent"])
        new = (self.env["mail.mail"].search([]) - mails).sorted("id")
        self.assertEqual(len(new), 2)
        self.assertIn("50.00", new[1].body_html)

    def test_a_salon_that_tells_nothing(self):
        self.company.write({"salon_tell_prepaid": False, "salon_send_contract": False})
        self._top_up(100)
        self.assertFalse(self._notices("topup"))
