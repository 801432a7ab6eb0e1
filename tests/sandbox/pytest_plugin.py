"""What a run of `make test` adds to pytest and pytest-odoo.

- A skip that ALLOWED_SKIPS does not list fails: a browser test without a browser must not pass for done.
- A logged ERROR that the test did not expect (mute_logger, assertLogs) fails it, as it does with Odoo's own runner.
- The tests under tests/sample run in a second pytest, on the database with sample data, and are reported here.
"""
import json
import logging
import os
import re
import subprocess
import sys

import pytest

# (test, reason, why it is right to skip): regular expressions over the test's id and the reason it gives.
ALLOWED_SKIPS = (
    (r"tests/test_sandbox", r"^needs root$", "a person runs the tests as any user; CI is root"),
    (r"salon_crm/tests/test_visit_page", r"^reCAPTCHA is not installed$", "an addon of Odoo that not all have"),
    (r"tests/test_sandbox", r"^needs another user than root$", "the other way round"),
)
SAMPLE = "sample"


class ErrorCollector(logging.Handler):
    """Keeps the errors that reach the root logger; muted and asserted ones never do."""

    def __init__(self):
        """Collect from ERROR on."""
        super().__init__(logging.ERROR)
        self.records = []

    def emit(self, record):
        """Keep one record as text."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text += f"\n{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        self.records.append(f"{record.levelname} {record.name}: {text}")

    def take(self):
        """Return what was logged since the last time."""
        taken, self.records = self.records, []
        return taken


collector = ErrorCollector()


def pytest_configure():
    """Listen to the log."""
    logging.getLogger().addHandler(collector)


def pytest_ignore_collect(collection_path):
    """Leave the tests on sample data to the run on that database."""
    if collection_path.name == SAMPLE and collection_path.parent.name == "tests" and not os.environ.get("SALON_SAMPLE"):
        return True
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Turn unexpected skips and logged errors into failures."""
    report = yield
    errors = collector.take()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not any(re.search(test, item.nodeid) and re.search(why, reason) for test, why, _note in ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"It was skipped, and pytest_plugin.ALLOWED_SKIPS does not expect it: {reason}"
    elif errors and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join(["The test passed, but something logged an error that nothing expects:", *errors])
    elif errors:
        report.sections.append(("Logged errors", "\n".join(errors)))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    """Run the tests on sample data after all others and report them among ours."""
    result = yield
    command = os.environ.get("SALON_SAMPLE_RUN")
    if command and not session.config.option.collectonly:
        run_sample(session, json.loads(command))
    return result


def run_sample(session, command):
    """Run pytest on the database with sample data and replay its reports."""
    path = os.path.join(os.environ["TMPDIR"], "reports.jsonl")
    log = os.path.join(os.environ["TMPDIR"], "sample.log")
    environment = {**os.environ, "SALON_SAMPLE": "1", "SALON_REPORTS": path}
    environment.pop("SALON_SAMPLE_RUN")
    with open(log, "w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            code = process.wait()
        finally:
            if process.poll() is None:
                process.send_signal(2)
                process.wait()
    failed = replay(session, path)
    if code not in (0, 5) and not failed:
        session.testsfailed += 1
        with open(log) as output:
            terminal = session.config.pluginmanager.getplugin("terminalreporter")
            terminal.write_line(f"\nThe run on sample data ended with exit code {code}:\n{output.read()[-5000:]}")


def replay(session, path):
    """Feed the reports of another run to this one's listeners; return whether one of them failed."""
    failed, hook, seen = False, session.config.hook, set()
    if not os.path.exists(path):
        return failed
    with open(path) as lines:
        for line in lines:
            report = hook.pytest_report_from_serializable(config=session.config, data=json.loads(line))
            failed = failed or report.failed
            if isinstance(report, pytest.CollectReport):
                session.testsfailed += 1
                hook.pytest_collectreport(report=report)
                continue
            if report.nodeid not in seen:
                seen.add(report.nodeid)
                session.testscollected += 1
                hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
            hook.pytest_runtest_logreport(report=report)
    return failed


def pytest_sessionfinish(session):
    """Leave no handler behind."""
    logging.getLogger().removeHandler(collector)
    sys.stdout.flush()
