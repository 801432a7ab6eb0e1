from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

ENTRY = "account.group_account_invoice"
NO_OTHER = """NOT EXISTS (
    SELECT FROM salon_deal_statement_line other JOIN salon_deal_statement statement ON statement.id = other.statement_id
     WHERE other.voucher_id = line.voucher_id AND other.statement_id <> line.statement_id
       AND statement.state = 'confirmed')"""

BACK_BY_OTHER = """EXISTS (
    SELECT FROM salon_deal_statement_line other JOIN salon_deal_statement statement ON statement.id = other.statement_id
     WHERE other.voucher_id = line.voucher_id AND other.statement_id <> line.statement_id
       AND statement.state = 'confirmed' AND other.issue = 'back')"""


class SalonDealStatement(models.Model):
    """What a platform says it settles, row by row, beside what was redeemed here.

    It says where both differ, and books nothing by itself.
    """

    _name = "salon.deal.statement"
    _description = "Statement of a Platform"
    _order = "date_to desc, id desc"
    _rec_name = "number"

    number = fields.Char(
        required=True, readonly=True, help="By which the platform calls it; the same one is read once."
    )
    platform_id = fields.Many2one("salon.deal.platform", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "To Check"), ("confirmed", "Confirmed")], default="draft", required=True, readonly=True
    )
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Last Day", readonly=True)
    line_ids = fields.One2many("salon.deal.statement.line", "statement_id", string="Rows", readonly=True)
    issue_line_ids = fields.One2many(
        "salon.deal.statement.line", "statement_id", domain=[("issue", "!=", False)], readonly=True
    )
    line_count = fields.Integer(string="Row Count", compute="_compute_sums")
    issue_count = fields.Integer(string="Differences", compute="_compute_sums")
    amount = fields.Monetary(compute="_compute_sums", help="Before the fee.")
    fee = fields.Monetary(compute="_compute_sums")
    net = fields.Monetary(string="Payout", compute="_compute_sums")
    missing_count = fields.Integer(related="platform_id.missing_count")
    account_move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _once = models.UniqueIndex("(platform_id, number)", "This statement is here already.")

    @api.depends("line_ids")
    def _compute_sums(self):
        lines = self.env["salon.deal.statement.line"]
        found = lines._read_group(
            [("statement_id", "in", self.ids)], ["statement_id"], ["__count", "amount:sum", "fee:sum", "net:sum"]
        )
        sums = {statement.id: rest for statement, *rest in found}
        issues = dict(
            lines._read_group([("statement_id", "in", self.ids), ("issue", "!=", False)], ["statement_id"], ["__count"])
        )
        for statement in self:
            count, amount, fee, net = sums.get(statement._origin.id, (0, 0.0, 0.0, 0.0))
            statement.line_count = count
            statement.issue_count = issues.get(statement._origin, 0)
            statement.amount, statement.fee, statement.net = amount, fee, net

    # Rows -------------------------------------------------------------------------------------------

    @api.model
    @api.private
    def _take(self, platform, number, rows):
        """Take the rows of a file into the statement with this number, a new one where there is none.

        :param rows: as `tools.deal_csv` reads them
        :return: (the statement, how many rows are new)
        :raise UserError: the statement is confirmed, and has other rows
        """
        found = self.search([("platform_id", "=", platform.id), ("number", "=", number)])
        statement = found or self.create(
            {"platform_id": platform.id, "number": number, "company_id": platform.company_id.id}
        )
        new = statement._add(rows)
        if new and statement.state == "confirmed":
            raise UserError(
                self.env._("The statement %s is confirmed. Give what is new in this file another number.", number)
            )
        if new:
            statement._match()
        return statement, new

    def _add(self, rows):
        """Add rows that are not there yet; return how many."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_deal_statement_line
                       (statement_id, platform_id, company_id, row, key, code, amount, fee, net, day)
                SELECT %s, %s, %s, new.*
                  FROM unnest(%s::int[], %s::varchar[], %s::varchar[], %s::numeric[], %s::numeric[], %s::numeric[],
                              %s::date[]) AS new
                    ON CONFLICT (statement_id, key) DO NOTHING
                """,
                self.id, self.platform_id.id, self.company_id.id,
                [row.number for row in rows], [row.key for row in rows], [row.code for row in rows],
                [row.amount for row in rows], [row.fee for row in rows],
                [row.net if row.net is not None or row.fee is None else row.amount - row.fee for row in rows],
                [row.day for row in rows],
            )
        )  # fmt: skip
        new = self.env.cr.rowcount
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_deal_statement SET date_from = days.first, date_to = days.last
                  FROM (SELECT MIN(day) AS first, MAX(day) AS last FROM salon_deal_statement_line
                         WHERE statement_id = %s) AS days
                 WHERE id = %s
                """,
                self.id, self.id,
            )
        )  # fmt: skip
        self.invalidate_recordset()
        return new

    def _match(self):
        """Find the voucher of each row, and say where both differ. All at once: statements have thousands of rows."""
        self.ensure_one()
        lines = self.env["salon.deal.statement.line"]
        lines.flush_model()
        self.env["salon.deal.voucher"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH own AS (
                       SELECT id, code, amount, fee, net FROM salon_deal_statement_line WHERE statement_id = %(id)s),
                     repeated AS (
                       SELECT id, ROW_NUMBER() OVER (PARTITION BY code ORDER BY statement_id, row, id) AS time
                         FROM salon_deal_statement_line
                        WHERE platform_id = %(platform)s AND COALESCE(amount, net) >= 0
                          AND code IN (SELECT code FROM own)),
                     kept AS (
                       SELECT DISTINCT ON (code) id, code, amount, fee, net, state FROM salon_deal_voucher
                        WHERE platform_id = %(platform)s AND code IN (SELECT code FROM own)
                        ORDER BY code, state = 'given_back', id DESC),
                     found AS (
                       SELECT own.id, kept.id AS voucher_id, kept.net AS expected,
                              COALESCE(own.net, own.amount - COALESCE(own.fee, kept.fee, 0)) AS paid,
                              CASE WHEN COALESCE(own.amount, own.net) < 0 THEN 'back'
                                   WHEN repeated.time > 1 THEN 'twice'
                                   WHEN kept.id IS NULL THEN 'unknown'
                                   WHEN kept.state = 'given_back' THEN 'given_back'
                                   WHEN own.amount IS NULL AND ROUND(own.net - kept.net, %(digits)s) <> 0 THEN 'amount'
                                   WHEN ROUND(own.amount - kept.amount, %(digits)s) <> 0 THEN 'amount'
                                   WHEN ROUND(COALESCE(own.fee, own.amount - own.net) - kept.fee, %(digits)s) <> 0
                                   THEN 'fee'
                                   WHEN ROUND(own.net - kept.net, %(digits)s) <> 0 THEN 'amount'
                              END AS issue
                         FROM own LEFT JOIN repeated ON repeated.id = own.id LEFT JOIN kept ON kept.code = own.code)
                UPDATE salon_deal_statement_line AS line
                   SET voucher_id = found.voucher_id, issue = found.issue,
                       gap = CASE WHEN found.issue IS NULL THEN 0
                                  WHEN found.issue IN ('amount', 'fee') THEN found.paid - found.expected
                                  ELSE found.paid END
                  FROM found
                 WHERE line.id = found.id
                """,
                id=self.id, platform=self.platform_id.id, digits=self.currency_id.decimal_places,
            )
        )  # fmt: skip
        lines.invalidate_model()
        self._note_listed(self.platform_id)

    @api.model
    @api.private
    def _note_listed(self, platforms):
        """Note on the vouchers of these platforms which are on a statement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_deal_voucher AS voucher SET is_listed = NOT COALESCE(voucher.is_listed, FALSE)
                 WHERE platform_id = ANY(%s)
                   AND COALESCE(voucher.is_listed, FALSE) <> EXISTS (
                           SELECT 1 FROM salon_deal_statement_line WHERE voucher_id = voucher.id)
                """,
                platforms.ids,
            )
        )
        self.env["salon.deal.voucher"].invalidate_model(["is_listed"])
        self.env["salon.deal.platform"].invalidate_model(["missing_count"])
        self.env["salon.deal.statement"].invalidate_model()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if self.filtered(lambda statement: statement.state != "draft"):
            raise UserError(self.env._("A confirmed statement stays. Reopen it first."))

    def unlink(self):
        platforms = self.platform_id
        result = super().unlink()
        self.sudo()._note_listed(platforms)
        return result

    # What the accountant does -----------------------------------------------------------------------

    @api.model
    @api.private
    def _check_accountant(self):
        """Refuse those who keep no books."""
        if not self.env.su and not self.env.user.has_group(ENTRY):
            raise AccessError(self.env._("Statements of platforms are the accountant's. Ask them."))

    def action_match(self):
        """Look for the vouchers again: some may have been redeemed since then."""
        self._check_accountant()
        self.check_access("read")
        for statement in self.sudo().filtered(lambda one: one.state == "draft"):
            statement._match()
        return True

    def action_confirm(self):
        """Accept what agrees: those vouchers are settled. What differs is disputed until somebody accepts it too."""
        self._check_accountant()
        self.check_access("read")
        for statement in self.sudo().filtered(lambda one: one.state == "draft"):
            statement._match()
            statement._settle("redeemed", "settled", "line.issue IS NULL")
            statement._settle("redeemed", "disputed", "line.issue IN ('amount', 'fee', 'back')")
            statement._note_settled()
            statement._settle("settled", "disputed", "line.was_settled")  # it was paid out before
            statement.state = "confirmed"
        return True

    def action_reopen(self):
        """Take the confirmation back: what it settled or disputed is redeemed again, unless another confirmed one
        names it too. What that one settled and this one disputed is settled again.

        :raise UserError: its entry is there
        """
        self._check_accountant()
        self.check_access("read")
        for statement in self.sudo().filtered(lambda one: one.state == "confirmed"):
            if statement.account_move_id:
                raise UserError(
                    self.env._(
                        "%(statement)s has an entry, %(entry)s. Delete that first.",
                        statement=statement.number,
                        entry=statement.account_move_id.display_name,
                    )
                )
            for state in ("settled", "disputed"):
                statement._settle(state, "redeemed", NO_OTHER)
            statement._settle("disputed", "settled", f"line.was_settled AND NOT {NO_OTHER} AND NOT {BACK_BY_OTHER}")
            statement.state = "draft"
        return True

    def _note_settled(self):
        """Note which vouchers that this statement takes back were settled before it, or before another one did so."""
        self.env["salon.deal.voucher"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_deal_statement_line AS line
                   SET was_settled = voucher.state = 'settled' OR voucher.state = 'disputed' AND EXISTS (
                           SELECT FROM salon_deal_statement_line other
                             JOIN salon_deal_statement statement ON statement.id = other.statement_id
                            WHERE other.voucher_id = voucher.id AND other.was_settled
                              AND statement.state = 'confirmed')
                  FROM salon_deal_voucher AS voucher
                 WHERE line.voucher_id = voucher.id AND line.issue = 'back' AND line.statement_id = %s
                """,
                self.id,
            )
        )
        self.env["salon.deal.statement.line"].invalidate_model(["was_settled"])

    def _settle(self, state, new, rows):
        """Give the vouchers of some rows another state.

        :param str rows: which, in SQL; a text of this file
        """
        self.env["salon.deal.voucher"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_deal_voucher SET state = %s
                 WHERE state = %s
                   AND id IN (SELECT voucher_id FROM salon_deal_statement_line AS line
                               WHERE statement_id = %s AND %s)
                """,
                new, state, self.id, SQL(rows),  # pylint: disable=sql-injection
            )
        )  # fmt: skip
        self.env["salon.deal.voucher"].invalidate_model(["state"])
        self.env["salon.deal.platform"].invalidate_model()

    def action_propose_entry(self):
        """Make a draft of the entry for what this statement settles: the accountant looks at it, and posts it.

        What the platform owes becomes less by the amount; of that the fee is an expense, and the rest is paid out.
        Where the file says another payout than amount less fee, the entry pays that: the platform owes the difference,
        in a line that names it, until the accountant knows what it is.

        :raise UserError: it is not confirmed, has an entry, or the platform lacks an account
        """
        self._check_accountant()
        self.ensure_one()
        self.check_access("read")
        platform = self.platform_id.sudo()
        if self.state != "confirmed":
            raise UserError(self.env._("Confirm the statement first."))
        if self.account_move_id:
            return self._open_entry()
        amount, fee, net = self._settled_sums()
        accounts = [
            (platform.payout_account_id, net, self.env._("Paid out by %s", platform.name)),
            (platform.fee_account_id, fee, self.env._("Fee of %s", platform.name)),
            (platform.clearing_account_id, -amount, self.env._("Settled by %s", platform.name)),
            (platform.clearing_account_id, amount - fee - net, self.env._("Not explained by %s", platform.name)),
        ]
        lines = [(account, self.currency_id.round(value), name) for account, value, name in accounts]
        lines = [line for line in lines if not self.currency_id.is_zero(line[1])]
        if any(not account for account, _value, _name in lines):
            raise UserError(self.env._("Choose the accounts of fee and payout on %s first.", platform.name))
        if not lines:
            raise UserError(self.env._("This statement settles nothing: there is nothing to book."))
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": platform.payment_method_id.journal_id.id,
                    "date": self.date_to or fields.Date.context_today(self),
                    "ref": f"{platform.name} {self.number}",
                    "line_ids": [
                        Command.create({"account_id": account.id, "balance": value, "name": f"{name}: {self.number}"})
                        for account, value, name in lines
                    ],
                }
            )
        )
        self.sudo().account_move_id = move
        return self._open_entry()

    def _settled_sums(self):
        """Return (amount, fee, payout) of this statement. Where it says no fee, the vouchers say what was expected."""
        self.env.cr.execute(
            SQL(
                """
                SELECT COALESCE(SUM(amount), 0), COALESCE(SUM(fee), 0), COALESCE(SUM(COALESCE(net, amount - fee)), 0)
                  FROM (SELECT COALESCE(line.amount, line.net + COALESCE(line.fee, voucher.fee, 0)) AS amount,
                               COALESCE(line.fee, line.amount - line.net, voucher.fee, 0) AS fee, line.net
                          FROM salon_deal_statement_line AS line
                          LEFT JOIN salon_deal_voucher AS voucher ON voucher.id = line.voucher_id
                         WHERE statement_id = %s) AS rows
                """,
                self.id,
            )
        )
        return tuple(float(amount) for amount in self.env.cr.fetchone())

    def _open_entry(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.account_move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_view_lines(self):
        return self._view_lines(self.env._("Rows"), [])

    def action_view_issues(self):
        return self._view_lines(self.env._("Differences"), [("issue", "!=", False)])

    def _view_lines(self, name, domain):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "salon.deal.statement.line",
            "view_mode": "list,kanban",
            "domain": [("statement_id", "=", self.id), *domain],
        }

    def action_view_missing(self):
        return self.platform_id.action_view_missing()
