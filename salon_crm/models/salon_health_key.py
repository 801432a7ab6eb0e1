from contextlib import contextmanager

from cryptography.fernet import Fernet

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import vault


class SalonHealthKey(models.Model):
    """The key that a client's health notes and photos are encrypted with, itself wrapped by the master keys of the
    server.

    Nobody reads it. A client who is erased loses it, and with it whatever an old backup may say. Two files that were
    merged keep both keys.
    """

    _name = "salon.health.key"
    _description = "Key of a Client's Health Notes"
    _log_access = False
    _rec_name = "id"

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    wrapped = fields.Text(readonly=True, groups=fields.NO_ACCESS, help="Empty: destroyed.")
    master = fields.Char(readonly=True, groups=fields.NO_ACCESS, index=True, help="Which master key wrapped it.")

    @api.model
    def _of_file(self, file):
        """Return the key that new notes of a client file are encrypted with, a new one where there is none."""
        keys = self.sudo()
        known = keys.search([("file_id", "=", file.id), ("wrapped", "!=", False)], order="id", limit=1)
        if known:
            # Who erases the client at the same moment is to meet this: else a note would lie there that nothing opens.
            touch = SQL("UPDATE salon_health_key SET file_id = file_id WHERE id = %s", known.id)
            self.env.cr.execute(touch, log_exceptions=False)
            return known
        with self._saying_what_is_wrong():
            wrapped, master = vault.wrap(vault.new_key())
        return keys.create({"file_id": file.id, "wrapped": wrapped, "master": master})

    @api.model
    def _is_ready(self):
        """Tell whether the server has a master key: without one nothing new can be told it."""
        try:
            return bool(vault.current_mark())
        except vault.NoKeyError:
            return False

    def _encrypt(self, text):
        """Return `text` as it may lie in the database.

        :raise UserError: the server's keys are missing or wrong
        """
        return self._fernet().encrypt(text.encode()).decode()

    def _decrypt(self, tokens):
        """Return the texts of what `_encrypt` gave.

        :raise UserError: the server's keys are missing or wrong, or the client was erased
        """
        fernet = self._fernet()
        with self._saying_what_is_wrong():
            return [vault.decrypt(fernet, token) for token in tokens]

    def _encrypt_bytes(self, content):
        """Return `content` as it may lie in the database, as bytes.

        :raise UserError: the server's keys are missing or wrong
        """
        return self._fernet().encrypt(content)

    def _decrypt_bytes(self, tokens):
        """Return the contents of what `_encrypt_bytes` gave.

        :raise UserError: as `_decrypt`
        """
        fernet = self._fernet()
        with self._saying_what_is_wrong():
            return [vault.decrypt_bytes(fernet, token) for token in tokens]

    def _fernet(self):
        self.ensure_one()
        if not self.sudo().wrapped:
            raise UserError(
                self.env._("This client was erased: their health notes and photos can't be opened any more.")
            )
        with self._saying_what_is_wrong():
            return Fernet(vault.unwrap(self.sudo().wrapped))

    @contextmanager
    def _saying_what_is_wrong(self):
        """Turn what is wrong with the keys into a sentence for who sits there."""
        try:
            yield
        except vault.NoKeyError:
            raise UserError(
                self.env._(
                    "This server has no key for health notes and photos. Nothing is lost: ask whoever runs the server"
                    " to set %s in its configuration.",
                    vault.ENVIRONMENT,
                )
            ) from None
        except vault.WrongKeyError:
            raise UserError(
                self.env._(
                    "The server's key does not open these health notes or photos. Nothing is lost: ask whoever runs the"
                    " server to put the earlier key back into %s.",
                    vault.ENVIRONMENT,
                )
            ) from None

    def _destroy(self):
        """Make unreadable for ever what was encrypted with these keys, in every backup of the notes as well."""
        self.sudo().write({"wrapped": False, "master": False})

    # New master keys ----------------------------------------------------------------------------------------

    @api.private
    def rotate(self, batch=1000, commit=False):
        """Wrap all data keys by the first of the master keys; the notes themselves stay as they are.

        What is done is not done again: it can be interrupted, and be run any number of times. Afterwards the old master
        keys can be taken out of the configuration.

        :param int batch: how many at once
        :param bool commit: keep each batch when it is done
        :return int: how many were wrapped anew
        :raise UserError: the master keys are missing, or one that is still needed is; nothing is lost
        """
        with self._saying_what_is_wrong():
            mark = vault.current_mark()
        done = 0
        while keys := self._lock_others(mark, batch):
            with self._saying_what_is_wrong():
                wrapped = [(key_id, *vault.wrap(vault.unwrap(old))) for key_id, old in keys]
            for key_id, new, master in wrapped:
                self.env.cr.execute(
                    SQL("UPDATE salon_health_key SET wrapped = %s, master = %s WHERE id = %s", new, master, key_id)
                )
            done += len(keys)
            if commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
        self.invalidate_model()
        return done

    def _lock_others(self, mark, batch):
        """Return (id, wrapped) of some keys that another master key wrapped, for this transaction alone."""
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, wrapped FROM salon_health_key WHERE wrapped IS NOT NULL AND master != %s
                 ORDER BY id LIMIT %s FOR UPDATE
                """,
                mark,
                batch,
            )
        )
