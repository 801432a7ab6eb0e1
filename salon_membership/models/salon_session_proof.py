from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL


class Proof(NamedTuple):
    """One line of a session's reconciliation: what its orders say, and what its entries say."""

    key: str
    label: str
    expected: float
    booked: float | None  # nothing is posted while the session is open
    item_ids: list  # journal items
    accounts: str

    @property
    def difference(self):
        """What the orders say less what the entries say, in the company's currency."""
        return 0.0 if self.booked is None else round(self.expected - self.booked, 6)


class SalonSessionReport(models.Model):
    """What a session's entries say to each line of what its orders say.

    Its entries: that of the session, those of the payments by bank and of the cash, the invoices of orders that were
    invoiced while it was open, and the payments of those.
    """

    _inherit = "salon.session.report"

    @api.model
    def _prove_session(self, session):
        """Return the lines of the reconciliation of a session (pos.session), in the company's currency."""
        self.env.flush_all()
        rounded = session.config_id.company_id.currency_id.round
        closed = session.state == "closed"
        items = self._items(session) if closed else {}
        expected, paid = self._expected(session), dict(self._tenders(session))
        lines, slack = [], self._slack(session)

        def add(key, label, amount, sign=-1):
            own = items.get(key, [])
            if not (amount or own):
                return
            booked = rounded(sign * sum(item.balance for item in own)) if closed else None
            if booked is not None and abs(amount - booked) <= slack:
                booked = rounded(amount)
            # Where the money of a payment went says more than the account between.
            accounts = ", ".join(sorted({item.account for item in items.get(f"{key}:to") or own}))
            lines.append(Proof(key, label, rounded(amount), booked, [item.id for item in own], accounts))

        add("sales", self.env._("Sales without tax"), expected["sales"])
        add("tax", self.env._("Taxes"), expected["tax"])
        add("topup", self.env._("Top-ups"), expected["topup"])
        add("card", self.env._("Treatment cards sold"), expected["card"])
        add("rounding", self.env._("Rounding"), expected["rounding"])
        later, without = 0.0, self._payments_without_entry(session) if closed else {}
        for method, amount in paid.items():
            if method.type == "pay_later":
                later += amount
            else:
                # What a payment method without an outstanding account took is in no entry yet: the bank's will be it.
                add(f"method{method.id}", method.name, amount - without.get(method.id, 0.0))
        if closed:
            # Between the entries all that was paid is settled: what stays is owed by customers.
            rest = sum(item.balance for own in items.values() for item in own if item.receivable)
            later_items = [item for own in items.values() for item in own if item.receivable]
            booked = rounded(rest - sum(without.values()))
            if abs(later - booked) <= slack:
                booked = rounded(later)
            if later or booked:
                ids = [item.id for item in later_items]
                lines.append(Proof("later", self.env._("Owed by customers"), rounded(later), booked, ids, ""))
        elif later:
            lines.append(Proof("later", self.env._("Owed by customers"), rounded(later), None, [], ""))
        return lines

    @api.model
    def _slack(self, session):
        """Return by how much orders and entries may differ: by what is rounded at a till in another currency."""
        company = session.config_id.company_id
        same = session.currency_id == company.currency_id
        return 0.0 if same else company.currency_id.rounding * max(len(session.order_ids), 1) + 1e-9

    @api.model
    def _expected(self, session):
        """Return what the orders of a session come to: {key: amount}. Totals and taxes are those of the orders."""
        company = session.config_id.company_id
        cards = self.env["product.product"].sudo().with_context(active_test=False)
        [row] = self.env.execute_query(
            SQL(
                """
                WITH orders AS (
                    SELECT id, amount_total / COALESCE(NULLIF(currency_rate, 0), 1) AS total,
                           amount_tax / COALESCE(NULLIF(currency_rate, 0), 1) AS tax,
                           amount_paid / COALESCE(NULLIF(currency_rate, 0), 1) AS paid,
                           COALESCE(NULLIF(currency_rate, 0), 1) AS rate
                      FROM pos_order WHERE session_id = %(session)s AND state IN ('paid', 'done')
                ), prepaid AS (
                    SELECT SUM(line.price_subtotal / orders.rate)
                           FILTER (WHERE line.product_id = %(topup)s) AS topup,
                           SUM(line.price_subtotal / orders.rate)
                           FILTER (WHERE line.product_id = ANY(%(cards)s)) AS card
                      FROM orders JOIN pos_order_line line ON line.order_id = orders.id
                )
                SELECT COALESCE(SUM(total - tax), 0) - COALESCE((SELECT topup FROM prepaid), 0)
                       - COALESCE((SELECT card FROM prepaid), 0), COALESCE(SUM(tax), 0),
                       COALESCE((SELECT topup FROM prepaid), 0), COALESCE((SELECT card FROM prepaid), 0),
                       COALESCE(SUM(paid - total), 0)
                  FROM orders
                """,
                session=session.id,
                topup=company.salon_topup_product_id.id or 0,
                cards=cards.search([("is_salon_card", "=", True)]).ids,
            )
        )
        names = ("sales", "tax", "topup", "card", "rounding")
        return {name: float(amount) for name, amount in zip(names, row, strict=True)}

    # Journal items ----------------------------------------------------------------------------------

    @api.model
    def _entries(self, session):
        """Return the query of the posted entries of a session: id and what they are of."""
        return SQL(
            """
            SELECT id, 'session' AS source, NULL::int AS method_id FROM account_move WHERE id = %(move)s
             UNION
            SELECT move_id, 'method', pos_payment_method_id FROM account_payment
             WHERE pos_session_id = %(session)s AND move_id IS NOT NULL
             UNION
            SELECT line.move_id, 'cash', (
                       SELECT method.id FROM pos_payment_method method
                         JOIN pos_payment payment ON payment.payment_method_id = method.id
                        WHERE payment.session_id = %(session)s AND method.journal_id = line.journal_id LIMIT 1)
              FROM account_bank_statement_line line WHERE line.pos_session_id = %(session)s
             UNION
            SELECT orders.account_move, 'invoice', NULL FROM pos_order orders
             WHERE orders.session_id = %(session)s AND orders.account_move IS NOT NULL AND NOT EXISTS (
                SELECT FROM account_move WHERE reversed_pos_order_id = orders.id AND state = 'posted')
             UNION
            SELECT payment.account_move_id, 'paid', NULL
              FROM pos_payment payment JOIN pos_order orders ON orders.id = payment.pos_order_id
             WHERE orders.session_id = %(session)s AND payment.account_move_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM account_move WHERE reversed_pos_order_id = orders.id AND state = 'posted')
            """,
            session=session.id,
            move=session.move_id.id or 0,
        )

    @api.model
    def _items(self, session):
        """Return the journal items of a session's entries by the line that they belong to: {key: [items]}."""
        company, config = session.config_id.company_id, session.config_id
        rounding = config.rounding_method
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.balance, entries.source, entries.method_id, line.account_id,
                       account.account_type = 'asset_receivable',
                       line.display_type = 'tax' OR line.tax_line_id IS NOT NULL,
                       line.display_type IN ('cogs', 'rounding'), account.account_type LIKE 'expense%%',
                       account.account_type LIKE 'asset%%'
                  FROM (%(entries)s) entries
                  JOIN account_move_line line ON line.move_id = entries.id AND line.parent_state = 'posted'
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.company_id = %(company)s ORDER BY line.id
                """,
                entries=self._entries(session),
                company=company.id,
            )
        )
        accounts = self.env["account.account"].sudo().with_company(company).browse({row[4] for row in rows})
        names = {account.id: account.display_name for account in accounts}
        found = {}
        for id_, balance, source, method, account, receivable, tax, other, expense, asset in rows:
            item = Item(id_, float(balance), names[account], receivable)
            if source in ("method", "cash"):
                key = f"method{method}" if receivable and method else f"method{method}:to"
            elif receivable or source == "paid":
                key = None
            elif tax:
                key = "tax"
            elif account == company.salon_wallet_account_id.id:
                key = "topup"
            elif account == company.salon_treatment_account_id.id:
                key = "card"
            elif other or account in (rounding.profit_account_id.id, rounding.loss_account_id.id):
                key = "rounding"
            elif expense or asset:
                key = None  # what goods cost, and other sides of it
            else:
                key = "sales"
            found.setdefault(key, []).append(item)
        return found

    @api.model
    def _payments_without_entry(self, session):
        """Return what was paid by methods whose payments get no entry before the bank's: {method id: amount}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pos_payment_method_id, SUM(CASE WHEN payment_type = 'inbound' THEN amount ELSE -amount END)
                  FROM account_payment WHERE pos_session_id = %s AND move_id IS NULL GROUP BY 1
                """,
                session.id,
            )
        )
        return {method: float(amount) for method, amount in rows}

    # Sections ---------------------------------------------------------------------------------------

    def _entries_section(self, session, proof):
        columns = [
            {"label": self.env._("Orders"), "type": "money"},
            {"label": self.env._("Entries"), "type": "money"},
            {"label": self.env._("Difference"), "type": "money"},
            {"label": self.env._("Accounts"), "type": "text"},
        ]
        readable = self._may_open("account.move.line")
        rows = []
        for line in proof:
            booked = {"value": line.booked, "key": f"booked:{line.key}" if readable and line.item_ids else None}
            different = None if line.booked is None else line.difference
            cells = [{"value": line.expected}, booked, {"value": different}, {"value": line.accounts}]
            rows.append({"label": line.label, "level": "bad" if line.difference else "", "cells": cells})
        return {"key": "entries", "title": self.env._("What the Entries Say"), "columns": columns, "rows": rows}

    @api.model
    def _accounts(self, session):
        """Return what a session's entries come to by account: [(account id, balance, item ids)]."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.account_id, SUM(line.balance), array_agg(line.id)
                  FROM (SELECT DISTINCT id FROM (%s) entries) entries
                  JOIN account_move_line line ON line.move_id = entries.id AND line.parent_state = 'posted'
                 GROUP BY 1
                """,
                self._entries(session),
            )
        )
        return [(account, float(balance), items) for account, balance, items in rows]

    def _accounts_section(self, session):
        """All accounts that the session's entries touch, and what they come to there."""
        found = self._accounts(session) if session.state == "closed" else []
        if not found:
            return None
        accounts = self.env["account.account"].sudo().with_company(session.config_id.company_id)
        readable, rounded = self._may_open("account.move.line"), session.config_id.company_id.currency_id.round
        rows = []
        for account, balance, _items in found:
            amount = rounded(balance)
            key = f"account:{account}" if readable else None
            cells = [
                {"value": amount if amount >= 0 else None, "key": key},
                {"value": -amount if amount < 0 else None, "key": key},
            ]
            rows.append({"label": accounts.browse(account).display_name, "level": "", "cells": cells})
        rows.sort(key=lambda row: row["label"])
        columns = [{"label": self.env._("Debit"), "type": "money"}, {"label": self.env._("Credit"), "type": "money"}]
        return {"key": "accounts", "title": self.env._("By Account"), "columns": columns, "rows": rows}


class Item(NamedTuple):
    """A journal item."""

    id: int
    balance: float
    account: str
    receivable: bool
