"""The Debian packages that the sandbox stands on: which are missing, and how they come."""
import ctypes.util
import importlib.util
import os
import shutil
from pathlib import Path

from .errors import SandboxError
from .processes import CommandError, capture, run

OLDEST_POSTGRES = 13  # what Odoo 19 asks for
POSTGRES_ROOTS = (Path("/usr/lib/postgresql"),)
CJK_FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk")
UNREACHABLE = ("Temporary failure resolving", "Could not resolve", "Failed to fetch", "Unable to connect",
               "Could not connect", "Connection refused", "Connection timed out", "Some index files failed")


def postgres_folders():
    """Return the folders with PostgreSQL server programs, newest version first, as (major, folder)."""
    found = []
    for root in POSTGRES_ROOTS:
        for folder in root.glob("*/bin"):
            major = folder.parent.name
            if major.isdigit() and int(major) >= OLDEST_POSTGRES and (folder / "initdb").exists():
                found.append((int(major), folder))
    if not found and shutil.which("initdb") and shutil.which("postgres"):
        version = capture(["initdb", "--version"]).split()[-1].split(".")[0]
        found.append((int(version), Path(shutil.which("initdb")).parent))
    return sorted(found, reverse=True)


def chromium():
    """Return the browser that Odoo's tests would find."""
    return next(filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))), None)


def _has_cjk_font():
    return any(Path(folder).is_dir() and any("CJK" in name.name for name in Path(folder).iterdir())
               for folder in CJK_FONTS)


# package: how to tell that what it brings is there, whoever brought it
PROBES = {
    "postgresql": postgres_folders,
    "python3-venv": lambda: all(map(importlib.util.find_spec, ("venv", "ensurepip"))),
    "wkhtmltopdf": lambda: shutil.which("wkhtmltopdf"),
    "fonts-noto-cjk": _has_cjk_font,
    "libmagic1": lambda: ctypes.util.find_library("magic"),
    "chromium": chromium,
}
DEMO = ("postgresql", "python3-venv", "wkhtmltopdf", "fonts-noto-cjk", "libmagic1")
TEST = (*DEMO, "chromium")


def missing(packages):
    """Return those of `packages` whose content the machine lacks."""
    return [name for name in packages if not PROBES[name]()]


def ensure(home, packages):
    """Install what is missing when root; otherwise say the one command that does."""
    lacking = missing(packages)
    if not lacking:
        return
    if not shutil.which("apt-get"):
        raise SandboxError(f"The sandbox needs {', '.join(lacking)} (names of Debian packages), and this machine "
                           "has no apt-get: install them with its own package manager.")
    if os.geteuid():
        raise SandboxError("Some system packages are missing; install them with this command and try again: "
                           f"sudo apt-get install -y --no-install-recommends {' '.join(lacking)}")
    with home.lock("build", "installing system packages", wait=True):
        _install(home, lacking)
    still = missing(lacking)
    if still:
        raise SandboxError(f"apt-get installed {', '.join(still)}, and yet what they bring can't be found.")


def _install(home, packages):
    home.require_space(1 << 30, "system packages")
    env = home.environment(DEBIAN_FRONTEND="noninteractive")
    with home.progress.phase(f"Installing the system packages {', '.join(packages)}", "packages"):
        try:
            run(["apt-get", "update"], home.log / "apt-update.log", what="apt-get update", env=env)
            run(["apt-get", "install", "-y", "--no-install-recommends", *packages], home.log / "apt-install.log",
                what="apt-get install", progress=home.progress, watch=_watch, env=env)
        except CommandError as error:
            raise explain(error) from None


def _watch(line):
    return line.strip() if line.startswith(("Get:", "Unpacking", "Setting up")) else None


def explain(error):
    """Turn a failure of apt into the sentence that names its cause."""
    if any(sign in error.output() for sign in UNREACHABLE):
        return SandboxError("The Debian archive that this machine's apt sources name can't be reached: check the "
                            f"network and the sources, then run the same command again (details in {error.log}).")
    return error
