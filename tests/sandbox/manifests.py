"""Checks of the addons' manifests against what lies on disk."""
import ast
import re

from .home import ADDONS, REPO

DATA_FOLDERS = ("data", "demo", "report", "reports", "security", "views", "wizard", "wizards")
PYTHON_FOLDERS = ("", "controllers", "models", "report", "reports", "tests", "wizard", "wizards")
ASSET_TYPES = (".js", ".xml", ".scss", ".css")


def problems():
    """Return what is wrong with the manifests, as texts."""
    return [f"{addon}: {problem}" for addon in ADDONS for problem in _problems(REPO / addon)]


def _problems(addon):
    try:
        manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    except (OSError, SyntaxError, ValueError) as error:
        yield f"__manifest__.py can't be read: {error}"
        return
    yield from _keys(manifest)
    yield from _data(addon, manifest)
    yield from _assets(addon, manifest)
    yield from _modules(addon)


def _keys(manifest):
    if manifest.get("license") != "LGPL-3":
        yield f"the licence is {manifest.get('license')}, not LGPL-3"
    if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest.get("version", "")):
        yield f"the version {manifest.get('version')} is not of the form 19.0.x.y.z"
    for key in ("name", "summary", "author", "category", "depends"):
        if not manifest.get(key):
            yield f"the manifest has no {key}"


def _data(addon, manifest):
    listed = [*manifest.get("data", []), *manifest.get("demo", [])]
    for name in listed:
        if not (addon / name).is_file():
            yield f"the manifest lists {name}, and there is no such file"
        if listed.count(name) > 1:
            yield f"the manifest lists {name} twice"
    for folder in DATA_FOLDERS:
        for path in sorted((addon / folder).rglob("*")):
            name = path.relative_to(addon).as_posix()
            if path.suffix in (".xml", ".csv", ".sql") and name not in listed:
                yield f"{name} is not listed in the manifest"


def _assets(addon, manifest):
    covered = set()
    for bundle, entries in manifest.get("assets", {}).items():
        for entry in entries:
            pattern = (entry if isinstance(entry, str) else entry[-1]).lstrip("/")
            if not pattern.startswith(addon.name + "/"):
                continue
            matched = {path for path in addon.parent.glob(pattern) if path.is_file()}
            if not matched:
                yield f"the bundle {bundle} names {pattern}, and no file matches"
            covered |= matched
    templates = "".join(path.read_text() for path in sorted((addon / "views").rglob("*.xml")))
    for path in sorted((addon / "static").rglob("*")):
        name = path.relative_to(addon).as_posix()
        used = path in covered or f"/{addon.name}/{name}" in templates  # by a page that loads no bundle at all
        if path.suffix in ASSET_TYPES and not used and not {"lib", "description"} & set(path.parts):
            yield f"{name} is in no bundle of the manifest, and no view names it"


def _modules(addon):
    """Python files that nothing in the addon imports: Odoo never loads them, and nothing says so."""
    imported = set().union(*map(_imported, addon.rglob("*.py")))
    for folder in PYTHON_FOLDERS:
        for path in sorted((addon / folder).glob("*.py")):
            helper = folder == "tests" and not path.stem.startswith("test_")
            if path.stem not in imported and not path.stem.startswith("__") and not helper:
                yield f"{path.relative_to(addon).as_posix()} is imported nowhere"


def _imported(path):
    """Return the names that a file imports from its own addon."""
    found = set()
    for statement in ast.walk(ast.parse(path.read_text())):
        if isinstance(statement, ast.ImportFrom) and statement.level:
            found |= {alias.name for alias in statement.names}
            found |= {(statement.module or "").split(".")[-1]}
    return found
