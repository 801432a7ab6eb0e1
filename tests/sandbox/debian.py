"""Packages from the Debian archive, fetched through a private apt root that leaves the machine's own alone."""
import os
import re
import shutil
from pathlib import Path

from .errors import SandboxError
from .processes import CommandError, run
from .system import explain

ETC = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def sources(etc):
    """Return the machine's Debian sources as dicts of uri, suites and options, of both formats."""
    lists = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    found = []
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        found += _deb822(path.read_text(errors="replace"))
    for path in lists:
        if path.is_file():
            found += _one_line(path.read_text(errors="replace"))
    return found


def _deb822(text):
    for stanza in re.split(r"\n\s*\n", text):
        fields = {}
        name = None
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and name:
                fields[name] += " " + line.strip()
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for uri in fields.get("uris", "").split():
            yield _source(uri, fields.get("suites", "").split(), fields.get("signed-by", ""), fields.get("trusted", ""))


def _one_line(text):
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)", line)
        if match:
            options = dict(option.split("=", 1) for option in (match["options"] or "").split() if "=" in option)
            yield _source(match["uri"], [match["suite"]], options.get("signed-by", ""), options.get("trusted", ""))


def _source(uri, suites, key, trusted):
    """Describe a source; what the machine says of its trust goes for us too."""
    if trusted == "yes":
        options = "[trusted=yes] "
    elif key.startswith("/"):
        options = f"[signed-by={key}] "
    else:
        options = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    return {"uri": uri, "suites": suites, "options": options}


def mirror(etc=None):
    """Return the source of the archive that the machine itself installs Debian from."""
    etc = etc or Path(os.environ.get("SALON_APT_ETC") or ETC)
    release = re.compile(r"(oldoldstable|oldstable|stable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke)")
    for source in sources(etc):
        if any(release.fullmatch(suite) for suite in source["suites"]):
            return source
    raise SandboxError(f"No Debian archive is named under {etc}, so Odoo 19 can't be fetched from one: name an "
                       "Odoo 19 checkout with ODOO_SOURCE=<folder>.")


class Apt:
    """A private apt root: its lists, its cache and its sources lie in `root`."""

    def __init__(self, root, home, suites):
        """Prepare the root for the given suites of the machine's mirror."""
        self.root, self.home = Path(root), home
        source = mirror()
        for folder in ("state/lists/partial", "cache/archives/partial", "etc", "debs"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "etc/sources.list").write_text("".join(
            f"deb {source['options']}{source['uri']} {suite} main\n" for suite in suites))
        (self.root / "apt.conf").write_text(self._configuration())

    def _configuration(self):
        settings = {
            "Dir::State": self.root / "state",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": self.root / "cache",
            "Dir::Etc::sourcelist": self.root / "etc/sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            # The account that apt drops to may not be able to enter the home.
            "APT::Sandbox::User": "root" if not os.geteuid() else "",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "30",
            "Acquire::Languages": "none",
            "APT::Get::List-Cleanup": "false",
        }
        return "".join(f'{name} "{value}";\n' for name, value in settings.items() if value != "")

    def _run(self, what, command, **options):
        env = self.home.environment(APT_CONFIG=str(self.root / "apt.conf"))
        try:
            run(command, self.home.log / f"{what.replace(' ', '-')}.log", what=what, env=env,
                progress=self.home.progress, **options)
        except CommandError as error:
            raise explain(error) from None

    def update(self):
        """Fetch the lists; apt takes a failed fetch for a warning, we don't."""
        self._run("apt-get update", ["apt-get", "update", "--error-on=any"])

    def download(self, packages):
        """Fetch packages (`name` or `name/suite`) and return the files."""
        self._run("apt-get download", ["apt-get", "download", *packages], cwd=self.root / "debs",
                  watch=lambda line: line.strip() if line.startswith("Get:") else None)
        return sorted((self.root / "debs").glob("*.deb"))

    def unpack(self, files, target):
        """Unpack packages into `target` without installing them."""
        for file in files:
            self._run("dpkg -x", ["dpkg", "-x", file, target])

    def remove(self):
        """Drop the root: lists and packages are not needed any more."""
        shutil.rmtree(self.root, ignore_errors=True)
