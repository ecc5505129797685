"""What of a person comes first in a few lines: what lasts before what passes.

A pure weighing of stored memories by their own words, evidence and date; the same memories give the
same order.
"""

from __future__ import annotations

import re
from datetime import datetime

from mem.core.memory import Memory, MemoryKind
from mem.extraction.vocabulary.words import word_set

#: What someone is, has, likes or always does: true of them next year as well.
_LASTING = word_set(
    "like love hate prefer enjoy dislike speak play own live work study teach drive wear eat drink "
    "collect weigh earn grow use avoid believe volunteer run"
)
_LASTING_STATE = re.compile(
    r"^(?:be (?:allergic|afraid|scared|married|engaged|intolerant|vegetarian|vegan|passionate|fond|"
    r"fluent|named|from)\b|have (?:favou?rite|age|relationship|rent|salary|weight|blood)\b)"
)
_ALWAYS = re.compile(r"\b(?:always|never|usually|every (?:day|week|year))\b", re.IGNORECASE)
#: What is under way, wanted, about to be or just come to mind, and mostly over when it is read.
_PASSING = re.compile(
    r"^.{0,60}?\b(?:(?:is|are|has been|have been)(?: (?!always|never)\w+)? [a-z]+ing|"
    r"(?:is|are) (?:\w+ly )?(?:ready|off|out|here|back|about|set|excited|glad|happy|able|trying)|"
    r"can(?! not)|"
    r"needs?|wants?|would|will|plans|hopes?|starts?|has to|looks? forward|could|was (?:thinking|"
    r"planning|wondering|hoping)|(?:likes?|loves?) (?:how|the (?:idea|sound|look|thought) of)|"
    r"is (?:\w+ly )?(?:interested in [a-z]+ing|curious|hooked|hopeful|surrounded|eager|keen to)|"
    r"had no idea|remembers?|has (?:heard|noticed|realised|realized))\b"
)
_LEANING = re.compile(r"\b(?:this|that|these|those|here|there|it|they had)\b")
_SHORT = 14  # words of a line that reads at a glance
_HALF_LIFE = 730.0  # days after which an old statement counts half as much as a fresh one
_OVER = 90  # days after which a plan was carried out or given up
_WEIGHTY = 0.55  # importance of an event that is worth telling someone new


def prominence(memory: Memory, newest: datetime | None) -> float:
    """How far up a memory belongs, larger first; `newest` is the date of the latest one."""
    said, words = memory.valid_from or memory.said_at, len(memory.text.split())
    weight = memory.importance * memory.confidence * (1 + 0.1 * min(10, len(memory.evidence)))
    weight *= _lasting(memory) * min(1.0, _SHORT / max(1, words))
    if _LEANING.search(memory.text):
        weight *= 0.6
    if said is not None and newest is not None:
        weight *= 0.5 + 0.5 * 0.5 ** (max(0, (newest - said).days) / _HALF_LIFE)
    return weight


def _lasting(memory: Memory) -> float:
    """More than 1 for what lasts, less for what passes."""
    if memory.exclusive:
        return 1.6
    if _PASSING.search(memory.text):
        return 0.35
    first = memory.predicate.partition(" ")[0]
    lasting = first in _LASTING or _LASTING_STATE.match(memory.predicate)
    return 1.3 if lasting or _ALWAYS.search(memory.text) else 1.0


def is_to_come(memory: Memory, now: datetime) -> bool:
    """Whether an event has a date that has not come yet."""
    start = memory.happened_from
    return memory.kind is MemoryKind.EVENT and start is not None and start > now


def is_bygone_plan(memory: Memory, now: datetime) -> bool:
    """Whether it was under way, wanted or planned so long ago that it says nothing of now."""
    if memory.pinned or memory.exclusive or memory.kind is not MemoryKind.EVENT:
        return False
    told = memory.happened_to or memory.said_at
    passed = told is not None and (now - told).days > _OVER
    return passed and _PASSING.search(memory.text) is not None


def is_weighty(memory: Memory) -> bool:
    """Whether an event that is over is worth telling: a move, a wedding, a decision; or pinned."""
    return memory.pinned or memory.importance >= _WEIGHTY
