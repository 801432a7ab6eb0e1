"""Unguessable tokens: who has the link that one stands in acts for a client."""

import re
import secrets

BYTES = 24  # of chance, as 32 characters of an address
FORM = re.compile(r"[\w-]{20,64}", re.ASCII)


def new_token():
    """Return a new token; it can stand in an address as it is."""
    return secrets.token_urlsafe(BYTES)


def is_token(value):
    """Tell whether what a stranger sent can be a token: nothing else is looked up."""
    return isinstance(value, str) and bool(FORM.fullmatch(value))
