"""Odoo 19 itself: Debian's package, unpacked and completed, or a checkout that the user names."""
import re
import shutil
from pathlib import Path

from . import node
from .debian import Apt
from .errors import SandboxError
from .home import GIB, digest
from .processes import CommandError

RECIPE = 1  # raise it when what is built here changes
PACKAGE = "odoo-19"
# Packages that Odoo's package points into with symlinks. Unstable's newer Font Awesome lacks the web fonts that
# Odoo's style sheets name, so that one and Inconsolata come from the stable suite.
BESIDE = ("fonts-montserrat/unstable", "fonts-ocr-b/unstable", "fonts-roboto-unhinted/unstable",
          "libjs-jquery/unstable", "libjs-jquery-form/unstable", "libjs-underscore/unstable",
          "fonts-font-awesome/bookworm", "fonts-inconsolata/bookworm")
PYTHON = "usr/lib/python3/dist-packages"
# The file that Debian's package leaves out, and the npm package that holds it.
SELFIE = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
SELFIE_PACKAGE = "@mediapipe/selfie_segmentation@0.1.1675465747"


class Source:
    """An Odoo 19 on disk."""

    def __init__(self, program, python_path, addons_paths, key):
        """Hold the starter script, the folder to import from, the addons folders and an identity."""
        self.program, self.python_path, self.addons_paths, self.key = program, python_path, addons_paths, key


def ensure(home):
    """Return the Odoo source, fetched first where it is missing."""
    if home.odoo_source:
        return checkout(Path(home.odoo_source).expanduser().absolute())
    root = home.part("odoo", f"odoo-{RECIPE}", "Fetching Odoo 19", lambda target: _fetch(home, target),
                     space=3 * GIB)
    python_path = root / PYTHON
    return Source(root / "usr/bin/odoo", python_path, [python_path / "odoo/addons"], f"odoo-{RECIPE}")


def checkout(folder):
    """Return the source for an Odoo checkout, after a look at what it is."""
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise SandboxError(f"ODOO_SOURCE={folder} holds no Odoo: name the folder that has odoo-bin and addons in it.")
    version = re.search(r"version_info\s*=\s*\(\s*'?(?:saas~)?(\d+)'?\s*,\s*(\d+)", release.read_text())
    if not version or version.groups() != ("19", "0"):
        raise SandboxError(f"ODOO_SOURCE={folder} holds Odoo {'.'.join(version.groups()) if version else '?'}, "
                           "and the addons are made for 19.0.")
    addons = [path for path in (folder / "addons", folder / "odoo" / "addons") if path.is_dir()]
    return Source(folder / "odoo-bin", folder, addons, "checkout-" + digest(folder, _commit(folder)))


def _commit(folder):
    """Return the commit that is checked out, without asking git for it."""
    try:
        head = (folder / ".git" / "HEAD").read_text().strip()
        if head.startswith("ref: "):
            return (folder / ".git" / head[5:]).read_text().strip()
        return head
    except OSError:
        return ""


def _fetch(home, target):
    apt = Apt(home.tmp / "apt", home, ("unstable", "bookworm"))
    try:
        apt.update()
        try:
            files = apt.download([f"{PACKAGE}/unstable", *BESIDE])
        except CommandError as error:
            if re.search(r"Unable to locate package|was not found", error.output()):
                raise SandboxError("The Debian archive holds no Odoo 19 any more: name a checkout of its 19.0 branch "
                                   "with ODOO_SOURCE=<folder>.") from None
            raise
        apt.unpack(files, target)
    finally:
        apt.remove()
    _trim(target)
    _complete(home, target / PYTHON / "odoo")


def _trim(target):
    """Drop what nothing reads: a second copy of the addons, documentation, service files."""
    for name in (f"{PYTHON}/addons", f"{PYTHON}/doc", f"{PYTHON}/setup", "usr/share/doc", "etc"):
        shutil.rmtree(target / name, ignore_errors=True)


def _complete(home, odoo):
    """Put in place the one file that the package lacks, and check that no link dangles."""
    place = odoo / SELFIE
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        node.extract(home, SELFIE_PACKAGE, "package/selfie_segmentation.js", place)
    dangling = [path for path in odoo.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise SandboxError(f"The Odoo package has {len(dangling)} links that lead nowhere, the first is "
                           f"{dangling[0]}: the archive has moved on, name a checkout with ODOO_SOURCE=<folder>.")
