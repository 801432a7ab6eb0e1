"""SALON_HOME: where everything of the sandbox lies, who may work in it, and what in it is whole."""
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path

from .errors import SandboxError
from .progress import Progress

REPO = Path(__file__).resolve().parents[2]
ADDONS = ("salon_crm", "salon_aftercare", "salon_membership")
STAMP = ".salon-stamp"
GIB = 1 << 30


class Home:
    """The private folder of the sandbox, and the settings that come with it."""

    def __init__(self, root, port=8069, odoo_source=None, progress=None):
        """Describe the home at `root`; nothing is written before `prepare`."""
        self.root = Path(root).expanduser().absolute()
        self.port = port
        self.odoo_source = odoo_source
        self.progress = progress or Progress()
        self.log = self.root / "log"
        self.run = self.root / "run"
        self.tmp = self.root / "tmp"
        self.data = self.root / "data"

    @classmethod
    def from_environment(cls, environ=os.environ):
        """Read SALON_HOME, SALON_PORT and ODOO_SOURCE."""
        cache = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        root = environ.get("SALON_HOME") or os.path.join(cache, "odoo-salon")
        port = environ.get("SALON_PORT") or "8069"
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise SandboxError(f"SALON_PORT is {port!r}, which is no port number.")
        return cls(root, int(port), environ.get("ODOO_SOURCE") or None)

    def prepare(self):
        """Make the folders."""
        for folder in (self.root, self.log, self.run, self.tmp, self.data):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def environment(self, **more):
        """Return the environment of children: temporary files stay in the home."""
        return {**os.environ, "TMPDIR": str(self.tmp), "PYTHONPYCACHEPREFIX": str(self.root / "pycache"),
                "PYTHONDONTWRITEBYTECODE": "", "LC_ALL": "C.UTF-8", **more}

    # -- one at a time -----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, name, doing, wait=False):
        """Hold the lock `name`; who comes second waits, or is told who holds it."""
        self.prepare()
        with open(self.run / f"{name}.lock", "a+") as handle:
            self._acquire(handle, doing, wait)
            handle.seek(0)
            handle.truncate()
            handle.write(f"{os.getpid()} {doing}")
            handle.flush()
            yield

    def _acquire(self, handle, doing, wait):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            pid, _, other = handle.read().partition(" ")
            holder = f"process {pid} ({other})" if pid else "another process"
            if not wait:
                raise SandboxError(
                    f"Another sandbox is running in {self.root}: {holder}; "
                    "wait for it, end it with `make stop`, or set another SALON_HOME.") from None
            self.progress.say(f"    waiting for {holder}")
            fcntl.flock(handle, fcntl.LOCK_EX)

    def lock_holder(self, name):
        """Return the pid of the process that holds the lock `name`, or None."""
        path = self.run / f"{name}.lock"
        if not path.exists():
            return None
        with open(path, "r+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = handle.read().partition(" ")[0]
                return int(pid) if pid.isdigit() else None
        return None

    # -- parts -------------------------------------------------------------------------------------------------

    def part(self, name, key, title, build, space=0):
        """Return the folder of a part, built first where it is missing or was made to another `key`.

        It is built beside its place and moved there with its stamp: what has no stamp was never whole.
        """
        target = self.root / name
        if self.stamp(name) == key:
            return target
        with self.lock("build", f"building {name}", wait=True):
            if self.stamp(name) == key:
                return target
            self.require_space(space, title)
            building, old = self.root / f"{name}.building", self.root / f"{name}.old"
            for left in (building, old):
                shutil.rmtree(left, ignore_errors=True)
            building.mkdir(parents=True)
            with self.progress.phase(title, name):
                build(building)
                (building / STAMP).write_text(json.dumps(key))
                if target.exists():
                    target.rename(old)
                building.rename(target)
                shutil.rmtree(old, ignore_errors=True)
        return target

    def stamp(self, name):
        """Return the key that the part `name` was built to, or None."""
        try:
            return json.loads((self.root / name / STAMP).read_text())
        except (OSError, ValueError):
            return None

    def require_space(self, needed, title):
        """Refuse before the work what the disk can't hold."""
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise SandboxError(
                f"The disk that holds {self.root} has {free / GIB:.1f} GB free, and “{title}” takes "
                f"{needed / GIB:.1f} GB: free some space, or set SALON_HOME to a folder on another disk.")

    # -- facts -------------------------------------------------------------------------------------------------

    def fact(self, name, default=None):
        """Return a remembered fact (times, ids)."""
        try:
            return json.loads((self.root / "facts.json").read_text()).get(name, default)
        except (OSError, ValueError):
            return default

    def remember(self, **facts):
        """Remember facts; written aside and moved, so that an interruption leaves the old ones."""
        path = self.root / "facts.json"
        try:
            known = json.loads(path.read_text())
        except (OSError, ValueError):
            known = {}
        known.update(facts)
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps(known, indent=1))
        aside.rename(path)


def digest(*parts):
    """Return a short hash of texts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
