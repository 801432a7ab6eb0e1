"""Sending a long queue of follow-ups by email, to a mail server on loopback: how long each takes, and whether the
process stays as large as it was."""
import gc
import logging
import os
import time

from bench_clients import _last

MAILS = int(os.environ.get("BENCH_MAILS", "10000"))
# By then whatever is kept once for all is there: also the 512 patterns that Python's `re` keeps, one of the boundary
# of each mail.
WARM = 1_000
FLAT = 10  # megabytes that the process may grow by after them


class Drain:
    """A mail server that takes every mail and keeps none."""

    def __init__(self):
        """Begin with none."""
        self.taken = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's
        """Take a mail."""
        self.taken += 1
        return "250 Taken"


def fill(env):
    """Have so many clients with a follow-up by email that is due. Commit it."""
    env["ir.cron"].search([]).active = False
    env.company.write({"email": "hello@salon.example.com", "salon_message_from": 0, "salon_message_to": 24})
    plan = env["salon.followup.plan"].create({"name": "Tips", "trigger": "visit_done"})
    step = env["salon.followup.step"].create(
        {"plan_id": plan.id, "name": "Tips", "channel": "email", "subject": "A tip for {{client}}",
         "script": "Dear {{client}},\n\n" + "a mask once a week keeps your hair soft. " * 10 + "\n\n{{salon}}"})
    env.flush_all()
    values = {"first": _last(env.cr, "res_partner") + 1, "mails": MAILS, "company": env.company.id, "plan": plan.id,
              "step": step.id}
    env.cr.execute("ALTER TABLE res_partner DISABLE TRIGGER USER")
    env.cr.execute("""
        INSERT INTO res_partner (id, name, complete_name, email, email_normalized, active, type, lang, autopost_bills,
                                 commercial_partner_id)
        SELECT %(first)s + n, 'Client ' || n, 'Client ' || n, 'client' || n || '@example.com',
               'client' || n || '@example.com', TRUE, 'contact', 'en_US', 'ask', %(first)s + n
          FROM generate_series(0, %(mails)s - 1) n""", values)
    env.cr.execute("ALTER TABLE res_partner ENABLE TRIGGER USER")
    env.cr.execute("SELECT setval('res_partner_id_seq', (SELECT MAX(id) FROM res_partner))")
    env.cr.execute("""
        INSERT INTO salon_followup (partner_id, company_id, step_id, plan_id, occasion, channel, state, sending,
                                    is_marketing, planned_for, due_at, latest_at, try_at, tries)
        SELECT %(first)s + n, %(company)s, %(step)s, %(plan)s, 'bench-' || n, 'email', 'due', 'planned',
               FALSE, now(), now(), now() + interval '2 days', now() AT TIME ZONE 'UTC' - interval '1 minute', 0
          FROM generate_series(0, %(mails)s - 1) n""", values)
    env.cr.commit()
    return {}


def send(context):
    """Send the first thousand (round 0), then the rest: the seconds for each mail, and what the process grew by."""
    from aiosmtpd.controller import Controller

    logging.getLogger("mail.log").setLevel(logging.WARNING)
    env, drain = context.env, Drain()
    server = Controller(drain, hostname="127.0.0.1", port=0)
    server.port = _free_port()
    server.start()
    try:
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {"name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_encryption": "none"})
        env.cr.commit()
        followups, wanted = env["salon.followup"], WARM if not context.round else MAILS - WARM
        before, began = _megabytes(), time.perf_counter()
        seen, refused = set(), dict.fromkeys(followups._sent_channels(), 0)
        with context.timed():
            while drain.taken < wanted and followups._send_next(seen, refused):
                pass
        seconds, grown = time.perf_counter() - began, _megabytes() - before
    finally:
        server.stop()
    if drain.taken < wanted:
        raise ValueError(f"{drain.taken} of {wanted} mails went: that measures nothing")
    print(f"{drain.taken} mails, {drain.taken / seconds:.1f} a second; from {before:.1f} MB, grew by {grown:.1f} MB")
    if context.round and grown > FLAT:
        raise ValueError(f"grew by {grown:.1f} MB over {drain.taken} mails")
    context.seconds /= drain.taken


def _free_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _megabytes():
    """Return what this process takes of the machine's memory now, without what only waits to be collected.

    Python's email package makes classes of their own for the headers of each mail: they go when Odoo's collector,
    which is rarely called, comes by.
    """
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


PREPARE = {"queue": fill}
ROWS = [
    {"name": f"send a follow-up by email, {MAILS:,} in the queue", "goal_ms": 200, "rounds": 1,
     "subject": ("queue", send)},
]
