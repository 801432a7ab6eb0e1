"""`make compat`: core's own tests beside the addons.

Each core addon's tests run on a database without sample data in which everything is loaded, once without and once
with our addons, side by side so that both bear the same load. What comes out differently is run again, alone; what
then still differs is a difference. Results are kept, so that an interrupted run goes on with the next addon.
"""
import contextlib
import json
import os
import signal
import time

from . import system
from .demo import Sandbox
from .processes import CommandError, Job, wait_all
from .reports import outcomes
from .testing import pytest_environment, run_database, scratch_folder, split

MODULES = ("calendar", "loyalty", "pos_loyalty", "point_of_sale")
SIDES = {"without": "core", "with": "salon"}
LIMIT = 2 * 3600  # seconds for one addon's tests


def compat(home, arguments):
    """Run core's tests, print a table and the differences, and return 1 when there are any."""
    names, _options = split(arguments)
    modules = [name for name in MODULES if not names or name in names]
    with home.lock("test", "make compat"):
        sandbox = Sandbox(home, system.TEST)
        with sandbox.cluster.running():
            results = {module: _module(sandbox, module) for module in modules}
    return _report(results)


def _module(sandbox, module):
    """Return the two sides' outcomes for one addon, from the record where it is still true."""
    folder = sandbox.home.root / "compat"
    folder.mkdir(exist_ok=True)
    record = folder / f"{module}.json"
    keys = {side: sandbox.templates.keys()[template]["key"] for side, template in SIDES.items()}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(record.read_text())
        if known["keys"] == keys:
            return known
    began = time.monotonic()
    path = next(folder / module / "tests" for folder in sandbox.odoo.source.addons_paths
                if (folder / module / "tests").is_dir())
    with sandbox.home.progress.phase(f"Core's tests of {module}"):
        found = _run(sandbox, module, [path])
    differing = sorted(_differences(found))
    again = {}
    if differing:
        with sandbox.home.progress.phase(f"Running {len(differing)} of them again, that came out differently"):
            again = _run(sandbox, f"{module}-again", [path], only=differing)
    result = {"keys": keys, "sides": found, "again": again, "seconds": round(time.monotonic() - began)}
    aside = record.with_suffix(".part")
    aside.write_text(json.dumps(result, indent=1))
    aside.rename(record)
    return result


def _differences(found):
    without, with_ = found["without"], found["with"]
    return {test for test in {*without, *with_} if without.get(test) != with_.get(test)}


def _run(sandbox, name, paths, only=()):
    """Run the tests on a copy of each side's template, at the same time; return the outcomes of each.

    :param only: ids of the tests to run, where not all of them
    """
    templates = sandbox.templates.ensure(*SIDES.values())
    with contextlib.ExitStack() as stack:
        jobs, files = [], {}
        scratch = stack.enter_context(scratch_folder(sandbox.home))
        for side, template in zip(SIDES, templates, strict=True):
            database = stack.enter_context(run_database(sandbox, template, f"compat_{side}"))
            (scratch / side).mkdir()
            files[side] = scratch / side / "reports.jsonl"
            files[side].touch()
            jobs.append(_start(sandbox, f"compat-{name}-{side}", database, paths, files[side], only))
        stack.callback(lambda: [job.close() for job in jobs])
        _wait(sandbox, jobs, files)
        return {side: outcomes(file) for side, file in files.items()}


def _start(sandbox, name, database, paths, reports, only):
    environment = pytest_environment(sandbox, reports.parent)
    environment.update(SALON_REPORTS=str(reports), SALON_STANDARD="1")
    if only:
        chosen = reports.parent / "only"
        chosen.write_text("\n".join(only))
        environment["SALON_ONLY"] = str(chosen)
    # A configuration of its own, or ours would be found from the working folder.
    configuration = reports.parent / "pytest.ini"
    configuration.write_text("[pytest]\n")
    command = [sandbox.odoo.python, "-m", "pytest", "-p", "sandbox.reports", "-p", "no:cacheprovider", "--noconftest",
               "-c", configuration, "--rootdir", reports.parent, "-q", "--odoo-http", f"--odoo-database={database}",
               "--odoo-log-level=error", *paths]
    return Job(command, sandbox.home.log / f"{name}.log", what=name, env=environment, cwd=reports.parent)


def _wait(sandbox, jobs, files):
    """Wait for both; pytest's exit code 1 only says that tests failed."""
    end = time.monotonic() + LIMIT
    for job in jobs:
        while job.poll() is None and time.monotonic() < end:
            counts = ", ".join(f"{side} {_lines(file)}" for side, file in files.items())
            sandbox.home.progress.note(f"reports so far: {counts}")
            time.sleep(1)
        if job.process.poll() is None:
            os.killpg(job.process.pid, signal.SIGINT)
            wait_all([job])
        if job.process.returncode not in (0, 1):
            raise CommandError(f"{job.what} ended with exit code {job.process.returncode}; its output is in "
                               f"{job.log}.", job.log, job.process.returncode)


def _lines(file):
    with open(file, "rb") as content:
        return sum(1 for _line in content) // 3  # set-up, call and clean-up of each test


def _report(results):
    """Print what came out and return 1 when the addons make a difference."""
    print(f"\n{'core addon':16}{'side':10}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    different = []
    for module, result in results.items():
        for side, tests in result["sides"].items():
            counts = [list(tests.values()).count(kind) for kind in ("passed", "failed", "skipped")]
            print(f"{module:16}{side:10}" + "".join(f"{count:>8}" for count in counts) + f"{result['seconds']:>9}")
        steady = _differences(result["again"]) if result["again"] else set()
        different += [(test, result["again"]) for test in sorted(steady)]
        for test in sorted(_differences(result["sides"]) - steady):
            print(f"  unsteady, the same on both sides when run again: {test}")
        for test, outcome in sorted(result["sides"]["without"].items()):
            if outcome == "failed" and result["sides"]["with"].get(test) == "failed":
                print(f"  fails with and without the addons: {test}")
    for test, sides in different:
        print(f"  DIFFERENT: {test}: {sides['without'].get(test)} without, {sides['with'].get(test)} with the addons")
    print(f"compat: {len(different)} differences" if different else "compat: no difference")
    return 1 if different else 0
