import logging
import re

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# What a text of a step can have filled in; see `_get_placeholder_<name>` of salon.followup.
PLACEHOLDERS = ("client", "stylist", "services", "salon", "date", "link", "feedback", "festival", "what")
PLACEHOLDER = re.compile(r"{{\s*([^{}]*?)\s*}}")


def find_placeholders(text):
    """Return the words in double braces of `text`, a set."""
    return set(PLACEHOLDER.findall(text or ""))


def fill_in(text, values):
    """Return `text` with its placeholders replaced; no code is run, whatever stands in the braces.

    :param dict values: text by name; a name that is not there becomes nothing
    """
    return PLACEHOLDER.sub(lambda found: values.get(found[1]) or "", text or "")


def without_defaults(context, names):
    """Return a context that says nothing of what the fields `names` of a new record are to hold."""
    return {key: value for key, value in context.items() if key.removeprefix("default_") not in names}


def carry_out(records, method):
    """Call `method` on `records`, so that a fault stops neither the caller nor the other records.

    :param records: the records to work on, as one set where that goes well, else one by one
    :param str method: the name of a method without arguments
    """
    if not records:
        return
    # What the caller left to write is the caller's: a fault in it must be raised there, not swallowed here.
    records.env.cr.flush()
    try:
        with records.env.cr.savepoint():
            getattr(records, method)()
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise  # whoever called tries the whole of it again
    except Exception:
        if len(records) == 1:
            _logger.exception("%s failed on %s; it is tried again by the nightly sweep", method, records)
            return
        for record in records:
            carry_out(record, method)
