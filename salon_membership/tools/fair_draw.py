"""How a prize is drawn, so that whoever knows the seed can do it again and see that it was right.

Before the draw the salon shows the digest of a seed that it keeps for itself. The client says a word. Seed and word
together give the number, and the number the prize: neither of the two could choose it alone. After the draw the seed
is shown: its digest is the one that was shown before.
"""

import hashlib
import hmac
import json
import secrets


def new_seed():
    """Return a new secret seed."""
    return secrets.token_hex(32)


def digest(seed):
    """Return what is shown of a seed before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def number(seed, draw_id, word, total):
    """Return the number that is drawn: from 0 to `total` - 1."""
    drawn = hmac.new(seed.encode(), f"{draw_id}:{word}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn, "big") % total


def total(odds):
    """Return how many numbers there are.

    :param list odds: of {"prize": id, "weight": how many numbers win it, ...}, in order
    """
    return sum(one["weight"] for one in odds)


def winner(odds, drawn):
    """Return which of `odds` the number wins."""
    for one in odds:
        if drawn < one["weight"]:
            return one
        drawn -= one["weight"]
    raise ValueError("The number is beyond the odds.")


def link(previous, facts):
    """Return the digest of one entry and of all before it: none can be changed or taken out without a trace."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
