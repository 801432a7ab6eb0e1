from odoo import api, models
from odoo.exceptions import UserError


class SalonImportTable(models.AbstractModel):
    """What the salon brings from a table by Odoo's own import: a file is imported whole, or nothing of it is."""

    _name = "salon.import.table"
    _description = "Import From a Table"
    _most_rows = 5_000  # of one file: so many are done before a server gives up on a request

    @api.model
    def _import_columns(self):
        """Return what the template asks for, as (path of a field, example)."""
        raise NotImplementedError

    @api.model
    def load(self, fields, data):
        """Load a file in one transaction.

        Odoo's screen sends 2,000 rows at once and keeps each lot: an error in the third would leave two of them.
        """
        if self.env.context.get("import_file") and len(data) > self._most_rows:
            raise UserError(
                self.env._(
                    "This file has %(rows)s rows. Make files of at most %(most)s of it: each is imported whole, or"
                    " nothing of it is.",
                    rows=len(data),
                    most=self._most_rows,
                )
            )
        return self._by_row(super(SalonImportTable, self.with_context(_import_limit=None)).load(fields, data))

    @api.model
    def _sql_error_to_message(self, exc):
        """What a row brings lands in several tables: each has sentences of its own for what the database refuses."""
        table, constraint = exc.diag.table_name, exc.diag.constraint_name
        owners = (model for model in self.env.registry.values() if model._table == table != self._table)
        if owner := next((model for model in owners if constraint in model._table_objects), None):
            return self.env[owner._name]._sql_error_to_message(exc)
        return super()._sql_error_to_message(exc)

    @staticmethod
    def _by_row(result):
        """Return the result of a load without what Odoo says of a whole batch, at its first row, where it says the same
        of the row that is wrong."""
        first, *others = result["messages"] or [None]
        if any(other["message"] == first["message"] and other.get("rows") != first.get("rows") for other in others):
            result["messages"] = others
        return result
