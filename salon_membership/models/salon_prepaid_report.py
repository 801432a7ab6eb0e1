from odoo import api, fields, models
from odoo.tools import SQL

# How the kinds of both ledgers are called in the books.
KINDS = {
    "salon_wallet_move": {
        "topup": "sold",
        "spend": "used",
        "return": "returned",
        "payout": "refunded",
        "transfer_out": "transferred",
        "transfer_in": "transferred",
        "expire": "expired",
    },
    "salon_treatment_move": {
        "sell": "sold",
        "use": "used",
        "return": "returned",
        "refund": "refunded",
        "upgrade": "upgraded",
        "transfer_out": "transferred",
        "transfer_in": "transferred",
        "expire": "expired",
    },
}
LEDGERS = {"salon_wallet_move": "wallet", "salon_treatment_move": "treatment"}
FIGURES = {
    "salon_wallet_move": ("SUM(principal)", "SUM(bonus)", "0", "0"),
    "salon_treatment_move": ("0", "0", "SUM(sessions)", "SUM(amount)"),
}


class SalonPrepaidReport(models.Model):
    """What moved in clients' prepaid money, by day, till, session and kind: sums of both ledgers, without clients.

    The database adds rows as lines come into the ledgers, in the same transaction; several rows may have the same
    day, session and kind, and are made one later (`_compact`). So a till never waits for another one's row, and five
    million lines are read as some ten thousand sums.
    """

    _name = "salon.prepaid.report"
    _description = "Prepaid Liabilities"
    _order = "day desc, id desc"
    _rec_name = "kind"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    config_id = fields.Many2one("pos.config", string="Till", readonly=True, ondelete="restrict")
    session_id = fields.Many2one("pos.session", string="Till Session", readonly=True, ondelete="restrict")
    ledger = fields.Selection(
        [("wallet", "Stored Value"), ("treatment", "Treatment Cards")], string="Of", required=True, readonly=True
    )
    kind = fields.Selection(
        [
            ("sold", "Sold"),
            ("used", "Used"),
            ("returned", "Given Back"),
            ("refunded", "Refunded"),
            ("transferred", "Transferred"),
            ("upgraded", "Upgraded"),
            ("expired", "Expired"),
            ("other", "Other"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    principal = fields.Monetary(readonly=True, help="Clients' own money on stored value.")
    bonus = fields.Monetary(readonly=True, help="What was given on top: no money, and not in the books.")
    sessions = fields.Integer(readonly=True, help="Sessions of treatment cards.")
    worth = fields.Monetary(string="Worth of Sessions", readonly=True, help="What the sessions were paid.")
    moves = fields.Integer(string="Lines", readonly=True, help="So many lines of the ledger.")

    _day_idx = models.Index("(company_id, day)")
    _session_idx = models.Index("(session_id) WHERE session_id IS NOT NULL")

    @api.private
    def init(self):
        """Have the database add up the ledgers as lines come."""
        result = super().init()
        for table in KINDS:
            self.env.cr.execute(
                SQL(
                    """
                    CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger AS $$
                    BEGIN
                        %(insert)s;
                        RETURN NULL;
                    END $$ LANGUAGE plpgsql;

                    CREATE OR REPLACE TRIGGER %(function)s AFTER INSERT ON %(table)s
                    REFERENCING NEW TABLE AS lines FOR EACH STATEMENT EXECUTE FUNCTION %(function)s();
                    """,
                    function=SQL.identifier(f"{table}_sum"),
                    table=SQL.identifier(table),
                    insert=self._insert_sums(table, SQL.identifier("lines")),
                )
            )
        self.env.cr.execute("SELECT EXISTS (SELECT FROM salon_prepaid_report)")
        if not self.env.cr.fetchone()[0]:
            self._rebuild()
        return result

    def action_view_moves(self):
        """Show the lines of the ledger that this row adds up."""
        self.ensure_one()
        table = next(table for table, ledger in LEDGERS.items() if ledger == self.ledger)
        own = [own for own, shown in KINDS[table].items() if shown == self.kind]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Movements"),
            "res_model": table.replace("_", "."),
            "views": [(False, "list"), (False, "kanban")],
            "domain": [
                ("company_id", "=", self.company_id.id), ("day", "=", self.day), ("kind", "in", own),
                ("session_id", "=", self.session_id.id),
            ],
        }  # fmt: skip

    @api.model
    def _sums(self, table, lines):
        """Return the query of what `lines` of a ledger's `table` add up to: the rows of this table."""
        kind = SQL(" ").join(
            SQL("WHEN %s THEN %s", SQL(f"'{own}'"), SQL(f"'{shown}'")) for own, shown in KINDS[table].items()
        )
        return SQL(
            """
            SELECT line.company_id, line.day, session.config_id, line.session_id, %(ledger)s AS ledger,
                   CASE line.kind %(kind)s ELSE 'other' END AS kind, %(figures)s, COUNT(*)::int AS moves
              FROM %(lines)s line LEFT JOIN pos_session session ON session.id = line.session_id
             GROUP BY 1, 2, 3, 4, 6
            """,
            ledger=SQL(f"'{LEDGERS[table]}'"),
            kind=kind,
            figures=SQL(", ").join(
                SQL(f"{figure} AS {name}")
                for figure, name in zip(FIGURES[table], ("principal", "bonus", "sessions", "worth"), strict=True)
            ),
            lines=lines,
        )

    @api.model
    def _insert_sums(self, table, lines):
        return SQL(
            """
            INSERT INTO salon_prepaid_report
                   (company_id, day, config_id, session_id, ledger, kind, principal, bonus, sessions, worth, moves)
            %s
            """,
            self._sums(table, lines),
        )

    @api.model
    def _rebuild(self):
        """Add up what stands in the ledgers already, as when this report is new."""
        for table in KINDS:
            self.env.cr.execute(self._insert_sums(table, SQL.identifier(table)))

    @api.model
    def _compact(self, before):
        """Make one row of those with the same day, session and kind, of days before `before`; nothing else changes."""
        self.env.flush_all()
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('salon_prepaid_report'))")
        if not self.env.cr.fetchone()[0]:
            return
        self.env.cr.execute(
            """
            WITH several AS (
                SELECT company_id, day, COALESCE(session_id, 0) AS session, ledger, kind
                  FROM salon_prepaid_report WHERE day < %s GROUP BY 1, 2, 3, 4, 5 HAVING COUNT(*) > 1
            ), gone AS (
                DELETE FROM salon_prepaid_report row USING several
                 WHERE row.company_id = several.company_id AND row.day = several.day
                   AND COALESCE(row.session_id, 0) = several.session
                   AND row.ledger = several.ledger AND row.kind = several.kind
                RETURNING row.*
            )
            INSERT INTO salon_prepaid_report
                   (company_id, day, config_id, session_id, ledger, kind, principal, bonus, sessions, worth, moves)
            SELECT company_id, day, config_id, session_id, ledger, kind,
                   SUM(principal), SUM(bonus), SUM(sessions), SUM(worth), SUM(moves)
              FROM gone GROUP BY 1, 2, 3, 4, 5, 6
            """,
            [before],
        )
        self.invalidate_model(flush=False)

    @api.model
    def _mistaken_days(self, company):
        """Return where these sums are not what the ledgers come to: [(day, ledger, figures here, figures there)]."""
        self.env.flush_all()
        found = []
        for table, ledger in LEDGERS.items():
            self.env.cr.execute(
                SQL(
                    """
                    WITH real AS (
                        SELECT day, SUM(principal) AS principal, SUM(bonus) AS bonus, SUM(sessions) AS sessions,
                               SUM(worth) AS worth, SUM(moves) AS moves
                          FROM (%(sums)s) sums GROUP BY day
                    ), shown AS (
                        SELECT day, SUM(principal) AS principal, SUM(bonus) AS bonus, SUM(sessions) AS sessions,
                               SUM(worth) AS worth, SUM(moves) AS moves
                          FROM salon_prepaid_report WHERE company_id = %(company)s AND ledger = %(ledger)s GROUP BY day
                    )
                    SELECT day, COALESCE(shown.principal + shown.worth, 0), COALESCE(real.principal + real.worth, 0)
                      FROM real FULL JOIN shown USING (day)
                     WHERE (real.principal, real.bonus, real.sessions, real.worth, real.moves)
                           IS DISTINCT FROM (shown.principal, shown.bonus, shown.sessions, shown.worth, shown.moves)
                     ORDER BY day
                    """,
                    sums=self._sums(
                        table, SQL("(SELECT * FROM %s WHERE company_id = %s)", SQL.identifier(table), company.id)
                    ),
                    company=company.id,
                    ledger=ledger,
                )
            )
            found += [(day, ledger, shown, real) for day, shown, real in self.env.cr.fetchall()]
        return found
