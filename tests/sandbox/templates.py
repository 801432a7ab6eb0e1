"""Database templates: built once, copied for every use.

    core       the core addons that ours depend on, without sample data
    salon      a copy of core with the three addons
    core_demo  the core addons with their sample data
    salon_demo a copy of core_demo with the three addons and their sample data

A change of the addons rebuilds salon and salon_demo alone, which is quick. The sample data is dated relative to the
day on which it is made, so salon_demo also ages.
"""
import ast
import datetime
import hashlib
import os

from . import runner
from .database import BUILDING
from .errors import SandboxError
from .home import ADDONS, GIB, REPO, digest
from .processes import wait_all

RECIPE = 1  # raise it when the way in which templates are made changes
PREFIX = "template_"
LANGUAGES = "en_US,zh_CN"  # of the sample data, so that the salon can be tried in both; the first is the default
PREGENERATE = 'env["ir.qweb"]._pregenerate_assets_bundles()\nenv.cr.commit()\n'


def manifest(addon):
    """Return the manifest of one of our addons."""
    return ast.literal_eval((REPO / addon / "__manifest__.py").read_text())


def core_modules():
    """Return the core addons that ours depend on."""
    needed = {name for addon in ADDONS for name in manifest(addon).get("depends", [])}
    return sorted(needed - set(ADDONS))


def versions():
    """Return the versions of our addons."""
    return {addon: manifest(addon).get("version") for addon in ADDONS}


def addons_hash():
    """Return a hash over everything of our addons that a database is made from; their tests are not."""
    total = hashlib.sha256()
    for addon in ADDONS:
        for folder, subfolders, files in sorted(os.walk(REPO / addon)):
            subfolders[:] = sorted(set(subfolders) - {"tests", "__pycache__"})
            for name in sorted(files):
                if not name.endswith((".pyc", ".pot", ".md", ".rst")):
                    path = os.path.join(folder, name)
                    total.update(os.path.relpath(path, REPO).encode())
                    with open(path, "rb") as content:
                        total.update(hashlib.sha256(content.read()).digest())
    return total.hexdigest()[:16]


class Templates:
    """The templates of one home."""

    def __init__(self, home, databases, odoo):
        """Build with `odoo` into `databases`."""
        self.home, self.databases, self.odoo = home, databases, odoo

    def keys(self):
        """Return what each template has to be made to."""
        core = digest(RECIPE, self.odoo.source.key, *core_modules())
        addons = addons_hash()
        return {
            "core": {"key": core},
            "core_demo": {"key": digest(core, LANGUAGES)},
            "salon": {"key": digest(core, addons), "addons": addons},
            "salon_demo": {"key": digest(core, LANGUAGES, addons), "addons": addons,
                           "day": datetime.date.today().isoformat()},
        }

    def ensure(self, *wanted):
        """Build those of the templates that are missing or out of date; return their database names."""
        keys = self.keys()
        if any(self._missing(wanted, keys)):
            with self.home.lock("build", "building database templates", wait=True):
                cores, salons = self._missing(wanted, keys)  # somebody else may have built them meanwhile
                self._build(cores, keys, "Installing the core addons", self._start_core, "templates-core")
                self._build(salons, keys, "Installing the salon's addons", self._start_salon, "templates-salon")
        return [PREFIX + name for name in wanted]

    def _missing(self, wanted, keys):
        """Return which templates are to be built for those that are wanted: of core, and with our addons."""
        stale = {name for name in wanted if self._stale(name, keys)}
        cores = [name for name in ("core", "core_demo")
                 if (name in wanted or name.replace("core", "salon") in stale) and self._stale(name, keys)]
        return cores, [name for name in ("salon", "salon_demo") if name in stale]

    def _stale(self, name, keys):
        return self.databases.stamp(PREFIX + name) != keys[name]

    def _build(self, names, keys, title, start, phase):
        """Build templates side by side."""
        if not names:
            return
        self.home.require_space(2 * GIB, "database templates")
        aside = {name: PREFIX + name + BUILDING for name in names}
        with self.home.progress.phase(f"{title} ({', '.join(names)})", phase):
            jobs = [start(name, aside[name]) for name in names]
            runner.timed_wait(wait_all, jobs, self.home.progress)
            if start == self._start_salon:
                for name, job in zip(names, jobs, strict=True):
                    runner.refuse_complaints(job)
                    self._check_installed(aside[name], ADDONS)
            runner.timed_wait(wait_all, [
                self.odoo.script(aside[name], PREGENERATE, f"assets-{name}") for name in names], self.home.progress)
            for name in names:
                self.databases.finish(aside[name], PREFIX + name, keys[name])

    def _start_core(self, name, database):
        self.databases.drop(database)
        demo = name.endswith("_demo")
        return self.odoo.change_modules(database, install=core_modules(), demo=demo,
                                        language=LANGUAGES if demo else None)

    def _start_salon(self, name, database):
        self.databases.copy(PREFIX + name.replace("salon", "core"), database)
        return self.odoo.change_modules(database, install=ADDONS, demo=name.endswith("_demo"))

    def _check_installed(self, database, addons):
        check_installed(self.databases.cluster, database, addons)


def check_installed(cluster, database, addons):
    """Raise unless the addons are installed in the database: Odoo leaves out silently what it can't install."""
    rows = cluster.sql("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    absent = sorted(set(addons) - {row[0] for row in rows})
    if absent:
        raise SandboxError(f"Odoo did not install {', '.join(absent)} into {database}: see the log.")
