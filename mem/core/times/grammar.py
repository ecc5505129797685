"""Rules that combine expressions: parts of spans, offsets from a date, ranges and bounds.

`phrase` is the only entry. Nesting is limited to `MAX_DEPTH`, so the work done at one token is
bounded and reading a text takes time linear in its length.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Final

from mem.core.times import dates, parts, relative
from mem.core.times.reader import (
    MAX_DEPTH,
    Hit,
    Reader,
    Rule,
    day_number_at,
    unit_at,
    year_at,
)
from mem.core.times.values import (
    ONE_DAY,
    Precision,
    TimeSpan,
    add_months,
    part_of_day,
    range_span,
    unit_span,
)
from mem.core.times.words import (
    BOUNDS,
    DECADE_WORDS,
    HOLIDAY_STARTS,
    MONTHS,
    NUMBER_WORDS,
    ORDINAL_WORDS,
    PARTS,
    SEASON_NAMES,
    STEPS,
    THIRDS,
    UNITS,
    WEEKDAYS,
    Tokens,
)

#: The ends of open ranges.
EARLIEST: Final = datetime.min
LATEST: Final = datetime(9999, 12, 31)
_JOINERS: Final = frozenset({"to", "until", "till", "til", "through", "-", "–", "—"})


def read_with(text: str, tokens: Tokens, now: datetime, *, strict: bool, day_first: bool) -> Reader:
    """Return a reader of these tokens that reads nested expressions with this grammar."""
    return Reader(text, tokens, now, strict, day_first, phrase, _anchor, _atom)


def phrase(r: Reader, i: int, free: bool) -> Hit | None:
    """Read the longest expression that begins at token `i`; None when there is none."""
    if r.depth >= MAX_DEPTH or not _can_begin(r, i):
        return None
    r.depth += 1
    try:
        low = r.low(i)
        if low in BOUNDS:
            return _bounded(r, i)
        if low in ("between", "from"):
            return _between(r, i)
        return _joined(r, i, _JOINERS, free=free, alone=True)
    except (ValueError, OverflowError):  # an impossible date, or one outside the years 1-9999
        return None
    finally:
        r.depth -= 1


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    """Return the rules to try for each first word or, as "<kind>", for each kind of token."""
    table: dict[str, list[Rule]] = {}

    def add(rule: Rule, *keys: str) -> None:
        for key in keys:
            table.setdefault(key, []).append(rule)

    counts = (*NUMBER_WORDS, "a", "an", "couple", "few", "several", "half", "<number>")
    ordinals = (*ORDINAL_WORDS, "twenty", "thirty", "last", "<ordinal>")
    names = (*UNITS, *WEEKDAYS)
    add(dates.written_date, "<stamp>", "<iso>", "<numeric>")
    add(_clock, "<clock>")
    add(dates.day_month, "<number>", *(o for o in ordinals if o != "last"))
    add(dates.bare_year, "<number>")
    add(dates.decade, "<decade>", *DECADE_WORDS)
    add(dates.quarter, "<quarter>")
    add(dates.month_rule, *MONTHS)
    add(dates.weekday, *WEEKDAYS)
    add(dates.season, *SEASON_NAMES)
    add(dates.holiday, *HOLIDAY_STARTS)
    add(relative.day_word, "yesterday", "today", "tonight", "tomorrow")
    add(relative.step, *STEPS)
    add(relative.before_last, *names, *SEASON_NAMES, *MONTHS, "night")
    add(relative.in_units, "in")
    add(relative.earlier, "earlier", "later")
    add(relative.ago, *counts)
    add(parts.offset, *counts, *names)
    add(parts.unit_of, *names, *PARTS)
    add(parts.nth_of, *ordinals)
    add(parts.ordinal_of, "<ordinal>", *ORDINAL_WORDS)
    add(parts.third, *THIRDS)
    add(parts.the, "the")
    return {key: tuple(rules) for key, rules in table.items()}


def _can_begin(r: Reader, i: int) -> bool:
    """Say quickly whether any rule reads an expression from token `i` on."""
    return r.kind(i) not in _PLAIN_KINDS or r.low(i) in starters()


@cache
def starters() -> frozenset[str]:
    """Return the words with which an expression can begin."""
    return _OPENERS | _rules().keys()


_PLAIN_KINDS: Final = frozenset({"word", "junk", ""})
_OPENERS: Final = BOUNDS | {"between", "from"}


def _atom(r: Reader, i: int, free: bool) -> Hit | None:
    """Return the longest reading by the rules of the first word."""
    key = r.low(i) if r.kind(i) == "word" else f"<{r.kind(i)}>"
    best: Hit | None = None
    for rule in _rules().get(key, ()):
        try:
            hit = rule(r, i, free)
        except (ValueError, OverflowError):  # another rule may still fit
            continue
        if hit and (best is None or hit.end > best.end):
            best = hit
    return best


def _anchor(r: Reader, i: int, free: bool) -> Hit | None:
    """Read an atom and what may follow it: a time of day, or the year or week it lies in."""
    hit = _atom(r, i, free)
    for _ in range(2):
        longer = _suffixed(r, hit) if hit else None
        if longer is None:
            break
        hit = longer
    return hit


def _suffixed(r: Reader, hit: Hit) -> Hit | None:
    """Extend "Friday" to "Friday night", "March" to "March of last year", and so on."""
    if hit.by_year or hit.weekday is not None:
        found = _within(r, hit)
        if found:
            return found
    if hit.span.precision in (Precision.DAY, Precision.HOUR):
        return _time_of_day(r, hit)
    if hit.relative and hit.span.precision in (Precision.YEAR, Precision.WEEK):
        return _inside(r, hit)
    return None


def _within(r: Reader, hit: Hit) -> Hit | None:
    """Read "in 2020" or "of last year" after a yearly span, "of last week" after a weekday."""
    j = r.skip(hit.end, "in")
    year = year_at(r, j) if hit.by_year and j > hit.end else None
    if hit.by_year and year is not None:
        return Hit(hit.by_year(year), j + 1, False)
    j = r.skip(r.skip(hit.end, "of"), "the")
    outer = None
    if r.low(j) in STEPS or unit_at(r, j):
        outer = relative.step(r, j, True) if r.low(j) in STEPS else relative.before_last(r, j, True)
    if outer is None:
        return None
    return _combine(outer.span, hit, outer.end)


def _inside(r: Reader, outer: Hit) -> Hit | None:
    """Read "last year in March", "last week on Tuesday" after the outer span."""
    j = r.skip(outer.end, "in", "on", "at", "during")
    if j == outer.end and r.low(j) not in WEEKDAYS:
        return None
    inner = _atom(r, j, True)
    return _combine(outer.span, inner, inner.end) if inner else None


def _combine(outer: TimeSpan, inner: Hit, end: int) -> Hit | None:
    """Place a yearly span in a year, or a weekday in a week."""
    if outer.precision is Precision.YEAR and inner.by_year:
        return Hit(inner.by_year(outer.start.year), end)
    if outer.precision is Precision.WEEK and inner.weekday is not None:
        return Hit(unit_span(outer.start + inner.weekday * ONE_DAY, Precision.DAY), end)
    return None


def _time_of_day(r: Reader, hit: Hit) -> Hit | None:
    """Read "morning", "in the evening" or "at 5pm" after a day."""
    j = hit.end
    day = hit.span.start
    if hit.span.precision is Precision.DAY:
        k = r.skip(r.skip(r.skip(j, "in", "at", "on"), "the"), "late", "early")
        if r.low(k) in PARTS and (r.low(j) != "in" or k > j + 1):
            return hit.with_span(part_of_day(day, r.low(k)), k + 1)
    k = r.skip(r.skip(j, ",", "at", "@"), "at", "around", "about")
    moment = dates.clock_time(r.low(k)) if r.kind(k) == "clock" else None
    if moment is None:
        return None
    hour, minute = moment
    if hit.span.precision is Precision.HOUR:
        if day.hour >= 12 and hour < 12 and "m" not in r.low(k):
            hour += 12
        midnight = day.replace(hour=0)
        day = midnight + ONE_DAY if day.hour == 18 and hour < 6 else midnight
    at = day + timedelta(hours=hour, minutes=minute)
    return hit.with_span(unit_span(at, Precision.MINUTE), k + 1)


def _clock(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "5pm yesterday" or "10:30 on 7 May 2023"; a bare time only outside prose."""
    moment = dates.clock_time(r.low(i))
    if moment is None:
        return None
    j = r.skip(r.skip(i + 1, ","), "on")
    day = _atom(r, j, True)
    if day is None or day.span.precision is not Precision.DAY:
        day = None if r.strict else Hit(unit_span(r.now, Precision.DAY), i + 1)
    if day is None:
        return None
    at = day.span.start + timedelta(hours=moment[0], minutes=moment[1])
    return day.with_span(unit_span(at, Precision.MINUTE), day.end)


# Ranges and bounds -----------------------------------------------------------------------------


def _bounded(r: Reader, i: int) -> Hit | None:
    """Read "since March", "before 2020", "until June", "after the weekend"."""
    inner = phrase(r, r.skip(i + 1, "about", "around"), True)
    if inner is None:
        return None
    span, word = inner.span, r.low(i)
    if word == "before":
        return inner.with_span(range_span(EARLIEST, span.start), inner.end)
    if word in ("since", "after"):
        start = span.start if word == "since" else span.end
        return Hit(range_span(start, r.tomorrow if start < r.tomorrow else LATEST), inner.end)
    return inner.with_span(range_span(EARLIEST, span.end), inner.end)


def _between(r: Reader, i: int) -> Hit | None:
    """Read "between X and Y" and "from X to Y"."""
    joiners = frozenset({"and"}) if r.low(i) == "between" else _JOINERS
    found = _joined(r, i + 1, joiners, free=True)
    if found or r.low(i) == "between":
        return found
    inner = _anchor(r, i + 1, True)
    if inner and r.low(inner.end) in ("on", "onward", "onwards"):
        end = r.tomorrow if inner.span.start < r.tomorrow else LATEST
        return Hit(range_span(inner.span.start, end), inner.end + 1)
    return None


def _joined(
    r: Reader, i: int, joiners: frozenset[str], *, free: bool, alone: bool = False
) -> Hit | None:
    """Read two ends of a range; a month or year that one end lacks comes from the other.

    With `alone`, the first end by itself is enough.
    """
    found = _left_day(r, i, joiners, free)
    if found:
        return found
    left = _anchor(r, i, free)
    single = left if alone else None
    if left is None or r.low(left.end) not in joiners:
        return single
    k = r.skip(left.end + 1, "the")
    try:
        right = _right_day(r, left, k) or _anchor(r, left.end + 1, True)
        return _span_between(left, right) if right else single
    except ValueError:  # the ends are in the wrong order
        return single


def _left_day(r: Reader, i: int, joiners: frozenset[str], free: bool) -> Hit | None:
    """Read "3 to 9 May 2023", where the first number is a day of the second one's month."""
    number = day_number_at(r, r.skip(i, "the") if free else i)
    if number is None or r.low(number[1]) not in joiners:
        return None
    k = r.skip(number[1] + 1, "the")
    if day_number_at(r, k) is None or unit_at(r, k + 1):
        return None
    right = _anchor(r, k, True)
    if right is None or right.span.precision is not Precision.DAY:
        return None
    start = right.span.start.replace(day=number[0])
    if start > right.span.start:
        return None
    return right.with_span(range_span(start, right.span.end), right.end)


def _right_day(r: Reader, left: Hit, k: int) -> Hit | None:
    """Read the second number of "May 3 to 9, 2023" as a day of the first end's month."""
    number = day_number_at(r, k)
    one_day = left.span.precision is Precision.DAY and left.weekday is None
    if number is None or not one_day or r.low(r.skip(number[1], "of")) in MONTHS:
        return None
    if unit_at(r, number[1]):
        return None
    month, end = left.span.start.month, number[1]
    year = year_at(r, r.skip(end, ","))
    right = unit_span(left.span.start.replace(day=number[0]), Precision.DAY)
    if year is not None:
        right = unit_span(datetime(year, month, number[0]), Precision.DAY)
        return Hit(right, r.skip(end, ",") + 1, False)
    return left.with_span(right, end)


def _span_between(left: Hit, right: Hit) -> Hit:
    """Return the range from the start of `left` to the end of `right`, filling in its year."""
    start, end = left.span.start, right.span
    relative_too = left.relative or right.relative
    if left.by_year and (right.by_year is None or end.start < start):
        start = left.by_year(end.start.year).start
        if start > end.start:
            start = add_months(start, -12)
        relative_too = right.relative
    elif left.weekday is not None and end.start < start:
        start -= timedelta(weeks=1)
    return Hit(range_span(start, end.end), right.end, relative_too)
