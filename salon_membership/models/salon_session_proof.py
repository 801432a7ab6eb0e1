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
        return self._prove_sessions(session)[session.id]

    @api.model
    def _prove_sessions(self, sessions):
        """Return the lines of the reconciliation of each of these sessions (pos.session): {session id: [Proof]}.

        All at once: the number of queries does not grow with that of the sessions.
        """
        self.env.flush_all()
        closed = sessions.filtered(lambda session: session.state == "closed")
        facts = Facts(
            self._expected(sessions),
            self._tenders_of(sessions),
            self._slacks(sessions),
            self._items(closed),
            self._payments_without_entry(closed),
        )
        return {session.id: self._prove_by(session, facts) for session in sessions}

    @api.model
    def _prove_by(self, session, facts):
        """Return the lines of the reconciliation of a session by what is known of it."""
        rounded = session.config_id.company_id.currency_id.round
        closed = session.state == "closed"
        items, without = facts.items.get(session.id, {}), facts.without.get(session.id, {})
        expected, slack, lines = facts.expected[session.id], facts.slack[session.id], []

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
        later = 0.0
        for method, amount in facts.paid.get(session.id, ()):
            if method.type == "pay_later":
                later += amount
            else:
                # What a payment method without an outstanding account took is in no entry yet: the bank's will be it.
                add(f"method{method.id}", method.name, amount - without.get(method.id, 0.0))
        if closed:
            # Between the entries all that was paid is settled: what stays is owed by customers.
            later_items = [item for own in items.values() for item in own if item.receivable]
            booked = rounded(sum(item.balance for item in later_items) - sum(without.values()))
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
        return self._slacks(session)[session.id]

    @api.model
    def _slacks(self, sessions):
        """Return by how much orders and entries of these sessions may differ: {session id: amount}."""
        foreign = sessions.filtered(lambda one: one.currency_id != one.config_id.company_id.currency_id)
        orders = (
            self.env["pos.order"].sudo()._read_group([("session_id", "in", foreign.ids)], ["session_id"], ["__count"])
        )
        counts = {session.id: count for session, count in orders}
        slacks = dict.fromkeys(sessions.ids, 0.0)
        for session in foreign:
            company = session.config_id.company_id
            slacks[session.id] = company.currency_id.rounding * max(counts.get(session.id, 0), 1) + 1e-9
        return slacks

    @api.model
    def _expected(self, sessions):
        """Return what the orders of these sessions come to: {session id: {key: amount}}.

        Totals and taxes are those of the orders.
        """
        cards = self.env["product.product"].sudo().with_context(active_test=False)
        names = ("sales", "tax", "topup", "card", "rounding")
        rows = self.env.execute_query(
            SQL(
                """
                WITH orders AS (
                    SELECT id, session_id, company_id,
                           amount_total / COALESCE(NULLIF(currency_rate, 0), 1) AS total,
                           amount_tax / COALESCE(NULLIF(currency_rate, 0), 1) AS tax,
                           amount_paid / COALESCE(NULLIF(currency_rate, 0), 1) AS paid,
                           COALESCE(NULLIF(currency_rate, 0), 1) AS rate
                      FROM pos_order WHERE session_id = ANY(%(sessions)s) AND state IN ('paid', 'done')
                ), prepaid AS (
                    SELECT orders.session_id,
                           COALESCE(SUM(line.price_subtotal / orders.rate)
                                    FILTER (WHERE line.product_id = company.salon_topup_product_id), 0) AS topup,
                           COALESCE(SUM(line.price_subtotal / orders.rate)
                                    FILTER (WHERE line.product_id = ANY(%(cards)s)), 0) AS card
                      FROM orders JOIN res_company company ON company.id = orders.company_id
                      JOIN pos_order_line line ON line.order_id = orders.id
                       AND (line.product_id = company.salon_topup_product_id OR line.product_id = ANY(%(cards)s))
                     GROUP BY 1
                ), sums AS (
                    SELECT session_id, SUM(total) AS total, SUM(tax) AS tax, SUM(paid) AS paid FROM orders GROUP BY 1
                )
                SELECT sums.session_id, total - tax - COALESCE(topup, 0) - COALESCE(card, 0), tax,
                       COALESCE(topup, 0), COALESCE(card, 0), paid - total
                  FROM sums LEFT JOIN prepaid ON prepaid.session_id = sums.session_id
                """,
                sessions=sessions.ids,
                cards=cards.search([("is_salon_card", "=", True)]).ids,
            )
        )
        found = {session: map(float, amounts) for session, *amounts in rows}
        return {id_: dict(zip(names, found.get(id_, [0.0] * len(names)), strict=True)) for id_ in sessions.ids}

    @api.model
    def _tenders_of(self, sessions):
        """Return what was paid by each method: {session id: [(method, amount in the company's currency)]}."""
        lines = self.env["salon.session.line"].sudo()
        domain = [("session_id", "in", sessions.ids), ("part", "=", "tender")]
        found = {}
        for session, method, amount in lines._read_group(domain, ["session_id", "payment_method_id"], ["amount:sum"]):
            found.setdefault(session.id, []).append((method, amount))
        return found

    # Journal items ----------------------------------------------------------------------------------

    @api.model
    def _entries(self, sessions):
        """Return the query of the posted entries of these sessions: session_id, id and what they are of."""
        return SQL(
            """
            SELECT id AS session_id, move_id AS id, 'session' AS source, NULL::int AS method_id FROM pos_session
             WHERE id = ANY(%(sessions)s) AND move_id IS NOT NULL
             UNION
            SELECT pos_session_id, move_id, 'method', pos_payment_method_id FROM account_payment
             WHERE pos_session_id = ANY(%(sessions)s) AND move_id IS NOT NULL
             UNION
            SELECT line.pos_session_id, line.move_id, 'cash', (
                       SELECT method.id FROM pos_payment_method method
                         JOIN pos_payment payment ON payment.payment_method_id = method.id
                        WHERE payment.session_id = line.pos_session_id AND method.journal_id = line.journal_id LIMIT 1)
              FROM account_bank_statement_line line WHERE line.pos_session_id = ANY(%(sessions)s)
             UNION
            SELECT orders.session_id, orders.account_move, 'invoice', NULL FROM pos_order orders
             WHERE orders.session_id = ANY(%(sessions)s) AND orders.account_move IS NOT NULL AND NOT EXISTS (
                SELECT FROM account_move WHERE reversed_pos_order_id = orders.id AND state = 'posted')
             UNION
            SELECT orders.session_id, payment.account_move_id, 'paid', NULL
              FROM pos_payment payment JOIN pos_order orders ON orders.id = payment.pos_order_id
             WHERE orders.session_id = ANY(%(sessions)s) AND payment.account_move_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM account_move WHERE reversed_pos_order_id = orders.id AND state = 'posted')
            """,
            sessions=sessions.ids,
        )

    @api.model
    def _items(self, sessions):
        """Return the journal items of these sessions' entries by what they belong to: {session id: {key: [items]}}."""
        if not sessions:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entries.session_id, line.id, line.balance, entries.source, entries.method_id, line.account_id,
                       line.company_id, account.account_type = 'asset_receivable' AS receivable,
                       line.display_type = 'tax' OR line.tax_line_id IS NOT NULL AS tax,
                       line.display_type IN ('cogs', 'rounding') AS other,
                       account.account_type LIKE 'expense%%' OR account.account_type LIKE 'asset%%' AS no_sale
                  FROM (%(entries)s) entries
                  JOIN pos_session session ON session.id = entries.session_id
                  JOIN pos_config config ON config.id = session.config_id
                  JOIN account_move_line line ON line.move_id = entries.id AND line.parent_state = 'posted'
                   AND line.company_id = config.company_id
                  JOIN account_account account ON account.id = line.account_id
                 ORDER BY line.id
                """,
                entries=self._entries(sessions),
            )
        )
        rows = [Row(*row) for row in rows]
        names = self._account_names(rows)
        kinds = {session.id: self._account_kinds(session) for session in sessions}
        found = {}
        for row in rows:
            item = Item(row.id, float(row.balance), names[row.company, row.account], row.receivable)
            key = self._key_of(row, kinds[row.session])
            found.setdefault(row.session, {}).setdefault(key, []).append(item)
        return found

    @api.model
    def _account_names(self, rows):
        """Return how the accounts of these rows are called: {(company id, account id): name}."""
        names = {}
        for company in {row.company for row in rows}:
            ids = {row.account for row in rows if row.company == company}
            accounts = self.env["account.account"].sudo().with_company(company).browse(ids)
            names |= {(company, account.id): account.display_name for account in accounts}
        return names

    @api.model
    def _account_kinds(self, session):
        """Return what accounts of their own are for, at the till of a session: {account id: key}."""
        company, rounding = session.config_id.company_id, session.config_id.rounding_method
        kinds = dict.fromkeys((rounding.profit_account_id.id, rounding.loss_account_id.id), "rounding")
        kinds |= {company.salon_wallet_account_id.id: "topup", company.salon_treatment_account_id.id: "card"}
        kinds.pop(False, None)
        return kinds

    @api.model
    def _key_of(self, row, kinds):
        """Return to which line of the reconciliation a journal item belongs; None: to none."""
        if row.source in ("method", "cash"):
            return f"method{row.method}" if row.receivable and row.method else f"method{row.method}:to"
        if row.receivable or row.source == "paid":
            return None
        if row.tax:
            return "tax"
        kind = kinds.get(row.account)
        if kind in ("topup", "card"):
            return kind
        if row.other or kind:
            return "rounding"
        return None if row.no_sale else "sales"  # what goods cost, and other sides of it

    @api.model
    def _payments_without_entry(self, sessions):
        """Return what was paid by methods whose payments get no entry before the bank's.

        :return: {session id: {method id: amount}}
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pos_session_id, pos_payment_method_id,
                       SUM(CASE WHEN payment_type = 'inbound' THEN amount ELSE -amount END)
                  FROM account_payment WHERE pos_session_id = ANY(%s) AND move_id IS NULL GROUP BY 1, 2
                """,
                sessions.ids,
            )
        )
        found = {}
        for session, method, amount in rows:
            found.setdefault(session, {})[method] = float(amount)
        return found

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


class Row(NamedTuple):
    """A journal item of an entry of a session, as the database has it."""

    session: int
    id: int
    balance: float
    source: str
    method: int | None
    account: int
    company: int
    receivable: bool
    tax: bool
    other: bool
    no_sale: bool


class Facts(NamedTuple):
    """What is known of several sessions, each by session id."""

    expected: dict
    paid: dict
    slack: dict
    items: dict
    without: dict


class Item(NamedTuple):
    """A journal item."""

    id: int
    balance: float
    account: str
    receivable: bool
