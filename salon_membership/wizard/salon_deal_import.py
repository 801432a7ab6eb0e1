import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import deal_csv

LARGEST = 30 * 1024 * 1024


class SalonDealImport(models.TransientModel):
    """Reads a platform's statement from a CSV file. The columns are recognised by their headers; people may differ."""

    _name = "salon.deal.import"
    _description = "Read a Platform's Statement"

    platform_id = fields.Many2one(
        "salon.deal.platform", required=True, default=lambda self: self._default_platform_id()
    )
    file = fields.Binary(string="File (CSV)", required=True, attachment=False)
    file_name = fields.Char()
    number = fields.Char(
        string="Statement",
        compute="_compute_number",
        store=True,
        readonly=False,
        help="By which the platform calls it. The file again, under the same number, changes nothing.",
    )
    encoding = fields.Selection(
        [("auto", "Recognised"), ("utf-8", "UTF-8"), ("gb18030", "GB 18030 (GBK, GB 2312)")],
        default="auto",
        required=True,
    )
    column_ids = fields.One2many(
        "salon.deal.import.column", "import_id", compute="_compute_columns", store=True, readonly=False
    )
    trouble = fields.Char(compute="_compute_trouble")
    row_count = fields.Integer(string="Rows", compute="_compute_trouble")

    @api.model
    def _default_platform_id(self):
        platforms = self.env["salon.deal.platform"].search([("company_id", "in", self.env.companies.ids)], limit=2)
        return platforms if len(platforms) == 1 else False

    @api.depends("file_name")
    def _compute_number(self):
        for wizard in self:
            if not wizard.number and wizard.file_name:
                wizard.number = wizard.file_name.rsplit(".", 1)[0]

    @api.depends("file", "encoding")
    def _compute_trouble(self):
        for wizard in self:
            wizard.trouble, wizard.row_count = False, 0
            if wizard.file:
                try:
                    wizard.row_count = len(wizard._read_table()[1])
                except UserError as error:
                    wizard.trouble = str(error)

    @api.depends("file", "encoding")
    def _compute_columns(self):
        for wizard in self:
            try:
                headers, rows = wizard._read_table() if wizard.file else ((), ())
            except UserError:  # told as trouble
                headers, rows = (), ()
            roles = {place: role for role, place in deal_csv.recognise(headers).items()}
            first = rows[0][1] if rows else []
            wizard.column_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "place": place,
                            "header": header or self.env._("Column %s", place + 1),
                            "sample": first[place].strip() if place < len(first) else "",
                            "role": roles.get(place, False),
                        }
                    )
                    for place, header in enumerate(headers)
                ),
            ]

    def _read_table(self):
        """Return (headers, rows) of the file, or raise a sentence for who chose it."""
        try:
            # A form that is shown again reads how large a file is in place of the file.
            content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        except (binascii.Error, ValueError) as error:
            raise UserError(self._explain(deal_csv.UnreadableError("table"))) from error
        if len(content) > LARGEST:
            raise UserError(self.env._("This file is larger than 30 MB: that is no statement. Divide it by months."))
        try:
            return deal_csv.read_table(deal_csv.decode(content, self.encoding if self.encoding != "auto" else None))
        except deal_csv.UnreadableError as error:
            raise UserError(self._explain(error)) from error

    def _explain(self, error):
        """Return one sentence that says what is wrong with the file, and what to do."""
        sentences = {
            "encoding": self.env._("This file is not of that encoding. Choose another one."),
            "table": self.env._("This is no CSV file. Save the statement as CSV, with one row for each voucher."),
            "empty": self.env._("This file is empty."),
            "shortened": self.env._(
                "Row %(row)s: a spreadsheet has shortened the code to %(text)s. Use the file as the platform gives it,"
                " or make that column text first.",
                row=error.row,
                text=error.text,
            ),
            "number": self.env._("Row %(row)s: “%(text)s” is no amount.", row=error.row, text=error.text),
            "amount": self.env._(
                "Row %(row)s has no amount for the voucher %(text)s. Say which column has the amounts.",
                row=error.row,
                text=error.text,
            ),
        }
        return sentences[error.kind]

    def _columns(self):
        """Return {role: place}, as it was recognised or chosen."""
        chosen = [(column.role, column.place) for column in self.column_ids if column.role]
        roles = dict(chosen)
        if len(roles) < len(chosen):
            raise UserError(self.env._("Two columns have the same meaning. Choose one of them."))
        if "code" not in roles:
            raise UserError(self.env._("Say which column has the codes of the vouchers."))
        if not roles.keys() & {"amount", "net"}:
            raise UserError(self.env._("Say which column has the amounts."))
        return roles

    def action_read(self):
        """Read the file into its statement, and show that. The same file again changes nothing.

        :raise UserError: the file can't be read; one sentence says where
        """
        self.ensure_one()
        statements = self.env["salon.deal.statement"]
        statements._check_accountant()
        self.platform_id.check_access("read")
        number = (self.number or "").strip()
        if not number:
            raise UserError(self.env._("Give the statement its number."))
        _headers, table = self._read_table()
        try:
            rows, others = deal_csv.read_rows(table, self._columns())
        except deal_csv.UnreadableError as error:
            raise UserError(self._explain(error)) from error
        if not rows:
            raise UserError(self.env._("No row of this file has the code of a voucher. Is that the right column?"))
        statement, new = statements.sudo()._take(self.platform_id.sudo(), number, rows)
        message = self.env._("%(new)s new rows, %(old)s were here before.", new=new, old=len(rows) - new)
        if others:
            message += " " + self.env._("%s rows without a code were left out.", others)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if new else "info",
                "title": statement.number,
                "message": message,
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": "salon.deal.statement",
                    "res_id": statement.id,
                    "view_mode": "form",
                    "views": [(False, "form")],
                },
            },
        }
