"""Tables to which lines are added and in which none is ever changed: the database itself sees to it (invariant 5)."""

from odoo.tools import SQL


def keep(cr, table, function):
    """Have the database refuse every change of what stands in `table`.

    :param str function: of the database, a trigger that raises
    """
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %(row)s BEFORE UPDATE OR DELETE ON %(table)s
            FOR EACH ROW EXECUTE FUNCTION %(function)s();
            CREATE OR REPLACE TRIGGER %(whole)s BEFORE TRUNCATE ON %(table)s
            FOR EACH STATEMENT EXECUTE FUNCTION %(function)s()
            """,
            row=SQL.identifier(f"{table}_refuse"),
            whole=SQL.identifier(f"{table}_refuse_truncate"),
            table=SQL.identifier(table),
            function=SQL.identifier(function),
        )
    )
