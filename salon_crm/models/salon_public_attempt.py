import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models

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

    _digest_idx = models.Index("(digest, scope, at)")
    _at_idx = models.Index("(at)")

    @api.model
    def _digest(self, text):
        """Return what stands for an address or a number."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _allow(self, scope, key, limit, within):
        """Note one more attempt; tell whether it is still within the limit.

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
        attempts.create({"scope": scope, "digest": digest})
        return True

    @api.autovacuum
    def _gc_attempts(self):
        """Forget what is too old to count."""
        self.env.cr.execute("DELETE FROM salon_public_attempt WHERE at < %s", (fields.Datetime.now() - KEPT,))
