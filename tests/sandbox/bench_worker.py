"""One side of the benchmarks: an Odoo process that runs rounds as it is told, a line of JSON each way."""
import contextlib
import importlib.util
import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever prints, prints into the log

import odoo  # noqa: E402
import odoo.modules.registry  # noqa: E402
import odoo.tools  # noqa: E402

known = {}  # benchmark files by path
prepared = {}  # what the preparations returned, by path
states = {}  # what each function keeps over its rounds


class Context:
    """What a benchmark function gets."""

    def __init__(self, env, state, number):
        """Hold the environment, the function's lasting state and the number of the round."""
        self.env, self.state, self.round = env, state, number
        self.seconds = None
        self.facts = None  # what the file's preparation of this side returned

    @contextlib.contextmanager
    def timed(self):
        """Measure the block, with everything that it still had to write."""
        self.env.flush_all()
        begin = time.perf_counter()
        yield
        self.env.flush_all()
        self.seconds = (self.seconds or 0) + time.perf_counter() - begin


def load(path):
    """Import a benchmark file once."""
    if path not in known:
        spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
        known[path] = importlib.util.module_from_spec(spec)
        sys.path.insert(0, os.path.dirname(path))
        spec.loader.exec_module(known[path])
    return known[path]


def describe(path):
    """Return the rows of a file without their functions."""
    return [{**row, **{part: row[part][0] for part in ("subject", "baseline") if row.get(part)}}
            for row in load(path).ROWS]


def prepare(registry, path, side):
    """Fill this side's database as the file says, and return what it says of that."""
    function = getattr(load(path), "PREPARE", {}).get(side)
    if function:
        with registry.cursor() as cr:
            prepared[path] = function(odoo.api.Environment(cr, odoo.SUPERUSER_ID, {}))
    return prepared.get(path)


def run(registry, path, index, part, number):
    """Run one round and return its seconds."""
    function = load(path).ROWS[index][part][1]
    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        context = Context(env, states.setdefault((path, index, part), {}), number)
        context.facts = prepared.get(path)
        function(context)
        env.invalidate_all(flush=False)
        cr.rollback()
    if context.seconds is None:
        raise ValueError(f"{function.__name__} in {path} has no `with context.timed():`")
    return context.seconds


def main(database):
    """Answer requests until there are no more."""
    odoo.tools.config.parse_config(["-d", database, "--no-http", "--log-level=warn"])
    registry = odoo.modules.registry.Registry(database)
    for line in sys.stdin:
        request = json.loads(line)
        if "index" in request:
            answer = run(registry, request["file"], request["index"], request["part"], request["round"])
        elif "prepare" in request:
            answer = prepare(registry, request["file"], request["prepare"])
        else:
            answer = describe(request["file"])
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
