"""The terms that users see: exported by Odoo from a database with sample data, compared with what is committed."""
import subprocess

from . import runner, system
from .demo import Sandbox
from .home import ADDONS, REPO
from .processes import wait_all
from .testing import run_database, scratch_folder

EXPORT = """
from pathlib import Path
from odoo.tools.translate import trans_export
for module in {addons!r}:
    with open(Path({folder!r}, module + ".pot"), "wb") as target:
        trans_export(None, [module], target, "po", env)
"""


def check(home):
    """Return what the .pot and .po files lack, as texts."""
    return _with_export(home, "check").splitlines()


def write(home):
    """Write the .pot files and add new terms to the translations, untranslated."""
    with home.prepare().lock("test", "make pot"):
        print(_with_export(home, "write"), end="")


def _with_export(home, action):
    sandbox = Sandbox(home, system.DEMO)
    with sandbox.cluster.running():
        template, = sandbox.templates.ensure("salon_demo")
        with run_database(sandbox, template, "terms") as database, scratch_folder(home) as folder:
            script = EXPORT.format(addons=list(ADDONS), folder=str(folder))
            with home.progress.phase("Exporting the terms", "terms"):
                runner.timed_wait(wait_all, [sandbox.odoo.script(database, script, "terms")], home.progress)
            done = subprocess.run([sandbox.odoo.python, "-m", "sandbox.catalogue", action, folder, REPO, *ADDONS],
                                  cwd=REPO / "tests", env=home.environment(), text=True, stdout=subprocess.PIPE,
                                  check=True)
            return done.stdout
