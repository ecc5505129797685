"""Finds statements that say different things about the same matter, and puts the newest first.

Invariant: nothing is dropped; what a newer statement replaces is returned beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mem.answer.question import Asked, Wanted
from mem.answer.scoring import Scored
from mem.answer.values import values
from mem.answer.words import content_stems

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

#: How far below the best evidence a newer statement may score and still replace it.
MARGIN: Final = 1.2
MARGIN_CURRENT: Final = 2.2
#: Statements less alike than this are about different matters.
ALIKE: Final = 0.45
#: Share of the shorter of two statements that must be alike where no kind of value is asked for.
FRAME: Final = 0.5
#: How many replaced statements are told beside the one in force.
MOST_EARLIER: Final = 2
#: Characters within which what was said last is still talked about.
SOON: Final = 120
_AMENDED: Final = re.compile(
    r"\b(?:instead|moved|postponed|rescheduled|changed|put off|brought forward|now|no longer)\b|→",
    re.IGNORECASE,
)
#: How a statement begins that goes on about what was said last.
_GOES_ON: Final = re.compile(
    r"\W*(?:they|it|he|she|we|this|that|then|now|but|so|edit|update|correction|change|moved|postponed"
    r"|rescheduled|instead|new)\b",
    re.IGNORECASE,
)
_AMENDABLE: Final = frozenset(
    {Wanted.DATE, Wanted.AGO, Wanted.WEEKDAY, Wanted.MONEY, Wanted.COUNT, Wanted.NUMBER}
)
_CHANGE: Final = re.compile(
    r"\b(?:now|instead|edit|update|moved|new|since|no longer|changed|from)\b|→", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The statement in force, and those it replaces, newest first."""

    best: Scored
    earlier: tuple[Scored, ...]


def settle(
    ranked: Sequence[Scored],
    vectors: Sequence[Vectors],
    asked: Asked,
    replaced: Collection[int] = (),
) -> Settled:
    """The newest of the statements that compete with the first of `ranked`.

    `vectors` are the unit vectors of `ranked`, in its order. Where `asked` is for the present
    state, a newer statement may win by more. `replaced` are the places in `ranked` of those of
    which memory knows that something newer took their place: each gives way to what still holds.
    """
    first = ranked[0]
    if known := _settled_by_memory(ranked, replaced):
        return known
    rivals = _rivals(ranked, vectors, asked)
    if not rivals:
        return Settled(first, ())
    by_time = sorted([first, *rivals], key=_moment, reverse=True)
    newest = by_time[0]
    if newest is not first and not _newer(newest, first):
        newest = first
    earlier = tuple(one for one in by_time if one is not newest and _newer(newest, one))
    return Settled(newest, earlier[:MOST_EARLIER])


def _settled_by_memory(ranked: Sequence[Scored], replaced: Collection[int]) -> Settled | None:
    """The best of what still holds, before what is known to be replaced; None without both."""
    near = [place for place, one in enumerate(ranked) if _is_near(ranked[0], one)]
    held = [ranked[place] for place in near if place not in replaced]
    gone = [ranked[place] for place in near if place in replaced]
    if not held or not gone:
        return None
    return Settled(held[0], tuple(sorted(gone, key=_moment, reverse=True)[:MOST_EARLIER]))


def _rivals(ranked: Sequence[Scored], vectors: Sequence[Vectors], asked: Asked) -> list[Scored]:
    """The statements that give the first one's value otherwise, or amend it."""
    first = ranked[0]
    margin = MARGIN_CURRENT if asked.current else MARGIN
    amendable = asked.wanted in _AMENDABLE
    valued = asked.current or asked.wanted not in (Wanted.OTHER, Wanted.YES_NO)

    def contradicts(other: Scored, vector: Vectors) -> bool:
        return (
            other.score >= first.score - margin
            and float(vectors[0] @ vector) >= ALIKE
            and _compete(first, other)
            and (valued or _same_frame(first, other))
        )

    return [
        other
        for other, vector in zip(ranked[1:], vectors[1:], strict=True)
        if not other.barred
        and (contradicts(other, vector) or (amendable and _amends(first, other)))
    ]


def _is_near(first: Scored, other: Scored) -> bool:
    """Whether a statement answers nearly as well as the first one."""
    return (
        not other.barred
        and other.score >= first.score - MARGIN_CURRENT
        and other.feature("value") == first.feature("value")
        and bool(other.covered & first.covered)
        and not other.feature("asks")
    )


def _amends(one: Scored, other: Scored) -> bool:
    """Whether `other`, soon after `one` in the same passage, gives its value anew.

    "The appointment was on Tuesday. They rang: it is Friday now." names what it is about once.
    """
    mine, theirs = one.statement, other.statement
    if mine.hit.id != theirs.hit.id or not 0 <= theirs.start - mine.end <= SOON:
        return False
    if not other.feature("value") or not one.feature("value") or other.feature("asks"):
        return False
    if not _GOES_ON.match(theirs.text) or not _AMENDED.search(theirs.text):
        return False
    return bool(values(theirs.text) - values(mine.text))


def _same_frame(one: Scored, other: Scored) -> bool:
    """Whether two statements say much the same: where no kind of value is asked for, numbers that
    differ are no contradiction by themselves."""
    mine, theirs = (content_stems(scored.statement.text) for scored in (one, other))
    return len(mine & theirs) >= FRAME * max(1, min(len(mine), len(theirs)))


def _compete(one: Scored, other: Scored) -> bool:
    """Same matter (mostly the same words of the question are covered), other values."""
    if one.feature("value") != other.feature("value") or other.feature("foreign"):
        return False
    if one.feature("asks") or other.feature("asks"):
        return False
    both, either = one.covered & other.covered, one.covered | other.covered
    if not either or len(both) / len(either) < 0.5:
        return False
    mine, theirs = values(one.statement.text), values(other.statement.text)
    return bool(mine) and bool(theirs) and not mine <= theirs and not theirs <= mine


def _moment(one: Scored) -> tuple[datetime, int]:
    return one.statement.hit.said_at or datetime.min, one.statement.start


def _newer(one: Scored, other: Scored) -> bool:
    mine, theirs = one.statement.hit, other.statement.hit
    changed = _CHANGE.search(one.statement.text) is not None
    if mine.id == theirs.id:
        return changed and one.statement.start > other.statement.start
    if mine.said_at is None or theirs.said_at is None:
        return False
    if mine.said_at != theirs.said_at:
        return mine.said_at > theirs.said_at
    return mine.document_id == theirs.document_id and changed
