"""One of several pytest processes of a run: it runs the tests that the front asks for, and tells it what came out."""
import gc
import json
import os
import socket

import pytest

CHANNEL = "SALON_CHANNEL"  # names the descriptor of the socket that leads to the front


def pytest_configure(config):
    """Serve the front that started us."""
    if os.environ.get(CHANNEL):
        config.pluginmanager.register(Worker(config, socket.socket(fileno=int(os.environ.pop(CHANNEL)))))


class Worker:
    """Reads lists of test ids, and writes reports: each a line of JSON."""

    def __init__(self, config, channel):
        """Talk over `channel`."""
        self.config, self.channel = config, channel.makefile("rw", encoding="utf-8")
        channel.close()

    def _tell(self, **message):
        self.channel.write(json.dumps(message, default=str) + "\n")
        self.channel.flush()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Run what is asked for until nothing more comes."""
        items = {item.nodeid: item for item in session.items}
        # Odoo and all tests stay until the end: the garbage collector need not look through them again and again.
        gc.collect()
        gc.freeze()
        for line in self.channel:
            asked = [items[nodeid] for nodeid in json.loads(line)]
            # After the last one everything is cleaned up but what belongs to the whole run: Odoo and its HTTP server.
            for item, following in zip(asked, [*asked[1:], session], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._tell(done=True)
        return True

    def pytest_runtest_logstart(self, nodeid):
        """Say what begins: whoever dies of it can't say so any more."""
        self._tell(begun=nodeid)

    def pytest_runtest_logreport(self, report):
        """Pass on a report."""
        self._tell(report=self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_warning_recorded(self, warning_message, when, nodeid, location):
        """Pass on a warning of a test; those of collecting are the front's own too."""
        if when == "runtest":
            self._tell(warning={
                "message": str(warning_message.message), "category": warning_message.category.__name__,
                "filename": warning_message.filename, "lineno": warning_message.lineno, "nodeid": nodeid,
                "location": location})
