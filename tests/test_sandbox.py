"""The sandbox's own parts: sources, proxy, server, databases, and what the test run refuses."""
import base64
import copy
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from sandbox import debian, demo, postgres, processes, reports, server, templates, testing
from sandbox.database import BUILDING
from sandbox.errors import SandboxError
from sandbox.home import ADDONS, REPO
from sandbox.proxy import Proxy

DEB822 = """\
Types: deb deb-src
URIs: http://one.example/archive
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/one.gpg

# Types: deb
Enabled: no
Types: deb
URIs: http://two.example/archive
Suites: bookworm
"""
ONE_LINE = """\
# deb http://zero.example/archive bookworm main
deb-src http://three.example/archive bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/four.gpg] http://four.example/archive bookworm main
"""


@pytest.mark.parametrize(("name", "text", "uri", "options"), [
    ("debian.sources", DEB822, "http://one.example/archive", "[signed-by=/usr/share/keyrings/one.gpg] "),
    ("own.list", ONE_LINE, "http://four.example/archive", "[signed-by=/usr/share/keyrings/four.gpg] "),
])
def test_mirror_of_the_machine(tmp_path, name, text, uri, options):
    """The archive is the machine's own, in both formats of apt's sources."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "a-vendor.list").write_text("deb http://vendor.example/apt ./\n")
    (tmp_path / "sources.list.d" / name).write_text(text)
    found = debian.mirror(tmp_path)
    assert (found["uri"], found["options"]) == (uri, options)


class Named(http.server.BaseHTTPRequestHandler):
    """Answers with the name of its server."""

    def do_GET(self):
        """Answer with the server's name and the path."""
        body = f"{self.server.name} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def named_servers():
    """Two servers that know their names, and a proxy in front of them."""
    backends = []
    for name in ("worker", "evented"):
        backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Named)
        backend.name = name
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        backends.append(backend)
    port, = server.free_ports(1)
    proxy = Proxy(port, *(backend.server_address[1] for backend in backends))
    proxy.listen()
    yield port
    proxy.close()
    for backend in backends:
        backend.shutdown()
        backend.server_close()


def ask(port, path, *headers):
    """Return what a server answers to a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers, "", ""]
        if any("Upgrade" in header for header in headers):
            lines.remove("Connection: close")
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
            if b" 101 " in answer[:20]:
                break
        return answer.decode(errors="replace")


def test_proxy_sends_websockets_to_the_evented_process(named_servers):
    """Only an upgrade to a websocket goes to the second port."""
    assert ask(named_servers, "/web").endswith("worker /web")
    assert ask(named_servers, "/websocket/health").endswith("worker /websocket/health")
    assert ask(named_servers, "/websocket", "Connection: Upgrade", "Upgrade: websocket").endswith("evented /websocket")


def test_proxy_outlives_a_backend_that_is_gone():
    """Without its backend a connection just closes, and the next one is served again."""
    port, dead, other = server.free_ports(3)
    proxy = Proxy(port, dead, other)
    proxy.listen()
    try:
        assert ask(port, "/web") == ""
        assert ask(port, "/web") == ""
    finally:
        proxy.close()


@pytest.mark.template("salon")
def test_server_with_workers_and_websocket(sandbox, database):
    """The real server answers on one port, its websocket too, and nothing of it is left when it stops."""
    home = copy.copy(sandbox.home)
    home.run = Path(tempfile.mkdtemp())
    home.port, = server.free_ports(1)
    serving = server.Server(home, sandbox.odoo, database)
    try:
        serving.start()
        assert "200 OK" in ask(home.port, "/web/login")
        key = base64.b64encode(os.urandom(16)).decode()
        bundle = re.search(r"websocket_worker_version[^0-9]*([\d.-]+)", ask(home.port, "/web/login"))
        version = bundle[1] if bundle else "19.0-2"
        assert " 101 " in ask(
            home.port, f"/websocket?version={version}", "Connection: Upgrade", "Upgrade: websocket",
            f"Origin: http://127.0.0.1:{home.port}", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")
    finally:
        serving.stop()
    assert processes.group_members(serving.job.process.pid) == []
    assert not (home.run / server.RECORD).exists()


def test_a_database_without_a_stamp_is_not_whole(sandbox):
    """A copy that was interrupted has no stamp yet, and is made again."""
    name = f"run_half_{os.getpid()}"
    databases = sandbox.databases
    try:
        sandbox.cluster.sql(f'CREATE DATABASE "{name}{BUILDING}" TEMPLATE template0')
        assert databases.stamp(name) is None
        assert databases.stamp(name + BUILDING) is None
        databases.finish(name + BUILDING, name, {"made": "whole"})
        assert databases.stamp(name) == {"made": "whole"}
        assert name + BUILDING not in databases.names()
    finally:
        databases.drop(name)
        databases.drop(name + BUILDING)


@pytest.mark.template("salon")
def test_a_demo_database_of_older_addons_is_upgraded(sandbox, database, monkeypatch):
    """It is upgraded in a copy; one of newer addons is refused and stays as it is."""
    monkeypatch.setattr(demo, "DATABASE", database)
    older = {"source": sandbox.odoo.source.key, "addons": "before", "day": "2000-01-01",
             "versions": dict.fromkeys(ADDONS, "19.0.0.0.1")}
    sandbox.databases.put_stamp(database, older)
    sandbox.cluster.sql("INSERT INTO res_partner_category (name, active) "
                        "VALUES (jsonb_build_object('en_US', 'kept'), true)", database)
    try:
        demo.prepare_database(sandbox)
        stamp = sandbox.databases.stamp(database)
        assert stamp["addons"] == templates.addons_hash()
        assert stamp["versions"] == templates.versions()
        assert stamp["day"] == "2000-01-01"
        assert sandbox.cluster.sql("SELECT 1 FROM res_partner_category WHERE name->>'en_US' = 'kept'", database)

        newer = {**stamp, "addons": "after", "versions": dict.fromkeys(ADDONS, "19.0.99.0.0")}
        sandbox.databases.put_stamp(database, newer)
        with pytest.raises(SandboxError, match="newer addons"):
            demo.prepare_database(sandbox)
        assert sandbox.databases.stamp(database) == newer
    finally:
        sandbox.databases.drop(database + BUILDING)


def test_orphaned_clusters_are_removed(sandbox, tmp_path, monkeypatch):
    """A cluster whose home is gone goes; one that its home still names stays."""
    monkeypatch.setattr(postgres, "ELSEWHERE", tmp_path / "clusters")
    for name, home in (("gone", tmp_path / "nowhere"), ("kept", tmp_path / "home")):
        (tmp_path / "clusters" / name / "cluster").mkdir(parents=True)
        (tmp_path / "clusters" / name / "home").write_text(str(home))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "facts.json").write_text('{"cluster": "kept"}')
    sandbox.cluster._remove_orphans()
    assert [path.name for path in (tmp_path / "clusters").iterdir()] == ["kept"]


def test_a_home_too_deep_for_a_socket_is_told(sandbox, monkeypatch):
    """PostgreSQL's socket has a short path or none."""
    home = copy.copy(sandbox.home)
    home.root = home.root / ("x" * 100)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match="too long for PostgreSQL's socket"):
        postgres.Cluster(home)


REFUSED = """
import logging, pytest
def test_passes(): pass
def test_logs(): logging.getLogger("odoo.addons.salon_crm").error("something broke")
def test_skips(): pytest.skip("no browser")
"""


def test_the_test_run_refuses_logged_errors_and_unexpected_skips(tmp_path):
    """Both look like success otherwise."""
    (tmp_path / "test_refused.py").write_text(REFUSED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SALON_", "ODOO_RC"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "sandbox.pytest_plugin", "-p", "no:odoo", "-p", "no:cacheprovider",
         "-c", tmp_path / "pytest.ini", "--rootdir", tmp_path, tmp_path],
        env=environment, cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.stdout.strip().endswith("=")
    assert "2 failed, 1 passed" in done.stdout
    assert "something broke" in done.stdout
    assert "ALLOWED_SKIPS does not expect it: no browser" in done.stdout


SEVERAL = """
import logging, os, pathlib, time, unittest, warnings, pytest
class TestClass(unittest.TestCase):
    def test_sub(self):
        for number in range(2):
            with self.subTest(number=number):
                self.assertEqual(number, 0)
    def test_warns(self):
        warnings.warn("a warning of our own")
def test_passes(): pass
def test_skips(): pytest.skip("no browser")
def test_skips_rightly(): pytest.skip("needs root")
def test_logs(): logging.getLogger("odoo.addons.salon_crm").error("something broke")
@pytest.mark.template("salon")
@pytest.mark.parametrize("number", [1, 2])
def test_own(number): print(os.getpid())
def test_kills():
    if os.environ.get("KILL"): os._exit(9)
@pytest.fixture
def cleaned():
    yield
    pathlib.Path(__file__).with_name("cleaned").write_text("")
@pytest.mark.template("salon")
def test_waits(cleaned):
    if os.environ.get("WAIT"):
        pathlib.Path(__file__).with_name("waits").write_text("")
        time.sleep(60)
"""


def front(folder, *options, **environment):
    """Start a run of two processes on the tests of SEVERAL."""
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "test_sandbox_several.py").write_text(SEVERAL)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = template(name): as ours\n")
    base = [sys.executable, "-m", "pytest", "-p", "sandbox.pytest_plugin", "-p", "no:odoo", "-p", "no:cacheprovider",
            "-c", str(folder / "pytest.ini"), "--rootdir", str(folder), str(folder), *options]
    slots = [[{"kind": "main", "log": str(folder / f"{number}.log"), "environment": {},
               "command": [*base, "-p", "sandbox.worker", "--maxfail=0"]}] for number in range(2)]
    known = {name: value for name, value in os.environ.items() if not name.startswith(("SALON_", "ODOO_RC"))}
    plan = json.dumps({"slots": slots, "seconds": str(folder / "seconds.json")})
    return subprocess.Popen([*base, "-p", "sandbox.front"], env={**known, "SALON_PLAN": plan, **environment},
                            cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_several_processes_are_reported_as_one_run(tmp_path):
    """One summary of all, whatever process it was in; what each took is known at the next run."""
    run = front(tmp_path)
    output = run.communicate(timeout=300)[0]
    assert run.returncode == 1
    assert re.search(r"\n=+ 3 failed, 7 passed, 1 skipped, 1 warning in [\d.]+s =+\n$", output), output
    for text in ("collected 10 items", "100%]", "something broke", "does not expect it: no browser",
                 "a warning of our own", "SUBFAILED(number='1')"):
        assert output.count(text), text
    seconds = json.loads((tmp_path / "seconds.json").read_text())
    file = "tests/test_sandbox_several.py"
    assert set(seconds) == {file, *(f"{file}::{name}" for name in (
        "TestClass", "test_own[1]", "test_own[2]", "test_waits"))}
    run = front(tmp_path, "-k", "own or passes")
    output = run.communicate(timeout=300)[0]
    assert run.returncode == 0
    assert "3 passed, 7 deselected" in output


def test_a_process_that_dies_fails_its_tests(tmp_path):
    """Those that it had begun and those that it should have run; the others go on."""
    run = front(tmp_path, "-k", "kills or own", KILL="1")
    output = run.communicate(timeout=300)[0]
    assert run.returncode == 1
    assert "1 failed, 2 passed" in output
    assert "ended with exit code 9" in output
    assert "The process ended while it ran this test" in output


def test_an_interrupted_run_leaves_no_process(tmp_path):
    """Each process cleans up first, and the run says what it has."""
    run = front(tmp_path, "-k", "waits", WAIT="1")
    end = time.monotonic() + 120
    while not (tmp_path / "tests" / "waits").exists() and time.monotonic() < end:
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    output = run.communicate(timeout=120)[0]
    assert run.returncode == 2
    assert "KeyboardInterrupt" in output and output.rstrip().endswith("="), output
    assert (tmp_path / "tests" / "cleaned").exists()
    assert not [pid for pid in filter(str.isdigit, os.listdir("/proc")) if str(tmp_path) in processes.cmdline(pid)]


@pytest.mark.parametrize(("paths", "jobs", "places"), [
    ([], "2", [["sample", "main"], ["main"]]),
    ([], "1", [["sample", "main"]]),
    (["tests/sample"], "4", [["sample"]]),
    (["salon_crm"], "3", [["main"]] * 3),
    (["tests/test_rush.py"], "4", [["main"]]),
    (["tests/test_rush.py::test_one", "tests/test_mail.py", "tests/sample"], "4", [["sample", "main"], ["main"]]),
])
def test_how_many_processes_test_at_once(monkeypatch, paths, jobs, places):
    """As many as are asked for, but not more than there are files; what needs the sample data has its own."""
    monkeypatch.setenv("SALON_JOBS", jobs)
    assert testing._places(paths)[1] == places


def test_a_number_of_processes_that_is_none_is_told(monkeypatch):
    """Nothing is started then."""
    monkeypatch.setenv("SALON_JOBS", "many")
    with pytest.raises(SandboxError, match="SALON_JOBS is 'many'"):
        testing._places([])


def test_tests_that_came_out_differently_are_found_again(tmp_path):
    """`make compat` runs them a second time by the ids of their first reports."""
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_two.py").write_text("def test_one():\n    pass\n\n\ndef test_two():\n    assert False\n")
    root, found = tmp_path / "root", []
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\n")
    for only in (None, "test_two.py::test_two"):
        file = tmp_path / f"reports_{len(found)}"
        path = os.pathsep.join([str(REPO / "tests"), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "SALON_REPORTS": str(file), "PYTHONPATH": path}
        if only:
            (tmp_path / "only").write_text(only)
            environment["SALON_ONLY"] = str(tmp_path / "only")
        command = [sys.executable, "-m", "pytest", "-p", "sandbox.reports", "-p", "no:odoo", "-p", "no:cacheprovider",
                   "--noconftest", "-c", root / "pytest.ini", "--rootdir", root, "-q", tests]
        subprocess.run(command, env=environment, cwd=root, stdout=subprocess.DEVNULL, check=False)
        found.append(reports.outcomes(file))
    assert found[0] == {"test_two.py::test_one": "passed", "test_two.py::test_two": "failed"}
    assert found[1] == {"test_two.py::test_two": "failed"}
