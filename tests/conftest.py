"""Fixtures for the tests under tests/; `make test` runs them together with the addons' own.

Where a test goes:
- salon_x/tests          what one addon does by itself (unittest classes of odoo.tests)
- tests/journeys         what the three do together, on a database without sample data
- tests/sample           what needs the sample data: these run on a database that has it
- tests/test_*.py        the sandbox, installation, and everything else about the project as a whole
- tests/bench            measurements; `make bench` runs them

A class of odoo.tests outside an addon needs ``@tagged("post_install", "-at_install")``.

A skip fails the run unless ALLOWED_SKIPS in tests/sandbox/pytest_plugin.py lists it, and so does a logged ERROR that
the test doesn't expect by ``mute_logger`` or ``assertLogs``.
"""
import os
import resource
import shutil
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import sync_playwright

from sandbox.demo import Sandbox
from sandbox.home import Home
from sandbox.testing import run_database

# The suite draws the same examples each time, so that a commit is judged by what it changed. To dig deeper:
# HYPOTHESIS_PROFILE=deep make test TESTS=tests/test_offers.py
hypothesis.settings.register_profile("suite", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture
def env():
    """Odoo's environment as the superuser on the run's database; nothing stays of what the test does."""
    import odoo
    from odoo.modules.registry import Registry
    with Registry(odoo.tests.common.get_db_name()).cursor() as cr:
        yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        cr.rollback()


@pytest.fixture(scope="session")
def sandbox():
    """The sandbox that the run is part of; of several processes each has folders of its own for logs and scripts."""
    home = Home.from_environment()
    home.log = Path(os.environ.get("SALON_LOGS", home.log))
    home.tmp = Path(os.environ.get("TMPDIR", home.tmp))
    return Sandbox(home)


@pytest.fixture
def database(sandbox, request):
    """A database of the test's own: a copy of the template that ``@pytest.mark.template("name")`` names.

    Inside the test Odoo behaves as in production: a registry may be loaded on the database, and commits are real.
    """
    import odoo
    from odoo.modules.registry import Registry

    name = request.node.get_closest_marker("template").args[0]
    template, = sandbox.templates.ensure(name)
    with run_database(sandbox, template, f"own_{os.getpid()}_{name}") as database:
        # With the flag on, loading a registry would run the tests of every addon.
        enabled = odoo.tools.config["test_enable"]
        odoo.tools.config["test_enable"] = False
        try:
            yield database
        finally:
            odoo.tools.config["test_enable"] = enabled
            Registry.delete(database)
            odoo.sql_db.close_db(database)


@pytest.fixture
def browser():
    """Chromium, without the limit of memory that Odoo sets for itself: it reserves more than it uses."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
