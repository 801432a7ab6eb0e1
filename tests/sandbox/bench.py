"""`make bench`: each measurement against its baseline, in one run, alternating, the median of each.

A file tests/bench/bench_*.py has a list ROWS of dicts

    {"name": "create a plain calendar event", "goal": 1.1,
     "subject": ("with", create_event), "baseline": ("without", create_event)}

A side is "with" (a database with the three addons) or "without" (the core addons alone), and a function that takes a
context. What it does inside `with context.timed():` is measured, the rest is preparation; its transaction is rolled
back after each round. `context.env` is the superuser's environment, `context.state` a dict that lasts over the rounds
of this function, `context.round` the number of the round (0 is a warm-up, which does not count). A row without a
baseline has its figure alone. The functions run inside Odoo, in one process for each side.
"""
import contextlib
import datetime
import json
import platform
import statistics
import subprocess

from . import system
from .demo import Sandbox
from .errors import SandboxError
from .home import REPO
from .processes import stop_group
from .testing import pytest_environment, run_database, scratch_folder, split

ROUNDS = 20
FOLDER = REPO / "tests" / "bench"
SIDES = {"with": "salon", "without": "core"}


def bench(home, arguments):
    """Run the benchmarks, print a table and write a JSON file; return 1 when a goal is missed."""
    names, options = split(arguments)
    rounds = int(options[0]) if options else ROUNDS
    files = [path for path in sorted(FOLDER.glob("bench_*.py")) if not names or path.stem in names or str(
        path.relative_to(REPO)) in names]
    with home.lock("test", "make bench"):
        sandbox = Sandbox(home, system.DEMO)
        with sandbox.cluster.running():
            rows = _measure(sandbox, files, rounds)
    rows += _recorded(home)
    _print(rows)
    report = home.root / "bench.json"
    report.write_text(json.dumps({
        "when": datetime.datetime.now().isoformat(timespec="seconds"), "machine": platform.platform(),
        "python": platform.python_version(), "rounds": rounds, "rows": rows}, indent=1))
    print(f"\nwritten to {report}")
    return 1 if any(row.get("missed") for row in rows) else 0


def _measure(sandbox, files, rounds):
    """Measure all rows, with an Odoo process for each side."""
    templates = sandbox.templates.ensure(*SIDES.values())
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(scratch_folder(sandbox.home))
        workers = {}
        for side, template in zip(SIDES, templates, strict=True):
            database = stack.enter_context(run_database(sandbox, template, f"bench_{side}"))
            workers[side] = stack.enter_context(contextlib.closing(Worker(sandbox, side, database, scratch)))
        return [_row(sandbox.home, workers, path, index, row, rounds)
                for path in files for index, row in enumerate(workers["with"].rows(path))]


def _row(home, workers, path, index, row, rounds):
    """Measure one row: a round of the subject, a round of the baseline, and so on."""
    parts = [part for part in ("subject", "baseline") if row.get(part)]
    with home.progress.phase(f"{row['name']} ({rounds} rounds)"):
        times = {part: [] for part in parts}
        for number in range(rounds + 1):
            for part in parts:
                seconds = workers[row[part]].round(path, index, part, number)
                if number:
                    times[part].append(seconds)
    medians = {part: statistics.median(values) for part, values in times.items()}
    result = {"name": row["name"], "goal": row.get("goal"), "rounds": rounds,
              "milliseconds": {part: round(value * 1000, 3) for part, value in medians.items()}, "times": times}
    if len(medians) == 2:
        result["ratio"] = round(medians["subject"] / medians["baseline"], 3)
        result["missed"] = bool(row.get("goal") and result["ratio"] > row["goal"])
    return result


class Worker:
    """An Odoo process on one side's database, which runs a round on demand."""

    def __init__(self, sandbox, side, database, scratch):
        """Start it; it answers once its registry is loaded."""
        environment = pytest_environment(sandbox, scratch)
        self.log = open(sandbox.home.log / f"bench-{side}.log", "w")  # noqa: SIM115 (closed with the worker)
        # The answers have a pipe of their own: what Odoo and the benchmarks print goes into the log.
        self.process = subprocess.Popen(
            [str(sandbox.odoo.python), "-m", "sandbox.bench_worker", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment,
            cwd=REPO / "tests", start_new_session=True)

    def ask(self, **request):
        """Send one request and return its answer."""
        line = ""
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise SandboxError(f"The benchmark ended its Odoo process; the log is {self.log.name}.")
        return json.loads(line)

    def rows(self, path):
        """Return the rows that a file describes, with the side of each part."""
        return self.ask(file=str(path))

    def round(self, path, index, part, number):
        """Run one round and return the seconds it measured."""
        return self.ask(file=str(path), index=index, part=part, round=number)

    def close(self):
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        stop_group(self.process)
        self.process.stdout.close()
        self.log.close()


def _recorded(home):
    """Return what the sandbox timed in its other commands."""
    rows = []
    for name, fact in (("cold start", "start_cold"), ("warm start", "start_warm"), ("last make test", "last_test")):
        known = home.fact(fact)
        if known:
            rows.append({"name": name, "seconds": known["seconds"], "phases": known.get("phases")})
    return rows


def _print(rows):
    print(f"\n{'':46}{'subject':>12}{'baseline':>12}{'ratio':>8}{'goal':>7}")
    for row in rows:
        if "seconds" in row:
            print(f"{row['name']:46}{row['seconds']:>10.1f} s")
            continue
        figures = row["milliseconds"]
        print(f"{row['name'][:45]:46}" + "".join(
            f"{figures[part]:>9.2f} ms" if part in figures else f"{'':12}" for part in ("subject", "baseline"))
            + f"{row.get('ratio', ''):>8}{row.get('goal') or '':>7}" + ("  missed" if row.get("missed") else ""))
