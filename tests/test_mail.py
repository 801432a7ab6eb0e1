"""What clients are told really leaves: a mail server and an SMS provider on loopback that take it, or do not."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from random import Random

import pytest
import vobject
from freezegun.api import freeze_time

import mail_server
from committed import environment

MONDAY = datetime(2030, 1, 7, 9)


@pytest.fixture
def postbox():
    """A mail server on loopback."""
    with mail_server.opened() as box:
        yield box


@pytest.fixture
def salon(database, postbox):
    """A salon that writes by the mail server."""
    return Salon(database, postbox)


class Salon:
    """A salon on a database of its own: what is done to it is committed, as in life."""

    def __init__(self, database, postbox):
        from odoo.modules.registry import Registry

        self.registry, self.postbox = Registry(database), postbox
        with self.env() as env:
            mail_server.use(env, postbox.port)
            env["ir.config_parameter"].set_param("web.base.url", "https://salon.example.com")
            env.company.write({"email": "hello@salon.example.com", "name": "Salon"})
            env.company.resource_calendar_id.tz = "UTC"
            service = env["product.product"].create(
                {
                    "name": "Cut",
                    "type": "service",
                    "is_salon_service": True,
                    "salon_active_minutes": 30,
                    "salon_prepare_note": "Come with dry hair",
                }
            )
            stylists = env["hr.employee"].create(
                [{"name": name, "is_salon_stylist": True, "resource_calendar_id": False} for name in ("Anna", "Ben")]
            )
            self.service, self.stylists = service.id, stylists.ids
            self.clients = {}
            self.client(env, "Clara")

    def env(self):
        """Return a context that gives an environment and commits."""
        return environment(self.registry)

    def client(self, env, name, **values):
        """Return the id of a client of that name, a new one where there is none; who is new has been here before."""
        if name not in self.clients:
            partner = env["res.partner"].create({"name": name, "email": f"{name.lower()}@example.com", **values})
            env["salon.visit"].create({"partner_id": partner.id}).action_done()
            self.clients[name] = partner.id
        return self.clients[name]

    def book(self, env, start, client="Clara", stylist=0, **values):
        """Book a cut."""
        line = {"product_id": self.service, "stylist_id": self.stylists[stylist]}
        return env["calendar.event"].create(
            {
                "is_salon_booking": True,
                "salon_client_id": self.client(env, client),
                "start": start,
                "salon_line_ids": [(0, 0, line)],
                **values,
            }
        )

    def write(self, booking, **values):
        with self.env() as env:
            env["calendar.event"].browse(booking).write(values)

    def run(self):
        """Let the cron do its work, on a connection of its own."""
        with self.env() as env:
            env["salon.message"]._cron_messages()

    def run_for(self, clock, every=5, **delta):
        """Let the clock go on, with the cron at work every few minutes."""
        end = datetime.now() + timedelta(**delta)
        while datetime.now() < end:
            clock.tick(timedelta(minutes=every))
            self.run()

    def subjects(self, client="Clara"):
        """Return what stands in the subjects of the mails that a client has got."""
        address = f"{client.lower()}@example.com"
        return [mail["Subject"].removeprefix("Salon: ") for to, mail in self.postbox.mails if to == [address]]

    def messages(self, booking=None):
        """Return (kind, state, tries) of all messages, or of those about a booking."""
        domain = [("event_id", "=", booking)] if booking else []
        with self.env() as env:
            found = env["salon.message"].search(domain, order="id")
            return [(message.kind, message.state, message.tries) for message in found]


def _clock(start=MONDAY):
    """Return a clock that stands still until it is told to go on; the mail server's own goes on."""
    return freeze_time(start, real_asyncio=True)


def _html(mail):
    return mail.get_body(("html",)).get_content()


def _calendar(mail):
    """Return the calendar file of a mail, read."""
    [part] = [part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    return vobject.readOne(part.get_content() if isinstance(part.get_content(), str) else part.get_content().decode())


def _quiet():
    """Mute what Odoo logs of a server that takes nothing."""
    from odoo.tools import mute_logger

    return mute_logger("odoo.addons.mail.models.mail_mail")


@pytest.mark.template("salon")
def test_who_is_handed_over_gets_a_mail(salon, postbox):
    with _clock(), salon.env() as env:
        salon.book(env, datetime(2030, 1, 14, 9))
        env["salon.message"]._count_all_as_told()
        replan = env["salon.replan"].create(
            {
                "stylist_id": salon.stylists[0],
                "start": datetime(2030, 1, 14, 8),
                "stop": datetime(2030, 1, 14, 18),
            }
        )
        replan.action_search()
        replan.action_apply()
        # Nothing leaves before the booking is saved.
        assert not postbox.mails
        cron = env.ref("salon_crm.ir_cron_message")
        assert env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
    with _clock():
        salon.run()
        salon.run()
    (recipients, mail), = postbox.mails
    assert recipients == ["clara@example.com"]
    assert "hello@salon.example.com" in mail["From"]
    for text in ("Ben", "Cut", "January 14, 2030"):
        assert text in _html(mail)


@pytest.mark.template("salon")
def test_a_client_gets_confirmation_change_and_cancellation_with_a_file_and_a_link(salon, postbox):
    with _clock() as clock:
        with salon.env() as env:
            booking = salon.book(env, datetime(2030, 1, 21, 10))
            booking.notes = "<p>always late</p>"
            booking = booking.id
        salon.run_for(clock, minutes=10)
        salon.write(booking, start=datetime(2030, 1, 22, 15))
        salon.run_for(clock, minutes=10)
        salon.write(booking, salon_state="cancelled")
        salon.run_for(clock, minutes=10)
    assert salon.subjects() == ["you are booked", "your visit has changed", "your visit is cancelled"]
    made, changed, cancelled = (mail for _to, mail in postbox.mails)
    assert "Come with dry hair" in _html(made)
    link = re.search(r"https://salon\.example\.com(/salon/visit/([\w-]{32}))\"", _html(made))
    with _clock(), salon.env() as env:
        assert env["calendar.event"]._salon_by_token(link[2]).id == booking
    assert link[1] in _html(changed)
    assert link[1] not in _html(cancelled)
    assert link[1] in made.get_body(("plain",)).get_content()
    for mail in (made, changed, cancelled):
        assert "always late" not in mail.as_string()
        assert "booking-" not in _html(mail)
        assert mail["Auto-Submitted"] == "auto-generated"
    files = [_calendar(mail) for mail in (made, changed, cancelled)]
    assert [file.method.value for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({file.vevent.uid.value for file in files}) == 1
    assert [int(file.vevent.sequence.value) for file in files] == [0, 1, 2]
    assert [file.vevent.dtstart.value.replace(tzinfo=None) for file in files] == [
        datetime(2030, 1, 21, 10), datetime(2030, 1, 22, 15), datetime(2030, 1, 22, 15),
    ]
    assert {one.value for file in files for one in file.vevent.attendee_list} == {"mailto:clara@example.com"}


@pytest.mark.parametrize("mood", ["away", "busy", "closed", "deaf"])
@pytest.mark.template("salon")
def test_what_a_server_refuses_for_hours_arrives_once_when_it_takes_it(salon, postbox, mood):
    clients = [f"Client{number}" for number in range(6)]
    with _clock() as clock, _quiet():
        with salon.env() as env:
            for number, client in enumerate(clients):
                salon.book(env, datetime(2030, 1, 21, 9 + number), client)
        if mood == "away":
            postbox.close()
        postbox.mood = mood
        salon.run_for(clock, hours=5)
        assert not postbox.mails
        states = Counter(state for _kind, state, _tries in salon.messages())
        assert set(states) <= {"retry", "planned"}
        assert states["retry"]
        with salon.env() as env:
            mails = env["salon.message"].search([]).mail_id
            assert set(mails.mapped("state")) == {"exception"}
            env["mail.mail"].process_email_queue()  # Odoo's own queue leaves them alone
        if mood == "away":
            postbox.open()
        postbox.mood = "open"
        salon.run_for(clock, hours=2)
        salon.run_for(clock, hours=20, every=60)
    assert sorted(to[0] for to, _mail in postbox.mails) == [f"client{number}@example.com" for number in range(6)]
    assert {state for _kind, state, _tries in salon.messages()} == {"sent"}


@pytest.mark.template("salon")
def test_the_pauses_between_two_tries_grow_and_a_message_that_is_of_no_use_any_more_is_given_up(salon, postbox):
    with _clock() as clock, _quiet():
        with salon.env() as env:
            booking = salon.book(env, MONDAY + timedelta(hours=6)).id
        postbox.close()
        tried = []
        while datetime.now() < MONDAY + timedelta(hours=7):
            clock.tick(timedelta(minutes=1))
            salon.run()
            tries = max((tries for _kind, _state, tries in salon.messages(booking)), default=0)
            if tries > len(tried):
                tried.append(datetime.now())
        pauses = [(later - earlier).seconds // 60 for earlier, later in pairwise(tried)]
        assert pauses == [5, 10, 20, 40, 60, 60, 60, 60]
        postbox.open()
        salon.run_for(clock, hours=5)
    assert not postbox.mails
    assert ("confirmation", "failed", 9) in salon.messages(booking)
    with salon.env() as env:
        message = env["salon.message"].search([("event_id", "=", booking), ("kind", "=", "confirmation")])
        assert (message.reason, message.mail_id.state) == ("late", "cancel")
        assert "refused" in message.mail_id.failure_reason


@pytest.mark.template("salon")
def test_a_mail_whose_fate_is_not_known_is_not_sent_twice(salon, postbox):
    with _clock() as clock, _quiet():
        with salon.env() as env:
            booking = salon.book(env, datetime(2030, 1, 21, 10)).id
        postbox.mood = "lost"
        salon.run_for(clock, hours=1)
        postbox.mood = "open"
        salon.run_for(clock, hours=8)
        assert salon.subjects() == ["you are booked"]
        assert salon.messages(booking) == [("confirmation", "unsure", 1)]
        with salon.env() as env:
            env["salon.message"].search([("event_id", "=", booking)]).action_send_again()
        salon.run_for(clock, hours=1)
    assert salon.subjects() == ["you are booked"] * 2
    assert len({mail["Message-Id"] for _to, mail in postbox.mails}) == 1


@pytest.mark.template("salon")
def test_a_message_that_was_refused_and_is_not_true_any_more_does_not_arrive(salon, postbox):
    with _clock() as clock, _quiet():
        with salon.env() as env:
            moved, gone = (salon.book(env, datetime(2030, 1, 21, hour), client).id
                           for hour, client in ((10, "Clara"), (11, "Dora")))
        postbox.mood = "busy"
        salon.run_for(clock, hours=1)
        salon.write(moved, start=datetime(2030, 1, 23, 10))
        salon.write(gone, salon_state="cancelled")
        salon.run_for(clock, hours=1)
        postbox.mood = "open"
        salon.run_for(clock, hours=3)
    (to, mail), = postbox.mails
    assert (to, mail["Subject"]) == (["clara@example.com"], "Salon: you are booked")
    assert "January 23" in _html(mail)


@pytest.mark.template("salon")
def test_two_planners_at_once_send_once(salon, postbox):
    clients = [f"Client{number}" for number in range(10)]
    with _clock() as clock:
        with salon.env() as env:
            for number, client in enumerate(clients):
                salon.book(env, datetime(2030, 1, 21, 9) + timedelta(hours=number), client)
        clock.tick(timedelta(hours=1))
        together = threading.Barrier(3)
        failed = []

        def work():
            together.wait()
            try:
                salon.run()
            except Exception as error:
                failed.append(error)

        workers = [threading.Thread(target=work) for _number in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert not failed
        salon.run()
    assert sorted(to[0] for to, _mail in postbox.mails) == [f"client{number}@example.com" for number in range(10)]
    assert Counter(state for _kind, state, _tries in salon.messages()) == Counter(sent=10)


@pytest.mark.template("salon")
def test_a_worker_killed_while_it_sends_loses_none_and_sends_none_twice(salon, postbox, tmp_path):
    with salon.env() as env:
        start = datetime.now().replace(microsecond=0) + timedelta(days=20)
        env.company.write({"salon_message_from": 0, "salon_message_to": 24, "salon_message_rest_minutes": 0})
        for number in range(6):
            salon.book(env, start + timedelta(hours=number), f"Client{number}")
        env.flush_all()
    script = tmp_path / "worker.py"
    script.write_text(
        "import sys, odoo\n"
        "from odoo.modules.registry import Registry\n"
        f"odoo.tools.config.parse_config(['-c', {os.environ['ODOO_RC']!r}, '-d', sys.argv[1]])\n"
        "with Registry(sys.argv[1]).cursor() as cr:\n"
        "    odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})['salon.message']._cron_messages()\n"
    )
    worker = subprocess.Popen([sys.executable, str(script), salon.registry.db_name])
    postbox.mood = lambda _mail: len(postbox.mails) == 3 and os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(timeout=120) == -signal.SIGKILL
    postbox.mood = "open"
    assert len(postbox.mails) == 3
    # The server has the third, and nobody was told so.
    assert Counter(state for _kind, state, _tries in salon.messages()) == Counter(sent=2, sending=1, planned=3)
    salon.run()
    assert len(postbox.mails) == 6
    with freeze_time(datetime.now() + timedelta(hours=1), real_asyncio=True):
        salon.run()
    assert sorted(to[0] for to, _mail in postbox.mails) == [f"client{number}@example.com" for number in range(6)]
    assert Counter(state for _kind, state, _tries in salon.messages()) == Counter(sent=5, unsure=1)


# SMS ------------------------------------------------------------------------------------------


@pytest.fixture
def provider():
    """An SMS provider on loopback that speaks as Odoo's does; what came is in `sms`, what it answers in `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
            messages = [(message["content"], number) for message in asked["messages"] for number in message["numbers"]]
            if server.answer == 503:
                self.send_error(503)
                return
            if server.answer == "success":
                server.sms += [(number["number"], content) for content, number in messages]
            result = [{"uuid": number["uuid"], "state": server.answer, "credit": 1} for _content, number in messages]
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.sms, server.answer = [], "success"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.template("salon")
def test_an_sms_arrives_once_also_when_the_provider_was_out_of_order_or_credit(salon, postbox, provider):
    with _clock() as clock:
        with salon.env() as env:
            env["ir.config_parameter"].set_param("sms.endpoint", f"http://127.0.0.1:{provider.server_port}")
            env.company.salon_message_sms = "no_email"
            salon.client(env, "Dora", email=False, phone="+8613900000002")
            booking = salon.book(env, datetime(2030, 1, 21, 10), "Dora")
            link = booking._salon_link()
            booking = booking.id
        from odoo.tools import mute_logger

        with mute_logger("odoo.addons.iap.tools.iap_tools"):
            for answer in (503, "insufficient_credit", "server_error"):
                provider.answer = answer
                salon.run_for(clock, hours=1)
        assert not provider.sms
        provider.answer = "success"
        salon.run_for(clock, hours=4)
        salon.write(booking, salon_state="cancelled")
        salon.run_for(clock, minutes=30)
    assert provider.sms == [
        ("+8613900000002", f"Salon: booked for Mon, Jan 21, 10:00 AM. Change or cancel: {link}"),
        ("+8613900000002", "Salon: cancelled: Mon, Jan 21, 10:00 AM."),
    ]
    assert not postbox.mails
    assert [state for _kind, state, _tries in salon.messages(booking)] == ["sent", "sent"]


# A month ------------------------------------------------------------------------------------------


class Month:
    """A month in the salon: bookings are made, moved, given to others, confirmed and cancelled at random.

    What clients should know is kept here beside it, by nothing but what was done and what arrived.
    """

    def __init__(self, salon, postbox, seed):
        self.salon, self.postbox, self.random = salon, postbox, Random(seed)
        self.bookings = {}  # id: {"client", "start", "off", "made", "touched", "confirmed"}
        self.slots = {}
        self.arrived = []  # (when, client, kind, start as told)

    def act(self):
        """Do something at the front desk, or nothing."""
        now = datetime.now()
        standing = [key for key, one in self.bookings.items() if not one["off"] and one["start"] > now]
        what = self.random.choices(
            ("book", "move", "cancel", "confirm", "rebook", "nothing"), (5, 4, 2, 3, 1, 3)
        )[0]
        if what == "book":
            self._book(now)
        elif what == "rebook":
            off = [key for key, one in self.bookings.items() if one["off"] and one["start"] > now]
            if off:
                self._change(self.random.choice(off), now, salon_state="booked")
        elif what != "nothing" and standing:
            key = self.random.choice(standing)
            if what == "move":
                for _twice in range(self.random.choice((1, 1, 2))):
                    self._change(key, now, start=self._free(now))
            elif what == "cancel":
                self._change(key, now, salon_state="cancelled")
            else:
                self._change(key, now, salon_state="confirmed")

    def _free(self, now):
        """Return a start that nobody has."""
        while True:
            start = now.replace(hour=0, minute=0) + timedelta(
                days=self.random.randint(0, 12), hours=self.random.randint(8, 19), minutes=self.random.choice((0, 30))
            )
            if start > now + timedelta(minutes=45) and start not in self.slots:
                self.slots[start] = True
                return start

    def _book(self, now):
        client, start = f"Client{len(self.bookings)}", self._free(now)
        with self.salon.env() as env:
            key = self.salon.book(env, start, client).id
        self.bookings[key] = {"client": client, "start": start, "off": False, "touched": now, "confirmed": False}

    def _change(self, key, now, **values):
        one = self.bookings[key]
        self.salon.write(key, **values)
        one.update(touched=now, start=values.get("start", one["start"]))
        if state := values.get("salon_state"):
            one.update(off=state == "cancelled", confirmed=state == "confirmed")

    def collect(self):
        """Note what arrived since the last time."""
        now = datetime.now()
        for (address,), mail in self.postbox.mails[len(self.arrived):]:
            text = _html(mail)
            kind = {
                "you are booked": "confirmation",
                "your visit has changed": "changed",
                "your visit is cancelled": "cancelled",
            }.get(mail["Subject"].removeprefix("Salon: "))
            if not kind:
                kind = "same_day" if "is soon" in text else "reminder"
            told = re.search(r"\w+day, (\w+ \d+, \d{4}),? (?:at )?(\d+:\d+\s?[AP]M)", text)
            start = datetime.strptime(f"{told[1]} {told[2]}".replace("\u202f", " "), "%B %d, %Y %I:%M %p")
            self.arrived.append((now, address.split("@")[0].capitalize(), kind, start))


@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("MONTH_SEEDS", "1").split(",")])
@pytest.mark.template("salon")
def test_a_month_in_which_each_message_arrives_exactly_once(salon, postbox, seed):
    """Each client learns all that is true in the end, nothing twice, nothing at night, nothing after the visit."""
    with _clock() as clock, _quiet():
        month = Month(salon, postbox, seed)
        end = MONDAY + timedelta(days=30)
        stops = [MONDAY + timedelta(days=day, hours=hour) for day, hour in ((4, 3), (9, 0), (15, 6), (22, 12))]
        refusals = {MONDAY + timedelta(days=day): mood for day, mood in ((6, "busy"), (12, "closed"), (18, "deaf"))}
        trouble = [(since, since + timedelta(hours=5)) for since in stops]
        trouble += [(since, since + timedelta(hours=7)) for since in refusals]
        while datetime.now() < end:
            now = datetime.now()
            if now < end - timedelta(days=14) and 8 <= now.hour < 20:
                month.act()
            clock.tick(timedelta(hours=1 if 7 <= now.hour < 21 else 2))  # at night nothing may go
            now = datetime.now()
            postbox.mood = next(
                (mood for since, mood in refusals.items() if since <= now < since + timedelta(hours=7)), "open"
            )
            if not any(since <= now < since + timedelta(hours=5) for since in stops):  # else the cron is down
                salon.run()
                month.collect()
        states = Counter(state for _kind, state, _tries in salon.messages())
    assert not set(states) & {"planned", "retry", "sending", "unsure"}, states
    assert len(month.bookings) > 40
    _check_month(month, trouble)


def _check_month(month, trouble):
    """Compare what arrived with what was done; `trouble` are the stretches in which nothing could go."""
    assert len({mail["Message-Id"] for _to, mail in month.postbox.mails}) == len(month.postbox.mails)
    kinds = Counter(kind for _when, _client, kind, _start in month.arrived)
    assert min(kinds[kind] for kind in ("confirmation", "changed", "cancelled", "reminder", "same_day")) > 5, kinds
    plain = 0  # those of which all is known
    for one in month.bookings.values():
        got = [(when, kind, start) for when, client, kind, start in month.arrived if client == one["client"]]
        plain += _check_client(one, got, trouble)
    assert plain > 10


def _check_client(one, got, trouble):
    """Check what one client got: `got` is (when, kind, start as told), in order. Return whether all of it is known."""
    known, seen = None, Counter()  # the start that the client thinks they have
    for when, kind, start in got:
        seen[kind, start] += 1
        assert start > when, "nothing goes after the visit"
        if kind == "confirmation":
            assert known is None, "nobody is confirmed twice"
            known = start
        elif kind == "changed":
            assert known not in (None, start), "a change changes something"
            known = start
        elif kind == "cancelled":
            assert start == known, "what is cancelled is what they know"
            known = None
        else:
            assert start == known, "a reminder names what they know"
            assert seen[kind, start] <= (1 if kind == "same_day" else 2)
        hurried = kind in ("confirmation", "changed", "cancelled") and start - when < timedelta(hours=20)
        assert 9 <= when.hour < 20 or hurried, (when, kind)
    start = one["start"]
    if start - one["touched"] < timedelta(days=3):
        return False
    for first, last in ((49, 46), (25, 22), (16, 0)):  # hours before the visit, in which something is to go
        if any(since < start - timedelta(hours=last) and start - timedelta(hours=first) < until
               for since, until in trouble):
            return False
    assert known == (None if one["off"] else start), "in the end they know what is true"
    assert seen["same_day", start] == (0 if one["off"] else 1)
    assert seen["reminder", start] == (0 if one["off"] else 1 if one["confirmed"] else 2)
    return True
