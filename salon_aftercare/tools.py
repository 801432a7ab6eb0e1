import logging

_logger = logging.getLogger(__name__)


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
    except Exception:
        if len(records) == 1:
            _logger.exception("%s failed on %s; it is tried again by the nightly sweep", method, records)
            return
        for record in records:
            carry_out(record, method)
