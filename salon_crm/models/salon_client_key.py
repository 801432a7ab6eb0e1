from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import client_key

BATCH = 5000
SPARE = 4  # a client may have several keys that begin so


class SalonClientKey(models.Model):
    """By what clients are found: beginnings of what one may type, kept in the order of an index.

    Of a million clients a search must not look at each, nor sort the hundred thousand whose name begins with “li”: it
    takes the first few of the index. Two files with the same key of some kinds may be the same person's.
    """

    _name = "salon.client.key"
    _description = "Client Search Key"
    _log_access = False

    file_id = fields.Many2one("salon.client.file", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            (client_key.WORD, "Word"),
            (client_key.PHONE, "Phone, Backwards"),
            (client_key.EMAIL, "Email"),
            (client_key.BIRTHDAY, "Birthday and Name"),
        ],
        required=True,
    )
    key = fields.Char(required=True)

    _key_idx = models.Index('(kind, key COLLATE "C", file_id)')

    @api.model
    def _refresh(self, files):
        """Bring the keys of `files` up to date: what is new is added, what is no more goes."""
        files.flush_recordset()
        wanted = {(file.id, kind, key) for file in files.sudo() for kind, key in file._search_keys()}
        known = set(
            self.env.execute_query(
                SQL("SELECT file_id, kind, key FROM salon_client_key WHERE file_id = ANY(%s)", files.ids)
            )
        )
        if gone := known - wanted:
            self.env.cr.execute(
                SQL("DELETE FROM salon_client_key WHERE (file_id, kind, key) IN %s", tuple(sorted(gone)))
            )
        if new := wanted - known:
            execute_values(
                self.env.cr._obj,
                "INSERT INTO salon_client_key (file_id, kind, key) VALUES %s",
                sorted(new),
                page_size=1000,
            )

    @api.model
    def _fill(self):
        """Give all files their keys: of clients who were there before there were keys."""
        files = self.env["salon.client.file"].sudo().with_context(active_test=False, prefetch_fields=False)
        last = 0
        while batch := files.search([("id", ">", last)], order="id", limit=BATCH):
            self._refresh(batch)
            last = batch[-1].id
            self.env.invalidate_all()

    @api.model
    def _begins(self, kind, beginning, alias="key"):
        """Return the condition that a key is of that kind and begins so."""
        for letter in "\\%_":
            beginning = beginning.replace(letter, f"\\{letter}")
        alias = SQL.identifier(alias)
        return SQL('(%s.kind = %s AND %s.key COLLATE "C" LIKE %s)', alias, kind, alias, f"{beginning}%")

    @api.model
    def _files_of(self, text):
        """Return the SQL of the ids of the files that have a key for each word of `text`; None for no word at all."""
        terms = [
            SQL(
                "SELECT key.file_id FROM salon_client_key key WHERE %s",
                SQL(" OR ").join(self._begins(*choice) for choice in choices),
            )
            for choices in client_key.typed(text)
        ]
        return SQL(" INTERSECT ").join(terms) if terms else None

    @api.model
    def _finds(self, text):
        """Tell whether any client at all has a key for each word of `text`."""
        files = self._files_of(text)
        return bool(files and self.env.execute_query(SQL("SELECT 1 FROM (%s) AS file LIMIT 1", files)))

    @api.model
    def _ways(self, text):
        """Return in which orders to look for `text`, best first: a list of (kind, beginning, the choices for each of
        the other words)."""
        terms = client_key.typed(text)
        if not terms:
            return []
        ways = []
        letters = all(choices[0][0] == client_key.WORD for choices in terms)
        if letters and len(terms) > 1:
            # “li na” is first of all who is called so.
            ways.append((client_key.WORD, client_key.joined(text), []))
        # What fewest clients begin with leads: a number, or else the longest word.
        lead = max(terms, key=lambda choices: (choices[0][0] == client_key.PHONE, len(choices[0][1])))
        rest = [choices for choices in terms if choices is not lead]
        return ways + [(kind, beginning, rest) for kind, beginning in lead]

    @api.model
    def _find(self, query, text, limit):
        """Yield the ids of the partners of `query` who have a key for each word of `text`, best first.

        :param query: returns a new Query on res_partner each time, limited to whom the user may see
        """
        found = {}
        for kind, beginning, rest in self._ways(text):
            one = query()
            partner = SQL.identifier("res_partner", "id")
            one.add_join(
                "JOIN", "salon_file", SQL.identifier("salon_client_file"), SQL("salon_file.partner_id = %s", partner)
            )
            one.add_join(
                "JOIN",
                "salon_key",
                SQL.identifier("salon_client_key"),
                SQL("salon_key.file_id = salon_file.id AND %s", self._begins(kind, beginning, "salon_key")),
            )
            for choices in rest:
                one.add_where(
                    SQL(
                        "EXISTS (SELECT FROM salon_client_key key WHERE key.file_id = salon_file.id AND (%s))",
                        SQL(" OR ").join(self._begins(*choice) for choice in choices),
                    )
                )
            one.order = SQL('salon_key.key COLLATE "C", salon_key.file_id')
            one.limit = limit and limit + SPARE
            found |= dict.fromkeys(partner_id for (partner_id,) in self.env.execute_query(one.select(partner)))
            if limit and len(found) >= limit:
                break
        return list(found)[:limit]
