"""Comparing and merging translation catalogues; runs in the sandbox's Python environment, which has polib."""
import collections
import re
import sys
from pathlib import Path

import polib

LANGUAGE = "zh_CN"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.]*[sdifr]|\{\w*\}|</?\w+")
WIDTH = 78


def load(path):
    """Read a catalogue; one that does not exist is empty."""
    return polib.pofile(str(path), wrapwidth=WIDTH) if path.exists() else polib.POFile(wrapwidth=WIDTH)


def ids(catalogue):
    """Return the terms of a catalogue."""
    return {entry.msgid for entry in catalogue if not entry.obsolete}


def check(exported, addon):
    """Yield what the committed catalogues of an addon lack."""
    name = addon.name
    wanted, committed = ids(load(exported)), ids(load(addon / "i18n" / f"{name}.pot"))
    for term in sorted(wanted - committed):
        yield f"{name}.pot lacks {term!r}: run `make pot`"
    for term in sorted(committed - wanted):
        yield f"{name}.pot has {term!r}, which is in the addon no more: run `make pot`"
    translations = {entry.msgid: entry for entry in load(addon / "i18n" / f"{LANGUAGE}.po") if not entry.obsolete}
    for term in sorted(wanted | committed):
        entry = translations.get(term)
        problem = _problem(entry)
        if problem:
            yield f"{name}/i18n/{LANGUAGE}.po: {term!r} {problem}"


def _problem(entry):
    if entry is None or not entry.msgstr.strip():
        return "has no translation"
    if entry.fuzzy:
        return "is marked fuzzy"
    ours, theirs = (collections.Counter(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgstr))
    if ours != theirs:
        return f"has other placeholders in its translation: {sorted(ours)} against {sorted(theirs)}"
    return None


def write(exported, addon):
    """Write the .pot and merge it into the translation; say what changed."""
    name, new = addon.name, load(exported)
    folder = addon / "i18n"
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}.pot"
    if _content(new) != _content(load(target)):
        new.save(str(target))
        yield f"wrote {name}.pot with {len(new)} terms"
    path = folder / f"{LANGUAGE}.po"
    translation = load(path)
    before = _content(translation)
    if not translation.metadata:
        translation.metadata = {**new.metadata, "Language": LANGUAGE}
    translation.merge(new)
    for entry in list(translation):
        # What polib guessed or kept of terms that are gone would only be in the way.
        if entry.obsolete:
            translation.remove(entry)
    if _content(translation) != before:
        translation.save(str(path))
    empty = [entry for entry in translation if not entry.msgstr.strip()]
    yield f"{name}/i18n/{LANGUAGE}.po: {len(translation)} terms, {len(empty)} of them without a translation"


def _content(catalogue):
    return sorted((entry.msgid, entry.msgstr, entry.comment, sorted(entry.occurrences)) for entry in catalogue)


def main(action, folder, repo, *addons):
    """Check or write the catalogues of the addons."""
    for name in addons:
        for line in {"check": check, "write": write}[action](Path(folder, f"{name}.pot"), Path(repo, name)):
            print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
