"""Strangers before the public pages, on a server with four workers: whatever they send, the server answers in words,
creates nothing, and tells nothing that they should not know."""
import http.client
import os
import random
import re
import string
import threading
import time
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote, quote_from_bytes, urlencode

import pytest

import rush
from committed import environment

THREADS = 6
REQUESTS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 1_800
TRIES = 100  # with known and with unknown addresses each
TEXTS = (
    "", "0", "-1", "007", "999999999", "9" * 40, "1e9", "NaN", "null", "None", "true", "[]", "{}", "1,2", "1.5", "٣",
    "'", '"', "1' OR '1'='1", "\x00", "\x1b[31m", "\u202e", "é" * 300, "😀", "<script>alert(1)</script>", "{{7*7}}",
    "${7*7}", "%s%n", "../../etc/passwd", "a" * 5000, "2026-02-30", "9999-12-31", "0000-00-00", "2026-11-25 10:00:00",
    "0001-01-01 00:00:00", "9999-12-31 23:59:00", "a@", "@", "a@b@c", "+86", "++", "x\r\nSet-Cookie: x=1", "zh_CN",
)  # fmt: skip
FIELDS = (
    "salon", "service", "stylist", "day", "start", "name", "contact", "note", "code", "website", "taken", "booked",
    "moved", "recaptcha_token_response", "lang", "debug", "db", "error", "self", "token", "form", "words", "agree",
    "guardian", "signature", "way", "text", "email", "rating", "nps", "skill", "comment", "what", "agreed",
    "List-Unsubscribe",
)  # fmt: skip
HEADERS = {
    "Accept-Language": ("", "zh-CN", "xx-YY;q=9", "*" * 2000, "\xff"),
    "Cookie": ("session_id=x", "frontend_lang=zz_ZZ", "frontend_lang=zh_CN", "tz=Mars/Olympus", "=;;=", "a=" * 3000),
    "Content-Type": ("text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", ";"),
    "User-Agent": ("", "Googlebot", "\xfe"),
    "X-Forwarded-For": ("1.2.3.4", "'", "::1"),
    "Accept": ("", "application/json", "image/*"),
}
QUESTIONS = {  # of an intake form
    "char": {}, "text": {}, "yesno": {}, "one": {"target": "gender"},
    "several": {"choices": "A\nB", "with_other": True}, "date": {"target": "birthdate_date"}, "phone": {}, "email": {},
}  # fmt: skip
CHANGING = ("calendar_event", "res_partner", "res_users", "salon_booking_line", "salon_visit", "mail_mail", "sms_sms")


@pytest.fixture
def pages(database, sandbox):
    """The pages' routes, a running server, its log, and the database behind them."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        facts = rush.prepare(env)
        env.company.write({"salon_online_booking": True, "salon_suggestion_box": True})
        env["res.lang"]._activate_lang("zh_CN")
        service, stylist = facts["services"][0], facts["stylists"][0]
        start = datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
        bookings = env["calendar.event"].create([
            {"is_salon_booking": True, "salon_client_id": facts["clients"][0], "start": start + timedelta(hours=hour),
             "salon_line_ids": [(0, 0, {"product_id": service, "stylist_id": stylist})]}
            for hour in range(3)])
        facts["paths"] = [booking._salon_path() for booking in bookings]
        form = env["salon.intake.form"].create({"name": "Welcome", "question_ids": [
            (0, 0, {"name": kind, "kind": kind, "required": kind == "email", **values})
            for kind, values in QUESTIONS.items()]})
        files = env["res.partner"].browse(facts["clients"][:5]).salon_file_ids
        facts["paths"] += [env["salon.intake"]._ask(file, form, env.company)._path() for file in files]
        facts["paths"] += [file._choice_path() for file in files]
        facts["questions"] = [f"q{question.id}" for question in form.question_ids]
        facts["start"] = str(start)
        form = env["salon.consent.form"].create({"name": "Form", "text": "<p>Words</p>"})
        requests = env["salon.consent.request"]
        client = env["res.partner"].browse(facts["clients"][0])
        asked = [requests._ask(client, form, env.company, "link") for _number in range(20)]
        facts["paths"] += [request._path() for request in asked]
        visits = env["salon.visit"].create([{"partner_id": client.id} for _number in range(10)])
        visits.action_done()
        facts["paths"] += [feedback._path() for feedback in env["salon.feedback"]._of_visits(visits)]
        facts |= {"form": form.id, "words": asked[0].with_context(lang="en_US")._fingerprint(form)}
    with rush.serve(sandbox, database) as (session, log):
        yield registry, session.port, facts
        text = log.read_text()
        bad = re.search(r"^.* (?:ERROR|CRITICAL) .*$|^Traceback.*$", text, re.MULTILINE)
        assert not bad, text[bad.start() :][:6000]


def _routes():
    """Return (path with <token>, methods) of all public routes of the addons."""
    from odoo.http import _generate_routing_rules

    rules = _generate_routing_rules(["salon_crm", "salon_aftercare", "salon_membership"], nodb_only=False)
    found = [
        (re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", url), endpoint.routing.get("methods") or ["GET", "POST"])
        for url, endpoint in rules
        if endpoint.routing["auth"] in ("public", "none") and url.startswith("/salon")
    ]
    assert len(found) >= 12
    return found


class Stranger:
    """Sends what nobody expects."""

    def __init__(self, port, facts, seed):
        """Prepare to send to `port`."""
        self.port, self.facts, self.random = port, facts, random.Random(seed)
        self.cookie, self.csrf, self.tokens = "", "", list(facts["paths"])
        self.statuses = []

    def request(self, method, path, body=None, headers=None):
        """Return (status, body) of one request; the path goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body or b"")),
                                **(headers or {})}.items():
                connection.putheader(name, value.encode("latin-1", "replace"))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
            # The first session is kept: the token of the forms belongs to it.
            for cookie in response.headers.get_all("Set-Cookie", ()) if not self.cookie else ():
                self.cookie = cookie.split(";")[0] if cookie.startswith("session_id") else ""
            return response.status, content, response.headers.get("Location", "")
        finally:
            connection.close()

    def arrive(self):
        """Open a page as a browser does, to have a session and the token of its forms."""
        path = f"/salon/book/times?service={self.facts['services'][0]}"
        _status, body, _location = self.request("GET", path, headers={"Cookie": self.cookie})
        self.csrf = re.search(rb'name="csrf_token" value="([^"]+)"', body)[1].decode()

    def hold(self, day=None):
        """Begin a booking in earnest, so that its pages are met too."""
        start = datetime.fromisoformat(self.facts["start"]) + timedelta(days=day or self.random.randint(1, 60))
        fields = {"csrf_token": self.csrf, "service": self.facts["services"][0], "start": str(start)}
        _status, _body, location = self.request("POST", "/salon/book/hold", urlencode(fields).encode(), {
            "Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"})
        if found := re.search(r"(/salon/book/[\w-]{20,})", location):
            self.tokens.append(found[1])

    def send(self, routes):
        """Send something; return (method, path, status)."""
        draw = self.random
        path, methods = draw.choice(routes)
        if "<token>" in path:
            path = path.replace("<token>", self._token(path))
        if draw.random() < 0.1:
            path = draw.choice(("/zh_CN", "/en_US", "/en")) + path
        if draw.random() < 0.5:
            path += "?" + self._query()
        odd = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE")
        method = draw.choice(methods if draw.random() < 0.85 else odd)
        headers = {"Cookie": self.cookie} if draw.random() < 0.9 else {}
        for name in draw.sample(sorted(HEADERS), draw.choice((0, 0, 0, 1, 2))):
            headers[name] = draw.choice(HEADERS[name])
        body = None
        if method in ("POST", "PUT"):
            body, kind = self._body()
            headers.setdefault("Content-Type", kind)
        status, _body, _location = self.request(method, path, body, headers)
        return method, path[:300], status

    def _token(self, path):
        """Return a token that is right, nearly right or nothing at all."""
        known = [token.rpartition("/")[2] for token in self.tokens if token.startswith(path.partition("<")[0])]
        right = self.random.choice(known or ["x" * 32])
        kind = self.random.random()
        if kind < 0.5:
            return right
        if kind < 0.7:
            place = self.random.randrange(len(right))
            return right[:place] + self.random.choice(string.ascii_letters) + right[place + 1 :]
        return self._quoted(self.random.choice(TEXTS) or "-")

    def _quoted(self, text):
        if self.random.random() < 0.1:
            return quote_from_bytes(self.random.randbytes(8)) + self.random.choice(("", "%", "%f", "%zz"))
        return quote(text.encode("utf-8", "replace"))

    def _values(self):
        """Return fields with values: a few of them right, so that the code behind the first check is met too."""
        right = {
            "salon": "1", "service": str(self.facts["services"][0]), "stylist": str(self.facts["stylists"][0]),
            "start": self.facts["start"], "day": self.facts["start"][:10], "name": "Nora", "code": "123456",
            "form": str(self.facts["form"]), "words": self.facts["words"], "agree": "1", "way": "typed",
            "what": self.random.choice(("offers", "care-email", "care-call")), "agreed": self.random.choice("01"),
            "List-Unsubscribe": "One-Click",
            "text": "More plants", "email": "nora@example.com",
            "rating": "5", "nps": "10", "skill": "4", "comment": "Fine",
        }  # fmt: skip
        fields = []
        asked = self.facts["questions"]
        for name in self.random.sample((*FIELDS, *asked, f"{asked[4]}_other"), self.random.randint(0, 8)):
            good = name in right and self.random.random() < 0.6
            fields.append((name, right[name] if good else self.random.choice(TEXTS)))
        return fields

    def _query(self):
        return "&".join(f"{self._quoted(name)}={self._quoted(value)}" for name, value in self._values())

    def _body(self):
        """Return (bytes, content type) of what a form, a program or noise sends."""
        fields = [("csrf_token", self.csrf), *self._values()] if self.random.random() < 0.9 else self._values()
        kind = self.random.random()
        if kind < 0.7:
            return "&".join(f"{name}={self._quoted(value)}" for name, value in fields).encode(), \
                "application/x-www-form-urlencoded"
        if kind < 0.8:
            parts = "".join(
                f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
            end = self.random.choice(("--x--\r\n", "--x\r\n", ""))
            return (parts + end).encode("utf-8", "replace"), "multipart/form-data; boundary=x"
        if kind < 0.9:
            return self.random.randbytes(200), "application/x-www-form-urlencoded"
        return b'{"jsonrpc": "2.0", "params": {}}', "application/json"


def _rows(registry):
    with registry.cursor() as cr:
        counts = {}
        for table in CHANGING:
            cr.execute(f"SELECT COUNT(*) FROM {table}")
            counts[table] = cr.fetchone()[0]
        return counts


def _forget(registry):
    """Lift what limits a stranger: here it is the code behind the limits that is looked at."""
    with registry.cursor() as cr:
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")  # or it would meet those who are knocking
        cr.execute("DELETE FROM salon_public_attempt")
        cr.execute("DELETE FROM salon_booking_hold")


@pytest.mark.template("salon")
def test_whatever_strangers_send_nothing_breaks_and_nothing_is_created(pages):
    registry, port, facts = pages
    routes = _routes()
    before = _rows(registry)
    bad, statuses, met = [], {}, set()

    def knock(seed):
        stranger = Stranger(port, facts, seed)
        stranger.arrive()
        for number in range(REQUESTS // THREADS):
            if number % 40 == 0:
                stranger.hold()
            method, path, status = stranger.send(routes)
            statuses[status] = statuses.get(status, 0) + 1
            met.add((method, status))
            if status >= 500:
                bad.append((method, path, status))
            if number % 25 == 0 and seed == 0:
                _forget(registry)

    threads = [threading.Thread(target=knock, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{sum(statuses.values())} requests: {dict(sorted(statuses.items()))}")
    assert not bad, bad[:10]
    assert sum(statuses.values()) == REQUESTS // THREADS * THREADS
    assert statuses.get(200, 0) > 50, "nearly all was refused: that shows nothing"
    assert statuses.get(303, 0) > 5, "no form did anything: that shows nothing"
    assert ("POST", 422) in met or ("POST", 429) in met, "no form got past its first check"
    assert _rows(registry) == before


@pytest.mark.template("salon")
def test_many_at_the_same_moment_are_counted_as_many(pages):
    registry, port, facts = pages
    strangers = [Stranger(port, facts, seed) for seed in range(10)]
    for stranger in strangers:
        stranger.arrive()
        stranger.tokens = []
    rush.at_once([partial(stranger.hold, day) for day, stranger in enumerate(strangers, 1)])
    paths = [(stranger, path) for stranger in strangers for path in stranger.tokens]
    assert len(paths) == 4, "so many are held for one address"

    def tell(stranger, path):
        fields = {"csrf_token": stranger.csrf, "name": "Nora", "contact": "nora@example.com"}
        return stranger.request("POST", f"{path}/who", urlencode(fields).encode(), {
            "Cookie": stranger.cookie, "Content-Type": "application/x-www-form-urlencoded"})[0]

    statuses = rush.at_once([partial(tell, *each) for each in paths * 2])
    assert set(statuses) == {303, 429}
    with registry.cursor() as cr:
        cr.execute("SELECT count(*) FROM mail_message WHERE subject LIKE '%is your code%'")
        assert cr.fetchone()[0] == statuses.count(303) == 5, "so many codes go to one mailbox"


@pytest.mark.template("salon")
def test_a_visit_is_confirmed_by_many_at_the_same_moment(pages):
    _registry, port, facts = pages
    strangers = [Stranger(port, facts, seed) for seed in range(8)]

    def confirm(stranger, path):
        fields = urlencode({"csrf_token": stranger.csrf}).encode()
        return stranger.request("POST", f"{path}/confirm", fields, {
            "Cookie": stranger.cookie, "Content-Type": "application/x-www-form-urlencoded"})[0]

    for stranger in strangers:
        stranger.arrive()
    visits = [path for path in facts["paths"] if path.startswith("/salon/visit/")]
    assert len(visits) == 3
    for path in visits:  # the log has no trace of one who met another: the fixture reads it
        assert set(rush.at_once([partial(confirm, stranger, path) for stranger in strangers])) == {303}


@pytest.mark.template("salon")
def test_neither_answer_nor_time_tells_who_is_a_client(pages):
    registry, port, facts = pages
    with environment(registry) as env:
        for number, client in enumerate(env["res.partner"].browse(facts["clients"])):
            client.email = f"known{number}@example.com"
    stranger = Stranger(port, facts, 1)
    stranger.arrive()
    stranger.hold()
    path = stranger.tokens[-1]
    assert path.startswith("/salon/book/")
    seconds, answers = {"known": [], "other": []}, {"known": set(), "other": set()}
    for number in range(TRIES):
        for kind in ("known", "other") if number % 2 else ("other", "known"):
            _forget_attempts(registry)
            fields = {"csrf_token": stranger.csrf, "name": "Nora", "contact": f"{kind}{number % 50}@example.com"}
            began = time.perf_counter()
            status, body, location = stranger.request("POST", f"{path}/who", urlencode(fields).encode(), {
                "Cookie": stranger.cookie, "Content-Type": "application/x-www-form-urlencoded"})
            seconds[kind].append(time.perf_counter() - began)
            answers[kind].add((status, body, location))
    assert answers["known"] == answers["other"]
    (answer,) = answers["known"]
    assert answer[0] == 303, answer
    known, other = seconds["known"], seconds["other"]
    # Mann and Whitney's U: how often a known address took longer than an unknown one. 4 sigma is chance 1 in 16,000.
    wins = sum((one > two) + (one == two) / 2 for one in known for two in other)
    spread = (len(known) * len(other) * (len(known) + len(other) + 1) / 12) ** 0.5
    sigma = (wins - len(known) * len(other) / 2) / spread
    print(f"known {sorted(known)[TRIES // 2]:.4f} s, unknown {sorted(other)[TRIES // 2]:.4f} s, {sigma:.1f} sigma")
    assert abs(sigma) < 4


def _forget_attempts(registry):
    with registry.cursor() as cr:
        cr.execute("DELETE FROM salon_public_attempt")
        cr.execute("UPDATE salon_online_booking SET code_count = 0, code_digest = NULL")
