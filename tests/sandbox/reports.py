"""A pytest plugin that writes each report as a line of JSON to SALON_REPORTS, and reads them again."""
import json
import os


def pytest_configure(config):
    """Write where we are told to."""
    path = os.environ.get("SALON_REPORTS")
    if path:
        config.pluginmanager.register(ReportWriter(config, path))


class ReportWriter:
    """Writes each report as a line of JSON."""

    def __init__(self, config, path):
        """Write to `path`."""
        self.config, self.path = config, path

    def _write(self, report):
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        with open(self.path, "a") as lines:
            lines.write(json.dumps(data) + "\n")

    def pytest_runtest_logreport(self, report):
        """Pass on a test's report."""
        self._write(report)

    def pytest_collectreport(self, report):
        """Pass on a file that can't be collected."""
        if report.failed:
            self._write(report)


def pytest_collection_modifyitems(config, items):
    """With SALON_STANDARD keep the tests that Odoo's own runner runs by default; with SALON_ONLY, the name of a file,
    those whose ids stand in it."""
    kept = items[:]
    if os.environ.get("SALON_STANDARD"):
        kept = [item for item in kept if "standard" in getattr(item.cls, "test_tags", {"standard"})]
    if os.environ.get("SALON_ONLY"):
        with open(os.environ["SALON_ONLY"]) as lines:
            only = set(lines.read().splitlines())
        kept = [item for item in kept if _test(item.nodeid) in only]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _test(nodeid):
    """Return the id of a test, wherever Odoo's source lies."""
    return nodeid.rpartition("/addons/")[2]


def outcomes(path):
    """Return test id: failed, skipped or passed, from the reports in a file; a test has up to three."""
    found = {}
    with open(path) as lines:
        for line in lines:
            report = json.loads(line)
            test = _test(report["nodeid"])
            before = found.get(test)
            if before != "failed" and not (before == "skipped" and report["outcome"] == "passed"):
                found[test] = report["outcome"]
    return found
