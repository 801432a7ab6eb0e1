"""A day that matters to a client, as one addon tells of it and another goes by it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClientDate:
    """Records with a day on which something of a client's ends, and how they lead to the client.

    Records of one client, one company and one day are one occasion: nobody is told of each lot of their points.

    :param str name: what people call it, in the language of the environment
    :param str model: of the records
    :param str field: their date; stored
    :param str path: many2one fields from the record to res.partner, with dots between them
    :param tuple domain: which of them: those of which something is left
    """

    name: str
    model: str
    field: str
    path: str = "partner_id"
    domain: tuple = ()
