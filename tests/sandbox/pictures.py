"""`make pictures`: the README's pictures, taken anew from the sample salon in a real browser."""
import subprocess

from . import server, system
from .demo import Sandbox
from .errors import SandboxError
from .home import REPO
from .testing import run_database

TAKE = REPO / "tests" / "pictures" / "take.py"


def pictures(home):
    """Serve a copy of the sample salon and walk through it with the camera."""
    with home.lock("demo", "make pictures"):
        home.port, = server.free_ports(1)
        sandbox = Sandbox(home, system.TEST)
        with sandbox.cluster.running():
            template, = sandbox.templates.ensure("salon_demo")
            with run_database(sandbox, template, "pictures") as database:
                serving = server.Server(home, sandbox.odoo, database)
                try:
                    serving.start()
                    with home.progress.phase("Taking the pictures"):
                        command = [str(sandbox.odoo.python), str(TAKE), str(home.port)]
                        taken = subprocess.run(command, cwd=REPO, check=False)
                finally:
                    serving.stop()
    if taken.returncode:
        raise SandboxError("Not all pictures could be taken: what went wrong stands above.")
