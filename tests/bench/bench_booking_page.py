"""The booking page's list of times, over HTTP on a server with four workers, in a salon with years of bookings."""
import datetime

import bench_free_times

import rush

BOOKINGS = 200_000
VISITORS = 20
PAGES = 5  # that each of them looks at, one after the other


def prepare(env):
    """Fill a salon, and open its booking page."""
    facts = bench_free_times.fill(env, BOOKINGS)
    env["res.company"].search([]).salon_online_booking = False
    env.company.salon_online_booking = True
    user = rush.make_user(env)
    env.cr.commit()
    return {**facts, "user": user.id}


def times(session, facts, number):
    """Return the 95th percentile, in seconds, of what 20 visitors at once wait for the times of a week."""
    day = datetime.date.today() + datetime.timedelta(days=1 + 7 * (number % 6))
    path = f"/salon/book/times?service={facts['services'][0]}&day={day}"

    def visit():
        visitor = rush.Visitor(session.port)
        visitor.get("/salon/book")  # where one comes from
        return [visitor.get(path) for _page in range(PAGES)]

    answers = [answer for answers in rush.at_once([visit] * VISITORS) for answer in answers]
    for _seconds, status, body in answers:
        if status != 200 or body.count(b'name="start"') < 5:
            raise ValueError(f"status {status}, or no times: that measures nothing")
    seconds = sorted(seconds for seconds, _status, _body in answers)
    return seconds[round(0.95 * len(seconds)) - 1]


PREPARE = {"page": prepare}
ROWS = [
    {"name": "the page of times, 20 visitors at once, 200,000 bookings: p95", "goal_ms": 250, "rounds": 10,
     "http": True, "subject": ("page", times)},
]
