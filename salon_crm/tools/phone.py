"""Phone numbers, so that two ways to write one compare."""

import re

from odoo.addons.phone_validation.tools.phone_validation import phone_format

WHOLE = re.compile(r"\+[1-9]\d{6,14}")  # ITU E.164


def whole_number(text, country):
    """Return a phone number with its country, as +8613900000001; None where it can't be one.

    By the `phonenumbers` library where it is installed, as Odoo itself; else by what nearly all countries do.

    :param str text: as somebody wrote it
    :param country: res.country of who has it, unless the number says another
    """
    digits = re.sub(r"[\s().\-/]", "", text or "")
    if not re.fullmatch(r"\+?\d{5,20}", digits):
        return None
    number = phone_format(digits, country.code, country.phone_code, force_format="E164", raise_exception=False)
    if not number.startswith("+"):
        national = number.removeprefix("0")
        number = f"+{number[2:]}" if number.startswith("00") else f"+{country.phone_code or ''}{national}"
    return number if WHOLE.fullmatch(number) else None
