from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .pos_payment_method import TREATMENT, WALLET


class Side(NamedTuple):
    """One kind of prepaid money and where it stands in the books."""

    ledger: str  # as salon.prepaid.report calls it
    account_id: int
    moves: str  # the ledger's table
    amount: str  # its column of money
    figure: str  # the column of salon_prepaid_report
    terminal: str
    products: list  # products whose sale brings money onto the account


class Source(NamedTuple):
    """What one session or entry did to an account, as the cards and as the books say it."""

    kind: str  # session, entry, payment, or nothing
    id: int
    ledger: float
    booked: float
    unposted: float
    difference: float


class SalonPrepaidReport(models.Model):
    """The proof that the cards and the books agree (invariant 8): for each company, at the end of any day, the money
    on the cards is the balance of its account and what open sessions have not posted yet."""

    _inherit = "salon.prepaid.report"

    @api.model
    def _sides(self, company):
        """Return the kinds of prepaid money that this company has set up."""
        company = company.sudo()
        cards = self.env["product.product"].sudo().with_context(active_test=False)
        sides = [
            Side(
                "wallet", company.salon_wallet_account_id.id, "salon_wallet_move", "principal", "principal", WALLET,
                company.salon_topup_product_id.ids,
            ),
            Side(
                "treatment", company.salon_treatment_account_id.id, "salon_treatment_move", "amount", "worth",
                TREATMENT, cards.search([("is_salon_card", "=", True)]).ids,
            ),
        ]  # fmt: skip
        return [side for side in sides if side.account_id]

    @api.model
    def _prove(self, company, side, day):
        """Return how the cards and the books stand at the end of `day`.

        :return dict: "ledger" (what the cards say), "balance" (of the account, a credit above 0), "unposted" and
            "difference", in the company's currency
        """
        self.env.flush_all()
        rounded = company.currency_id.round
        ledger, balance = self._get_ledger(company, side, day), self._get_balance(company, side, day)
        unposted = self._get_unposted(company, side, day)
        return {
            "ledger": rounded(ledger),
            "balance": rounded(balance),
            "unposted": rounded(unposted),
            "difference": rounded(ledger - balance - unposted),
        }

    def _one(self, query):
        [[value]] = self.env.execute_query(query)
        return float(value or 0)

    def _get_ledger(self, company, side, day):
        return self._one(
            SQL(
                """
                SELECT SUM(%s) FROM salon_prepaid_report WHERE company_id = %s AND ledger = %s AND day <= %s
                """,
                SQL.identifier(side.figure), company.id, side.ledger, day,
            )
        )  # fmt: skip

    def _get_balance(self, company, side, day):
        return self._one(
            SQL(
                """
                SELECT -SUM(balance) FROM account_move_line
                 WHERE account_id = %s AND company_id = %s AND parent_state = 'posted' AND date <= %s
                """,
                side.account_id, company.id, day,
            )
        )  # fmt: skip

    # What is not posted yet -------------------------------------------------------------------------

    def _get_unposted(self, company, side, day):
        return self._one(SQL("SELECT SUM(amount) FROM (%s) parts", self._unposted_parts(company, side, day)))

    @api.model
    def _closed_on(self, zone):
        """Return the expression of the day under which a closed `session` is posted; an open one has none."""
        return SQL(
            """
            CASE WHEN session.state = 'closed' THEN COALESCE(
                (SELECT date FROM account_move WHERE id = session.move_id),
                (SELECT MIN(entry.date) FROM account_payment payment
                   JOIN account_move entry ON entry.id = payment.move_id WHERE payment.pos_session_id = session.id),
                timezone(%s, timezone('UTC', session.stop_at))::date
            ) END
            """,
            zone,
        )

    @api.model
    def _unposted_parts(self, company, side, day):
        """Return the query of what orders brought by `day` and no entry has by then, or the other way round.

        It reads the orders, not the ledger: what it finds is a proof. Their day alone is that of the ledger, as a
        till's clock may be wrong and an order may arrive days later. A session is posted as a whole when it is closed,
        but for the lines of orders that were invoiced: their invoice posts them.
        """
        zone = str(company._salon_timezone())
        return SQL(
            """
            WITH known AS (
                SELECT session_id, MIN(day) AS first, MAX(day) AS last
                  FROM salon_prepaid_report WHERE company_id = %(company)s AND session_id IS NOT NULL GROUP BY 1
            ), sessions AS MATERIALIZED (
                SELECT session.id, %(closed_on)s AS closed_on, known.first, known.last
                  FROM pos_session session
                  JOIN pos_config config ON config.id = session.config_id AND config.company_id = %(company)s
                  LEFT JOIN known ON known.session_id = session.id
                 WHERE session.state <> 'closed' OR known.session_id IS NOT NULL
            ), near AS MATERIALIZED (
                -- What a session posted on the day on which it took it needs no look at its orders.
                SELECT id, closed_on FROM sessions
                 WHERE closed_on IS NULL
                    OR (first <= %(day)s + 1 AND closed_on >= %(day)s)
                    OR (closed_on <= %(day)s AND last > %(day)s)
            ), orders AS MATERIALIZED (
                SELECT orders.id, near.id AS session_id, near.closed_on,
                       COALESCE(NULLIF(orders.currency_rate, 0), 1) AS rate,
                       COALESCE(
                           (SELECT MIN(move.day) FROM %(moves)s move WHERE move.pos_order_id = orders.id),
                           timezone(%(zone)s, timezone('UTC', orders.date_order))::date
                       ) AS day,
                       CASE WHEN invoice.state = 'posted' AND NOT EXISTS (
                           SELECT FROM account_move WHERE reversed_pos_order_id = orders.id AND state = 'posted'
                       ) THEN invoice.date ELSE near.closed_on END AS lines_on
                  FROM near JOIN pos_order orders ON orders.session_id = near.id
                  LEFT JOIN account_move invoice ON invoice.id = orders.account_move
                 WHERE orders.state IN ('paid', 'done')
            ), parts AS (
                SELECT orders.id AS order_id, orders.session_id, orders.day, orders.lines_on AS posted_on,
                       ROUND((line.price_subtotal / orders.rate)::numeric, %(places)s) AS amount
                  FROM orders JOIN pos_order_line line ON line.order_id = orders.id
                 WHERE line.product_id = ANY(%(products)s)
                 UNION ALL
                SELECT orders.id, orders.session_id, orders.day, orders.closed_on, -payment.amount / orders.rate
                  FROM orders JOIN pos_payment payment ON payment.pos_order_id = orders.id
                  JOIN pos_payment_method method ON method.id = payment.payment_method_id
                 WHERE method.use_payment_terminal = %(terminal)s
            )
            SELECT order_id, session_id,
                   amount * ((day <= %(day)s)::int - COALESCE((posted_on <= %(day)s)::int, 0)) AS amount
              FROM parts
             WHERE (day <= %(day)s) <> COALESCE(posted_on <= %(day)s, FALSE)
            """,
            company=company.id,
            closed_on=self._closed_on(zone),
            day=SQL("%s::date", day),
            zone=zone,
            moves=SQL.identifier(side.moves),
            places=company.currency_id.decimal_places,
            products=side.products,
            terminal=side.terminal,
        )

    @api.model
    def _unposted_orders(self, company, side, day):
        """Return the ids of the orders that `_get_unposted` adds up."""
        self.env.flush_all()
        query = SQL("SELECT DISTINCT order_id FROM (%s) parts ORDER BY 1", self._unposted_parts(company, side, day))
        return [row[0] for row in self.env.execute_query(query)]

    # What explains a difference ---------------------------------------------------------------------

    @api.model
    def _explain(self, company, side, day):
        """Return by which sessions and entries cards and books differ at the end of `day`, as Sources.

        An entry of which the cards know nothing was made by hand. Several that undo each other are none.
        """
        self.env.flush_all()
        rounded = company.currency_id.round
        rows = self.env.execute_query(self._sources(company, side, day))
        sources = [
            Source(kind, key, *(rounded(float(amount)) for amount in amounts), 0.0) for kind, key, *amounts in rows
        ]
        sources = [
            source._replace(difference=rounded(source.ledger - source.booked - source.unposted)) for source in sources
        ]
        sources = [source for source in sources if source.difference]
        by_hand = [source for source in sources if source.kind == "entry" and not source.ledger]
        if not rounded(sum(source.difference for source in by_hand)):
            sources = [source for source in sources if source not in by_hand]
        return sources

    @api.model
    def _sources(self, company, side, day):
        """Return the query of what cards, books and open orders say of each session and of each other entry."""
        return SQL(
            """
            WITH entries AS (
                SELECT line.move_id, -SUM(line.balance) AS booked
                  FROM account_move_line line
                 WHERE line.account_id = %(account)s AND line.company_id = %(company)s
                   AND line.parent_state = 'posted' AND line.date <= %(day)s
                 GROUP BY line.move_id
            ), placed AS (
                -- The session that posted an entry; what invoices and their reversals do after a closing is one.
                SELECT entries.move_id, entries.booked, COALESCE(
                           session.id, payment.pos_session_id,
                           (SELECT session_id FROM pos_order WHERE id = entry.reversed_pos_order_id),
                           (SELECT MIN(session_id) FROM pos_order WHERE account_move = entries.move_id)
                       ) AS session_id
                  FROM entries
                  JOIN account_move entry ON entry.id = entries.move_id
                  LEFT JOIN pos_session session ON session.move_id = entries.move_id
                  LEFT JOIN account_payment payment ON payment.move_id = entries.move_id
            ), office AS (
                SELECT move.%(amount)s AS amount, move.account_payment_id, move.account_move_id,
                       payment.move_id AS payment_move_id
                  FROM %(moves)s move LEFT JOIN account_payment payment ON payment.id = move.account_payment_id
                 WHERE move.company_id = %(company)s AND move.session_id IS NULL AND move.day <= %(day)s
            ), keys AS (
                -- A refund may have a payment and an entry: both are one.
                SELECT DISTINCT account_move_id AS move_id, payment_move_id AS key
                  FROM office WHERE account_move_id IS NOT NULL AND payment_move_id IS NOT NULL
            ), parts AS (
                SELECT 'session' AS kind, session_id AS id, SUM(%(figure)s) AS ledger, 0 AS booked, 0 AS unposted
                  FROM salon_prepaid_report
                 WHERE company_id = %(company)s AND ledger = %(ledger)s AND day <= %(day)s AND session_id IS NOT NULL
                 GROUP BY session_id
                 UNION ALL
                SELECT 'session', session_id, 0, booked, 0 FROM placed WHERE session_id IS NOT NULL
                 UNION ALL
                SELECT 'session', session_id, 0, 0, amount FROM (%(unposted)s) unposted
                 UNION ALL
                SELECT 'entry', COALESCE(keys.key, placed.move_id), 0, placed.booked, 0
                  FROM placed LEFT JOIN keys ON keys.move_id = placed.move_id WHERE placed.session_id IS NULL
                 UNION ALL
                SELECT CASE WHEN COALESCE(payment_move_id, account_move_id) IS NOT NULL THEN 'entry'
                            WHEN account_payment_id IS NOT NULL THEN 'payment' ELSE 'none' END,
                       COALESCE(payment_move_id, account_move_id, account_payment_id, 0), amount, 0, 0
                  FROM office
            )
            SELECT kind, id, SUM(ledger), SUM(booked), SUM(unposted) FROM parts GROUP BY kind, id
            HAVING SUM(ledger) - SUM(booked) - SUM(unposted) <> 0 ORDER BY kind, id
            """,
            account=side.account_id,
            company=company.id,
            day=SQL("%s::date", day),
            amount=SQL.identifier(side.amount),
            moves=SQL.identifier(side.moves),
            figure=SQL.identifier(side.figure),
            ledger=side.ledger,
            unposted=self._unposted_parts(company, side, day),
        )

    @api.model
    def _drafts(self, company, side, day):
        """Return entries on the account that nobody has posted: they are in no balance."""
        lines = self.env["account.move.line"].sudo()
        return lines.search(
            [
                ("account_id", "=", side.account_id), ("company_id", "=", company.id),
                ("parent_state", "=", "draft"), ("date", "<=", day),
            ]
        ).move_id  # fmt: skip

    @api.model
    def _name_source(self, source, company):
        """Return what a source is called, for people."""
        if source.kind == "session":
            session = self.env["pos.session"].sudo().browse(source.id)
            return self.env._(
                "%(session)s (%(till)s): its orders and its entries differ",
                session=session.name, till=session.config_id.name,
            )  # fmt: skip
        if source.kind == "payment":
            payment = self.env["account.payment"].sudo().browse(source.id)
            return self.env._("%s has no posted entry", payment.display_name)
        if source.kind == "none":
            return self.env._("Movements on cards that no entry stands for")
        entry = self.env["account.move"].sudo().browse(source.id)
        name = " · ".join(filter(None, (entry.name or self.env._("Draft"), entry.ref)))
        if source.ledger and source.booked:
            return self.env._("%s is not what its cards say", name)
        if source.ledger:
            return self.env._("%s is on cards, but not posted on this account", name)
        return self.env._("%(entry)s, made by hand by %(user)s", entry=name, user=entry.create_uid.name)
