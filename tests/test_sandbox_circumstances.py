"""Bad circumstances: one clear sentence, exit code 1, and nothing destroyed."""
import ast
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from sandbox import cli, processes, pyenv, source, system
from sandbox.errors import SandboxError
from sandbox.home import REPO, Home

SANDBOX = REPO / "tests" / "sandbox"
NOWHERE = "http://127.0.0.1:9"  # the discard port, which nothing serves


@pytest.fixture
def place():
    """A home of the test's own, with a short path: sockets have to fit."""
    with tempfile.TemporaryDirectory(prefix="h") as folder:
        yield Path(folder)


def environment(place, **more):
    """Return an environment in which the sandbox works in `place`."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("SALON_")}
    return {**known, "SALON_HOME": str(place), **more}


def make(place, command, **more):
    """Run a command of the sandbox as a user would."""
    return subprocess.run([sys.executable, SANDBOX, command], env=environment(place, **more), text=True,
                          capture_output=True, check=False, timeout=300)


def python(place, code, **more):
    """Run Python code that may import the sandbox, in a process of its own."""
    code = f"import sys; sys.path.insert(0, {str(REPO / 'tests')!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], env=environment(place, **more), text=True,
                          capture_output=True, check=False, timeout=300)


def assert_one_sentence(done, *words):
    """It failed with one sentence on standard error that has the words."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("salon: "), done.stderr
    for word in words:
        assert word in last


def free_port():
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_python_too_old():
    """An old Python gets a sentence, and can read the file that says it."""
    ast.parse((SANDBOX / "__main__.py").read_text(), feature_version=(3, 4))
    code = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(SANDBOX)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=False)
    assert_one_sentence(done, "3.10", "this is 3.9")


def test_what_is_pinned_installs_on_a_bare_debian_12():
    """Its Python is older than the one that a developer may have pinned the versions with."""
    pins = [line.split("==")[0] for line in pyenv.REQUIREMENTS.read_text().splitlines() if "==" in line]
    asked = {name: metadata.metadata(name).get("Requires-Python") for name in pins if _is_installed(name)}
    assert len(asked) > 80
    assert {name: text for name, text in asked.items() if text and not SpecifierSet(text).contains("3.11.2")} == {}


def _is_installed(name):
    with contextlib.suppress(metadata.PackageNotFoundError):
        return bool(metadata.version(name))
    return False


def test_port_taken(place):
    """A port that is taken is told before anything is built."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = make(place, "demo", SALON_PORT=port)
    assert_one_sentence(done, f"Port {port}", "SALON_PORT")
    assert not (place / "odoo").exists()


def test_port_is_no_number(place):
    """A port that is none is told."""
    assert_one_sentence(make(place, "demo", SALON_PORT="eighty"), "no port number")


def test_another_sandbox_running(place):
    """The second of two sandboxes is told of the first, which goes on."""
    code = ("from sandbox.home import Home\nimport time\n"
            "with Home.from_environment().lock('demo', 'make demo'):\n"
            "    print('held', flush=True)\n    time.sleep(60)")
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(REPO / 'tests')!r})\n{code}"],
        env=environment(place), stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        done = make(place, "demo", SALON_PORT=str(free_port()))
        assert_one_sentence(done, "Another sandbox is running", str(holder.pid), "make stop")
        assert holder.poll() is None
    finally:
        holder.kill()
        holder.wait()


def test_a_part_that_was_killed_half_way_is_built_again(place):
    """What was being built when the process died is never taken for whole."""
    code = """
import os, signal
from sandbox.home import Home
home = Home.from_environment().prepare()
def build(target):
    (target / "half").write_text("half")
    if DIE:
        os.kill(os.getpid(), signal.SIGKILL)
    (target / "whole").write_text("whole")
print(sorted(path.name for path in home.part("thing", "key", "Building a thing", build).iterdir()))
"""
    died = python(place, code.replace("DIE", "True"))
    assert died.returncode == -signal.SIGKILL
    assert not (place / "thing").exists()
    assert (place / "thing.building" / "half").exists()
    done = python(place, code.replace("DIE", "False"))
    assert done.stdout == "['.salon-stamp', 'half', 'whole']\n", done.stderr
    assert not (place / "thing.building").exists()


def test_a_part_stays_until_its_successor_is_whole(place):
    """A new version that can't be built leaves the old one in its place."""
    home = Home(place).prepare()
    home.part("thing", 1, "Building", lambda target: (target / "version").write_text("1"))

    def fail(target):
        raise SandboxError("no")
    with pytest.raises(SandboxError):
        home.part("thing", 2, "Building", fail)
    assert (place / "thing" / "version").read_text() == "1"
    assert home.stamp("thing") == 1


def sources(place, uri, options=""):
    """Write apt sources for a test and return their folder."""
    etc = place / "etc"
    (etc / "sources.list.d").mkdir(parents=True)
    (etc / "sources.list").write_text(f"deb {options}{uri} bookworm main\n")
    return str(etc)


def test_no_archive_reachable(place):
    """Without the Debian archive the sentence says so, and no half of Odoo stays."""
    done = make(place, "demo", SALON_PORT=str(free_port()), SALON_APT_ETC=sources(place, f"{NOWHERE}/archive"))
    assert_one_sentence(done, "can't be reached")
    assert not (place / "odoo").exists()


def test_the_archive_has_no_odoo(place):
    """When the archive has moved on, ODOO_SOURCE is the way."""
    archive = place / "archive"
    architecture = subprocess.run(["dpkg", "--print-architecture"], text=True, capture_output=True, check=True)
    for suite in ("unstable", "bookworm"):
        folder = archive / "dists" / suite / "main" / f"binary-{architecture.stdout.strip()}"
        folder.mkdir(parents=True)
        (folder / "Packages").write_bytes(b"")
        name = folder.relative_to(archive / "dists" / suite) / "Packages"
        (archive / "dists" / suite / "Release").write_text(
            f"Suite: {suite}\nCodename: {suite}\nComponents: main\nArchitectures: {architecture.stdout.strip()}\n"
            f"SHA256:\n {hashlib.sha256(b'').hexdigest()} 0 {name}\n")
    # apt drops to an account of its own to read a file: archive
    for folder in (place, *place.rglob("*")):
        folder.chmod(folder.stat().st_mode | 0o055)
    done = make(place, "demo", SALON_PORT=str(free_port()),
                   SALON_APT_ETC=sources(place, f"file:{archive}", "[trusted=yes] "))
    assert_one_sentence(done, "no Odoo 19 any more", "ODOO_SOURCE")
    assert not (place / "odoo").exists()


def test_no_debian_sources(place):
    """A machine without Debian sources is told of the other way too."""
    (place / "etc").mkdir()
    done = make(place, "demo", SALON_PORT=str(free_port()), SALON_APT_ETC=str(place / "etc"))
    assert_one_sentence(done, "ODOO_SOURCE")


def test_no_package_index(place):
    """Without the Python package index the sentence says so, and no half of an environment stays."""
    done = python(place, "from sandbox import cli, pyenv\ncli.COMMANDS['venv'] = lambda home, _: pyenv.ensure("
                         "home.prepare())\nsys.exit(cli.main(['venv']))",
                  PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=f"{NOWHERE}/simple", PIP_EXTRA_INDEX_URL="",
                  PIP_FIND_LINKS="", PIP_RETRIES="0")
    assert_one_sentence(done, "package index can't be reached")
    assert not (place / "venv").exists()


def test_no_npm_registry(sandbox, place, monkeypatch):
    """Without the npm registry the sentence says so."""
    monkeypatch.setenv("npm_config_registry", f"{NOWHERE}/")
    from sandbox import node
    with pytest.raises(SandboxError, match="npm registry can't be reached"):
        node.extract(sandbox.home, source.SELFIE_PACKAGE, "package/x", place / "x")
    assert not (place / "x").exists()


@pytest.mark.parametrize(("release", "words"), [
    (None, "holds no Odoo"),
    ("version_info = (18, 0, 0, FINAL, 0, '')", "holds Odoo 18.0"),
])
def test_odoo_source_is_something_else(place, release, words):
    """A folder that is no Odoo 19.0 is refused."""
    if release:
        (place / "odoo").mkdir()
        (place / "odoo" / "release.py").write_text(release)
    with pytest.raises(SandboxError, match=words):
        source.ensure(Home(place / "home", odoo_source=str(place)))


def test_disk_too_small(place):
    """What the disk can't hold is refused before the work."""
    home = Home(place).prepare()
    with pytest.raises(SandboxError, match="free some space"):
        home.part("thing", 1, "A thing", lambda target: None, space=1 << 60)
    assert not (place / "thing.building").exists()


def test_disk_full_on_the_way(place, monkeypatch, capsys):
    """A disk that fills up while we write gets a sentence as well."""
    def fill(_home, _arguments):
        with open("/dev/full", "w") as target:
            target.write("x")
    monkeypatch.setenv("SALON_HOME", str(place))
    monkeypatch.setitem(cli.COMMANDS, "fill", fill)
    monkeypatch.setattr(signal, "signal", lambda *_arguments: None)
    assert cli.main(["fill"]) == 1
    assert "The disk is full" in capsys.readouterr().err


def test_packages_missing_without_root(place, monkeypatch):
    """Who is not root gets the one command to run."""
    monkeypatch.setattr(system, "PROBES", {"good": lambda: True, "bad": lambda: False, "worse": lambda: None})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match=r"sudo apt-get install -y --no-install-recommends bad worse$"):
        system.ensure(Home(place), ("good", "bad", "worse"))


def test_a_child_ends_with_us(place):
    """A command that is told to stop takes along what it started."""
    code = """
import signal
from sandbox import cli, processes
def work(home, _arguments):
    home.prepare()
    print("started", flush=True)
    processes.run(["sh", "-c", "sleep 987 & wait"], home.log / "x.log", what="sleep")
cli.COMMANDS["work"] = work
sys.exit(cli.main(["work"]))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(REPO / 'tests')!r})\n{code}"],
        env=environment(place), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout.readline() == "started\n"
    time.sleep(1)
    process.terminate()
    assert process.wait(30) == cli.INTERRUPTED
    session = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if processes.cmdline(pid) == ["sleep", "987"]]
    assert not session
    process.stdout.close()


def test_stop_leaves_other_processes_alone(place):
    """A recorded pid that is somebody else's by now is not touched."""
    other = subprocess.Popen(["sleep", "60"])
    try:
        (place / "run").mkdir(parents=True)
        (place / "run" / "server.json").write_text(f'{{"pid": {other.pid}, "mark": "{place}/odoo.conf"}}')
        done = make(place, "stop")
        assert done.returncode == 0, done.stderr
        assert done.stdout == "Nothing was running.\n"
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
