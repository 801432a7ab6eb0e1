from odoo.tools import SQL, sql

# Tables of letters to clients, and the column that says how far a letter is.
LETTERS = {"salon_wallet_notice": "state", "salon_treatment_notice": "state", "salon_membership_change": "told"}


def migrate(cr, version):
    """Have letters to clients go as all others do: by `salon.sending`, and by Odoo's mail queue no more."""
    if not version:
        return
    cr.execute("SELECT set_config('salon.unlock', 'on', true)")  # the history of memberships refuses changes
    for table, state in LETTERS.items():
        if sql.column_exists(cr, table, state):
            _add_columns(cr, SQL.identifier(table))
            _rename_states(cr, SQL.identifier(table), SQL.identifier(state))
    cr.execute("SELECT set_config('salon.unlock', 'off', true)")


def _add_columns(cr, table):
    """Add what a letter has, with what it begins with: the ORM would fill the columns line by line."""
    cr.execute(
        SQL(
            """
            ALTER TABLE %(table)s
                ADD COLUMN IF NOT EXISTS channel varchar NOT NULL DEFAULT 'email',
                ADD COLUMN IF NOT EXISTS try_at timestamp,
                ADD COLUMN IF NOT EXISTS tries integer DEFAULT 0,
                ADD COLUMN IF NOT EXISTS mail_id integer;
            ALTER TABLE %(table)s ALTER COLUMN channel DROP DEFAULT, ALTER COLUMN tries DROP DEFAULT
            """,
            table=table,
        )
    )


def _rename_states(cr, table, state):
    """Give the states the names that all sendings use; what Odoo's queue has not sent yet is taken out of it."""
    cr.execute(
        SQL(
            """
            UPDATE %(table)s letter
               SET %(state)s = CASE WHEN letter.%(state)s = 'due' THEN 'planned'
                                    WHEN letter.%(state)s = 'told' OR mail.state = 'sent' THEN 'sent'
                                    WHEN mail.state = 'outgoing' THEN 'planned'
                                    WHEN mail.state = 'exception' THEN 'retry'
                                    WHEN mail.state = 'cancel' THEN 'no'
                                    ELSE 'unsure' END,
                   try_at = CASE WHEN letter.%(state)s = 'due' OR mail.state IN ('outgoing', 'exception')
                                 THEN COALESCE(letter.try_at, now() AT TIME ZONE 'UTC') END
              FROM %(table)s one
              LEFT JOIN mail_mail mail ON mail.id = one.mail_id
             WHERE one.id = letter.id AND letter.%(state)s IN ('due', 'told', 'sending', 'retry')
            """,
            table=table,
            state=state,
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE mail_mail SET state = 'exception' FROM %(table)s letter
             WHERE letter.mail_id = mail_mail.id AND letter.%(state)s = 'planned' AND mail_mail.state = 'outgoing'
            """,
            table=table,
            state=state,
        )
    )
