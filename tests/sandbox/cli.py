"""The command line of the sandbox: one function a command, bad circumstances as one sentence."""
import signal
import sys

from . import demo
from .errors import SandboxError, sentence_for_oserror
from .home import Home
from .progress import Progress

INTERRUPTED = 130


def _tests(home, arguments):
    from . import testing
    return testing.test(home, arguments)


def _lint(home, arguments):
    from . import lint
    return lint.lint(home)


def _pot(home, arguments):
    from . import terms
    return terms.write(home)


def _bench(home, arguments):
    from . import bench
    return bench.bench(home, arguments)


def _compat(home, arguments):
    from . import compat
    return compat.compat(home, arguments)


def _pictures(home, arguments):
    from . import pictures
    return pictures.pictures(home)


COMMANDS = {
    "demo": lambda home, arguments: demo.demo(home),
    "fresh": lambda home, arguments: demo.fresh(home),
    "stop": lambda home, arguments: demo.stop(home),
    "shell": demo.shell,
    "psql": demo.psql,
    "test": _tests,
    "lint": _lint,
    "pot": _pot,
    "bench": _bench,
    "compat": _compat,
    "pictures": _pictures,
}


def main(arguments):
    """Run one command and return the exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python3 tests/sandbox {{{','.join(COMMANDS)}}} [options]", file=sys.stderr)
        return 2
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, _interrupt)
    progress = Progress()
    try:
        home = Home.from_environment()
        home.progress = progress
        return COMMANDS[arguments[0]](home, arguments[1:]) or 0
    except SandboxError as error:
        return _fail(progress, str(error))
    except KeyboardInterrupt:
        progress.say("Stopped.")
        return INTERRUPTED
    except OSError as error:
        sentence = sentence_for_oserror(error)
        if sentence is None:
            raise
        return _fail(progress, sentence)


def _fail(progress, sentence):
    progress.say(f"salon: {sentence}")
    return 1


def _interrupt(_signal, _frame):
    raise KeyboardInterrupt
