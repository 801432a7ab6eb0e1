"""Running Odoo: its configuration, its command line, and reading its log."""
import base64
import re
import secrets
import time

from .errors import SandboxError
from .home import ADDONS, REPO
from .postgres import PORT, ROLE
from .processes import CommandError, Job

LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>\S+): (?P<text>.*)")
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
RAISED = re.compile(r"[\w.]+(Error|Exception|Violation|Undefined\w+|Full): ")
# Complaints at installation that are none of the addons'.
HARMLESS = (
    # The sandbox's account may be root; nobody but this machine reaches the server.
    r"Running as user",
    # Debian's wkhtmltopdf is built without Qt patches; Odoo says so wherever it looks for it.
    r"wkhtmltopdf|Wkhtmltopdf",
)
CONFIGURATION = """\
[options]
addons_path = {addons_path}
data_dir = {data_dir}
db_host = {db_host}
db_port = {db_port}
db_user = {db_user}
db_sslmode = disable
list_db = False
admin_passwd = {secret}
http_interface = 127.0.0.1
screenshots = {screenshots}
; A sandbox has no mail server: what is sent fails on the spot and leaves the machine nowhere.
smtp_server = 127.0.0.1
smtp_port = 9
limit_time_cpu = 600
limit_time_real = 1200
limit_time_real_cron = 1200
"""


class Odoo:
    """Odoo on one home's source, environment and cluster."""

    def __init__(self, home, source, python, cluster):
        """Write the configuration that every command uses."""
        self.home, self.source, self.python, self.cluster = home, source, python, cluster
        self.configuration = home.root / "odoo.conf"
        self._configure()

    def _configure(self):
        secret = self.home.fact("secret")
        if not secret:
            secret = secrets.token_urlsafe(24)
            self.home.remember(secret=secret)
        text = CONFIGURATION.format(
            addons_path=",".join(map(str, [*self.source.addons_paths, REPO])), data_dir=self.home.data,
            db_host=self.cluster.socket, db_port=PORT, db_user=ROLE, secret=secret,
            screenshots=self.home.root / "screenshots")
        if not self.configuration.exists() or self.configuration.read_text() != text:
            aside = self.configuration.with_suffix(".part")
            aside.write_text(text)
            aside.chmod(0o600)
            aside.rename(self.configuration)

    def _health_key(self):
        """Return the key of health notes: who loses it loses those of every database of this home."""
        key = self.home.fact("health_key")
        if not key:
            key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            self.home.remember(health_key=key)
        return key

    def environment(self, **more):
        """Return the environment in which `odoo` can be imported."""
        return self.home.environment(PYTHONPATH=str(self.source.python_path), ODOO_RC=str(self.configuration),
                                     PGHOST=str(self.cluster.socket), PGPORT=str(PORT), PGUSER=ROLE,
                                     SALON_HEALTH_KEYS=self._health_key(), **more)

    def command(self, *options, subcommand=()):
        """Return the command line of an Odoo command; without a subcommand it is the server."""
        return [self.python, self.source.program, *subcommand, "-c", self.configuration, *options]

    def job(self, log, what, command, watch=None, **options):
        """Start an Odoo command with its output in the log `log`."""
        return Job(command, self.home.log / f"{log}.log", what=what, watch=watch or watch_loading,
                   env=self.environment(), cwd=self.home.root, **options)

    def change_modules(self, database, *, install=(), update=(), demo=False, language=None, log=None):
        """Start installing or updating modules in a database, which is made if it does not exist."""
        arguments = ["-d", database, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
        if install:
            arguments += ["-i", ",".join(install)]
        if update:
            arguments += ["-u", ",".join(update)]
        if language:
            arguments.append(f"--load-language={language}")
        arguments.append("--with-demo" if demo else "--without-demo=True")
        return self.job(log or f"install-{database}", f"Installing into {database}", self.command(*arguments))

    def script(self, database, text, log):
        """Start a script in Odoo's shell on a database."""
        file = self.home.tmp / f"{log}.py"
        file.write_text(text)
        command = self.command("-d", database, "--no-http", "--max-cron-threads=0", subcommand=["shell"])
        return self.job(log, f"The script {log}", command, stdin=file)


def watch_loading(line):
    """Turn a line of the log into a progress note."""
    match = LOADING.search(line)
    return f"loading {match[1]} ({match[2]} of {match[3]})" if match else None


def complaints(log, levels=("WARNING", "ERROR", "CRITICAL")):
    """Return what a log complains of, as texts."""
    found = []
    with open(log, errors="replace") as lines:
        for line in lines:
            match = LOG_LINE.match(line)
            if match and match["level"] in levels and not any(re.search(p, match["text"]) for p in HARMLESS):
                found.append(f"{match['level']} {match['logger']}: {match['text'].strip()}")
    return list(dict.fromkeys(found))


def refuse_complaints(job, addons=ADDONS):
    """Fail on anything that Odoo warned of while our addons were installed: it logs what is broken as a warning."""
    found = complaints(job.log)
    if found:
        listed = "\n".join(f"  {text[:400]}" for text in found[:20])
        raise SandboxError(f"Installing {', '.join(addons)} made Odoo complain (log: {job.log}):\n{listed}")


def explain_failure(error):
    """Add what Odoo's log names as the cause to the failure of a command."""
    causes = [line.strip() for line in error.output().splitlines() if RAISED.match(line)]
    reason = causes[-1] if causes else (complaints(error.log, ("ERROR", "CRITICAL")) or ["nothing"])[-1]
    return SandboxError(f"{error} The cause it names: {reason[:500]}")


def timed_wait(wait, jobs, progress):
    """Wait for Odoo commands; a failure says what Odoo's log ends with. Return the seconds it took."""
    begin = time.monotonic()
    try:
        wait(jobs, progress)
    except CommandError as error:
        raise explain_failure(error) from None
    return time.monotonic() - begin
