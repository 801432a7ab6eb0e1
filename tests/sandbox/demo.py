"""`make demo` and what goes with it: the salon to try, its shells, and stopping it."""
import contextlib
import datetime
import time

from . import pyenv, runner, server, source, system
from .database import BUILDING, Databases
from .errors import SandboxError
from .home import ADDONS
from .postgres import Cluster
from .processes import interactive, stop_pid, wait_all
from .runner import Odoo
from .templates import Templates, check_installed, versions

DATABASE = "salon"
STALE_DAYS = 7
ROLES = {"admin": "administrator", "reception": "receptionist, cashier", "stylist": "stylist", "manager": "manager",
         "accountant": "accountant"}


class Sandbox:
    """All parts of one home, made ready on demand."""

    def __init__(self, home, packages=system.DEMO):
        """Prepare the home and build what is missing; PostgreSQL isn't started yet."""
        self.home = home.prepare()
        system.ensure(home, packages)
        self.cluster = Cluster(home)
        source_ = source.ensure(home)
        python = pyenv.ensure(home)
        self.cluster.ensure()
        self.odoo = Odoo(home, source_, python, self.cluster)
        self.databases = Databases(home, self.cluster)
        self.templates = Templates(home, self.databases, self.odoo)


def demo(home):
    """Bring everything up, say where it is, and stay until Ctrl-C."""
    began = time.time()
    with home.lock("demo", "make demo"):
        server.stop_left_over(home)
        server.require_free(home.port)
        sandbox = Sandbox(home)
        serving = None
        with sandbox.cluster.running():
            try:
                prepare_database(sandbox)
                serving = server.Server(home, sandbox.odoo, DATABASE)
                with home.progress.phase("Starting the server", "server"):
                    set_address(sandbox)
                    serving.start()
                _announce(sandbox, began)
                # From here on Ctrl-C is how it is meant to end.
                with contextlib.suppress(KeyboardInterrupt):
                    serving.wait()
            finally:
                if serving:
                    home.progress.say("==> Stopping")
                    serving.stop()


def _announce(sandbox, began):
    home = sandbox.home
    took = round(time.time() - began, 1)
    phases = home.progress.phases
    # A start that went on with what an earlier one had begun is neither.
    kind = "cold" if {"venv", "templates-core"} <= set(phases) else "warm" if set(phases) == {"server"} else "other"
    home.remember(**{f"start_{kind}": {"seconds": took, "phases": phases}})
    _warn_of_old_data(sandbox)
    for login, role in logins(sandbox):
        print(f"  {role:24} login {login}, password {login}" if role else f"  login {login}", flush=True)
    print(f"Salon ready at http://127.0.0.1:{home.port}", flush=True)


def logins(sandbox):
    """Return the demo's logins with their roles; those of an unknown role come last."""
    rows = sandbox.cluster.sql(
        "SELECT login FROM res_users WHERE active AND id > 1 AND NOT share ORDER BY id", DATABASE)
    known = [row[0] for row in rows]
    return [(login, role) for login, role in ROLES.items() if login in known] + [
        (login, "") for login in known if login not in ROLES]


def _warn_of_old_data(sandbox):
    made = (sandbox.databases.stamp(DATABASE) or {}).get("day")
    if made:
        age = (datetime.date.today() - datetime.date.fromisoformat(made)).days
        if age > STALE_DAYS:
            sandbox.home.progress.say(f"    the sample data is {age} days old, and its calendar with it; "
                                      "`make fresh` makes a new database")


def prepare_database(sandbox):
    """Have the demo's database: made from the template, or upgraded to the addons as they are now."""
    databases = sandbox.databases
    keys = sandbox.templates.keys()["salon_demo"]
    wanted = {"source": sandbox.odoo.source.key, "addons": keys["addons"], "versions": versions()}
    have = databases.stamp(DATABASE)
    if have is None:
        template, = sandbox.templates.ensure("salon_demo")
        with sandbox.home.progress.phase("Copying the salon's database", "copy"):
            databases.copy(template, DATABASE + BUILDING)
            databases.finish(DATABASE + BUILDING, DATABASE, {**wanted, "day": keys["day"]})
    elif {**have, "day": None} != {**wanted, "day": None}:
        upgrade(sandbox, have, {**wanted, "day": have.get("day")})


def upgrade(sandbox, have, wanted):
    """Upgrade a copy of the demo's database and put it in the place of the old one only when that went well."""
    databases, aside = sandbox.databases, DATABASE + BUILDING
    newer = [f"{addon} {version}" for addon, version in (have.get("versions") or {}).items()
             if _number(version) > _number(wanted["versions"].get(addon))]
    if newer:
        raise SandboxError(f"The database was made by newer addons ({', '.join(newer)}) than these: use that version, "
                           "or make a new database with `make fresh`.")
    same_odoo = have.get("source") == wanted["source"]
    modules = ADDONS if same_odoo else ("base",)
    with sandbox.home.progress.phase("Upgrading the salon's database to the addons as they are now", "upgrade"):
        databases.copy(DATABASE, aside)
        job = sandbox.odoo.change_modules(aside, install=ADDONS, update=modules, demo=True, log="upgrade")
        runner.timed_wait(wait_all, [job], sandbox.home.progress)
        check_installed(sandbox.cluster, aside, ADDONS)
        databases.finish(aside, DATABASE, wanted)


def _number(version):
    return [int(part) for part in (version or "0").split(".") if part.isdigit()]


def set_address(sandbox):
    """Let links and reports lead to the port of this run."""
    sandbox.cluster.sql("UPDATE ir_config_parameter SET value = "
                        f"'http://127.0.0.1:{sandbox.home.port}' WHERE key = 'web.base.url'", DATABASE)


def fresh(home):
    """Drop the demo's database, so that the next `make demo` makes a new one."""
    with home.lock("demo", "make fresh"):
        cluster = Cluster(home.prepare()).ensure()
        with cluster.running():
            Databases(home, cluster).drop(DATABASE)
    print("The demo's database is gone; `make demo` makes a new one.")


def stop(home):
    """Stop what runs in the home: the foreground command if there is one, else what it left."""
    holder = home.lock_holder("demo")
    if holder:
        stop_pid(holder, "sandbox", grace=60)
    left = server.stop_left_over(home)
    stopped = False
    if home.root.exists() and not (home.lock_holder("test")):
        with contextlib.suppress(SandboxError):
            stopped = Cluster(home).stop()
    print("Stopped." if holder or left or stopped else "Nothing was running.")


@contextlib.contextmanager
def _demo_database(home):
    sandbox = Sandbox(home)
    with sandbox.cluster.running():
        if sandbox.databases.stamp(DATABASE) is None:
            raise SandboxError("There is no demo database yet: run `make demo` first.")
        yield sandbox


def shell(home, arguments):
    """Open Odoo's shell on the demo's database, or run the script on standard input."""
    with _demo_database(home) as sandbox:
        command = sandbox.odoo.command("-d", DATABASE, "--no-http", "--max-cron-threads=0", "--log-level=warn",
                                       *arguments, subcommand=["shell"])
        return interactive(command, env=sandbox.odoo.environment())


def psql(home, arguments):
    """Open psql on the demo's database, or run the script on standard input."""
    with _demo_database(home) as sandbox:
        return interactive(["psql", "-d", DATABASE, *sandbox.cluster.address(), *arguments],
                           env=sandbox.odoo.environment())
