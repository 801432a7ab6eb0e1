import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

REPORTS = ("salon.prepaid.report", "salon.session.report")


class Books(http.Controller):
    """The accountant's reports as workbooks."""

    @http.route("/salon/books/xlsx", type="http", auth="user", methods=["POST"], readonly=True)
    def xlsx(self, model, options="{}"):
        """Return the page of a report as a workbook.

        :param str model: of the report
        :param str options: of its page, as JSON
        """
        try:
            options = json.loads(options)
        except ValueError:
            options = None
        if model not in REPORTS or not isinstance(options, dict):
            raise UserError(request.env._("There is no such report."))
        name, content = request.env[model].make_xlsx(options)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
