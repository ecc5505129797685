"""Which entity a name means: by its normalised form, as part of one full name, or misspelt.

A name that could mean two entities makes a new one instead; a person can join them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mem.consolidation.reconciling.normal import name_key
from mem.store.entities import Entities
from mem.store.operation import Operation

_SAME_SPELLING = 92.0
_LEAST_LETTERS = 5
_MOST_NAMES = 3
#: Last words of names of things that begin with the name of what they belong to.
_THINGS = frozenset(
    {"account", "action", "actions", "admin", "api", "app", "archive", "browser", "cli", "cloud"}
    | {
        "code",
        "dashboard",
        "desktop",
        "docs",
        "drive",
        "editor",
        "extension",
        "generator",
        "issues",
    }
    | {"library", "lite", "mail", "maps", "mini", "notebook", "notes", "pages", "plugin", "plugins"}
    | {
        "pro",
        "project",
        "server",
        "service",
        "sheets",
        "shortcut",
        "shortcuts",
        "snippet",
        "spaces",
    }
    | {"store", "studio", "team", "text", "tools", "university"}
)
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "professor", "sir", "aunt", "uncle"})
NOBODY = frozenset(
    {"i", "me", "my", "you", "he", "she", "it", "we", "they", "user", "this", "that", "who"}
)


def entities_of(operation: Operation, entities: Entities, names: Sequence[str]) -> list[int]:
    """Keys of the entities that those names mean; new ones are made."""
    found: list[int] = []
    for name in names:
        key = _key(name)
        if not key or key in NOBODY:
            continue
        known = entities.keys_like(key)
        pk = known.get(key) or match(key, known, written=name)
        if pk is None:
            pk = entities.add(operation, key, name.strip())
        else:
            entities.add_alias(operation, pk, key, name.strip())
        found.append(pk)
    return list(dict.fromkeys(found))


def match(key: str, known: dict[str, int], *, written: str) -> int | None:
    """The one entity whose name the normalised name stands for; None for none or for several.

    `written` is the name as it was written: its capitals tell people from products.
    """
    parts = _parts(key, known) if _is_person_like(written) else set()
    if len(parts) == 1:
        return next(iter(parts))
    return None if parts else _misspelt(key, known)


def _parts(key: str, known: dict[str, int]) -> set[int]:
    """The people with that full name's first name, or with that first name in their full name.

    Who has another full name already is someone else.
    """
    words, alone = key.split(), len(key.split()) == 1
    found, others = set(), set()
    for other, pk in known.items():
        theirs = other.split()
        if theirs[0] != words[0] or other == key:
            continue
        if (len(theirs) == 1) != alone:
            if _is_full_name(other if alone else key):
                found.add(pk)
        elif not alone:
            others.add(pk)
    return found - others


def _is_full_name(key: str) -> bool:
    """Two or three words without digits, the last of which names no thing ("Claude Code")."""
    words = key.split()
    return len(words) <= _MOST_NAMES and words[-1] not in _THINGS and key.replace(" ", "").isalpha()


def _is_person_like(written: str) -> bool:
    """Whether a name is spelt as people's are: unlike "GitHub", "SQLite" or "API_KEY"."""
    return not re.search(r"[_\d]|\w[A-Z]", written)


def _misspelt(key: str, known: dict[str, int]) -> int | None:
    """The one entity whose name is nearly spelt so.

    A first name that goes on where another ends is another name: "Daniel" and "Daniele".
    """
    if len(key) < _LEAST_LETTERS or any(letter.isdigit() for letter in key):
        return None
    from rapidfuzz import fuzz, process

    found = process.extract(key, list(known), scorer=fuzz.ratio, score_cutoff=_SAME_SPELLING)
    alone = len(key.split()) == 1
    pks = {
        known[name]
        for name, _, _ in found
        if name[0] == key[0] and not (alone and (name.startswith(key) or key.startswith(name)))
    }
    return next(iter(pks)) if len(pks) == 1 else None


def _key(name: str) -> str:
    words = name_key(name).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)
