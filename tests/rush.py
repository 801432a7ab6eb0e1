"""Many at once over HTTP, on a server with workers as in production: for the tests and for the benchmarks.

The preparation runs inside Odoo; everything else is the standard library alone.
"""
import contextlib
import http.client
import json
import signal
import threading
import time

from sandbox.processes import stop_group
from sandbox.server import answers, free_ports

WORKERS = 4
LOGIN = "rush"
START_LIMIT = 120  # seconds


def prepare(env):
    """Make a small salon in which all want the same; commit it, and return what the requests need to know."""
    user = make_user(env)
    services = env["product.product"].create([
        {"name": name, "type": "service", "is_salon_service": True, "salon_active_minutes": minutes}
        for name, minutes in (("Cut", 30), ("Colour", 45), ("Care", 20))])
    stylists = env["hr.employee"].create([
        {"name": name, "is_salon_stylist": True, "resource_calendar_id": False} for name in ("Anna", "Ben")])
    clients = env["res.partner"].create([
        {"name": f"Client {number}", "is_salon_client": True} for number in range(50)])
    env.cr.commit()
    return {"user": user.id, "services": services.ids, "stylists": stylists.ids, "clients": clients.ids}


def make_user(env):
    """Make the receptionist who logs in."""
    return env["res.users"].create({
        "name": "Rosa Rush", "login": LOGIN, "password": LOGIN,
        "group_ids": [(6, 0, env.ref("salon_crm.group_salon_reception").ids)]})


@contextlib.contextmanager
def serve(sandbox, database):
    """Serve a database by workers; yield (port, path of the log)."""
    port, websocket_port = free_ports(2)
    job = sandbox.odoo.job("rush", "The Odoo server", sandbox.odoo.command(
        "-d", database, f"--db-filter=^{database}$", f"--http-port={port}", f"--gevent-port={websocket_port}",
        f"--workers={WORKERS}", "--max-cron-threads=0", "--log-level=info"))
    try:
        end = time.monotonic() + START_LIMIT
        while not answers(port, "/web/login"):
            if job.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start: {job.log}")
            time.sleep(0.2)
        # Each worker loads what it needs at its first request: that is not what is measured.
        session = Session(port, database)
        at_once([session.request("res.partner", "search_count", [[]]) for _number in range(4 * WORKERS)])
        yield session, job.log
    finally:
        stop_group(job.process, signal.SIGTERM)
        job.close()


class Session:
    """A receptionist who is logged in."""

    def __init__(self, port, database):
        """Log in."""
        self.port, self.cookie = port, ""
        _seconds, _answer, headers = self._post("/web/session/authenticate", {
            "db": database, "login": LOGIN, "password": LOGIN})
        self.cookie = headers["Set-Cookie"].split(";")[0]

    def request(self, model, method, arguments):
        """Return a function that calls a method and returns (seconds, answer)."""
        body = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        return lambda: self._post(f"/web/dataset/call_kw/{model}/{method}", body)[:2]

    def _post(self, path, parameters):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": parameters})
        began = time.monotonic()
        connection.request("POST", path, body, {"Content-Type": "application/json", "Cookie": self.cookie})
        response = connection.getresponse()
        answer = json.loads(response.read())
        seconds = time.monotonic() - began
        connection.close()
        return seconds, answer, response.headers


class Visitor:
    """Anybody with a browser: it keeps the cookie of its session."""

    def __init__(self, port):
        """Come to the server at `port`."""
        self.port, self.cookie = port, ""

    def get(self, path):
        """Get a page; return (seconds, status, body)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.monotonic()
        connection.request("GET", path, headers={"Cookie": self.cookie})
        response = connection.getresponse()
        body = response.read()
        seconds = time.monotonic() - began
        cookies = [cookie.split(";")[0] for cookie in response.headers.get_all("Set-Cookie", ())]
        self.cookie = "; ".join(cookies) or self.cookie
        connection.close()
        return seconds, response.status, body


def at_once(calls):
    """Make all calls at the same moment; return their answers, in their order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number):
        barrier.wait()
        results[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def book_one(session, facts, start):
    """Have 50 clients ask for the same stylist at the same start; return (seconds, answer) of each."""
    return _book(session, facts, start, [{"product_id": facts["services"][0], "stylist_id": facts["stylists"][0]}])


def book_chain(session, facts, start):
    """Have 50 clients ask for the same three services, done by two stylists, at the same start."""
    anna, ben = facts["stylists"]
    cut, colour, care = facts["services"]
    return _book(session, facts, start, [
        {"product_id": cut, "stylist_id": anna}, {"product_id": colour, "stylist_id": ben},
        {"product_id": care, "stylist_id": anna}])


def _book(session, facts, start, lines):
    return at_once([
        session.request("calendar.event", "salon_book", [{"client_id": client, "start": start, "lines": lines}])
        for client in facts["clients"]])
