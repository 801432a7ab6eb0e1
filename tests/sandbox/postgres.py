"""A private PostgreSQL cluster: no TCP, one socket folder, an account that is not root."""
import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import signal
from pathlib import Path

from . import system
from .errors import SandboxError
from .home import GIB
from .processes import Job, capture, cmdline, run, stop_pid, wait_all

PORT = 5432  # names the socket; nothing listens on TCP
ROLE = "odoo"
ACCOUNT = "postgres"  # runs the server when we are root, which PostgreSQL refuses to be
ELSEWHERE = Path("/var/lib/odoo-salon")
SOCKET_LIMIT = 107  # bytes of a Unix socket's path
SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '"{socket}"'
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_level = minimal
max_wal_senders = 0
# A crash may lose the last moments of a sandbox, but never its consistency.
synchronous_commit = off
fsync = on
jit = off
logging_collector = off
log_timezone = 'UTC'
timezone = 'UTC'
"""


class Cluster:
    """The cluster of one home."""

    def __init__(self, home):
        """Find where the cluster of `home` lies, or would lie."""
        self.home = home
        self.account = ACCOUNT if os.geteuid() == 0 else None
        self.folder = self._folder()
        self.pgdata = self.folder / "cluster"
        self.socket = self.folder / "socket"
        if len(os.fsencode(self.socket / f".s.PGSQL.{PORT}")) > SOCKET_LIMIT:
            raise SandboxError(f"The path {home.root} is too long for PostgreSQL's socket, which may have "
                               f"{SOCKET_LIMIT} bytes: set SALON_HOME to a shorter one.")

    # -- place -------------------------------------------------------------------------------------------------

    def _folder(self):
        if not self.account:
            return self.home.root / "postgres"
        try:
            pwd.getpwnam(self.account)
        except KeyError:
            raise SandboxError(f"PostgreSQL can't run as root and there is no account {self.account}: "
                               "run as another user.") from None
        self.home.prepare()
        name = self.home.fact("cluster")
        if name is None and self._reaches_home():
            return self.home.root / "postgres"
        if name is None:
            name = secrets.token_hex(6)
            self.home.remember(cluster=name)
        return ELSEWHERE / name

    def _reaches_home(self):
        probe = ["test", "-x", self.home.root]
        with contextlib.suppress(SandboxError):
            capture(probe, account=self.account)
            return True
        return False

    def _make_folder(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.folder.parent == ELSEWHERE:
            (self.folder / "home").write_text(str(self.home.root))
        self.socket.mkdir(mode=0o700, exist_ok=True)
        self._own(self.folder)
        self._own(self.socket)

    def _own(self, path):
        if self.account:
            shutil.chown(path, self.account, self.account)

    # -- build -------------------------------------------------------------------------------------------------

    def ensure(self):
        """Make the cluster where it is missing."""
        if not (self.pgdata / "salon.ready").exists():
            with self.home.lock("build", "making the PostgreSQL cluster", wait=True):
                if not (self.pgdata / "salon.ready").exists():
                    self._build()
        if self.account:
            self._remove_orphans()
        return self

    def _build(self):
        self.home.require_space(GIB, "PostgreSQL cluster")
        building = self.folder / "cluster.building"
        with self.home.progress.phase("Making a PostgreSQL cluster", "postgres"):
            self._make_folder()
            shutil.rmtree(building, ignore_errors=True)
            shutil.rmtree(self.pgdata, ignore_errors=True)
            run([self._program("initdb"), "-D", building, "-U", "postgres", "-A", "trust", "--encoding=UTF8",
                 "--locale=C.UTF-8", "--no-instructions"], self.home.log / "initdb.log", what="initdb",
                account=self.account, env=self._environment())
            with open(building / "postgresql.conf", "a") as configuration:
                configuration.write("include_if_exists = 'salon.conf'\n")
            self._own(building / "postgresql.conf")
            building.rename(self.pgdata)
            with self.running():
                self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB", user="postgres")
                self.sql(f"GRANT pg_signal_backend TO {ROLE}", user="postgres")
            (self.pgdata / "salon.ready").write_text("")

    def _program(self, name):
        folders = system.postgres_folders()
        if not folders:
            raise SandboxError("PostgreSQL's server programs can't be found: install the package postgresql.")
        with contextlib.suppress(OSError):
            major = int((self.pgdata / "PG_VERSION").read_text())
            match = [folder for version, folder in folders if version == major]
            if not match:
                raise SandboxError(f"The cluster in {self.pgdata} was made by PostgreSQL {major}, which is not "
                                   f"installed any more: install postgresql-{major}.")
            return match[0] / name
        return folders[0][1] / name

    def _environment(self):
        return {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": "/tmp", "PGTZ": "UTC"}

    def _remove_orphans(self):
        """Remove clusters whose home is gone or names another one, and which don't run."""
        if not ELSEWHERE.is_dir():
            return
        for folder in ELSEWHERE.iterdir():
            named = folder / "home"
            if folder == self.folder or not named.is_file():
                continue
            facts = Path(named.read_text()) / "facts.json"
            kept = facts.is_file() and folder.name in facts.read_text()
            if not kept and not _postmaster(folder / "cluster"):
                shutil.rmtree(folder, ignore_errors=True)

    # -- run ---------------------------------------------------------------------------------------------------

    def start(self):
        """Start the server unless it runs."""
        if _postmaster(self.pgdata):
            return
        self._make_folder()
        (self.pgdata / "salon.conf").write_text(SETTINGS.format(port=PORT, socket=self.socket))
        self._own(self.pgdata / "salon.conf")
        log = self.folder / "postgres.log"
        command = [self._program("pg_ctl"), "start", "-w", "-t", "120", "-s", "-D", self.pgdata, "-l", log]
        job = Job(command, self.home.log / "pg_ctl.log", what="Starting PostgreSQL", account=self.account,
                  env=self._environment())
        wait_all([job])

    def stop(self):
        """Stop the server if it runs; return whether it did."""
        pid = _postmaster(self.pgdata)
        if not pid:
            return False
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes everything out.
        return stop_pid(pid, str(self.pgdata), signal.SIGINT, grace=60)

    @contextlib.contextmanager
    def running(self):
        """Have the server run; the last one who uses it stops it."""
        with open(self.home.run / "postgres.users", "a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            with open(self.home.run / "postgres.starting", "a") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                self.start()
            try:
                yield self
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    # -- talk --------------------------------------------------------------------------------------------------

    def sql(self, statement, database="postgres", user=ROLE):
        """Run one statement and return its rows as lists of texts."""
        command = [self._program("psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
                   *self.address(user), "-d", database, "-c", statement]
        lines = capture(command, env=self._environment()).splitlines()
        return [line.split("\x1f") for line in lines]

    def address(self, user=ROLE):
        """Return the options of PostgreSQL's programs that lead here."""
        return ["-h", str(self.socket), "-p", str(PORT), "-U", user]


def _postmaster(pgdata):
    """Return the pid of the server that runs on `pgdata`, or None."""
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split("\n")[0])
    except (OSError, ValueError):
        return None
    return pid if any(str(pgdata) in part for part in cmdline(pid)) else None

