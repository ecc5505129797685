"""Scores statements as evidence for a question.

Invariant: a score depends on the question, the statement and what stands around it, never on ids
or on who in particular is named. `FEATURES` and `WEIGHTS` have the same order; the weights were
fitted by scripts/calibrate_abstention.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mem.answer.context import Statement
from mem.answer.question import Asked, Wanted
from mem.answer.values import has_unit, has_value
from mem.answer.words import common_stems, content_stems

FEATURES: Final = (
    "cosine", "hit", "first", "cover", "cover_near", "focus", "event", "value", "lacks", "named",
    "stray", "foreign", "asks", "short", "neighbour", "assistant", "code",
)  # fmt: skip
WEIGHTS: Final = (
    4.8, 2.5, 0.1, 2.2, 2.0, 0.0, 2.0, 2.6, -2.8, 0.4, -2.0, -0.5, -1.5, -0.6, -1.4, -3.5, -3.0,
)  # fmt: skip
NAME_FLOOR: Final = 1.0
SUBJECT_FLOOR: Final = 2.0
#: Kinds of answer that any statement might be.
_OPEN: Final = frozenset({Wanted.OTHER, Wanted.YES_NO})
#: Kinds of answer that have a spelling of their own, so that a statement without it is no answer.
_SPELT: Final = frozenset(
    {Wanted.MONEY, Wanted.COUNT, Wanted.NUMBER, Wanted.ADDRESS, Wanted.COMMAND, Wanted.WEEKDAY}
)
#: One sentence that is a question.
_QUESTION: Final = re.compile(r"[^.!?]*\?[\s\"'”’*_)?!]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scored:
    """A statement with its features (in the order of `FEATURES`) and their weighted sum.

    `covered` are the question's stems that the statement holds itself, `reached` those that it or
    what stands around it holds. `content` is how well the words alone fit, whoever says them.
    """

    statement: Statement
    score: float
    features: tuple[float, ...]
    covered: frozenset[str]
    reached: frozenset[str]
    content: float

    def feature(self, name: str) -> float:
        """One feature by name."""
        return self.features[FEATURES.index(name)]


def rarity(asked: Asked, passages: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each stem of the question tells the passages apart; one that none holds, most.

    Names keep a floor: that all passages are about Ana makes it no less necessary.
    """
    counts = Counter(one for passage in passages for one in passage)
    total = len(passages)
    common = common_stems()
    floors = dict.fromkeys((one for name in asked.names for one in content_stems(name)), NAME_FLOOR)
    floors |= dict.fromkeys(
        (one for name in asked.subjects for one in content_stems(name)), SUBJECT_FLOOR
    )
    weights = {
        one: math.log(1 + (total - counts[one] + 0.5) / (counts[one] + 0.5)) + 0.2
        for one in asked.stems
    }
    return {
        one: max(weight * (0.4 if one in common else 1.0), floors.get(one, 0.0))
        for one, weight in weights.items()
    }


def coverage(held: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's weight that `held` covers, in [0, 1]."""
    whole = sum(weights.values())
    return sum(weight for one, weight in weights.items() if one in held) / whole if whole else 0.0


def score(
    asked: Asked,
    statement: Statement,
    *,
    cosine: float,
    bare: float,
    weights: Mapping[str, float],
    around: frozenset[str],
    dated: bool,
    people: frozenset[str],
) -> Scored:
    """The statement's features and score.

    `cosine` compares the question with the statement in its context, `bare` with its words alone;
    `around` are the stems of the neighbouring chunks.

    `people` are the names that occur in the hits.
    """
    own = content_stems(statement.text)
    speaker = content_stems(statement.hit.speaker or "")
    near = own | speaker | content_stems(statement.near)
    hit = statement.hit
    valued = has_value(asked, statement, dated=dated, people=people)
    known = {
        "cosine": cosine,
        "hit": hit.score,
        "first": 1.0 / (1 + statement.rank),
        "cover": coverage(own | speaker, weights),
        "cover_near": coverage(near | around, weights),
        "focus": _focus(asked, near, statement.text),
        "event": float(asked.event is not None and asked.event in own),
        "value": float(valued and asked.wanted not in _OPEN),
        "lacks": float(not valued and (asked.wanted in _SPELT or _unnamed(asked, statement))),
        "named": _named(asked, own | speaker),
        "stray": float(_strays(asked, near | around)),
        "foreign": float(is_foreign(asked, statement)),
        "asks": float(_QUESTION.fullmatch(statement.text) is not None),
        "short": float(len(own) < 3),
        "neighbour": float(statement.neighbour),
        "assistant": float(hit.role == "assistant" and asked.user and not asked.told),
        "code": float(statement.code and asked.wanted is not Wanted.COMMAND),
    }
    features = tuple(known[name] for name in FEATURES)
    total = sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    stems = asked.stems
    names = frozenset(one for name in asked.names for one in content_stems(name))
    plain = {one: weight for one, weight in weights.items() if one not in names}
    content = 5.0 * bare + 2.5 * coverage(own, plain)
    return Scored(
        statement, total, features, (own | speaker) & stems, (near | around) & stems, content
    )


def is_foreign(asked: Asked, statement: Statement) -> bool:
    """Whether the statement is somebody else's: a named person is asked about, another one speaks.

    Words about the named person in another's mouth are not foreign, and notes never are.
    """
    speaker = (statement.hit.speaker or "").lower()
    if not speaker or not asked.subjects:
        return False
    if any(name in speaker for name in asked.subjects):
        return False
    own = content_stems(statement.text)
    return not any(own & content_stems(name) for name in asked.subjects)


def _unnamed(asked: Asked, statement: Statement) -> bool:
    """Whether a date or person is asked for and the statement stands in a note.

    A message at least has a sender and the time when it was sent; a note's line has neither.
    """
    return (
        asked.wanted in (Wanted.DATE, Wanted.AGO, Wanted.PERSON)
        and statement.hit.message_id is None
    )


def _named(asked: Asked, held_stems: frozenset[str]) -> float:
    if not asked.names:
        return 1.0
    held = [bool(content_stems(name) & held_stems) for name in asked.names]
    return sum(held) / len(held)


def _strays(asked: Asked, held: frozenset[str]) -> bool:
    """Whether a person whom the question is about is named nowhere near the statement."""
    return any(not content_stems(name) & held for name in asked.subjects)


def _focus(asked: Asked, near: frozenset[str], text: str) -> float:
    if has_unit(asked, text):
        return 1.0
    if not asked.focus:
        return 1.0
    return len(asked.focus & near) / len(asked.focus)
