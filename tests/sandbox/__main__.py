"""Entry point of the sandbox.

This file keeps to a syntax that every Python 3 reads, so that a Python that is too old gets a sentence and not
a traceback.
"""
import os
import sys

OLDEST = (3, 10)


def main():
    """Check the interpreter, make the package importable and hand over."""
    if sys.version_info < OLDEST:
        # No f-string: the Python that this is for may not know them.
        version = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write("salon: Odoo 19 needs Python 3.10 or newer, and this is " + version
                         + ": name a newer one with `make PYTHON=/path/to/python3 ...`.\n")
        return 1
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from sandbox import cli
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
