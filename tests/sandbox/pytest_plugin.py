"""What a run of `make test` adds to pytest and pytest-odoo.

- A skip that ALLOWED_SKIPS does not list fails: a browser test without a browser must not pass for done.
- A logged ERROR that the test did not expect (mute_logger, assertLogs) fails it, as it does with Odoo's own runner.
- The tests under tests/sample are left to a process on the database with sample data.
"""
import logging
import os
import re
import sys

import freezegun
import pytest

from .common_ground import drop, prepare, share_ground
from .tour_browser import end_browsers, share_browsers
from .warm_caches import keep_caches

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
    """Listen to the log, and have pytest's own clock go on when a test stops the time."""
    logging.getLogger().addHandler(collector)
    freezegun.configure(extend_ignore_list=["_pytest.timing"])


def pytest_sessionstart():
    """Prepare what tests share, the browser of the tours among it: Odoo can be imported from here on."""
    share_browsers()
    keep_caches()
    share_ground()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Have classes share what they set up alike."""
    prepare(item.cls)


def pytest_ignore_collect(collection_path):
    """Leave the tests on sample data to a process on that database."""
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


def pytest_sessionfinish(session):
    """Leave no transaction, no browser and no handler behind."""
    drop()
    end_browsers()
    logging.getLogger().removeHandler(collector)
    sys.stdout.flush()
