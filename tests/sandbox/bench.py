"""`make bench`: each measurement against its baseline, in one run, alternating, the median of each.

A file tests/bench/bench_*.py has a list ROWS of dicts

    {"name": "create a plain calendar event", "goal": 1.1,
     "subject": ("with", create_event), "baseline": ("without", create_event)}

A side is "with" (a database with the three addons) or "without" (the core addons alone), and a function that takes a
context. What it does inside `with context.timed():` is measured, the rest is preparation; its transaction is rolled
back after each round. Further sides are databases with the addons that a file fills first: its dict PREPARE has a
function of the environment for each, which commits; what it returns is `context.facts`. A row may have "statistic":
"p95" instead of the median, "goal_ms" for a figure without a baseline, and "rounds" of its own. A row with "http" has a
function of a session and the facts, which runs here against a server with workers on that side (see tests/rush.py)
and returns seconds. `context.env` is the superuser's environment, `context.state` a dict that lasts over the rounds
of this function, `context.round` the number of the round (0 is a warm-up, which does not count). A row without a
baseline has its figure alone. The functions run inside Odoo, in one process for each side.
"""
import contextlib
import datetime
import importlib.util
import json
import platform
import statistics
import subprocess
import sys

from . import system
from .demo import Sandbox
from .errors import SandboxError
from .home import REPO
from .processes import stop_group
from .testing import pytest_environment, run_database, scratch_folder, split

ROUNDS = 20
FOLDER = REPO / "tests" / "bench"
SIDES = {"without": "core"}  # every other side is a copy of the template with the addons


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
    with contextlib.ExitStack() as stack:
        workers = Workers(sandbox, stack)
        return [_row(sandbox, workers, path, index, row, row.get("rounds") or rounds)
                for path in files for index, row in enumerate(workers["with"].rows(path))]


class Workers(dict):
    """The processes of the sides, each started when it is first asked for."""

    def __init__(self, sandbox, stack):
        """End them, and drop their databases, with `stack`."""
        super().__init__()
        self.sandbox, self.stack = sandbox, stack
        self.scratch = stack.enter_context(scratch_folder(sandbox.home))
        self.prepared = {}  # what a file prepared on a side

    def __missing__(self, side):
        template, = self.sandbox.templates.ensure(SIDES.get(side, "salon"))
        database = self.stack.enter_context(run_database(self.sandbox, template, f"bench_{side}"))
        worker = Worker(self.sandbox, side, database, self.scratch)
        self[side] = self.stack.enter_context(contextlib.closing(worker))
        return worker

    def prepare(self, side, path):
        """Fill a side as the file says, once; return what it says of that."""
        if (side, path) not in self.prepared:
            with self.sandbox.home.progress.phase(f"Preparing “{side}” for {path.stem}"):
                self.prepared[side, path] = self[side].ask(file=str(path), prepare=side)
        return self.prepared[side, path]


def _row(sandbox, workers, path, index, row, rounds):
    """Measure one row: a round of the subject, a round of the baseline, and so on."""
    parts = [part for part in ("subject", "baseline") if row.get(part)]
    facts = {part: workers.prepare(row[part], path) for part in parts}
    with contextlib.ExitStack() as stack:
        stack.enter_context(sandbox.home.progress.phase(f"{row['name']} ({rounds} rounds)"))
        measure = _http(sandbox, workers, stack, path, index, row, facts) if row.get("http") else (
            lambda part, number: workers[row[part]].round(path, index, part, number))
        times = {part: [] for part in parts}
        for number in range(rounds + 1):
            for part in parts:
                seconds = measure(part, number)
                if number:
                    times[part].append(seconds)
    statistic = _p95 if row.get("statistic") == "p95" else statistics.median
    figures = {part: statistic(values) for part, values in times.items()}
    result = {"name": row["name"], "goal": row.get("goal"), "goal_ms": row.get("goal_ms"), "rounds": rounds,
              "milliseconds": {part: round(value * 1000, 3) for part, value in figures.items()}, "times": times}
    result["missed"] = bool(row.get("goal_ms") and figures["subject"] * 1000 > row["goal_ms"])
    if len(figures) == 2:
        result["ratio"] = round(figures["subject"] / figures["baseline"], 3)
        result["missed"] |= bool(row.get("goal") and result["ratio"] > row["goal"])
    return result


def _p95(values):
    """Return the value below which 95 of 100 lie."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def _http(sandbox, workers, stack, path, index, row, facts):
    """Serve the side of a row, and return a function that measures a round on it."""
    import rush

    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))  # a benchmark may build on another
    spec.loader.exec_module(module)
    session, _log = stack.enter_context(rush.serve(sandbox, workers[row["subject"]].database))
    function = module.ROWS[index]["subject"][1]
    return lambda part, number: function(session, facts[part], number)


class Worker:
    """An Odoo process on one side's database, which runs a round on demand."""

    def __init__(self, sandbox, side, database, scratch):
        """Start it; it answers once its registry is loaded."""
        environment = pytest_environment(sandbox, scratch)
        self.log = open(sandbox.home.log / f"bench-{side}.log", "w")  # noqa: SIM115 (closed with the worker)
        self.database = database
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
    print(f"\n{'':58}{'subject':>12}{'baseline':>12}{'ratio':>8}{'goal':>10}")
    for row in rows:
        if "seconds" in row:
            print(f"{row['name']:58}{row['seconds']:>10.1f} s")
            continue
        figures = row["milliseconds"]
        goal = f"{row['goal_ms']} ms" if row.get("goal_ms") else row.get("goal") or ""
        print(f"{row['name'][:57]:58}" + "".join(
            f"{figures[part]:>9.2f} ms" if part in figures else f"{'':12}" for part in ("subject", "baseline"))
            + f"{row.get('ratio', ''):>8}{goal:>10}" + ("  missed" if row.get("missed") else ""))
