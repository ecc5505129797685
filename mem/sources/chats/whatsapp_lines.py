"""Heads of messages in WhatsApp's text exports, in the forms its many locales write.

One file has one order of day, month and year: the one under which most of its dates exist, lie
before the file was written, and never go back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
"""Characters that WhatsApp puts in for the direction of writing, as a regex class."""

_MORNING = (
    *("am", "a.m.", "a. m.", "vorm.", "ص", "午前", "上午", "凌晨", "清晨", "早上", "오전", "π.μ."),
    *("πμ", "öö", "de.", "sa", "पूर्वाह्न", "ق.ظ.", "пр.об."),
)
_AFTERNOON = (
    *("pm", "p.m.", "p. m.", "nachm.", "م", "午後", "下午", "中午", "晚上", "오후", "μ.μ.", "μμ"),
    *("ös", "du.", "ch", "अपराह्न", "ب.ظ.", "сл.об."),
)
_HALVES = {**dict.fromkeys(_MORNING, 0), **dict.fromkeys(_AFTERNOON, 12)}

_M = f"[{MARKS}]*"
_GAP = "[ \u00a0\u2009\u202f]"
_HALF = "|".join(
    re.escape(half).replace("\\ ", _GAP) for half in sorted(_HALVES, key=len, reverse=True)
)
_DATE = (
    rf"(?P<a>\d{{1,4}}){_M}(?:[./-]|年|년){_M}{_GAP}?(?P<b>\d{{1,2}}){_M}(?:[./-]|月|월){_M}{_GAP}?"
    rf"(?P<c>\d{{1,4}}){_M}[.日일]?"
)
_TIME = (
    rf"(?:(?P<before>{_HALF}){_GAP}?)?(?P<hour>\d{{1,2}})(?:[:.]|{_GAP}?h{_GAP}?)(?P<minute>\d{{2}})"
    rf"(?:[:.](?P<second>\d{{2}}))?(?:{_GAP}?(?P<after>{_HALF}))?"
)
_JOIN = rf"{_M}[,،、]?{_GAP}{{1,2}}(?:(?:à|um|alle|kl\.|klo|às|a{_GAP}las|at|om|о|в){_GAP})?{_M}"
_HEADS = {
    "[": re.compile(rf"{_M}\[{_M}{_DATE}{_JOIN}{_TIME}{_M}\]{_GAP}?", re.IGNORECASE),
    "-": re.compile(rf"{_M}{_DATE}{_JOIN}{_TIME}{_M}{_GAP}[-–—]{_GAP}", re.IGNORECASE),
}
_FIRST_YEAR, _LAST_YEAR = 2009, 2099


Numbers = tuple[str, str, str]


class Order(NamedTuple):
    """Which of a date's three numbers is the year, the month, the day."""

    year: int
    month: int
    day: int


DAY_FIRST, MONTH_FIRST, YEAR_FIRST = Order(2, 1, 0), Order(2, 0, 1), Order(0, 1, 2)


@dataclass(frozen=True, slots=True)
class Head:
    """The written date and time of a line; `end` is where the rest of the line begins."""

    numbers: Numbers
    clock: tuple[int, int, int]
    american: bool
    end: int

    def moment(self, order: Order) -> datetime | None:
        """The wall-clock time under `order`, None where there is no such time."""
        day = _day(self.numbers, order)
        try:
            return datetime(day.year, day.month, day.day, *self.clock) if day else None
        except ValueError:
            return None


def style_of(line: str) -> str | None:
    """The form of head that `line` opens with: `[` or `-`; None where it has none."""
    return next((style for style, pattern in _HEADS.items() if pattern.match(line)), None)


def read_head(line: str, style: str) -> Head | None:
    """The head that `line` opens with, None where it has none of this style."""
    match = _HEADS[style].match(line)
    if match is None:
        return None
    numbers = (match["a"], match["b"], match["c"])
    half = match["before"] or match["after"] or ""
    hour = int(match["hour"])
    if half and hour <= 12:
        hour = hour % 12 + _HALVES.get(re.sub(_GAP, " ", half.lower()), 0)
    american = (
        half in {"AM", "PM"}
        and "/" in match[0]
        and len(numbers[2]) == 2
        and not (numbers[0].startswith("0") or numbers[1].startswith("0"))
    )
    clock = (hour, int(match["minute"]), int(match["second"] or 0))
    return Head(numbers, clock, american, match.end())


@lru_cache(maxsize=8192)
def _day(numbers: Numbers, order: Order) -> date | None:
    """The date that the numbers are under `order`, None where there is no such day."""
    values = [int(number) for number in numbers]
    year = values[order.year]
    year += 2000 if year < 100 else 0
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, values[order.month], values[order.day])
    except ValueError:
        return None


def order_of(heads: Sequence[Head], latest: date) -> tuple[Order, bool]:
    """The order of the numbers in a file's dates, and whether another would do as well.

    `latest` is the day the file was written. Of equals: month first where every date looks
    American (`1/2/23, 9:41 PM`), else day first.
    """
    days = [numbers for numbers, _ in groupby(head.numbers for head in heads)]
    scores = {order: _score(days, order, latest) for order in _possible(days)}
    best = min(scores.values())
    equals = [order for order, score in scores.items() if score == best]
    if MONTH_FIRST in equals and heads and all(head.american for head in heads):
        chosen = MONTH_FIRST
    else:
        chosen = equals[0]
    differs = any(_day(day, order) != _day(day, chosen) for order in equals for day in days)
    return chosen, differs


def _possible(days: Sequence[Numbers]) -> Iterator[Order]:
    """The orders that the lengths of the numbers allow, best first."""
    first = max((len(day[0]) for day in days), default=2)
    last = max((len(day[2]) for day in days), default=2)
    if first <= 2:
        yield DAY_FIRST
        yield MONTH_FIRST
    if last <= 2:
        yield YEAR_FIRST
    if first > 2 and last > 2:
        yield from (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)


def _score(days: Sequence[Numbers], order: Order, latest: date) -> tuple[int, int, int]:
    """Dates that do not exist, that lie ahead of the file, and that go back; fewer is better."""
    missing = ahead = back = 0
    previous = date.min
    for numbers in days:
        day = _day(numbers, order)
        if day is None:
            missing += 1
            continue
        ahead += day > latest
        back += day < previous
        previous = day
    return missing, ahead, back
