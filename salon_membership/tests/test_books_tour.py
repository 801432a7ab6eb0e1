import json

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .books_shop import BooksCommon


@tagged("post_install", "-at_install")
class TestBooksTour(BooksCommon, HttpCase):
    """The accountant, who has no access to client files, reads the books in the browser."""

    def _day(self):
        """A session is closed: a top-up of 200 with 20 bonus, and a sale paid by 50 and 5 of it."""
        self._top_up(200)
        self._buy(90, 55)
        return self._close()

    def test_the_accountant_has_no_client_file(self):
        self._day()
        for model in ("salon.client.file", "salon.visit", "pos.order"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.accountant).search([])

    def test_the_accountant_reads_the_books(self):
        self._day()
        self.start_tour("/odoo/salon-prepaid-liabilities", "salon_accountant_reads_books", login="books_accountant")

    def test_the_accountant_reads_a_session(self):
        self._day()
        self.start_tour("/odoo/salon-till-sessions", "salon_accountant_reads_session", login="books_accountant")

    def test_the_accountant_finds_an_entry_made_by_hand(self):
        self._day()
        self.company.salon_accountant_id = self.accountant
        self._entry_by_hand(25)
        run = self.env["salon.prepaid.check.run"].sudo()._of(self.company)
        run._begin()
        while run.step != "done":
            run._go_on()
        self.start_tour("/odoo/salon-prepaid-differences", "salon_accountant_finds_entry", login="books_accountant")

    def test_the_workbook_comes_by_http(self):
        session = self._day()
        self.authenticate("books_accountant", "books_accountant")
        for model, options in (("salon.prepaid.report", {}), ("salon.session.report", {"session_id": session.id})):
            answer = self._download(model, options)
            self.assertEqual(answer.status_code, 200)
            self.assertIn(".xlsx", answer.headers["Content-Disposition"])
            self.assertGreater(len(self._read_xlsx(answer.content)), 1)
        self.assertEqual(self._download("res.partner", {}).status_code, 422)

    def _download(self, model, options):
        token = http.Request.csrf_token(self)
        data = {"model": model, "options": json.dumps(options), "csrf_token": token}
        return self.url_open("/salon/books/xlsx", data=data)
