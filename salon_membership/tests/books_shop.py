import io

import openpyxl

from odoo.tests import new_test_user

from .treatment_shop import TreatmentCommon


class BooksCommon(TreatmentCommon):
    """A salon with prepaid money and an accountant, who is nobody's stylist and has no client file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("account.group_account_manager")
        cls.accountant = new_test_user(
            cls.env, "books_accountant", "account.group_account_user,base.group_allow_export"
        )
        journals = cls.env["account.journal"]
        domain = [("company_id", "=", cls.company.id)]
        cls.bank = journals.search(
            [*domain, ("type", "=", "bank"), ("id", "!=", cls.company.salon_prepaid_journal_id.id)], limit=1
        )
        cls.misc = journals.search([*domain, ("type", "=", "general")], limit=1)
        cls.income = cls.env["account.account"].search(
            [("company_ids", "in", cls.company.id), ("account_type", "=", "income")], limit=1
        )

    def _open_foreign_till(self, rounding, rate):
        """Make a till in another currency, for the next orders; return its pricelist and its payment method."""
        currency = self.env["res.currency"].create({"name": "TST", "symbol": "T", "rounding": rounding})
        rate = {"name": "2020-01-01", "rate": rate, "currency_id": currency.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create(rate)
        journal = self.env["account.journal"].create(
            {"name": "Foreign Sales", "type": "general", "code": "FRGN", "currency_id": currency.id}
        )
        cash = self.env["account.journal"].create(
            {"name": "Foreign Cash", "type": "cash", "code": "FCSH", "currency_id": currency.id}
        )
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": currency.id})
        method = self.env["pos.payment.method"].create({"name": "Foreign Cash", "journal_id": cash.id})
        self.config = self.env["pos.config"].create(
            {
                "name": "Foreign Till", "journal_id": journal.id, "payment_method_ids": [(6, 0, method.ids)],
                "use_pricelist": True, "available_pricelist_ids": [(6, 0, pricelist.ids)],
                "pricelist_id": pricelist.id,
            }
        )  # fmt: skip
        return pricelist, method

    def _book_wallet(self, kind, partner=None, **values):
        """Do what the back office's dialog does."""
        wizard = self.env["salon.wallet.book"].create(
            {"kind": kind, "partner_id": (partner or self.client).id, "journal_id": self.bank.id, **values}
        )
        return wizard.action_book()

    def _entry_by_hand(self, amount, account=None, post=True):
        """Make an entry as an accountant may who knows nothing of cards."""
        account = account or self.wallet_account
        entry = self.env["account.move"].create(
            {
                "journal_id": self.misc.id,
                "ref": "A correction",
                "line_ids": [
                    (0, 0, {"account_id": account.id, "name": "x", "debit": 0, "credit": amount}),
                    (0, 0, {"account_id": self.income.id, "name": "x", "debit": amount, "credit": 0}),
                ],
            }
        )
        if post:
            entry.action_post()
        return entry

    # The page ---------------------------------------------------------------------------------------

    def _page(self, **options):
        self.env.flush_all()
        return self.env["salon.prepaid.report"].load_page(options)

    def _section(self, page, key):
        return next(section for section in page["sections"] if section["key"] == key)

    def _figures(self, page, label, section="money"):
        row = next(row for row in self._section(page, section)["rows"] if row["label"] == label)
        return [cell["value"] for cell in row["cells"]]

    def _books(self, page, label, both=False):
        """Return the figures of the proof at the end of the period, or at both its ends."""
        figures = self._figures(page, label, "books")
        return figures if both else figures[1::2]

    def _assert_agrees(self, page):
        self.assertEqual(set(self._figures(page, "Difference", "books")), {0.0})
        self.assertEqual(page["notes"][0]["level"], "good")

    def _read_xlsx(self, content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {sheet.title: [list(row) for row in sheet.values] for sheet in book}
