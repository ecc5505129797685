"""Which entity a name means: by its normalised form, as part of one full name, or but for a slip.

A name that could mean two entities makes a new one instead; a person can join them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mem.consolidation.reconciling.normal import folded, name_key
from mem.consolidation.reconciling.phrases import Kin, named_in
from mem.extraction.vocabulary.people import is_given_name
from mem.extraction.vocabulary.words import word_set
from mem.store.memory.entities import Entities, EntityRecord
from mem.store.memory.operation import Operation

_LEAST_LETTERS = 5
_MOST_NAMES = 3
#: Last words of names of things that begin with the name of what they belong to.
_THINGS = word_set(
    "account action actions admin api app archive browser cli cloud code dashboard desktop docs "
    "drive editor extension generator issues library lite mail maps mini notebook notes pages "
    "plugin plugins pro project server service sheets shortcut shortcuts snippet spaces store "
    "studio team text tools university day week month year season party event club group show "
    "festival museum school park street road square center centre hospital church class course "
    "hotel bank cafe restaurant award prize championship league cup conference summit company "
    "inc ltd gmbh"
)
#: First names that are as well the names of places: alone they may mean the place.
_PLACES = word_set(
    "adelaide africa asia austin berlin brooklyn cairo carolina chad charlotte chelsea china "
    "dakota dallas florence georgia houston india israel jordan kingston lincoln london lourdes "
    "madison milan paris phoenix roma savannah siena sofia sydney valencia verona victoria vienna "
    "virginia washington york"
)
_OF_PEOPLES = ("ian", "ean", "ish", "ese")  # endings of words for what is of a country
_OF_THINGS = frozenset({"of", "the", "for", "and"})  # within names of things, not of people
_DOUBLED = re.compile(r"(.)\1")
#: Titles before a surname, as they are compared: Mr Lee is not Mrs Lee.
TITLES = {
    **{one: one for one in ("mr", "mrs", "ms", "dr", "prof", "sir", "dame", "rev")},
    "mister": "mr",
    "miss": "ms",
    "doctor": "dr",
    "professor": "prof",
}
NOBODY = frozenset(
    {"i", "me", "my", "you", "he", "she", "it", "we", "they", "user", "this", "that", "who"}
)


def entities_of(operation: Operation, entities: Entities, names: Sequence[str]) -> list[int]:
    """Keys of the entities that those names mean, and phrases that tell whose kin somebody is; new
    ones are made.
    """
    read = [named_in(name) for name in dict.fromkeys(names)]
    found = [_kin(operation, entities, one.kin, one.name) for one in read if one.kin and one.name]
    told = {one.name for one in read if one.kin}
    plain = [one.name for one in read if one.name and not one.kin and one.name not in told]
    for name in (*plain, *(other for one in read for other in one.beside)):
        key = entity_key(name)
        if key and key not in NOBODY:
            found.append(_entity(operation, entities, key, name.strip()))
    return list(dict.fromkeys(found))


def entity_key(name: str) -> str:
    """The form by which names of entities are compared: as `name_key`, without marks on letters.

    A title stays before a surname alone; before a full name it says nothing more.
    """
    words = folded(name_key(name)).split()
    if len(words) > 1 and words[0] in TITLES:
        title, *rest = words
        words = rest if len(rest) > 1 else [TITLES[title], *rest]
    return " ".join(words)


def find(entities: Entities, name: str) -> EntityRecord | None:
    """The entity that a person means by a name, or by a phrase such as "Ann's brother Tom"."""
    for key in dict.fromkeys((name_key(name), entity_key(name))):
        if key and (record := entities.by_key(key)) is not None:
            return record
    meant = named_in(name).name
    return entities.by_key(entity_key(meant)) if meant else None


def _entity(operation: Operation, entities: Entities, key: str, name: str) -> int:
    """The entity of one name, new where no known one is meant."""
    pk = _meant(entities, key, name)
    if pk is None:
        return entities.add(operation, key, name)
    entities.add_alias(operation, pk, key, name)
    return pk


def _kin(operation: Operation, entities: Entities, kin: Kin, name: str) -> int:
    """The entity of somebody who is told by whose kin they are; who is told as other kin is not
    that one.
    """
    key, phrase_key = entity_key(name), entity_key(kin.phrase)
    known = _known(entities, phrase_key).get(phrase_key)
    if known is not None:
        return known
    pk = _meant(entities, key, name)
    if pk is not None and any(kin.is_other(one) for _, one in entities.names_of(pk)):
        return entities.add(operation, phrase_key, kin.phrase)
    pk = entities.add(operation, key, name) if pk is None else pk
    entities.add_alias(operation, pk, phrase_key, kin.phrase)
    return pk


def _meant(entities: Entities, key: str, written: str) -> int | None:
    """The known entity that a name means; None where there is none, or which one cannot be told."""
    known = _known(entities, key)
    pk = known.get(key)
    if pk is None:
        return match(key, known, written=written)
    namesakes = {other for one, other in known.items() if one.startswith(f"{key} ")}
    several = len({one for one in namesakes if one != pk} | {pk}) > 1 and pk in namesakes
    if not several or not _is_person_like(written) or entities.is_joined(pk, key):
        return pk
    return entities.without_full_name(key)


def _known(entities: Entities, key: str) -> dict[str, int]:
    """Names that begin as a key does, without marks on letters, each with its entity."""
    return {folded(one): pk for one, pk in entities.keys_like(key).items()}


def match(key: str, known: dict[str, int], *, written: str) -> int | None:
    """The one entity whose name the normalised name stands for; None for none or for several.

    `written` is the name as it was written: its capitals tell people from products.
    """
    if key.split(maxsplit=1)[0] in TITLES.values():
        return None
    parts = _parts(key, known) if _is_person_like(written) else set()
    if len(parts) == 1:
        return next(iter(parts))
    return None if parts else _slipped(key, known)


def _parts(key: str, known: dict[str, int]) -> set[int]:
    """The people with that full name's first name, or with that first name in their full name, or
    with the full name but for an initial.

    Who has another full name already is someone else.
    """
    words, alone = key.split(), len(key.split()) == 1
    found: set[int] = set()
    others: set[int] = set()
    for other, pk in known.items():
        theirs = other.split()
        if theirs[0] != words[0] or other == key:
            continue
        if (len(theirs) == 1) != alone:
            if _is_full_name(other if alone else key):
                found.add(pk)
        elif not alone:
            (found if _without_initial(words, theirs) else others).add(pk)
    return found - others


def _without_initial(words: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one of two full names is the other with an initial in it."""
    short, long = sorted((words, theirs), key=len)
    return [one for one in long if len(one) > 1] == list(short) and len(short) > 1


def _is_full_name(key: str) -> bool:
    """Two or three words without digits that name a person and nothing else ("Claude Code",
    "Norwegian Air"), and whose first alone does ("Paris").
    """
    words = key.split()
    plain = len(words) <= _MOST_NAMES and key.replace(" ", "").isalpha()
    if words[0] in _PLACES:
        return False
    if words[0].endswith(_OF_PEOPLES) and not is_given_name(words[0].capitalize()):
        return False
    return plain and words[-1] not in _THINGS and not _OF_THINGS & {*words}


def _is_person_like(written: str) -> bool:
    """Whether a name is spelt as people's are: unlike "GitHub", "SQLite" or "API_KEY"."""
    return not re.search(r"[_\d]|\w[A-Z]", written)


def _slipped(key: str, known: dict[str, int]) -> int | None:
    """The one entity whose full name is the same but for a slip of the pen in one long word.

    A first name alone, or one that is spelt another way, may be somebody else's: "Daniel" and
    "Daniela", "Jon" and "John".
    """
    words = key.split()
    if len(words) < 2:
        return None
    pks = {pk for other, pk in known.items() if _differ_by_a_slip(words, other.split())}
    return next(iter(pks)) if len(pks) == 1 else None


def _differ_by_a_slip(words: Sequence[str], theirs: Sequence[str]) -> bool:
    if len(words) != len(theirs):
        return False
    pairs = [(one, other) for one, other in zip(words, theirs, strict=True) if one != other]
    return len(pairs) == 1 and _is_slip(*pairs[0])


def _is_slip(one: str, other: str) -> bool:
    """Whether two spellings differ by a letter doubled within, or two letters that changed places.

    A letter more at the end makes another name.
    """
    if min(len(one), len(other)) < _LEAST_LETTERS or not (one + other).isalpha():
        return False
    if one[-2:] == other[-2:] and _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other):
        return True
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    swapped = len(one) == len(other) and len(apart) == 2 and apart[1] == apart[0] + 1
    return swapped and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]
