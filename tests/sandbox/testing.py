"""`make test`: pytest over the addons, the journeys and the sandbox, each process on its own copy of a template.

One file runs in one process, whose output comes as it is. More run in as many processes as there are cores, behind a
front that reports them as one run: see front.py.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

from . import system
from .demo import Sandbox
from .errors import SandboxError
from .home import ADDONS, REPO
from .processes import interactive

SAMPLE = "tests/sample/"  # its tests run on the database with sample data
TEMPLATES = {"main": "salon", "sample": "salon_demo"}
MOST_JOBS = 8  # each has its browser and, at times, a server with workers: memory is what ends first
RUN_PREFIX = "run_"  # databases of runs; those of a run that was killed go at the next one


def split(arguments):
    """Split a command's arguments into paths and options, which stand behind `--`."""
    if "--" in arguments:
        at = arguments.index("--")
        return arguments[:at], arguments[at + 1:]
    return arguments, []


def test(home, arguments):
    """Run the tests and return pytest's exit code."""
    paths, options = split(arguments)
    began = time.time()
    with home.lock("test", "make test"):
        sandbox = Sandbox(home, system.TEST)
        with sandbox.cluster.running():
            code = _run(sandbox, paths, options)
        home.remember(last_test={"seconds": round(time.time() - began, 1), "exit": code, "paths": paths})
    return code


def _run(sandbox, paths, options):
    paths, places = _places(paths)
    for left in sandbox.databases.names():  # of a run that was killed
        if left.startswith(RUN_PREFIX):
            sandbox.databases.drop(left)
    kinds = sorted({kind for place in places for kind in place})
    templates = dict(zip(kinds, sandbox.templates.ensure(*map(TEMPLATES.get, kinds)), strict=True))
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(scratch_folder(sandbox.home))
        environment = pytest_environment(sandbox, scratch)
        environment["SALON_SAMPLE"] = "1" if "sample" in kinds else ""
        slots = [[_worker(sandbox, stack, templates[kind], f"{kind}{number}", paths, options) for kind in place]
                 for number, place in enumerate(places, 1)]
        if len(places) == len(places[0]) == 1:
            plugin = ()
        else:
            plugin = ("-p", "sandbox.front")
            environment["SALON_PLAN"] = json.dumps({
                "slots": slots, "seconds": str(sandbox.home.root / "test-seconds.json")})
        command = pytest_command(sandbox, slots[0][0]["database"], paths, [*plugin, *options])
        # At an interrupt pytest still ends its browsers and says what it has.
        return interactive(command, end=signal.SIGINT, env=environment, cwd=REPO, stdin=subprocess.DEVNULL)


def _places(paths):
    """Return the paths to test, and for each place in which a process works at a time the kinds of its processes.

    :return: e.g. [["sample", "main"], ["main"]]: on two cores, and with the tests on sample data among the others
    """
    paths = paths or [*ADDONS, "tests"]
    for path in paths:
        if not (REPO / path.split("::")[0]).exists():
            raise SandboxError(f"TESTS names {path}, and there is no such file or folder.")
    files = {file.relative_to(REPO).as_posix() for path in paths for file in _test_files(REPO / path.split("::")[0])}
    sample = {file for file in files if file.startswith(SAMPLE)}
    jobs = min(_jobs(), max(len(files - sample), 1))
    places = [["main"] for _number in range(jobs)] if files - sample or not sample else [[]]
    if sample:
        places[0].insert(0, "sample")
    return paths, places


def _test_files(path):
    return [path] if path.is_file() else path.rglob("test_*.py")


def _jobs():
    """Return how many processes may work at once: SALON_JOBS, or one for each core."""
    jobs = os.environ.get("SALON_JOBS") or str(min(len(os.sched_getaffinity(0)), MOST_JOBS))
    if not jobs.isdigit() or not int(jobs):
        raise SandboxError(f"SALON_JOBS is {jobs!r}: name how many processes shall test at once, 1 or more.")
    return int(jobs)


def _worker(sandbox, stack, template, name, paths, options):
    """Prepare a process of the run: its database, its folders and its command, for front.py."""
    database = stack.enter_context(run_database(sandbox, template, name))
    scratch = stack.enter_context(scratch_folder(sandbox.home, name))
    logs = sandbox.home.log / f"test-{name}"
    logs.mkdir(exist_ok=True)
    # Which tests run, and when to stop, is for the front to say.
    own = ["-p", "sandbox.worker", *options, "--maxfail=0", "-o", f"cache_dir={scratch / 'cache'}"]
    return {"kind": name.rstrip("0123456789"), "database": database, "log": str(logs / "pytest.log"),
            "command": pytest_command(sandbox, database, paths, own),
            "environment": {"TMPDIR": str(scratch), "SALON_LOGS": str(logs)}}


def pytest_command(sandbox, database, paths, options):
    """Return the command line of a pytest run on `database`."""
    return [str(sandbox.odoo.python), "-m", "pytest", "-p", "sandbox.pytest_plugin", "-p", "sandbox.reports",
            "--odoo-http", f"--odoo-database={database}", "--odoo-log-level=warn", "--rootdir", str(REPO),
            "-o", f"cache_dir={sandbox.home.root / 'pytest-cache'}", "--durations=10", "--durations-min=10",
            *paths, *options]


def pytest_environment(sandbox, scratch):
    """Return the environment of a pytest run: Odoo and the sandbox importable, temporary files in the home."""
    environment = sandbox.odoo.environment(TMPDIR=str(scratch), SALON_HOME=str(sandbox.home.root))
    environment["PYTHONPATH"] += os.pathsep + str(REPO / "tests")
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(sandbox.home.root / "hypothesis")
    return environment


@contextlib.contextmanager
def run_database(sandbox, template, name):
    """Lend a copy of a template for one run, its filestore included."""
    databases = sandbox.databases
    for left in databases.names():
        if left.startswith(f"{RUN_PREFIX}{name}_"):
            databases.drop(left)
    database = f"{RUN_PREFIX}{name}_{os.getpid()}"
    try:
        databases.copy(template, database)
        yield database
    finally:
        databases.drop(database)


@contextlib.contextmanager
def scratch_folder(home, name=""):
    """Lend a folder for temporary files; it goes with the run."""
    folder = home.tmp / f"t{os.getpid()}{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
