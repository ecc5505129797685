"""What is true when, out of everything said of one thing: interval arithmetic over statements.

Pure and independent of the order of arrival: the same statements give the same result. At each
moment the most trusted, then the newest statement that covers it holds; a less trusted one never
ends a more trusted one, nor one that only its file dates a dated one, and two of equal date and
trust stand beside each other for review.
(Bi-temporal validity after Zep, arXiv:2501.13956; timelines kept after THEANINE, 2406.10996.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from heapq import heappop, heappush
from itertools import pairwise

from mem.core.memory import Trust


class Standing(Enum):
    """CURRENT holds now, PAST held once, RIVAL has the same date and trust as the current one,
    CONTESTED is newer but less trusted than it, OVERRIDDEN never held.
    """

    CURRENT = "current"
    PAST = "past"
    RIVAL = "rival"
    CONTESTED = "contested"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Statement:
    """`value` was said at `said_at`, to hold over `[start, end)`; None is unknown or open.

    `value` begins with "+" or, for a denial of the same value, with "-". `place` is (document,
    position): within one document the later of two statements is the newer one. Where only its
    file has a time, it is not `dated`: `said_at` then is the latest that it can have been said.
    """

    key: int
    value: str
    said_at: datetime | None
    start: datetime | None
    end: datetime | None
    trust: Trust
    place: tuple[str, int] = ("", 0)
    dated: bool = True

    @property
    def weight(self) -> tuple[int, bool]:
        """What counts before how new it is: trust, and whether it is dated. With only the time of
        its file, a note of one's own is no stronger than what was said in a chat on a known day.
        """
        if self.dated or self.trust is Trust.TYPED:
            return (int(self.trust), True)
        return (int(min(self.trust, Trust.OWN_CHAT)), False)

    @property
    def begins(self) -> datetime:
        """Where it starts to hold: as said, else from when it was said, else ever."""
        if self.start is not None:
            return self.start
        return self.said_at if self.said_at is not None and self.end is None else datetime.min

    @property
    def ends(self) -> datetime:
        """Where it stops to hold; an end that is not after the beginning is none."""
        return self.end if self.end is not None and self.end > self.begins else datetime.max

    @property
    def moment(self) -> datetime:
        """How new it is: when it was said, or when what it announces begins."""
        return max(self.said_at or datetime.min, self.begins)


@dataclass(frozen=True, slots=True)
class Segment:
    """One value over `[start, end)` with the statements behind it; None is open."""

    value: str
    start: datetime | None
    end: datetime | None
    statements: tuple[Statement, ...]
    standing: Standing


def settle(statements: Sequence[Statement]) -> list[Segment]:
    """The segments of one thing's history in order of time, then those that never held.

    Every statement stands in the first segment of its value that it covers; one that resumes after
    an interruption by something of a stated length stands in the later segment as well. Cost
    O(n log n) in the statements of one thing, n · m where its m segments have few values.
    """
    ranked = sorted(statements, key=_rank)
    spans = _spans(ranked)
    members: list[list[Statement]] = [[] for _ in spans]
    places: dict[str, list[int]] = {}
    for i, (value, _, _) in enumerate(spans):
        places.setdefault(value, []).append(i)
    left: list[Statement] = []
    for one in ranked:
        place = next(
            (
                i
                for i in places.get(one.value, ())
                if spans[i][1] < one.ends and one.begins < spans[i][2]
            ),
            None,
        )
        if place is None:
            left.append(one)
        else:
            members[place].append(one)
    for mine, (value, start, _) in zip(members, spans, strict=True):
        if not mine:
            mine += [one for one in statements if _covers(one, value, start)]
    last = len(spans) - 1
    held = [
        Segment(
            value,
            None if start == datetime.min else start,
            None if end == datetime.max else end,
            tuple(members[i]),
            Standing.CURRENT if i == last else Standing.PAST,
        )
        for i, (value, start, end) in enumerate(spans)
    ]
    return held + _others(left, held[-1] if held else None)


def _covers(one: Statement, value: str, moment: datetime) -> bool:
    return one.value == value and one.begins <= moment < one.ends


def _spans(ranked: Sequence[Statement]) -> list[tuple[str, datetime, datetime]]:
    """(value, start, end) in order of time; neighbours differ in value or leave a gap.

    `ranked` is in ascending order of `_rank`.
    """
    points = sorted({point for one in ranked for point in (one.begins, one.ends)})
    opening: dict[datetime, list[int]] = {}
    for place, one in enumerate(ranked):
        opening.setdefault(one.begins, []).append(place)
    holding = _Holding(ranked)
    spans: list[tuple[str, datetime, datetime]] = []
    for start, end in pairwise(points):
        for place in opening.get(start, ()):
            holding.add(place)
        value = holding.value_at(start)
        if value is None:
            continue
        if spans and spans[-1][0] == value and spans[-1][2] == start:
            spans[-1] = (value, spans[-1][1], end)
        else:
            spans.append((value, start, end))
    return spans


class _Holding:
    """The statements that have begun, and the value that holds, while time goes on."""

    def __init__(self, ranked: Sequence[Statement]) -> None:
        self._ranked = ranked
        # The highest ranked first: of the affirmed, of all denials, and of those of each value.
        self._affirmed: list[int] = []
        self._denials: list[int] = []
        self._denials_of: dict[str, list[int]] = {}

    def add(self, place: int) -> None:
        """Let the statement of that place in the ranking begin."""
        value = self._ranked[place].value
        if value.startswith("+"):
            heappush(self._affirmed, -place)
        else:
            heappush(self._denials, -place)
            heappush(self._denials_of.setdefault(value[1:], []), -place)

    def value_at(self, moment: datetime) -> str | None:
        """The value that holds at a moment; a denial counts only against what it denies."""
        affirmed = self._first(self._affirmed, moment)
        if affirmed is None:
            denial = self._first(self._denials, moment)
            return None if denial is None else self._ranked[denial].value
        value = self._ranked[affirmed].value
        denial = self._first(self._denials_of.get(value[1:], []), moment)
        return value if denial is None or denial < affirmed else self._ranked[denial].value

    def _first(self, heap: list[int], moment: datetime) -> int | None:
        """The highest ranked that has not ended; those that have are dropped."""
        while heap and self._ranked[-heap[0]].ends <= moment:
            heappop(heap)
        return -heap[0] if heap else None


def _rank(
    one: Statement,
) -> tuple[tuple[int, bool], datetime, datetime, tuple[str, int], str]:
    """What holds over what; the last parts only make the result the same for every order."""
    return (one.weight, one.moment, one.begins, one.place, one.value)


def _others(left: Sequence[Statement], current: Segment | None) -> list[Segment]:
    """Statements that hold at no time, by value: rivals and contested ones, or overridden."""
    by_value: dict[str, list[Statement]] = {}
    for one in left:
        by_value.setdefault(one.value, []).append(one)
    segments = []
    for value, mine in sorted(by_value.items()):
        standing = _standing(mine, current)
        start = min(one.begins for one in mine)
        opened = None if start == datetime.min else start
        lasting = standing in (Standing.RIVAL, Standing.CONTESTED)
        # What never held has an empty validity.
        segments.append(Segment(value, opened, None if lasting else opened, tuple(mine), standing))
    return segments


def _standing(mine: Sequence[Statement], current: Segment | None) -> Standing:
    if current is None or not current.statements:
        return Standing.OVERRIDDEN
    denies_other = mine[0].value[0] == "-" and mine[0].value[1:] != current.value[1:]
    if current.end is not None or denies_other:
        return Standing.OVERRIDDEN
    best = max(current.statements, key=_rank)
    newest = max(one.moment for one in current.statements)
    found = Standing.OVERRIDDEN
    for one in mine:
        if one.ends != datetime.max:
            continue
        if _ties(one, best):
            return Standing.RIVAL
        # Of the same date, what the user vouched for has decided it.
        later = one.moment > newest or (one.moment == newest and best.trust < Trust.TYPED)
        if one.weight < best.weight and later:
            found = Standing.CONTESTED
    return found


def _ties(one: Statement, other: Statement) -> bool:
    """Whether neither is newer or more trusted. Places within one document are in order."""
    return (
        one.weight == other.weight
        and one.moment == other.moment
        and one.begins == other.begins
        and (one.place[0] != other.place[0] or one.place == other.place)
    )
