"""Several pytest processes at once, reported as one run.

The front is a pytest that collects all tests and runs none: it hands them out, in units and the longest first, to
workers that each have a database of their own, and reports what they tell as if it had run them itself. A unit is a
class, a module of functions, or one function that has a database of its own.
"""
import collections
import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import threading
import warnings
from pathlib import Path

import pytest

from .common_ground import grounds
from .processes import stop_group
from .worker import CHANNEL

PLAN = "SALON_PLAN"  # JSON: {"slots": [[worker, ...], ...], "seconds": path}; a slot's workers follow each other
SAMPLE = "tests/sample/"  # its tests go to a worker on the database with sample data
# What must not run beside other tests: regular expressions over the ids of units, and why. They come last.
ALONE = ()
GRACE = 30  # seconds that a worker gets to end its browsers when we are interrupted
# Guesses of what a test takes, until it has run: with a database of its own, in a browser, and any other.
OWN_DATABASE, BROWSER, PLAIN = 60, 15, 0.5
LONG = 30  # seconds; what takes longer does not wait for what is near, or it might come last


def pytest_configure(config):
    """Hand out the tests when there is a plan to whom."""
    if os.environ.get(PLAN):
        config.pluginmanager.register(Front(json.loads(os.environ.pop(PLAN))))


drawing = threading.Lock()  # held by the slot that takes a unit


class Unit:
    """Tests that one worker runs after each other."""

    def __init__(self, name):
        """Begin without tests."""
        self.name, self.items, self.kind = name, [], "sample" if name.startswith(SAMPLE) else "main"
        self.seconds, self.grounds = 0, set()

    def guess(self):
        """Return how many seconds it might take."""
        return sum(OWN_DATABASE if item.get_closest_marker("template") else
                   BROWSER if hasattr(item.cls, "browser_js") else PLAIN for item in self.items)


def units(items, seconds):
    """Return the units of the tests, the longest first; `seconds` are those that units took before, by their names."""
    found = {}
    for item in items:
        name = item.nodeid if item.get_closest_marker("template") else item.parent.nodeid
        found.setdefault(name, Unit(name)).items.append(item)
    for unit in found.values():
        unit.seconds, unit.grounds = seconds.get(unit.name, unit.guess()), grounds(unit.items[0].cls)
    return sorted(found.values(), key=lambda unit: -unit.seconds)


def draw(waiting, last):
    """Take the next unit out of `waiting`: the longest, or of those that are not long the one nearest to `last`.

    Near is what stands on the same grounds: see common_ground.py.

    :raise IndexError: when nothing is left
    """
    unit = waiting[0]
    if last and last.grounds and unit.seconds < LONG:
        unit = max(waiting, key=lambda one: len(one.grounds & last.grounds))
    waiting.remove(unit)
    return unit


class Slot(threading.Thread):
    """A place for one worker at a time; what the workers tell goes to `told`."""

    def __init__(self, workers, waiting, told):
        """Have the workers draw units from `waiting`, by kind."""
        super().__init__(daemon=True)
        self.workers, self.waiting, self.told = workers, waiting, told
        self.process, self.stopped = None, False

    def run(self):
        """Have one worker after the other work as long as there is something for it."""
        try:
            for worker in self.workers:
                if self.waiting[worker["kind"]] and not self.stopped:
                    self._employ(worker, self.waiting[worker["kind"]])
        finally:
            self.told.put((self, None, None))

    def _employ(self, worker, waiting):
        ours, theirs = socket.socketpair()
        with ours, theirs, open(worker["log"], "w") as log:
            environment = {**os.environ, **worker["environment"], CHANNEL: str(theirs.fileno())}
            self.process = subprocess.Popen(
                worker["command"], env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True)
            theirs.close()
            with ours.makefile("rw", encoding="utf-8") as channel:
                whole = self._hand_out(waiting, channel)
            ours.close()  # nothing more comes
            code = self.process.wait()
        if not self.stopped and (not whole or code not in (0, 1, 5)):
            text = f"A process of the run ended with exit code {code}; its log is {worker['log']} and ends with:\n"
            self.told.put((self, None, text + Path(worker["log"]).read_text(errors="replace")[-3000:]))

    def _hand_out(self, waiting, channel):
        """Have the worker run units; return whether it did all that it was asked for."""
        unit = None
        while not self.stopped:
            try:
                with drawing:
                    unit = draw(waiting, unit)
            except IndexError:
                break
            messages = []
            with contextlib.suppress(OSError, ValueError):  # the worker is gone
                channel.write(json.dumps([item.nodeid for item in unit.items]) + "\n")
                channel.flush()
                for line in channel:
                    messages.append(json.loads(line))
                    if "done" in messages[-1]:
                        break
            self.told.put((self, unit, messages))
            if not messages or "done" not in messages[-1]:
                return False
        return True

    def interrupt(self):
        """Have the worker end: it closes its browsers and its server first."""
        self.stopped = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def close(self):
        """Wait for an interrupted worker, but not for ever."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE)
            stop_group(self.process)


class Front:
    """Hands out the tests and reports what comes back."""

    def __init__(self, plan):
        """Hand out by `plan`."""
        self.plan, self.config = plan, None
        self.seconds_file = Path(plan["seconds"])
        self.seconds = {}
        with contextlib.suppress(OSError, ValueError):
            self.seconds = json.loads(self.seconds_file.read_text())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Have all tests run by the workers."""
        option = session.config.option
        if option.collectonly or (session.testsfailed and not option.continue_on_collection_errors):
            return None  # pytest's own loop knows what to do then
        self.config = session.config
        alone, beside = [], []
        for unit in units(session.items, self.seconds):
            (alone if any(unit.name.startswith(name) for name, _reason in ALONE) else beside).append(unit)
        try:
            self._run(session, beside, self.plan["slots"])
            self._run(session, alone, self.plan["slots"][:1])
        finally:
            self._keep_seconds()
        return True

    def _run(self, session, todo, places):
        """Have units run, as many at once as there are places."""
        told, waiting = queue.SimpleQueue(), {"main": collections.deque(), "sample": collections.deque()}
        for unit in todo:
            waiting[unit.kind].append(unit)
        working = {Slot(workers, waiting, told) for workers in places}
        # A shell that starts us in the background has us ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            for slot in working:
                slot.start()
            while working:
                slot, unit, told_us = told.get()
                if unit:
                    self._replay(unit, told_us)
                elif told_us:
                    self._complain(session, told_us)
                else:
                    working.remove(slot)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
                if session.shouldstop:
                    raise session.Interrupted(session.shouldstop)
        finally:
            for slot in working:
                slot.interrupt()
            for slot in working:
                slot.close()
        for left in waiting.values():
            for unit in left:
                self._replay(unit, [])

    def _complain(self, session, text):
        session.testsfailed += 1
        self.config.pluginmanager.getplugin("terminalreporter").write_line("\n" + text, red=True)

    def _replay(self, unit, messages):
        """Report the tests of a unit; one that was not brought to its end has failed."""
        hook, ended, begun = self.config.hook, set(), set()
        locations = {item.nodeid: item.location for item in unit.items}
        self.seconds[unit.name] = 0
        for message in messages:
            if "begun" in message:
                begun.add(message["begun"])
                hook.pytest_runtest_logstart(nodeid=message["begun"], location=locations[message["begun"]])
            elif "warning" in message:
                self._warn(**message["warning"])
            elif "report" in message:
                report = hook.pytest_report_from_serializable(config=self.config, data=message["report"])
                if isinstance(report.longrepr, list):  # of a skip: JSON knows no tuples, and pytest asks for one
                    report.longrepr = tuple(report.longrepr)
                self.seconds[unit.name] += report.duration
                hook.pytest_runtest_logreport(report=report)
                if report.when == "teardown":
                    ended.add(report.nodeid)
                    hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
        for item in unit.items:
            if item.nodeid not in ended:
                self._report_loss(item, item.nodeid in begun)

    def _report_loss(self, item, begun):
        why = "The process ended while it ran this test." if begun else "No process was left to run this test."
        self.config.hook.pytest_runtest_logreport(report=pytest.TestReport(
            item.nodeid, item.location, {}, "failed", why, "call"))

    def _warn(self, message, category, filename, lineno, nodeid, location):
        warning = warnings.WarningMessage(message, type(category, (Warning,), {}), filename, lineno)
        self.config.hook.pytest_warning_recorded.call_historic(kwargs={
            "warning_message": warning, "nodeid": nodeid, "when": "runtest",
            "location": tuple(location) if location else None})

    def _keep_seconds(self):
        aside = self.seconds_file.with_suffix(".part")
        aside.write_text(json.dumps({name: round(took, 2) for name, took in sorted(self.seconds.items())}, indent=0))
        aside.rename(self.seconds_file)
