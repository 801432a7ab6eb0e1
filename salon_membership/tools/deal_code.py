import re
import unicodedata

LONGEST = 64
NOT_A_LETTER = re.compile(r"[\W_]+")


def normalise(code):
    """Return the one way in which a voucher's code is written: without spaces and dashes, in capitals.

    Full-width letters, as Chinese keyboards type them, are the same letters. What a spreadsheet keeps a number as text
    by, a leading apostrophe or a tab, is no part of it.

    :return str: empty, where there is no code in it
    """
    return NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", code or "")).upper()[:LONGEST]
