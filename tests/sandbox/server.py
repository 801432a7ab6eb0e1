"""The Odoo server of the demo: started with workers behind the proxy, watched, and stopped."""
import contextlib
import http.client
import json
import os
import signal
import socket
import time

from .errors import SandboxError
from .processes import cmdline, stop_group, stop_pid
from .proxy import Proxy
from .runner import complaints

WORKERS = 2
START_LIMIT = 120  # seconds
RECORD = "server.json"


def require_free(port):
    """Refuse a port that somebody else serves."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SandboxError(f"Port {port} may not be used by this account: choose one above 1023 with "
                               "SALON_PORT=<port>.") from None
        except OSError:
            raise SandboxError(f"Port {port} on 127.0.0.1 is taken by another program: stop it, or choose another "
                               "port with SALON_PORT=<port>.") from None


def free_ports(count):
    """Return ports that nobody uses at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Server:
    """Odoo with workers on `home.port`."""

    def __init__(self, home, odoo, database):
        """Serve `database`."""
        self.home, self.odoo, self.database = home, odoo, database
        self.job = self.proxy = None

    def start(self):
        """Start and wait until it answers on both sides of the proxy."""
        http_port, websocket_port = free_ports(2)
        require_free(self.home.port)
        self.proxy = Proxy(self.home.port, http_port, websocket_port)
        self.proxy.listen()
        self.job = self.odoo.job("server", "The Odoo server", self.odoo.command(
            "-d", self.database, f"--db-filter=^{self.database}$", f"--http-port={http_port}",
            f"--gevent-port={websocket_port}", f"--workers={WORKERS}", "--max-cron-threads=1"))
        record = {"pid": self.job.process.pid, "mark": str(self.odoo.configuration)}
        (self.home.run / RECORD).write_text(json.dumps(record))
        self._wait_until_ready(websocket_port)

    def _wait_until_ready(self, websocket_port):
        end = time.monotonic() + START_LIMIT
        pending = [(self.home.port, "/web/login"), (websocket_port, "/websocket/health")]
        while pending:
            if answers(*pending[0]):
                pending.pop(0)
                continue
            self.check()
            if time.monotonic() > end:
                raise SandboxError(f"The server did not answer within {START_LIMIT} s; its log is {self.job.log}.")
            time.sleep(0.2)

    def check(self):
        """Raise when the server has ended by itself."""
        code = self.job.poll()
        if code is not None:
            reasons = complaints(self.job.log, ("ERROR", "CRITICAL"))[-1:]
            raise SandboxError(" ".join([f"The server ended with exit code {code}; its log is {self.job.log}.",
                                         *reasons]))

    def wait(self):
        """Stay until the server ends or we are interrupted."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self):
        """Stop the server and the proxy."""
        if self.job and self.job.process.poll() is None:
            stop_group(self.job.process, signal.SIGTERM)
        if self.proxy:
            self.proxy.close()
        (self.home.run / RECORD).unlink(missing_ok=True)


def answers(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def stop_left_over(home):
    """Stop a server whose sandbox is gone; return whether there was one."""
    record = home.run / RECORD
    try:
        known = json.loads(record.read_text())
    except (OSError, ValueError):
        return False
    stopped = stop_pid(known["pid"], known["mark"])
    if stopped:
        _wait_for_workers(known["mark"])
    record.unlink(missing_ok=True)
    return stopped


def _wait_for_workers(mark):
    """Wait for the workers: they end by themselves when they notice that their parent is gone."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if not any(mark in part for pid in filter(str.isdigit, os.listdir("/proc")) for part in cmdline(pid)):
            return
        time.sleep(0.2)
