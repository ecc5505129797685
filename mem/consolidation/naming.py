"""Which entity a name means: by its normalised form, as part of one full name, or misspelt.

A name that could mean two entities makes a new one instead; a person can join them.
"""

from __future__ import annotations

from collections.abc import Sequence

from mem.consolidation.normal import name_key
from mem.store.entities import Entities
from mem.store.operation import Operation

_SAME_SPELLING = 92.0
_LEAST_LETTERS = 5
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "professor", "sir", "aunt", "uncle"})
_NOBODY = frozenset(
    {"i", "me", "my", "you", "he", "she", "it", "we", "they", "user", "this", "that", "who"}
)


def entities_of(operation: Operation, entities: Entities, names: Sequence[str]) -> list[int]:
    """Keys of the entities that those names mean; new ones are made."""
    found: list[int] = []
    for name in names:
        key = _key(name)
        if not key or key in _NOBODY:
            continue
        known = entities.keys()
        pk = known.get(key) or match(key, known)
        if pk is None:
            pk = entities.add(operation, key, name.strip())
        else:
            entities.add_alias(operation, pk, key, name.strip())
        found.append(pk)
    return list(dict.fromkeys(found))


def match(key: str, known: dict[str, int]) -> int | None:
    """The one entity whose name the normalised name stands for; None for none or for several."""
    words = key.split()
    parts = {
        pk
        for other, pk in known.items()
        if (len(words) == 1) != (len(other.split()) == 1)
        and (other.split()[0] == words[0])
        and not any(letter.isdigit() for letter in key + other)
        and _is_person_like(key, other)
    }
    if len(parts) == 1:
        return next(iter(parts))
    return None if parts else _misspelt(key, known)


def _is_person_like(one: str, other: str) -> bool:
    """A first name and a full name of two or three words."""
    return max(len(one.split()), len(other.split())) <= 3


def _misspelt(key: str, known: dict[str, int]) -> int | None:
    if len(key) < _LEAST_LETTERS or any(letter.isdigit() for letter in key):
        return None
    from rapidfuzz import fuzz, process

    found = process.extract(key, list(known), scorer=fuzz.ratio, score_cutoff=_SAME_SPELLING)
    pks = {known[name] for name, _, _ in found if name[0] == key[0]}
    return next(iter(pks)) if len(pks) == 1 else None


def _key(name: str) -> str:
    words = name_key(name).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)
