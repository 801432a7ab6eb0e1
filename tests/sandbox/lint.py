"""`make lint`: style, OCA's mandatory checks, XML, scripts, manifests and translations."""
import subprocess
import xml.etree.ElementTree

from . import manifests, node, pyenv, terms
from .home import ADDONS, REPO


def lint(home):
    """Run every check, print what each finds, and return 1 when there was anything."""
    home.prepare()
    with home.lock("test", "make lint"):
        found = manifests.problems() + _xml_problems() + _script_problems(home)
        for problem in found:
            print(problem)
        python = pyenv.ensure(home)
        failed = [title for title, command in _commands(home, python) if not _passes(home, title, command)]
        wrong = terms.check(home)
        for problem in wrong:
            print(problem)
    count = len(found) + len(wrong)
    print("lint: " + ("clean" if not count and not failed else ", ".join(
        [*(f"{title} complains" for title in failed), *([f"{count} problems"] if count else [])])))
    return 1 if found or failed or wrong else 0


def _commands(home, python):
    yield "ruff", [python, "-m", "ruff", "check", "--quiet", "--cache-dir", home.root / "ruff-cache", REPO]
    yield "pylint-odoo", [python, "-m", "pylint", "--rcfile", REPO / "pyproject.toml", "--jobs", "2", *ADDONS]


def _passes(home, title, command):
    home.progress.say(f"==> {title}")
    environment = home.environment(PYLINTHOME=str(home.root / "pylint"))
    return subprocess.run([str(part) for part in command], cwd=REPO, env=environment, check=False).returncode == 0


def _files(pattern):
    return sorted(path for addon in ADDONS for path in (REPO / addon).rglob(pattern))


def _xml_problems():
    found = []
    for path in _files("*.xml"):
        try:
            xml.etree.ElementTree.parse(path)
        except xml.etree.ElementTree.ParseError as error:
            found.append(f"{path.relative_to(REPO)}: not well-formed: {error}")
    return found


def _script_problems(home):
    """Check the syntax of the scripts, where there is a node to do it."""
    program = node.executable(home)
    found = []
    for path in _files("*.js") if program else ():
        done = subprocess.run([program, "--check", "--input-type=module", "-"], input=path.read_text(), text=True,
                              capture_output=True, check=False)
        if done.returncode:
            reason = next((line for line in done.stderr.splitlines() if "Error" in line), done.stderr[:200])
            found.append(f"{path.relative_to(REPO)}: {reason}")
    return found
