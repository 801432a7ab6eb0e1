import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

READERS = ("salon_crm.group_salon_manager", "account.group_account_readonly", "account.group_account_invoice")
FORMATS = {"money": "#,##0.00;[Red]-#,##0.00", "number": "#,##0;[Red]-#,##0", "text": "@"}


class SalonBooks(models.AbstractModel):
    """A report for the accountant: a page of tables, in which every figure opens its records; and the same as XLSX.

    Who inherits this makes the page (`_load_page`) and says what a figure opens (`_open_figure`). A page is a dict:
    title, options, notes (list of {"text", "level"}), and sections: {"key", "title", "columns": [{"label", "type":
    money, number or text}], "rows": [{"label", "level": "", "head", "total" or "bad", "cells": [{"value", "key"}]}]}.
    """

    _name = "salon.books"
    _description = "Report on Prepaid Money"

    @api.model
    def load_page(self, options=None):
        """Return the page for `options`, what is missing or not allowed filled in.

        :raise AccessError: the user is neither accountant nor manager, or may not see the company
        """
        self._check_reader()
        return self._load_page(self._clean_options(options or {}))

    @api.model
    def open_figure(self, options, key):
        """Return the action that shows the records behind a figure of the page.

        :param str key: of the figure, as the page names it
        """
        self._check_reader()
        try:
            action = self._open_figure(self._clean_options(options), str(key))
        except ValueError:  # no key of any page
            action = None
        if not action:
            raise UserError(self.env._("There are no records behind this figure."))
        return action

    @api.model
    def make_xlsx(self, options):
        """Return (file name, bytes) of the page as a workbook."""
        page = self.load_page(options)
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False}) as book:
            self._write_book(book, page)
        return f"{page['file']}.xlsx", output.getvalue()

    def _load_page(self, options):
        raise NotImplementedError

    def _open_figure(self, options, key):
        raise NotImplementedError

    # Access -----------------------------------------------------------------------------------------

    @api.model
    def _check_reader(self):
        if not (self.env.su or any(self.env.user.has_group(group) for group in READERS)):
            raise AccessError(self.env._("This report is for accountants and managers."))

    @api.model
    def _clean_company(self, company_id):
        """Return the company asked for, if the user works in it; else the current one."""
        return (
            self.env.company if company_id not in self.env.companies.ids else self.env["res.company"].browse(company_id)
        )

    @api.model
    def _clean_day(self, value, default):
        """Return this day; the other one where it is none, or where somebody is still typing its year."""
        try:
            day = fields.Date.to_date(value)
        except (ValueError, TypeError):
            return default
        return day if day and 1900 <= day.year < 9999 else default

    def _may_open(self, model):
        return self.env[model].has_access("read")

    # Actions ----------------------------------------------------------------------------------------

    @api.model
    def _list_action(self, name, model, domain, views=("list", "form"), **context):
        """Return the action of a list of records, or nothing if the user may not see such records."""
        if not self._may_open(model):
            return None
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, view) for view in views],
            "domain": domain,
            "context": {"create": False, **context},
        }

    # Workbook ---------------------------------------------------------------------------------------

    def _write_book(self, book, page):
        """Write the page: a sheet for each section."""
        formats = {
            (kind, bold): book.add_format({"num_format": number, "bold": bold})
            for kind, number in FORMATS.items()
            for bold in (False, True)
        }
        title = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        bad = book.add_format({"font_color": "#b91c1c", "bold": True})
        names = set()
        for section in page["sections"]:
            sheet = book.add_worksheet(self._sheet_name(section["title"], names))
            sheet.write_string(0, 0, page["title"], title)
            sheet.write_string(1, 0, page["subtitle"])
            sheet.set_column(0, 0, 44)
            sheet.set_column(1, max(len(section["columns"]), 1), 17)
            sheet.write_string(3, 0, section["title"], head)
            for place, column in enumerate(section["columns"], 1):
                sheet.write_string(3, place, column["label"], head)
            for number, row in enumerate(section["rows"], 4):
                bold = row.get("level") in ("total", "head")
                sheet.write_string(number, 0, row["label"], bad if row.get("level") == "bad" else formats["text", bold])
                for place, (cell, column) in enumerate(zip(row["cells"], section["columns"], strict=False), 1):
                    value, kind = cell.get("value"), column["type"]
                    if value in (None, False, ""):
                        continue
                    if kind == "text":
                        sheet.write_string(number, place, str(value), formats["text", bold])
                    else:
                        sheet.write_number(number, place, value, formats[kind, bold])
            sheet.freeze_panes(4, 1)

    @staticmethod
    def _sheet_name(name, names):
        """Return a name that a sheet may have: short, without certain signs, and no other sheet's."""
        name = "".join(" " if sign in "[]:*?/\\'" else sign for sign in name).strip()[:28] or "Sheet"
        while name.lower() in names:
            name = f"{name[:25]} {len(names)}"
        names.add(name.lower())
        return name
