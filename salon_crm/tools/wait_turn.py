"""One after the other: who changes the same thing at the same moment waits, and sees then what the first has done."""

from odoo.tools import SQL


def wait_turn(records):
    """Have others who come here for these records wait until this transaction ends.

    Whoever waited is refused by the database, without a trace in the log, and Odoo tries their request anew: they find
    what was done meanwhile. (`lock_for_update` does not wait: it refuses at once, in words that no client knows.)
    """
    if records:
        records.flush_recordset()
        table = SQL.identifier(records._table)
        update = SQL("UPDATE %s SET id = id WHERE id IN %s", table, tuple(sorted(records.ids)))
        records.env.cr.execute(update, log_exceptions=False)
        records.invalidate_recordset()
