from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from .privacy_common import NAME, PrivacyCommon


@tagged("post_install", "-at_install")
class TestInactive(PrivacyCommon):
    """Who did not come for years is erased by itself, where the salon set it."""

    def _client_of(self, years, **values):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True, **values})
        client.company_id = self.env.company
        date = fields.Datetime.now() - relativedelta(years=years)
        self.env["salon.visit"].create({"partner_id": client.id, "date": date}).action_done()
        self.env.flush_all()
        self.env.cr.execute("UPDATE salon_client_file SET create_date = %s WHERE partner_id = %s", [date, client.id])
        self.env.invalidate_all()
        return client.salon_file_ids

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("salon_crm.ir_cron_anonymise").method_direct_trigger()
        self.env.invalidate_all()

    def test_it_is_off_until_the_salon_sets_it(self):
        file = self._client_of(20)
        self.assertEqual(self.env.company.salon_anonymise_years, 0)
        self._run()
        self.assertFalse(file.erased_at)

    def test_who_did_not_come_for_so_long_is_erased_and_nobody_else(self):
        self.env.company.salon_anonymise_years = 3
        old, recent = self._client_of(4), self._client_of(2)
        self._run()
        self.assertTrue(old.erased_at)
        self.assertFalse(recent.erased_at)
        line = self.env["salon.erasure"].search([("file_id", "=", old.id)])
        self.assertEqual(line.reason, "inactive")
        self._run()
        self.assertEqual(self.env["salon.erasure"].search([("file_id", "=", old.id)]), line)

    def test_who_owes_money_or_is_expected_stays_and_stops_nobody_else(self):
        self.env.company.salon_anonymise_years = 3
        owes, old = self._client_of(4), self._client_of(4)
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": owes.partner_id.id,
                "invoice_date": fields.Date.today() - relativedelta(years=4),
                "invoice_line_ids": [(0, 0, {"product_id": self.cut.id, "price_unit": 100, "tax_ids": False})],
            }
        ).action_post()
        expected = self._client_of(4)
        self._book((self.cut, self.anna), client=expected.partner_id)
        found = self.env["salon.client.file"]._find_inactive()
        self.assertEqual(found & (owes | old | expected), owes | old)
        self.assertIn("owes", owes.erasure_hindrance)
        self.assertFalse(old.erasure_hindrance)
        self._run()
        self.assertEqual((owes | old | expected).filtered("erased_at"), old)

    def test_the_list_shows_who_is_next_a_month_before(self):
        self.env.company.salon_anonymise_years = 3
        date = fields.Datetime.now() - relativedelta(years=3) + timedelta(days=20)
        file = self._client_of(5)
        self.env["salon.visit"].create({"partner_id": file.partner_id.id, "date": date}).action_done()
        self.assertNotIn(file, self.env["salon.client.file"]._find_inactive())
        shown = self.env["salon.client.file"].with_user(self.manager)._action_view_inactive()
        self.assertIn(file.id, shown["domain"][0][2])

    def test_of_clients_whom_companies_share_the_longest_time_counts(self):
        self.env["res.company"].search([]).salon_anonymise_years = 3
        file = self._client_of(4)
        file.partner_id.company_id = False
        self.assertIn(file, self.env["salon.client.file"]._find_inactive())
        self.env["res.company"].create({"name": "Second Salon", "salon_anonymise_years": 0})
        self.assertNotIn(file, self.env["salon.client.file"]._find_inactive())
