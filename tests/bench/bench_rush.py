"""Fifty who want the same time at the same moment, over HTTP on a server with four workers: when has the last one an
answer?"""
import rush


def rush_for_one(session, facts, number):
    """Return the seconds until the last of 50 answers, for one service."""
    return max(seconds for seconds, _answer in rush.book_one(session, facts, f"2030-01-{number + 1:02} 10:00:00"))


def rush_for_three(session, facts, number):
    """Return the seconds until the last of 50 answers, for three services one after the other."""
    return max(seconds for seconds, _answer in rush.book_chain(session, facts, f"2030-03-{number + 1:02} 10:00:00"))


PREPARE = {"rush": rush.prepare}
ROWS = [
    {"name": "50 at once for one start: the last answer", "goal_ms": 2000, "rounds": 20, "http": True,
     "subject": ("rush", rush_for_one)},
    {"name": "50 at once for three services: the last answer", "goal_ms": 2000, "rounds": 20, "http": True,
     "subject": ("rush", rush_for_three)},
]
