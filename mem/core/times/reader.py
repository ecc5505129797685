"""The token cursor and the small shared readers of the time grammar: counts, ordinals, years.

Nothing here decides a span by itself except through `Hit`, the one result type of every rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from mem.core.times.values import Precision, TimeSpan, midnight
from mem.core.times.words import (
    FORTNIGHTS,
    NUMBER_WORDS,
    ORDINAL_WORDS,
    UNITS,
    Tokens,
)

#: Deepest nesting of expressions in one another ("two weeks before the end of last May").
MAX_DEPTH: Final = 4
#: Words that may follow a bare day or year; another word makes the number a quantity.
_PLAIN_FOLLOWERS: Final = frozenset(
    {"is", "was", "as", "his", "hers", "its", "us", "this", "has", "does", "yes", "christmas"}
)
_COUNTED_NOUNS: Final = frozenset(
    {"people", "percent", "km", "kg", "men", "women", "children", "x", "and a half", "meters"}
    | {"times", "floor", "grade", "place", "century", "or"}
)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule understood: the span, and the index of the first token after it.

    `by_year` gives the same expression in another year, where no year was stated; `weekday` is set
    where only a weekday was; `day` says that the span is one day of a stated month.
    """

    span: TimeSpan
    end: int
    relative: bool = True
    by_year: Callable[[int], TimeSpan] | None = None
    weekday: int | None = None

    def with_span(self, span: TimeSpan, end: int) -> Hit:
        """Return a hit for a derived span, which keeps nothing that could still be completed."""
        return Hit(span, end, self.relative)

    def ending(self, end: int) -> Hit:
        """Return the same hit with another end."""
        return replace(self, end=end)


#: A rule reads an expression at a token; its flag says that the words before it imply a time.
Rule: TypeAlias = "Callable[[Reader, int, bool], Hit | None]"


@dataclass(slots=True)
class Reader:
    """The tokens of one text, the reference time, and how strictly bare words are taken.

    In `strict` mode (searching prose) a bare year, month or holiday needs a preposition before it.
    """

    text: str
    tokens: Tokens
    now: datetime
    strict: bool
    day_first: bool
    _phrase: Rule
    _anchor: Rule
    _atom: Rule
    depth: int = 0

    def phrase(self, i: int, free: bool) -> Hit | None:
        """Read any expression at token `i`, as the grammar does."""
        return self._phrase(self, i, free)

    def anchor(self, i: int, free: bool) -> Hit | None:
        """Read an expression that is neither a range nor open at one end."""
        return self._anchor(self, i, free)

    def atom(self, i: int, free: bool) -> Hit | None:
        """Read an expression by the rules of its first word alone."""
        return self._atom(self, i, free)

    def low(self, i: int) -> str:
        """Return token `i` in lower case, or "" outside the text."""
        return self.tokens.lows[i]

    def kind(self, i: int) -> str:
        """Return the kind of token `i`, or "" outside the text."""
        return self.tokens.kinds[i]

    def capital(self, i: int) -> bool:
        """Say whether token `i` begins with a capital letter."""
        return self.text[self.tokens.starts[i]].isupper()

    def skip(self, i: int, *words: str) -> int:
        """Return the index after token `i` when it is one of `words`, else `i`."""
        return i + 1 if self.low(i) in words else i

    @property
    def today(self) -> datetime:
        """The start of the reference day."""
        return midnight(self.now)

    @property
    def tomorrow(self) -> datetime:
        """The end of the reference day."""
        return self.today + timedelta(days=1)

    def counts_things(self, i: int) -> bool:
        """Say whether token `i` is a noun that makes the number before it a quantity."""
        low = self.low(i)
        if not self.strict or self.kind(i) != "word" or low in _PLAIN_FOLLOWERS:
            return False
        return low in _COUNTED_NOUNS or low in UNITS or (low.endswith("s") and "'" not in low)


def year_at(r: Reader, i: int, oldest: int = 1800) -> int | None:
    """Read a four-digit year that does not count something; in prose from `oldest` on."""
    if r.kind(i) != "number" or len(r.low(i)) != 4:
        return None
    year = int(r.low(i))
    low, high = (oldest, 2100) if r.strict else (1000, 2999)
    return year if low <= year <= high and not r.counts_things(i + 1) else None


def ordinal_at(r: Reader, i: int) -> tuple[int, int] | None:
    """Read "5th", "fifth" or "twenty-fifth": the value and the index after it."""
    if r.kind(i) == "ordinal":
        return int(r.low(i)[:-2]), i + 1
    tens = {"twenty": 20, "thirty": 30}.get(r.low(i))
    if tens:
        j = r.skip(i + 1, "-")
        ones = ORDINAL_WORDS.get(r.low(j), 10)
        return (tens + ones, j + 1) if ones < 10 else None
    value = ORDINAL_WORDS.get(r.low(i))
    return (value, i + 1) if value else None


def day_number_at(r: Reader, i: int) -> tuple[int, int] | None:
    """Read a day of the month, in digits or as an ordinal."""
    found = ordinal_at(r, i)
    if found is None and r.kind(i) == "number" and len(r.low(i)) <= 2:
        found = int(r.low(i)), i + 1
    return found if found and 1 <= found[0] <= 31 else None


def count_at(r: Reader, i: int) -> tuple[int, int, int] | None:
    """Read a count: its least and greatest value and the index after it.

    "a couple" is 2, "a few" is 3, "several" is 3 to 7; "two or three" and "2-3" keep both.
    """
    low = r.low(i)
    vague = {"couple": (2, 2), "few": (3, 3), "several": (3, 7)}
    j = i + 1 if low in ("a", "an") else i
    if r.low(j) in vague:
        least, most = vague[r.low(j)]
        return least, most, r.skip(j + 1, "of")
    if low in ("a", "an"):
        return 1, 1, j
    first = _number_at(r, i)
    if first is None:
        return None
    value, j = first
    second = _number_at(r, j + 1) if r.low(j) in ("or", "to", "-", "–") else None
    if second and second[0] > value:
        return value, second[0], second[1]
    return value, value, j


def _number_at(r: Reader, i: int) -> tuple[int, int] | None:
    """Read "3", "three" or "twenty-three"."""
    value = int(r.low(i)) if r.kind(i) == "number" else NUMBER_WORDS.get(r.low(i))
    if value is None:
        return None
    if value >= 20 and r.kind(i) == "word":
        j = r.skip(i + 1, "-")
        ones = NUMBER_WORDS.get(r.low(j), 10)
        if ones < 10:
            return value + ones, j + 1
    return value, i + 1


def unit_at(r: Reader, i: int) -> tuple[Precision, int] | None:
    """Read a unit of time: the unit and how many of it the word stands for."""
    low = r.low(i).removesuffix("'s")
    if low in FORTNIGHTS:
        return Precision.WEEK, 2
    unit = UNITS.get(low)
    return (unit, 1) if unit else None


def occurrence(r: Reader, by_year: Callable[[int], TimeSpan], step: int | None) -> TimeSpan:
    """Choose the year of a yearly span: -1 last, 0 this, 1 next, None the nearest begun one.

    Raises `ValueError` when no year within eight has it (29 February needs up to eight).
    """
    year = r.now.year
    years = range(year, year + 9) if step == 1 else range(year, year - 9, -1)
    for candidate in years:
        try:
            span = by_year(candidate)
        except ValueError:  # a day that this year lacks
            continue
        if step == 0 and (span.contains(r.now) or candidate == year):
            current = by_year(candidate - 1)
            return current if current.contains(r.now) else span
        if (
            (step is None and span.start <= r.now)
            or (step == -1 and span.end <= r.today)
            or (step == 1 and span.start > r.now)
        ):
            return span
    raise ValueError("no such day within eight years")
