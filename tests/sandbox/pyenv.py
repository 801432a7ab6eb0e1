"""The Python environment: what Odoo imports and what the checks need, in pinned versions."""
import re
import sys
from pathlib import Path

from .errors import SandboxError
from .home import GIB, digest
from .processes import CommandError, run

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
UNREACHABLE = re.compile(r"NewConnectionError|Temporary failure|Connection refused|Max retries|ConnectTimeout"
                         r"|Name or service not known|from versions: none|ReadTimeout|ProxyError")


def ensure(home):
    """Return the environment's Python, built first where it is missing or another one is asked for."""
    key = digest(REQUIREMENTS.read_text(), sys.version_info[:2], sys.base_prefix)
    root = home.part("venv", key, "Building the Python environment", lambda target: _build(home, target),
                     space=2 * GIB)
    return root / "bin" / "python"


def _build(home, target):
    run([sys.executable, "-m", "venv", target], home.log / "venv.log", what="python3 -m venv")
    pip(home, target / "bin" / "python", ["install", "-r", REQUIREMENTS], "pip")


def pip(home, python, arguments, log):
    """Run pip; when the package index can't be reached say so in a sentence."""
    command = [python, "-m", "pip", *arguments[:1], "--no-input", "--disable-pip-version-check", "--retries", "2",
               "--timeout", "60", "--progress-bar", "off", *arguments[1:]]
    try:
        run(command, home.log / f"{log}.log", what="pip", env=home.environment(), progress=home.progress,
            watch=lambda line: line.strip() if line.startswith(("Collecting", "Installing")) else None)
    except CommandError as error:
        if UNREACHABLE.search(error.output()):
            raise SandboxError("The Python package index can't be reached: check the network and pip's "
                               f"configuration, then run the same command again (details in {error.log}).") from None
        raise
