"""What the sandbox says when it can't go on."""
import errno


class SandboxError(Exception):
    """A bad circumstance, told in one sentence; the command line prints it and exits with 1."""


def sentence_for_oserror(error):
    """Return the sentence for an OSError that the user can do something about, or None."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        return f"The disk is full{where}: free some space and run the same command again, it goes on where it stopped."
    if error.errno in (errno.EACCES, errno.EROFS):
        return f"{error.filename or 'A file'} can't be written by this account: set SALON_HOME to a folder that can."
    return None
