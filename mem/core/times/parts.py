"""Rules for a part of another expression and for an offset from one: "the end of May".

The expression inside is read through `Reader.phrase`, `Reader.anchor` and `Reader.atom`, so this
module does not depend on the grammar that calls it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from mem.core.times import dates, relative
from mem.core.times.reader import Hit, Reader, count_at, ordinal_at, unit_at
from mem.core.times.values import (
    ONE_DAY,
    Precision,
    TimeSpan,
    fitted_span,
    half_of,
    part_of_day,
    range_span,
    shift,
    third_of,
    unit_span,
)
from mem.core.times.words import (
    HOLIDAY_STARTS,
    PARTS,
    SEASON_NAMES,
    STEPS,
    THIRDS,
    TIME_PREPOSITIONS,
    UNITS,
    WEEKDAYS,
)

_SIZES: Final = (
    *(Precision.MINUTE, Precision.HOUR, Precision.DAY, Precision.WEEKEND, Precision.WEEK),
    *(Precision.MONTH, Precision.SEASON, Precision.QUARTER, Precision.YEAR, Precision.DECADE),
)
#: Spans that can be said to have a beginning, a first week or a second half.
_DIVISIBLE: Final = frozenset(_SIZES[4:])


def the(r: Reader, i: int, free: bool) -> Hit | None:
    """Read what "the" begins, choosing the longest reading."""
    j = i + 1
    led = free or not r.strict or r.low(i - 1) in TIME_PREPOSITIONS
    hits = [_stretch(r, j)]
    if r.low(j) in SEASON_NAMES:
        hits.append(dates.season(r, j, led))
    elif r.low(j) not in HOLIDAY_STARTS and r.kind(j) != "number":
        hits.append(r.atom(j, False))
    if ordinal_at(r, j):
        hits.append(dates.day_of_month(r, j, free))
    if r.low(j) in STEPS:
        hits.append(relative.step(r, j, free))
    if r.low(j) == "weekend" and led:
        start = unit_span(r.now, Precision.WEEKEND).start
        start -= timedelta(weeks=1) if start > r.now else timedelta()
        hits.append(Hit(unit_span(start, Precision.WEEKEND), j + 1))
    return max((h for h in hits if h), key=lambda h: h.end, default=None)


def _stretch(r: Reader, j: int) -> Hit | None:
    """Read "two weeks before 5 May" after "the": the whole stretch, not a point."""
    counted = count_at(r, j)
    count, k = (counted[1], counted[2]) if counted else (1, j)
    unit = unit_at(r, k)
    if unit is None or r.low(k + 1) not in ("before", "after", "following", "preceding"):
        return None
    anchor = r.phrase(k + 2, True)
    if anchor is None or unit[0] is Precision.WEEKEND:
        return None
    many = count * unit[1]
    if r.low(k + 1) in ("before", "preceding"):
        start, end = shift(anchor.span.start, -many, unit[0]), anchor.span.start
    else:
        start, end = anchor.span.end, shift(anchor.span.end, many, unit[0])
    return anchor.with_span(fitted_span(start, end), anchor.end)


def offset(r: Reader, i: int, _free: bool) -> Hit | None:  # noqa: PLR0911 - one return per case
    """Read "two weeks before 5 May", "day after Christmas", "Sunday before 25 May 2023"."""
    counted = count_at(r, i)
    count, k = (counted[1], counted[2]) if counted else (1, i)
    word = r.low(k + 1)
    if word not in ("before", "after", "from", "following", "preceding"):
        return None
    now = word == "from" and r.low(k + 2) == "now"
    anchor = Hit(unit_span(r.now, Precision.DAY), k + 3) if now else r.phrase(k + 2, True)
    if anchor is None:
        return None
    by = -count if word in ("before", "preceding") else count
    if r.low(k) in WEEKDAYS and not counted:
        span = _weekday_beside(anchor.span, WEEKDAYS[r.low(k)], by)
        return anchor.with_span(span, anchor.end)
    unit = unit_at(r, k)
    if unit is None or (counted is None and word == "from"):
        return None
    if now and counted:
        return relative.point(r, counted[0] * unit[1], by * unit[1], unit[0], k + 3)
    if unit[0] is Precision.WEEKEND:
        return anchor.with_span(_weekend_beside(anchor.span, by), anchor.end)
    return anchor.with_span(_moved(anchor.span, by * unit[1], unit[0]), anchor.end)


def _weekday_beside(span: TimeSpan, weekday: int, by: int) -> TimeSpan:
    """Return the last such weekday before a span, or the first after it."""
    if by < 0:
        day = span.start - ONE_DAY
        day -= timedelta(days=(day.weekday() - weekday) % 7)
    else:
        day = span.end - timedelta(microseconds=1) + ONE_DAY
        day += timedelta(days=(weekday - day.weekday()) % 7)
    return unit_span(day, Precision.DAY)


def _weekend_beside(span: TimeSpan, by: int) -> TimeSpan:
    """Return the weekend `-by` before a span, or `by` after it."""
    weekend = unit_span(span.start if by < 0 else span.end, Precision.WEEKEND)
    if by < 0:
        by += weekend.end <= span.start
    else:
        by -= weekend.start >= span.end
    return unit_span(shift(weekend.start, by, Precision.WEEK), Precision.WEEKEND)


def _moved(span: TimeSpan, by: int, unit: Precision) -> TimeSpan:
    """Move a span by a count of units; a finer unit counts from its edge ("3 days after May")."""
    kind = span.precision
    if kind is Precision.RANGE:
        return range_span(shift(span.start, by, unit), shift(span.end, by, unit))
    if _SIZES.index(unit) < _SIZES.index(kind):
        edge = span.start if by < 0 else shift(span.end, -1, unit)
        return unit_span(shift(edge, by, unit), unit)
    if kind in (Precision.HOUR, Precision.WEEKEND):
        start = shift(span.start, by, unit)
        return TimeSpan(start, start + (span.end - span.start), kind)
    return unit_span(shift(span.start, by, unit), kind)


def unit_of(r: Reader, i: int, _free: bool) -> Hit | None:  # noqa: PLR0911 - one return per case
    """Read "week of 1 May 2023", "weekend of 6 May", "month of May", "night of 5 May"."""
    unit, part = unit_at(r, i), r.low(i) if r.low(i) in PARTS else None
    if r.low(i + 1) != "of":
        return None
    anchor = r.anchor(i + 2, True)
    if anchor is None:
        return None
    if part and anchor.span.precision is Precision.DAY:
        return anchor.with_span(part_of_day(anchor.span.start, part), anchor.end)
    if unit is None or part or unit[0] not in _SIZES or r.low(i).endswith("s"):
        return None
    if unit[0] is anchor.span.precision:
        return anchor
    if anchor.span.precision is not Precision.DAY or unit[0] is Precision.DAY:
        return None
    return anchor.with_span(unit_span(anchor.span.start, unit[0]), anchor.end)


def _container(r: Reader, j: int) -> Hit | None:
    """Read what "the end of" or "the first week of" refers to; "the month" is the current one."""
    unit = unit_at(r, j + 1) if r.low(j) in ("the", "this") else None
    if unit and unit[0] in _DIVISIBLE and r.low(j + 2) not in ("before", "after", "of"):
        return Hit(unit_span(r.now, unit[0]), j + 2)
    return r.anchor(j, True)


def third(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "early May 2023", "mid-2022", "the beginning of June", "end of the month"."""
    which = THIRDS[r.low(i)]
    noun = r.low(i) not in ("early", "mid", "late")
    j = r.skip(i + 1, "of") if noun else r.skip(i + 1, "-", "in")
    if noun and j == i + 1:
        return None
    j = j if noun else r.skip(j, "the")
    outer = _container(r, j)
    if outer is None or outer.span.precision not in _DIVISIBLE:
        return None
    return outer.with_span(third_of(outer.span, which), outer.end)


def nth_of(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "first week of May", "last Friday in June", "third quarter of 2024"."""
    found = (-1, i + 1) if r.low(i) == "last" else ordinal_at(r, i)
    if found is None or r.low(found[1] + 1) not in ("of", "in"):
        return None
    nth, j = found
    outer = _container(r, j + 2)
    if outer is None or outer.span.precision not in _DIVISIBLE:
        return None
    if r.low(j) == "half" and nth in (1, 2):
        return outer.with_span(half_of(outer.span, nth - 1), outer.end)
    span = _nth_span(outer.span, nth, r.low(j))
    return outer.with_span(span, outer.end) if span else None


def _nth_span(outer: TimeSpan, nth: int, word: str) -> TimeSpan | None:
    """Return the `nth` (from 1; -1 is the last) weekday or unit inside a span."""
    if word in WEEKDAYS or word == "weekend":
        weekday = WEEKDAYS.get(word, 5)
        if nth < 0:
            day = _weekday_beside(TimeSpan(outer.end, outer.end, Precision.DAY), weekday, -1)
        else:
            ahead = (weekday - outer.start.weekday()) % 7 + 7 * (nth - 1)
            day = unit_span(outer.start + timedelta(days=ahead), Precision.DAY)
        span = unit_span(day.start, Precision.WEEKEND) if word == "weekend" else day
        return span if outer.contains(day.start) else None
    unit = UNITS.get(word)
    if unit is None or unit in (Precision.MINUTE, Precision.HOUR):
        return None
    start = shift(outer.end, -1, unit) if nth < 0 else shift(outer.start, nth - 1, unit)
    end = shift(start, 1, unit)
    if not (outer.start <= start < outer.end):
        return None
    if unit is Precision.WEEK:
        return fitted_span(start, min(end, outer.end))
    return unit_span(start, unit)


def ordinal_of(r: Reader, i: int, _free: bool) -> Hit | None:
    """Read "5th of last month" or "first of next month"."""
    found = ordinal_at(r, i)
    if found is None or r.low(found[1]) != "of":
        return None
    j = r.skip(found[1] + 1, "the")
    outer = _container(r, j) if r.low(j) in STEPS else None
    if outer is None or outer.span.precision is not Precision.MONTH:
        return None
    day = unit_span(outer.span.start + timedelta(days=found[0] - 1), Precision.DAY)
    return outer.with_span(day, outer.end) if outer.span.contains(day.start) else None
