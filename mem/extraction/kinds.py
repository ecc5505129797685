"""Which kind of memory a statement is, and how much it matters before anyone used it."""

from __future__ import annotations

import re

from mem.core.memory import MemoryKind
from mem.extraction.grammar.statement import Statement, Tense
from mem.extraction.speaking.subjects import Speaker
from mem.extraction.vocabulary.words import PREPOSITIONS, is_gerund

_PLACE = re.compile(
    r"^(?:be|be located|be kept|be saved|be stored|live|hang|stand|lie|sit) "
    r"(?:in|on|at|under|behind|above|near|by|inside|next|with|over)\b"
)
#: A place by its name: "be in" a month, or "in three days", is a plan.
_TOWN = re.compile(
    r"(?!(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Q\d)\b)[A-Z][a-z]"
)
_WEIGHTY = re.compile(
    r"\b(?:allerg|diagnos|surgery|medic|pregnan|married|wedding|divorc|died|passed away|born|"
    r"birthday|baby|moved?\b|job|promoted|deadline|decided|always|never|favou?rite)",
    re.IGNORECASE,
)
_LASTING = re.compile(r"\b(?:always|never|grew up|raised|born|studied|degree)\b", re.IGNORECASE)
_IMPORTANCE = {
    MemoryKind.PROFILE: 0.6,
    MemoryKind.FACT: 0.55,
    MemoryKind.EVENT: 0.45,
    MemoryKind.PROCEDURE: 0.5,
    MemoryKind.RESOURCE: 0.5,
}


def kind_of(statement: Statement, label: str, speaker: Speaker) -> MemoryKind:
    """The kind by what the statement says and by the class its sentence was given.

    PROFILE is for the user alone: another speaker's traits are facts.
    """
    about_user = speaker.is_user and statement.subject == speaker.subject
    if label == "resource" and _PLACE.match(statement.predicate) and not about_user:
        return MemoryKind.RESOURCE
    if label == "procedure" and statement.predicate == "be done by":
        return MemoryKind.PROCEDURE
    if statement.exclusive and statement.tense is Tense.PRESENT:
        return MemoryKind.PROFILE if about_user else MemoryKind.FACT
    if label == "plan" and statement.predicate == "be in" and _TOWN.match(statement.object):
        label = "fact"
    if statement.tense is Tense.PRESENT and (label == "event" or statement.predicate == "be"):
        label = "profile" if statement.predicate == "be" else "fact"
    elif statement.tense is Tense.PRESENT and label == "fact" and _is_state(statement):
        label = "profile"
    if label in {"event", "plan"} or (
        statement.tense is Tense.PAST and not _LASTING.search(statement.text)
    ):
        return MemoryKind.EVENT
    if label == "profile":
        return MemoryKind.PROFILE if about_user else MemoryKind.FACT
    return MemoryKind.EVENT if statement.tense is Tense.FUTURE else MemoryKind.FACT


def _is_state(statement: Statement) -> bool:
    """Whether it says what someone is: "be", "be allergic to"; not where they are."""
    base, _, what = statement.predicate.partition(" ")
    first = what.partition(" ")[0]
    return base == "be" and first not in PREPOSITIONS and not is_gerund(first)


def importance_of(kind: MemoryKind, text: str, *, exclusive: bool) -> float:
    """In [0, 1]; health, family, moves and decisions matter more than an afternoon."""
    extra = 0.15 * bool(_WEIGHTY.search(text)) + 0.1 * exclusive
    return round(min(1.0, _IMPORTANCE[kind] + extra), 2)
