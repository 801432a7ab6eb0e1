"""`make test`: pytest over the addons, the journeys and the sandbox, each run on copies of the templates."""
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

SAMPLE = "tests/sample"  # its tests run on the database with sample data
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
    main, sample = _divide(paths)
    wanted = (["salon"] if main else []) + (["salon_demo"] if sample else [])
    templates = dict(zip(wanted, sandbox.templates.ensure(*wanted), strict=True))
    with contextlib.ExitStack() as stack:
        databases = {name: stack.enter_context(run_database(sandbox, template, name))
                     for name, template in templates.items()}
        scratch = stack.enter_context(scratch_folder(sandbox.home))
        environment = pytest_environment(sandbox, scratch)
        if main and sample:
            # The run on the sample data is a child of this one, which adds its results to its own.
            environment["SALON_SAMPLE_RUN"] = json.dumps(
                pytest_command(sandbox, databases["salon_demo"], [SAMPLE], options))
        elif sample:
            environment["SALON_SAMPLE"] = "1"
        command = pytest_command(sandbox, databases["salon" if main else "salon_demo"], main or sample, options)
        # At an interrupt pytest still ends its browsers and says what it has.
        return interactive(command, end=signal.SIGINT, env=environment, cwd=REPO, stdin=subprocess.DEVNULL)


def _divide(paths):
    """Split the paths between the two databases: without and with sample data."""
    if not paths:
        paths = [*ADDONS, "tests"]
    sample = [path for path in paths if path.rstrip("/").startswith(SAMPLE)]
    main = [path for path in paths if path not in sample]
    for path in paths:
        if not (REPO / path.split("::")[0]).exists():
            raise SandboxError(f"TESTS names {path}, and there is no such file or folder.")
    covers = any(path.rstrip("/") in ("tests", ".") for path in main)
    if covers and not sample and any((REPO / SAMPLE).glob("**/test_*.py")):
        sample = [SAMPLE]
    return main, sample


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
def scratch_folder(home):
    """Lend a folder for temporary files; it goes with the run."""
    folder = home.tmp / f"t{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
