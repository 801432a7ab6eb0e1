"""What the salon knows of a person, said once for each model: export, erasure and their test read it here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

FREE = ("char", "text", "html", "json", "binary", "image", "properties")  # types of fields in which anything may stand


@dataclass(frozen=True)
class Answer:
    """How the records of one model hang on a client, and what becomes of them when the client is erased.

    What is free text goes by itself on models of the salon, unless `keeps` names it; on other models `values` says what
    goes.

    :param str model: its name; where that addon is not installed, the answer is of no account
    :param tuple by: paths of fields to the client (res.partner)
    :param also: returns a domain of more records, from the clients as they are before anything goes
    :param bool delete: the records go; else they stay, without what says who it was
    :param dict values: what fields get in place of what they say
    :param tuple keeps: fields of free text that say nothing of a person, or that the law keeps
    :param str why: what stays, and why; a sentence for the log and for who decides
    :param bool trail: messages, files and activities on the records go too
    :param bool shared: the records are another client's too: messages and files on them are not in the export
    :param export: names of the fields that are exported; None: all that say something; empty: none, and `left_out`
        says why
    :param str left_out: why it is not in the export
    """

    model: str
    by: tuple = ("partner_id",)
    also: Callable | None = None
    delete: bool = False
    values: dict = field(default_factory=dict)
    keeps: tuple = ()
    why: str = ""
    trail: bool = True
    shared: bool = False
    export: tuple | None = None
    left_out: str = ""


def digest(secret, text):
    """Return what stands for a phone number, an email or a name: the same for the same, and slow to guess."""
    return hashlib.scrypt(text.encode(), salt=secret.encode(), n=2**14, r=8, p=1, dklen=24).hex()
