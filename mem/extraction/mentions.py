"""Who and where is spoken of in a stretch of text, for the pronouns that follow.

Whatever may be a person is found, so that a pronoun is left alone where two could be meant; only
what is certain to be one is `usable` as what a pronoun stands for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from mem.extraction.vocabulary.belongings import is_belonging
from mem.extraction.vocabulary.people import (
    PLURAL_ROLE,
    ROLE,
    Gender,
    gender_of_name,
    gender_of_role,
    is_given_name,
    is_pet,
)
from mem.extraction.vocabulary.words import readings, word_set

_CAPITAL = r"[A-Z](?:[\w-]|'(?!s\b))*[a-z]"
_ROLE = re.compile(
    rf"\b(?P<whose>my|our|an?|another|the|his|her|their|{_CAPITAL}['’]s)\s+"
    rf"(?P<kind>(?:[a-z-]+\s+){{0,2}}?)(?P<role>{ROLE})\b(?:,?\s+(?P<name>{_CAPITAL}))?",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    rf"\b(?P<whose>my|our|the|his|her|their|two|three|four|both)\s+(?:[a-z-]+\s+){{0,2}}?"
    rf"(?P<role>{PLURAL_ROLE})\b",
    re.IGNORECASE,
)
_IN_PLAY_BEFORE = re.compile(
    r"\b(?:with|and|met|told|saw|called|visited|asked|than)\s+$", re.IGNORECASE
)
_IN_PLAY_AFTER = re.compile(
    r"^(?:'s|\s+(?:is|was|has|had|said|told|works?|lives?|got|went|and|called|asked|moved|came))\b"
)
_SAID_OF = re.compile(r"\b(?:as|became|becomes?|becoming)\s+$", re.IGNORECASE)
_PAIR = re.compile(rf"\b({_CAPITAL}) and ({_CAPITAL})\b")
_SAME = re.compile(r"^,?\s*(?:is|was|called|named|is called|is named|was called)?\s*,?\s*$")
_PLACE = re.compile(
    rf"\b(?P<way>in|at|to|from|near|around|visit(?:ed)?|loved?|leave|left)\s+"
    rf"(?P<where>{_CAPITAL}(?:\s+{_CAPITAL})*(?:['’]s)?)"
)
_THING = re.compile(
    r"\b(?P<whose>my|our|the|an?)\s+(?P<thing>(?:[a-z0-9-]+\s+){0,2}?[a-z-]+)"
    r"(?=\s+(?:is|was|has|had|needs|costs?|in|on|at|from|for|with|last|this|yesterday|today|called|"
    r"named|of|about|about|to|near|and|or|behind|under|when|that|which|who|between)\b|\s*[.,;!?]|$|\s+\d)",
    re.IGNORECASE,
)
_NO_NAMES = word_set(
    "I The A An My Our It He She They We You This That There Then And But So When If In On At For "
    "To From With After Before Last Next Yes No Oh Well Also Monday Tuesday Wednesday Thursday "
    "Friday Saturday Sunday January February March April May June July August September October "
    "November December Christmas Easter His Her Their What Who Where How Why Not One Two Three As "
    "By Of Some All Both Every Most Many Great Nice Hey Hi Hello Thanks Wow Yeah Sure Just English "
    "French German Spanish Italian Portuguese"
)
_NO_THINGS = word_set(
    "day week month year morning evening night time bit lot way weekend moment while while "
    "few couple"
)
# On one line: what stands under a heading does not go on from it.
_NAME = re.compile(rf"\b(?!(?:{'|'.join(sorted(_NO_NAMES))})\b){_CAPITAL}\b(?: +{_CAPITAL}\b)?")
#: "My guy" calls someone; "the guy" may be anyone.
_ANYONE = word_set("guy man woman lady girl boy baby ex assistant")


@dataclass(frozen=True, slots=True)
class Mention:
    """`phrase` names who is meant in the speaker's own words ("my sister Ana"); `start` and `end`
    are offsets in the text that was searched. `usable`: a pronoun may be resolved to it.
    """

    phrase: str
    start: int
    end: int
    gender: Gender
    usable: bool
    name: str = ""
    pet: bool = False


def persons(text: str, *, apart: Collection[str]) -> list[Mention]:
    """Single people and pets from left to right; `apart` are names of those who speak here."""
    found: list[Mention] = []
    for one in _ROLE.finditer(text):
        name = one["name"] or ""
        if name and (name in _NO_NAMES or name.lower() == name):
            name = ""
        gender = gender_of_role(one["role"])
        if gender is Gender.UNKNOWN and name:
            gender = gender_of_name(name)
        whose, pet = one["whose"].lower(), is_pet(one["role"])
        if whose in {"a", "an"} and _SAID_OF.search(text[: one.start()]):
            continue  # what someone is, not someone else
        owned = "my" if whose in {"a", "an", "another"} and pet else whose
        phrase = f"{owned} {one['role'].lower()}" + (f" {name}" if name else "")
        end = one.end() if name else one.end("role")
        usable = owned in {"my", "our"} and one["role"].lower() not in _ANYONE
        found.append(Mention(phrase, one.start(), end, gender, usable, name, pet))
    taken = [(one.start, one.end) for one in found]
    for one in _NAME.finditer(text):
        if not any(start <= one.start() < end for start, end in taken):
            start, name = _without_verb(text, one.start(), one[0])
            found += _named(text, start, name, apart)
    return _merged(text, sorted(found, key=lambda one: one.start))


def _without_verb(text: str, start: int, name: str) -> tuple[int, str]:
    """The name without a verb that opens the sentence: "Called Martha" names Martha."""
    first, _, rest = name.partition(" ")
    opens = not text[:start].strip() or text[:start].rstrip()[-1:] in ".!?:-*"
    if rest and opens and is_given_name(rest) and "past" in readings(first.lower()):
        return start + len(name) - len(rest), rest
    return start, name


def _named(text: str, start: int, name: str, apart: Collection[str]) -> list[Mention]:
    """The name at `start`, where it is a person's."""
    words, end = name.split(), start + len(name)
    if words[0].lower() in apart:
        return []
    listed = is_given_name(words[0])
    if not listed and is_belonging(name.lower()):
        return []  # "Rent is now 780"
    place = re.search(r"\b(?:in|at|to|from|near|the)\s+$", text[:start])
    in_play = _IN_PLAY_BEFORE.search(text[:start]) or _IN_PLAY_AFTER.match(text[end:])
    if not (listed or in_play) or (place and not listed):
        return []
    return [Mention(name, start, end, gender_of_name(name), listed, words[0])]


def _merged(text: str, found: list[Mention]) -> list[Mention]:
    """Each person once, by the first phrase for them: "Tom is my flatmate", "my boss, Eva"."""
    kept: list[Mention] = []
    for one in found:
        if kept and _SAME.match(text[kept[-1].end : one.start]):
            known = kept[-1]
            if known.gender is Gender.UNKNOWN:
                kept[-1] = replace(known, gender=one.gender, name=known.name or one.name)
            continue
        if any(_is_same(one, other) for other in kept):
            continue
        kept.append(one)
    return kept


def _is_same(one: Mention, other: Mention) -> bool:
    return one.phrase.lower() == other.phrase.lower() or bool(one.name and one.name == other.name)


def groups(text: str) -> list[Mention]:
    """Several people as one: "my parents", "Tom and Ella"."""
    found = [
        Mention(
            re.sub(r"\s+", " ", one[0][:1].lower() + one[0][1:]),
            one.start(),
            one.end(),
            Gender.UNKNOWN,
            one["whose"].lower() in {"my", "our"},
        )
        for one in _PEOPLE.finditer(text)
    ]
    pairs = [
        Mention(one[0], one.start(), one.end(), Gender.UNKNOWN, usable=True)
        for one in _PAIR.finditer(text)
        if is_given_name(one[1]) and is_given_name(one[2])
    ]
    return found + pairs


def places(text: str) -> list[tuple[Mention, str]]:
    """Places by name, each with the preposition to stand in it."""
    found: dict[str, tuple[Mention, str]] = {}
    for one in _PLACE.finditer(text):
        where = one["where"]
        if where.split()[0] in _NO_NAMES or is_given_name(where.split()[0]):
            continue
        way = "at" if one["way"] == "at" else "in"
        mention = Mention(where, one.start("where"), one.end(), Gender.UNKNOWN, True)
        found.setdefault(where, (mention, way))
    return list(found.values())


def _head(thing: str) -> str:
    """The noun of a thing, with a noun before it ("coffee machine"), without what it is like."""
    words = thing.split()[-2:] or [""]
    return " ".join(words[-1:] if readings(words[0]) or words[0].isdigit() else words)


def things(sentence: str) -> list[Mention]:
    """Singular things of one sentence; what "is a …" says of another is the same thing."""
    found: list[Mention] = []
    for one in _THING.finditer(sentence):
        thing = one["thing"].lower()
        if thing.split()[-1] in _NO_THINGS or re.search(
            r"\b(?:is|was)\s+$", sentence[: one.start()]
        ):
            continue
        owner = one["whose"].lower()
        found.append(
            Mention(
                f"{'the' if owner in {'a', 'an'} else owner} {_head(thing)}",
                one.start(),
                one.end(),
                Gender.UNKNOWN,
                usable=bool(thing),
            )
        )
    return found
