"""Encryption of health notes and photos: master keys of the server wrap one data key for each client.

The keys never lie in the database: a dump of it says nothing. See MultiFernet of `cryptography`.
"""

import hashlib
import os
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.tools import config

ENVIRONMENT = "SALON_HEALTH_KEYS"
OPTION = "salon_health_keys"


class NoKeyError(Exception):
    """The server has no master key, or none that is well-formed."""


class WrongKeyError(Exception):
    """None of the keys opens this."""


def configured_keys():
    """Return the master keys as they are set: comma-separated, the first one wraps, all of them unwrap."""
    return os.environ.get(ENVIRONMENT) or config.get(OPTION) or ""


def new_key():
    """Return a new key, as the configuration and the data keys have them."""
    return Fernet.generate_key().decode()


@lru_cache(maxsize=8)
def _read_masters(text):
    keys = [key.strip() for key in text.split(",") if key.strip()]
    try:
        return MultiFernet([Fernet(key) for key in keys]), hashlib.sha256(keys[0].encode()).hexdigest()[:16]
    except (ValueError, IndexError):
        raise NoKeyError from None


def wrap(data_key):
    """Return (`data_key` wrapped by the first master key, the mark of that master key).

    :raise NoKeyError: see the class
    """
    masters, mark = _read_masters(configured_keys())
    return masters.encrypt(data_key.encode()).decode(), mark


def current_mark():
    """Return the mark of the master key that wraps; it tells nothing of the key.

    :raise NoKeyError: see the class
    """
    return _read_masters(configured_keys())[1]


def unwrap(wrapped):
    """Return the data key.

    :raise NoKeyError, WrongKeyError: see the classes
    """
    masters, _mark = _read_masters(configured_keys())
    return decrypt(masters, wrapped)


def decrypt(fernet, token):
    """Return the text in `token`.

    :raise WrongKeyError: see the class
    """
    return decrypt_bytes(fernet, token.encode()).decode()


def decrypt_bytes(fernet, token):
    """Return the bytes in `token`.

    :raise WrongKeyError: see the class
    """
    try:
        return fernet.decrypt(token)
    except InvalidToken:
        raise WrongKeyError from None
