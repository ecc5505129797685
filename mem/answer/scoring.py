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

from mem.answer.bearing import Bearing
from mem.answer.context import Statement
from mem.answer.question import FORM, PAID, Asked, Wanted
from mem.answer.states import borne_out
from mem.answer.values import Span, found_values, has_unit
from mem.answer.words import common_stems, content_stems, words

FEATURES: Final = (
    "cosine", "hit", "first", "cover", "cover_near", "focus", "event", "value", "lacks", "named",
    "stray", "foreign", "asks", "short", "neighbour", "assistant", "code", "form", "other",
    "aside", "unnamed", "far", "undone", "uncaused", "idle",
)  # fmt: skip
WEIGHTS: Final = (
    4.8, 2.5, 0.1, 2.2, 2.0, 0.0, 2.0, 2.6, -2.8, 0.4, -2.0, -0.5, -1.5, -0.6, -1.4, -3.5,
    -3.0, 0.0, 0.0, -1.5, 0.0, 0.0, 0.0, 0.0, -2.0,
)  # fmt: skip
NAME_FLOOR: Final = 1.0
SUBJECT_FLOOR: Final = 2.0
#: Kinds of answer that any statement might be.
_OPEN: Final = frozenset({Wanted.OTHER, Wanted.YES_NO})
#: Kinds of answer that have a spelling of their own, so that a statement without it is no answer.
_SPELT: Final = frozenset(
    {Wanted.MONEY, Wanted.COUNT, Wanted.DURATION, Wanted.NUMBER, Wanted.ADDRESS}
    | {Wanted.COMMAND, Wanted.WEEKDAY, Wanted.COLOUR}
)
#: Characters between a value and what it is of: as good as none, and from there to the last.
BESIDE: Final = 25
REACH: Final = 120
_OWNER: Final = re.compile(r"\b([A-Z]\w+)['’]s ((?:\w+ ?){1,2})")
#: An entry of a list or table on one person.
_ENTRY: Final = re.compile(r"[\s*+|-]*\**([A-Z]\w+)(?: [A-Z]\w+)?\**\s*(?:[:,|–]|- )")
#: One sentence that is a question.
_QUESTION: Final = re.compile(r"[^.!?]*\?[\s\"'”’*_)?!]*", re.DOTALL)

#: What tells why.
_CAUSE: Final = re.compile(
    r"\b(?:because|since|so|as|due|reasons?|order|cause[ds]?|thanks|therefore|why|for|to)\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
#: How people begin what they ask of an assistant, whether or not they end it with a question mark.
_ORDER: Final = re.compile(
    r"(?:how (?:do|does|did|can|could|would|should|to|is|are)|what(?:'s| is| are| was| does)"
    r"|why (?:do|does|did|is|are)|(?:can|could|would) you"
    r"|(?:please )?(?:explain|write|give|tell|list))\b",
    re.IGNORECASE,
)


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
    barred: bool = False

    @property
    def order(self) -> tuple[bool, float]:
        """What statements are ranked by, ascending: whose words may be told, then the score."""
        return self.barred, -self.score

    @property
    def plain(self) -> float:
        """The score without what vectors say of it."""
        return self.score - WEIGHTS[0] * self.features[0]

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
        one: max(weight * _tells(one, common, asked), floors.get(one, 0.0))
        for one, weight in weights.items()
    }


def _tells(one: str, common: frozenset[str], asked: Asked) -> float:
    """How much a word of a question tells by its kind: "how much money" is told without "money".

    "When did she pay?" is not told without paying.
    """
    form = FORM if asked.wanted is Wanted.MONEY else FORM - PAID
    return 0.2 if one in form else 0.4 if one in common else 1.0


def telling_stems(asked: Asked) -> frozenset[str]:
    """The stems that say what is asked about: no names, and nothing of an answer's form."""
    names = {one for name in asked.names for one in content_stems(name)}
    sought = asked.stems - names
    return sought - FORM or sought or asked.stems


def coverage(held: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's weight that `held` covers, in [0, 1]."""
    whole = sum(weights.values())
    return sum(weight for one, weight in weights.items() if one in held) / whole if whole else 0.0


def rarest_missing(held: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's weight that its rarest word has of those not held, in [0, 1]."""
    missing = (weight for one, weight in weights.items() if one not in held)
    return max(missing, default=0.0) / (sum(weights.values()) or 1.0)


def score(
    asked: Asked,
    statement: Statement,
    *,
    cosine: float,
    bare: float,
    weights: Mapping[str, float],
    around: frozenset[str],
    dated: Sequence[Span],
    people: frozenset[str],
    bearing: Bearing,
) -> Scored:
    """The statement's features and score.

    `cosine` compares the question with the statement in its context, `bare` with its words alone;
    `around` are the stems of the neighbouring chunks.

    `dated` are the statement's time expressions; `people` are the names that occur in the hits,
    `bearing` says whom it is about.
    """
    stems = asked.stems
    own = borne_out(stems, content_stems(statement.text)) | (bearing.stems & stems)
    speaker = content_stems(statement.hit.speaker or "")
    near = own | speaker | content_stems(statement.near)
    hit = statement.hit
    spans = found_values(asked, statement, dated=dated, people=people)
    valued = bool(spans)
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
        "foreign": float(bearing.foreign),
        "asks": float(_asks(statement)),
        "short": float(len(own) < 3),
        "neighbour": float(statement.neighbour),
        "assistant": float(hit.role == "assistant" and asked.user and not asked.told),
        "code": float(statement.code and asked.wanted is not Wanted.COMMAND),
        "form": 1.0 if asked.wanted in _OPEN else _form(asked, statement, spans, near),
        "other": float(bearing.spoken_to or _is_of_another(asked, statement)),
        "aside": bearing.aside,
        "unnamed": _further_missing(asked, statement, near | around),
        "undone": float(asked.deed is not None and asked.deed not in near),
        "uncaused": float(asked.why and _CAUSE.search(statement.text) is None),
        "idle": float(content_stems(statement.text) <= stems),
        "far": rarest_missing(near, weights),
    }
    features = tuple(known[name] for name in FEATURES)
    total = sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    names = frozenset(one for name in asked.names for one in content_stems(name))
    plain = {one: weight for one, weight in weights.items() if one not in names}
    content = 5.0 * bare + 2.5 * coverage(own, plain)
    return Scored(
        statement,
        total,
        features,
        (own | speaker) & stems,
        (near | around) & stems,
        content,
        bearing.others,
    )


def _asks(statement: Statement) -> bool:
    """Whether a statement only asks, or is what somebody tells an assistant to do."""
    if _QUESTION.fullmatch(statement.text) is not None:
        return True
    return statement.hit.role == "user" and _ORDER.match(statement.text) is not None


def _unnamed(asked: Asked, statement: Statement) -> bool:
    """Whether a date or person is asked for and the statement stands in a note.

    A message at least has a sender and the time when it was sent; a note's line has neither.
    """
    return (
        asked.wanted in (Wanted.DATE, Wanted.AGO, Wanted.PERSON, Wanted.NAME)
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


def _further_missing(asked: Asked, statement: Statement, held: frozenset[str]) -> float:
    """The share of the question's years, and names that are not its subjects ("Rome"), missing.

    They may stand anywhere in the passage, or beside it.
    """
    further = [name for name in asked.names if name not in asked.subjects]
    further += _YEAR.findall(asked.text)
    if not further:
        return 0.0
    said = statement.hit.said_at
    low = f"{statement.hit.text.lower()} {said.year if said else ''}"
    missing = [name for name in further if not content_stems(name) & held and name not in low]
    return len(missing) / len(further)


def _focus(asked: Asked, near: frozenset[str], text: str) -> float:
    if not asked.focus or (has_unit(asked, text) and not asked.focus - {asked.unit}):
        return 1.0
    return len(asked.focus & near) / len(asked.focus)


def _form(asked: Asked, statement: Statement, spans: Sequence[Span], near: frozenset[str]) -> float:
    """How near a value of the kind asked for stands to what is asked about, in [0, 1].

    In the statement 1 up to `BESIDE` characters, then less; half where only what the statement
    stands under or beside says what it is about.
    """
    if not spans:
        return 0.0
    names = {one for name in asked.names for one in content_stems(name)}
    sought = asked.stems - names
    told = [
        word
        for word in words(statement.text)
        if word.stem in sought or sought & borne_out(sought, frozenset((word.stem,)))
    ]
    if not told:
        return 0.5 if not sought or sought & near else 0.0
    away = min(max(0, word.start - end, start - word.end) for word in told for start, end in spans)
    return 1.0 - min(1.0, max(0, away - BESIDE) / REACH)


def _is_of_another(asked: Asked, statement: Statement) -> bool:
    """Whether what is asked for is somebody else's: "Halina's birthday", or an entry on Halina.

    So is what an assistant tells anybody, where the asker's own life is asked about.
    """
    if not (asked.user or asked.subjects):
        return False
    if asked.user and not asked.told and statement.hit.role == "assistant":
        return True
    text = statement.text
    sought = asked.focus or asked.stems
    owners = [
        match.group(1).lower()
        for match in _OWNER.finditer(text)
        if content_stems(match.group(2)) & sought
    ]
    if owners:
        return not any(owner in asked.names for owner in owners)
    entry = _ENTRY.match(text)
    if entry is None or not asked.subjects or statement.hit.message_id is not None:
        return False
    low = text.lower()
    return not any(name in low for name in asked.names)
