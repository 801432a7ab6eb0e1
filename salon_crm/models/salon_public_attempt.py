import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=1)


class SalonPublicAttempt(models.Model):
    """What somebody tried on a public page, so that nobody tries too often.

    Addresses and numbers are kept as digests alone: they can be compared, and read by nobody.
    """

    _name = "salon.public.attempt"
    _description = "Attempt on a Public Page"
    _log_access = False

    scope = fields.Char(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    number = fields.Integer(readonly=True)  # which attempt of the same it is

    _digest_idx = models.Index("(digest, scope, at)")
    _number_idx = models.UniqueIndex("(digest, scope, number)")
    _at_idx = models.Index("(at)")

    @api.model
    def _digest(self, text):
        """Return what stands for an address or a number."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _allow(self, scope, key, limit, within):
        """Note one more attempt; tell whether it is still within the limit.

        Of two at the same moment neither sees the other: both take the same number, and the second is a conflict, for
        which Odoo tries the request anew. So many at once are counted as many.

        :param str scope: what is tried
        :param str key: who tries: an address, a number
        :param int limit: how many are allowed
        :param timedelta within: in what time; a day at most
        """
        attempts = self.sudo()
        digest = self._digest(key)
        tried = attempts.search_count(
            [("scope", "=", scope), ("digest", "=", digest), ("at", ">", fields.Datetime.now() - within)], limit=limit
        )
        if tried >= limit:
            return False
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_public_attempt (scope, digest, at, number)
                SELECT %(scope)s, %(digest)s, %(now)s, COALESCE(max(number), 0) + 1
                  FROM salon_public_attempt WHERE scope = %(scope)s AND digest = %(digest)s
                ON CONFLICT DO NOTHING
                """,
                scope=scope,
                digest=digest,
                now=fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        return True

    @api.autovacuum
    def _gc_attempts(self):
        """Forget what is too old to count."""
        self.env.cr.execute("DELETE FROM salon_public_attempt WHERE at < %s", (fields.Datetime.now() - KEPT,))
