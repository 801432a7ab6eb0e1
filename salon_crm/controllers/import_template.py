import io

import xlsxwriter

from odoo import http
from odoo.http import content_disposition, request

MODELS = ("salon.client.file", "salon.visit", "salon.formula")


class ImportTemplate(http.Controller):
    """Tables to fill in for an import: their headers are the fields' names in the user's language, which Odoo's import
    recognises by themselves."""

    @http.route("/salon/import_template/<string:model>", type="http", auth="user", methods=["GET"], readonly=True)
    def import_template(self, model):
        """Return the template of a model as a spreadsheet, with a row that shows how."""
        if model not in MODELS or not request.env[model].has_access("create"):
            raise request.not_found()
        records = request.env[model]
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            for column, (path, example) in enumerate(records._import_columns()):
                header = self._header(records, path)
                sheet.write_string(0, column, header, bold)
                sheet.write_string(1, column, example)
                sheet.set_column(column, column, max(len(header), len(example), 10) + 2)
        headers = [
            ("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("Content-Disposition", content_disposition(f"{records._description}.xlsx")),
        ]
        return request.make_response(content.getvalue(), headers)

    def _header(self, records, path):
        """Return “Services/Service” for line_ids/product_id."""
        labels = []
        for name in path.split("/"):
            labels.append(records.fields_get([name], ["string"])[name]["string"])
            records = records[name] if records._fields[name].relational else records
        return "/".join(labels)
